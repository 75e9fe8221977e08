// A console over one site, without a server: what the tests of its pages begin with.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "console/console.h"
#include "source_dir.h"
#include "unit/console/enrol.h"

namespace kinfold::console {

/// One site in a folder of its own, on a day of the demonstration programme.
class PagesTest : public testing::Test {
 protected:
  void open(const std::string& party, const std::string& objections_as = {}) {
    std::string made = testing::TempDir() + "kinfold-console-XXXXXX";
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    folder_ = made;
    site::InitOptions options;
    options.folder = folder_ + "/site";
    options.charter_path = source_dir() + "/charters/family-focus-demo.toml";
    options.party = party;
    options.work = seal::WorkFactor::quick();
    const auto passphrase = seal::SecretBytes::copy_of(seal::as_bytes("only a test"));
    const auto made_site = site::init_site(options, passphrase, clock_);
    ASSERT_TRUE(made_site.ok()) << made_site.error().message;
    auto site = site::Site::open(options.folder, passphrase, clock_);
    ASSERT_TRUE(site.ok()) << site.error().message;
    site_ = std::move(site).value();
    if (party != "ons-demo") trust_the_trusted_party(passphrase);
    ConsoleSetting setting;
    setting.password_work = AccountStore::Work::quick();
    setting.objections_as = objections_as;
    auto console = Console::open(*site_, setting);
    ASSERT_TRUE(console.ok()) << console.error().message;
    console_ = std::move(console).value();
  }
  // An objection is passed on at once, so its recipient's card has to be there.
  void trust_the_trusted_party(const seal::SecretBytes& passphrase) {
    site::InitOptions options;
    options.folder = folder_ + "/trusted";
    options.charter_path = source_dir() + "/charters/family-focus-demo.toml";
    options.party = "ons-demo";
    options.work = seal::WorkFactor::quick();
    ASSERT_TRUE(site::init_site(options, passphrase, clock_).ok());
    const auto trusted = site_->trust(options.folder + "/keys/site.card");
    ASSERT_TRUE(trusted.ok()) << trusted.error().message;
  }
  void TearDown() override {
    console_.reset();
    site_.reset();
    std::filesystem::remove_all(folder_);
  }
  Sessions::Started sign_in(const std::string& actor) {
    if (!console_->accounts().enrolled(actor)) {
      EXPECT_FALSE(enrol(console_->accounts(), actor, clock_).empty());
    }
    return console_->sessions().start(actor).value();
  }
  Response get(const std::string& path, const std::string& token = {}) {
    Request request;
    request.method = "GET";
    request.path = path;
    if (!token.empty()) request.cookies["kinfold"] = token;
    return console_->answer(request);
  }
  Response post(const std::string& path, const std::string& token, std::map<std::string, std::string> form,
                const std::string& origin = "http://localhost:8443") {
    Request request;
    request.method = "POST";
    request.path = path;
    request.host = "localhost:8443";
    request.origin = origin;
    request.form = std::move(form);
    if (!token.empty()) request.cookies["kinfold"] = token;
    return console_->answer(request);
  }
  std::string actor_with(charter::Duty duty) const {
    for (const auto& actor : site_->actors().actors) {
      if (actor.duties.size() == 1 && actor.duties.front() == duty) return actor.id;
    }
    return {};
  }

  ManualClock clock_{start_of_day(*make_date(2020, 8, 3))};
  std::string folder_;
  std::unique_ptr<site::Site> site_;
  std::unique_ptr<Console> console_;
};

inline std::string header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace kinfold::console
