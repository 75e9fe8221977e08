// A ledger in a temporary folder, and a way to change its file behind its back.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "ledger/ledger.h"
#include "unit/seal/seal_testing.h"

namespace kinfold::ledger {

inline Entry store_entry(std::uint64_t rows) {
  Entry entry;
  entry.verb = Verb::kStore;
  entry.subject = seal::random_id();
  entry.kind = "request";
  entry.party = "dwp";
  entry.actor = "ann-1";
  entry.duty = "linkage";
  entry.purpose = "linkage";
  entry.data_classes = {"identity"};
  entry.counts = {{CountKind::kRows, rows}};
  entry.marks = {{DigestKind::kCharter, seal::sha256(seal::as_bytes("charter"))}};
  return entry;
}

class LedgerTest : public testing::Test {
 protected:
  LedgerSetting setting() {
    LedgerSetting setting;
    setting.path = path();
    setting.keys = &keys_;
    setting.clock = &clock_;
    setting.vocabulary.add_all({"request", "dwp", "ann-1", "linkage", "identity", "ons"});
    return setting;
  }
  std::string path() const { return folder_ / "ledger.db"; }
  Ledger open() {
    auto ledger = Ledger::open(setting());
    EXPECT_TRUE(ledger.ok()) << (ledger.ok() ? "" : ledger.error().message);
    return std::move(ledger).value();
  }
  /// A ledger of `count` entries, one a second.
  void fill(std::uint64_t count) {
    Ledger ledger = open();
    for (std::uint64_t i = 0; i < count; ++i) {
      clock_.advance_seconds(1);
      ASSERT_TRUE(ledger.append(store_entry(i)).ok());
    }
  }
  /// What somebody with access to the file can do.
  void tamper(const std::string& sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &handle), SQLITE_OK);
    const std::string all =
        "DROP TRIGGER IF EXISTS entries_stay_u; DROP TRIGGER IF EXISTS entries_stay_d; " + sql;
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(handle, all.c_str(), nullptr, nullptr, &message), SQLITE_OK)
        << (message ? message : "");
    sqlite3_free(message);
    sqlite3_close(handle);
  }
  Verdict verdict(const std::vector<std::string>& elsewhere = {}) {
    auto found = verify_file(path(), seal::card_of(keys_), elsewhere);
    EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.error().message);
    return found.ok() ? found.value() : Verdict();
  }

  seal::TemporaryFolder folder_;
  seal::SiteKeys keys_ = seal::make_site_keys("ons");
  ManualClock clock_{Instant{1'700'000'000}};
};

}  // namespace kinfold::ledger
