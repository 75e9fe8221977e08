// Pages of cases: opened, moved on and answered in the browser, by the forms of their rights.
#include "site/cases.h"

#include <gtest/gtest.h>

#include "unit/console/pages_fixture.h"

namespace kinfold::console {
namespace {

TEST_F(PagesTest, ACaseIsOpenedMovedOnAndAnsweredInTheBrowser) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kDataProtection));
  const auto send = [&](const std::string& path, std::map<std::string, std::string> form) {
    form["csrf"] = session.session.csrf;
    return post(path, session.token, std::move(form));
  };
  const auto outcome = [&](const Response& started) {
    const auto page = header(started, "Location");
    for (int k = 0; k < 50 && get(page, session.token).body.find("Working") != std::string::npos; ++k)
      console_->jobs().wait_briefly(page.substr(6));
    return get(page, session.token).body;
  };
  EXPECT_EQ(send("/cases", {{"right", "access"}, {"received", "31 2 2020"}}).status, 422);
  EXPECT_NE(
      send("/cases", {{"right", "access"}, {"received", "4 8 2020"}}).body.find("cannot be one to come"),
      std::string::npos);
  EXPECT_EQ(send("/cases", {{"right", "a pony"}}).status, 422);
  const auto opened = outcome(send("/cases", {{"right", "access"}, {"received", "30 7 2020"}}));
  const auto at = opened.find("/cases/");
  ASSERT_NE(at, std::string::npos) << opened;
  const std::string id = opened.substr(at + 7, 26);
  const auto page = [&] { return get("/cases/" + id, session.token).body; };
  EXPECT_NE(get("/cases", session.token).body.find("/cases/" + id), std::string::npos);
  EXPECT_NE(page().find("1 September 2020"), std::string::npos)
      << page();  // the 30th is a Sunday, the 31st a bank holiday
  EXPECT_NE(page().find("/rights?what=access&amp;case=" + id), std::string::npos) << page();
  outcome(send("/cases/note", {{"case", id}, {"event", "ask_identity"}}));
  EXPECT_NE(page().find("The clock stands still"), std::string::npos);
  EXPECT_EQ(page().find("/rights?what=access"), std::string::npos);  // not before it is known who asks
  EXPECT_NE(outcome(send("/cases/note", {{"case", id}, {"event", "extend"}})).find("cannot take"),
            std::string::npos);
  outcome(send("/cases/note", {{"case", id}, {"event", "identity_shown"}}));
  EXPECT_NE(page().find("Proof of identity came"), std::string::npos);
  EXPECT_NE(outcome(send("/cases/note", {{"case", id}, {"event", "refuse"}})).find("say why"),
            std::string::npos);
  outcome(send("/cases/note", {{"case", id}, {"event", "refuse"}, {"reason", "nothing-held"}}));
  EXPECT_NE(page().find("nothing-held"), std::string::npos);
  const auto receipt = outcome(send("/cases/receipt", {{"case", id}}));
  for (const char* name : {"receipt.html", "receipt.json", "receipt.txt"})
    EXPECT_NE(receipt.find(name), std::string::npos) << receipt;
  EXPECT_EQ(receipt.find("/dev/shm"), std::string::npos);
  EXPECT_EQ(get("/cases/" + std::string(26, '0'), session.token).status, 404);
  EXPECT_EQ(send("/cases/note", {{"case", id}, {"event", "a pony"}}).status, 422);
}

TEST_F(PagesTest, AComplaintIsAcknowledgedAndAnsweredInWords) {
  open("east-cheshire");
  const auto session = sign_in(actor_with(charter::Duty::kDataProtection));
  const auto done = site::open_case(*site_, rights::Right::kComplaint, {}, session.session.actor);
  ASSERT_TRUE(done.ok()) << done.error().message;
  const std::string id = done.value().text_of("case");
  const auto body = get("/cases/" + id, session.token).body;
  EXPECT_NE(body.find("Acknowledge by"), std::string::npos);
  EXPECT_NE(body.find("Its receipt was acknowledged"), std::string::npos);
  EXPECT_EQ(body.find("Refuse"), std::string::npos);  // the law knows no refusal of a complaint
  // A council keeps copies and corrections to the trusted party.
  const auto access = site::open_case(*site_, rights::Right::kAccess, {}, session.session.actor);
  ASSERT_TRUE(access.ok());
  EXPECT_NE(
      get("/cases/" + access.value().text_of("case"), session.token).body.find("made at the trusted party"),
      std::string::npos);
}

TEST_F(PagesTest, AnOpenCaseIsAnsweredByTheFormOfItsRight) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kDataProtection));
  const auto form = [&](const char* what) {
    Request request;
    request.method = "GET";
    request.path = "/rights";
    request.query = {{"what", what}, {"case", "0123456789ABCDEFGHJKMNPQRS"}};
    request.cookies["kinfold"] = session.token;
    return console_->answer(request).body;
  };
  for (const char* what : {"access", "rectify", "erase", "restrict", "object"}) {
    EXPECT_NE(form(what).find("This answers case 0123456789ABCDEFGHJKMNPQRS"), std::string::npos) << what;
    EXPECT_NE(form(what).find("name=\"case\" value=\"0123456789ABCDEFGHJKMNPQRS\""), std::string::npos)
        << what;
  }
  // An objection at the trusted party takes two people, as everything else that needs the vault.
  EXPECT_EQ(get("/objections", session.token).status, 404);
  EXPECT_NE(form("object").find("second_password"), std::string::npos);
}

}  // namespace
}  // namespace kinfold::console
