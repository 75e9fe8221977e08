#include "ledger/ledger.h"

#include "ledger_testing.h"
#include "seal/files.h"

namespace kinfold::ledger {
namespace {

TEST_F(LedgerTest, KeepsWhatWasAppendedAcrossOpenings) {
  fill(5);
  fill(3);
  const Ledger ledger = open();
  EXPECT_EQ(ledger.size(), 8u);
  const auto entries = ledger.entries().value();
  ASSERT_EQ(entries.size(), 8u);
  EXPECT_EQ(entries[4].entry.counts[0].number, 4u);
  EXPECT_EQ(entries[5].entry.counts[0].number, 0u);
  EXPECT_EQ(entries[5].previous, entries[4].leaf);
  auto head = verify_head(ledger.head_note(), seal::card_of(keys_));
  ASSERT_TRUE(head.ok()) << head.error().message;
  EXPECT_EQ(head.value().size, 8u);
  EXPECT_EQ(head.value().at, entries[7].at);
  EXPECT_TRUE(verdict().sound());
}

TEST_F(LedgerTest, TakesNoWordThatItDoesNotKnowAndDoesNotRepeatIt) {
  Ledger ledger = open();
  Entry entry = store_entry(1);
  entry.actor = "sarah";
  const auto refused_word = ledger.append(entry);
  EXPECT_EQ(refused_word.error().message,
            "a ledger entry has a word that neither the charter nor the list of actors knows");
  entry.actor = "Sarah Jones";
  EXPECT_FALSE(ledger.append(entry).ok());
  EXPECT_EQ(ledger.size(), 0u);
  entry.actor = "sarah";
  ledger.add_words({"sarah"});
  EXPECT_TRUE(ledger.append(entry).ok());
}

TEST_F(LedgerTest, TakesEachKindOfCountOnce) {
  Ledger ledger = open();
  Entry entry = store_entry(1);
  entry.counts.push_back({CountKind::kRows, 2});
  EXPECT_EQ(ledger.append(entry).error().code, ErrorCode::kInternal);
}

TEST_F(LedgerTest, RefusesAClockThatWasSetBack) {
  fill(3);
  {
    Ledger ledger = open();
    clock_.advance_seconds(-60);
    const auto appended = ledger.append(store_entry(9));
    EXPECT_EQ(appended.error().code, ErrorCode::kRefused);
    EXPECT_EQ(appended.error().message,
              "the clock stands before the last entry of the ledger (2023-11-14T22:13:23Z); nothing is done "
              "until it "
              "is set right");
    EXPECT_EQ(ledger.size(), 3u);
  }
  EXPECT_EQ(Ledger::open(setting()).error().code, ErrorCode::kRefused);
  clock_.advance_seconds(60);
  EXPECT_TRUE(Ledger::open(setting()).ok());
}

TEST_F(LedgerTest, LetsTwoHoldersTakeTurns) {
  Ledger first = open();
  Ledger second = open();
  for (std::uint64_t i = 0; i < 6; ++i) {
    auto index = (i % 2 == 0 ? first : second).append(store_entry(i));
    ASSERT_TRUE(index.ok()) << index.error().message;
    EXPECT_EQ(index.value(), i);
  }
  EXPECT_TRUE(verdict().sound());
}

TEST_F(LedgerTest, SaysWhenItCannotBeWritten) {
  LedgerSetting nowhere = setting();
  nowhere.path = folder_ / "no/such/folder/ledger.db";
  EXPECT_EQ(Ledger::open(nowhere).error().message, "ledger.db: cannot be opened; check the site's folder");
  ASSERT_TRUE(
      seal::write_whole_file(path(), seal::as_bytes("this is no database, only some text in a file")).ok());
  EXPECT_EQ(Ledger::open(setting()).error().message,
            "ledger.db: is damaged as a file; take the ledger from a backup and verify it");
}

TEST_F(LedgerTest, ProvesEachEntryToSomebodyWhoHasOnlyTheCard) {
  fill(11);
  const Ledger ledger = open();
  const seal::Card card = seal::card_of(keys_);
  for (std::uint64_t i = 0; i < 11; ++i) {
    const auto proof = ledger.prove_inclusion(i).value();
    auto recorded = check_inclusion_proof(proof, card);
    ASSERT_TRUE(recorded.ok()) << recorded.error().message;
    EXPECT_EQ(recorded.value().entry.counts[0].number, i);
    std::string changed = proof;
    changed.replace(changed.find("rows="), 6, "rows=9");
    if (changed != proof) {
      EXPECT_EQ(check_inclusion_proof(changed, card).error().message,
                "the entry is not under the head that the party signed");
    }
    EXPECT_FALSE(check_inclusion_proof(proof, seal::card_of(seal::make_site_keys("ons"))).ok());
  }
  EXPECT_EQ(ledger.prove_inclusion(11).error().message, "the ledger has 11 entries; there is no entry 11");
}

TEST_F(LedgerTest, ProvesThatItOnlyGrew) {
  fill(9);
  const Ledger ledger = open();
  const seal::Card card = seal::card_of(keys_);
  for (std::uint64_t size = 1; size <= 9; ++size) {
    EXPECT_TRUE(check_consistency_proof(ledger.prove_consistency(size).value(), card).ok()) << size;
  }
  EXPECT_FALSE(ledger.prove_consistency(0).ok());
  EXPECT_FALSE(ledger.prove_consistency(10).ok());
  EXPECT_FALSE(check_consistency_proof("", card).ok());
  EXPECT_FALSE(check_consistency_proof(ledger.prove_inclusion(1).value(), card).ok());
}

TEST_F(LedgerTest, ProofsBrokenAtAnyByteAreRefused) {
  fill(5);
  const std::string proof = open().prove_inclusion(2).value();
  const seal::Card card = seal::card_of(keys_);
  for (std::size_t i = 0; i < proof.size(); ++i) {
    std::string changed = proof;
    changed[i] = static_cast<char>(changed[i] ^ 2);
    EXPECT_FALSE(check_inclusion_proof(changed, card).ok()) << i;
  }
}

}  // namespace
}  // namespace kinfold::ledger
