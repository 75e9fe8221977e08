// Parties show each other their heads with every file, so that none can rewrite its history alone.
#include <gtest/gtest.h>

#include "ledger_testing.h"

namespace kinfold::ledger {
namespace {

class WitnessTest : public LedgerTest {
 protected:
  Ledger open_dwp() {
    LedgerSetting setting;
    setting.path = folder_ / "dwp.db";
    setting.keys = &dwp_keys_;
    setting.clock = &clock_;
    setting.vocabulary.add("ons");
    return std::move(Ledger::open(setting)).value();
  }
  seal::Card ons() const { return seal::card_of(keys_); }
  seal::SiteKeys dwp_keys_ = seal::make_site_keys("dwp");
};

TEST_F(WitnessTest, AcceptsALedgerThatOnlyGrows) {
  fill(3);
  Ledger dwp = open_dwp();
  for (int round = 0; round < 4; ++round) {
    auto greeting = open().greet("dwp").value();
    const auto status = dwp.witness(ons(), greeting.head, greeting.proof);
    EXPECT_TRUE(status.ok()) << status.error().message;
    EXPECT_EQ(dwp.witnessed("ons").value(), greeting.head);
    fill(static_cast<std::uint64_t>(round) + 1);
  }
  EXPECT_EQ(dwp.size(), 4u);
}

TEST_F(WitnessTest, BearsThatAFileWasLostOnItsWay) {
  fill(3);
  Ledger dwp = open_dwp();
  auto first = open().greet("dwp").value();
  ASSERT_TRUE(dwp.witness(ons(), first.head, first.proof).ok());
  for (int lost = 0; lost < 5; ++lost) {
    fill(2);
    ASSERT_TRUE(open().greet("dwp").ok());
  }
  fill(2);
  auto last = open().greet("dwp").value();
  const auto status = dwp.witness(ons(), last.head, last.proof);
  EXPECT_TRUE(status.ok()) << status.error().message;
}

TEST_F(WitnessTest, BearsTwoFilesOfOneSecondThatArriveInTheOtherOrder) {
  fill(3);
  Ledger dwp = open_dwp();
  Ledger ours = open();
  const auto earlier = ours.greet("dwp").value();
  const auto entry = ours.entries().value().back().entry;
  ASSERT_TRUE(ours.append(entry).ok());
  const auto later = ours.greet("dwp").value();
  ASSERT_TRUE(dwp.witness(ons(), later.head, later.proof).ok());
  const auto status = dwp.witness(ons(), earlier.head, earlier.proof);
  EXPECT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(dwp.witnessed("ons").value(), later.head);
}

TEST_F(WitnessTest, RefusesALedgerThatWasRewrittenAndRecordsIt) {
  fill(4);
  Ledger dwp = open_dwp();
  auto first = open().greet("dwp").value();
  ASSERT_TRUE(dwp.witness(ons(), first.head, first.proof).ok());
  tamper("DELETE FROM entries WHERE row > 2; DELETE FROM heads WHERE size > 2;");
  fill(6);
  auto second = open().greet("dwp").value();
  EXPECT_EQ(dwp.witness(ons(), second.head, second.proof).error().message,
            "the party's ledger was rewritten since it showed us its last head");
  EXPECT_EQ(dwp.entries().value().back().entry.reason, Reason::kFork);
  EXPECT_EQ(dwp.witnessed("ons").value(), first.head);
}

TEST_F(WitnessTest, RefusesAHeadWithoutAProofOrOfOneSizeWithAnother) {
  fill(4);
  Ledger dwp = open_dwp();
  auto first = open().greet("dwp").value();
  ASSERT_TRUE(dwp.witness(ons(), first.head, first.proof).ok());
  fill(1);
  EXPECT_EQ(dwp.witness(ons(), open().head_note(), "").error().message,
            "the party's head comes without a proof that it goes on from the last one it showed us");
  tamper("DELETE FROM entries WHERE row > 3; DELETE FROM heads WHERE size > 3;");
  fill(1);
  EXPECT_EQ(dwp.witness(ons(), open().head_note(), "").error().message,
            "the party's ledger was rewritten: it shows two heads of one size");
  EXPECT_FALSE(dwp.witness(seal::card_of(dwp_keys_), first.head, "").ok());
}

}  // namespace
}  // namespace kinfold::ledger
