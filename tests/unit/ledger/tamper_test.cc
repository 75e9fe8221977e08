// Whatever is done to a ledger's file is found, and the place where it was done is named.
#include <gtest/gtest.h>

#include "base/random.h"
#include "ledger_testing.h"
#include "seal/note.h"

namespace kinfold::ledger {
namespace {

std::string edit_sql(std::uint64_t index) {
  return "UPDATE entries SET line = replace(line, 'rows=', 'rows=1') WHERE row = " +
         std::to_string(index + 1) + ";";
}

TEST_F(LedgerTest, FindsAnEditAtEveryPlace) {
  for (std::uint64_t index = 0; index < 6; ++index) {
    std::filesystem::remove(path());
    fill(6);
    tamper(edit_sql(index));
    const auto found = verdict();
    ASSERT_FALSE(found.sound());
    EXPECT_EQ(found.damages[0].index, index);
    EXPECT_EQ(found.damages[0].what.substr(0, 6), "edited");
    EXPECT_EQ(Ledger::open(setting()).error().code, ErrorCode::kRefused);
  }
}

TEST_F(LedgerTest, FindsARemovedEntryAlsoWhenTheRestClosesUp) {
  fill(6);
  tamper("DELETE FROM entries WHERE row = 3;");
  EXPECT_EQ(verdict().damages[0].index, 2u);
  EXPECT_EQ(verdict().damages[0].what, "missing");
  tamper("UPDATE entries SET row = row - 1 WHERE row > 3;");
  EXPECT_EQ(verdict().damages[0].index, 2u);
  EXPECT_EQ(verdict().damages[0].what, "out of order: another entry stands in its place");
}

TEST_F(LedgerTest, FindsTwoEntriesThatChangedPlaces) {
  fill(6);
  tamper(
      "UPDATE entries SET row = 100 WHERE row = 2; UPDATE entries SET row = 2 WHERE row = 5;"
      "UPDATE entries SET row = 5 WHERE row = 100;");
  EXPECT_EQ(verdict().damages[0].index, 1u);
}

TEST_F(LedgerTest, FindsThatItsEndWasCutOff) {
  fill(6);
  tamper("DELETE FROM entries WHERE row > 4;");
  EXPECT_EQ(verdict().damages[0].index, 4u);
  EXPECT_EQ(verdict().damages[0].what, "cut short: entries from here on are missing");
}

TEST_F(LedgerTest, FindsACutWithItsHeadsByAHeadThatAnotherPartyKeeps) {
  fill(6);
  const std::string kept = open().head_note();
  tamper("DELETE FROM entries WHERE row > 4; DELETE FROM heads WHERE size > 4;");
  EXPECT_TRUE(verdict().sound());  // nothing in the file itself can show it
  EXPECT_EQ(verdict({kept}).damages[0].index, 4u);
  EXPECT_EQ(verdict({kept}).damages[0].what, "cut short: another party holds a head over more entries");
}

TEST_F(LedgerTest, FindsARewrittenHistoryByTheHeadOfTheOldOne) {
  fill(4);
  const std::string kept = open().head_note();
  tamper("DELETE FROM entries WHERE row > 2; DELETE FROM heads WHERE size > 2;");
  fill(5);  // the site writes its history anew, with its own keys
  EXPECT_TRUE(verdict().sound());
  const auto found = verdict({kept});
  ASSERT_FALSE(found.sound());
  EXPECT_EQ(found.damages[0].index, 3u);
  EXPECT_EQ(found.damages[0].what, "forked: another party holds a head over other entries up to here");
}

TEST_F(LedgerTest, FindsEntriesAddedWithoutTheKey) {
  fill(3);
  const Recorded last = open().entries().value().back();
  Recorded forged{3, last.at, store_entry(1), last.leaf, {}};
  tamper("INSERT INTO entries VALUES (4, '" + to_line(forged) + "');");
  EXPECT_EQ(verdict().damages[0].index, 3u);
  EXPECT_EQ(verdict().damages[0].what, "added without a signed head");
}

TEST_F(LedgerTest, FindsAHeadThatAnotherKeySigned) {
  fill(3);
  const seal::SiteKeys other = seal::make_site_keys("ons");
  const auto head = verify_head(open().head_note(), seal::card_of(keys_)).value();
  const auto forged = seal::sign_note(to_text(head), "ons", other.signer).value();
  tamper("UPDATE heads SET note = '" + forged + "' WHERE size = 3;");
  EXPECT_FALSE(verdict().sound());
  EXPECT_EQ(Ledger::open(setting()).error().code, ErrorCode::kRefused);
}

TEST_F(LedgerTest, FindsAnyOneChangeOfAnyByteOfAnyLine) {
  fill(12);
  std::vector<std::string> lines;
  const auto entries = open().entries().value();
  for (const auto& recorded : entries) lines.push_back(to_line(recorded));
  RandomStream random(4);
  for (int round = 0; round < 60; ++round) {
    const auto index = random.below(lines.size());
    std::string changed = lines[index];
    const auto at = random.below(changed.size());
    changed[at] = changed[at] == '7' ? '8' : '7';
    const auto row = std::to_string(index + 1);
    tamper("UPDATE entries SET line = '" + changed + "' WHERE row = " + row + ";");
    const auto found = verdict();
    ASSERT_FALSE(found.sound()) << "round " << round << ", entry " << index << ", byte " << at;
    EXPECT_EQ(found.damages[0].index, index) << found.damages[0].what;
    tamper("UPDATE entries SET line = '" + lines[index] + "' WHERE row = " + row + ";");
    ASSERT_TRUE(verdict().sound());
  }
}

}  // namespace
}  // namespace kinfold::ledger
