// A whole site in a temporary folder, under the demonstration charter and a clock that stands still.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "holding/door.h"
#include "seal/files.h"
#include "source_dir.h"
#include "unit/seal/seal_testing.h"

namespace kinfold::holding {

using charter::Duty;
using charter::Kind;

inline const charter::Charter& demo_charter() {
  static const charter::Charter charter = [] {
    auto loaded = charter::load(source_dir() + "/charters/family-focus-demo.toml");
    EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
    return std::move(loaded).value();
  }();
  return charter;
}

inline constexpr const char* kActorsToml = R"(
[[actor]]
id = "in-1"
duties = ["intake"]
[[actor]]
id = "link-1"
duties = ["linkage"]
[[actor]]
id = "ana-1"
duties = ["analysis"]
[[actor]]
id = "check-1"
duties = ["output-checking"]
[[actor]]
id = "dp-1"
duties = ["data-protection"]
[[actor]]
id = "both-1"
duties = ["linkage", "analysis"]
[[actor]]
id = "gone-1"
duties = ["linkage"]
until = 2021-01-31
)";

class Site {
 public:
  explicit Site(std::string party, std::string folder, const seal::SiteKeys& keys,
                Instant now = *parse_rfc3339("2021-03-01T09:00:00Z"))
      : clock(now), folder_(std::move(folder)), party_(std::move(party)), keys_(keys) {
    std::filesystem::create_directories(folder_);
    registry = parse_actors(kActorsToml, "actors.toml").value();
  }
  Status start() {
    ledger::LedgerSetting ledger_setting;
    ledger_setting.path = folder_ + "/ledger.db";
    ledger_setting.keys = &keys_;
    ledger_setting.clock = &clock;
    ledger_setting.vocabulary = vocabulary_of(demo_charter(), registry);
    auto opened = ledger::Ledger::open(std::move(ledger_setting));
    if (!opened.ok()) return opened.error();
    ledger.emplace(std::move(opened).value());
    DoorSetting setting;
    setting.folder = folder_ + "/holdings";
    setting.party = party_;
    setting.charter = &demo_charter();
    setting.keys = &keys_;
    setting.ledger = &*ledger;
    setting.clock = &clock;
    setting.actors = &registry;
    auto at = Door::at(std::move(setting));
    if (!at.ok()) return at.error();
    door.emplace(std::move(at).value());
    return {};
  }
  void stop() {
    door.reset();
    ledger.reset();
  }
  const std::string& folder() const { return folder_; }

  ManualClock clock;
  ActorRegistry registry;
  std::optional<ledger::Ledger> ledger;
  std::optional<Door> door;

 private:
  std::string folder_;
  std::string party_;
  const seal::SiteKeys& keys_;
};

inline seal::Contents some_people(std::size_t row_count) {
  table::Table table;
  auto& reference = table.add("reference", table::ColumnType::kString);
  for (std::size_t i = 0; i < row_count; ++i) reference.append_string("canary-" + std::to_string(i));
  seal::Contents contents;
  contents.tables.push_back({"people", std::move(table)});
  return contents;
}

inline NewHolding a_request() {
  NewHolding what;
  what.kind = Kind::kRequest;
  what.data_classes = {"identity"};
  what.origin = "ons-demo";
  what.purpose = "linkage";
  return what;
}

/// True if `bytes` stand anywhere in any file below.
inline bool found_below(const std::string& folder, std::string_view bytes) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    if (all.find(bytes) != std::string::npos) return true;
  }
  return false;
}

class DwpSite : public testing::Test {
 protected:
  void SetUp() override {
    const auto status = site_.start();
    ASSERT_TRUE(status.ok()) << status.error().message;
  }
  Holding store(std::size_t row_count = 3) {
    auto stored = site_.door->store(a_request(), some_people(row_count), {"link-1", "linkage", {}, {}});
    EXPECT_TRUE(stored.ok()) << (stored.ok() ? "" : stored.error().message);
    return stored.ok() ? stored.value() : Holding();
  }
  std::string open_error(const Id& id, const Asking& who) {
    auto opened = site_.door->open(id, who);
    return opened.ok() ? "opened" : opened.error().message;
  }
  ledger::Entry last_entry() { return site_.ledger->entries().value().back().entry; }

  seal::TemporaryFolder folder_;
  seal::SiteKeys keys_ = seal::make_site_keys("dwp");
  Site site_{"dwp", folder_ / "dwp", keys_};
};

}  // namespace kinfold::holding
