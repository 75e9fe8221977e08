// The search index on disk: a vault that reads only whom it finds answers like one that has read everybody.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "identity/database.h"
#include "identity/vault.h"
#include "support.h"

namespace kinfold::identity {
namespace {

using testing::MapKeys;
using testing::seeded;
using testing::table_of;
using testing::TemporaryFolder;

class VaultIndexTest : public ::testing::Test {
 protected:
  Vault open(bool only_found) {
    Vault::Options options;
    options.only_found = only_found;
    auto vault = Vault::open(folder_.file("vault.db"), keys_, seeded(seed_++), options);
    EXPECT_TRUE(vault.ok()) << (vault.ok() ? "" : vault.error().message);
    return std::move(vault).value();
  }
  std::vector<Identity> fill(std::size_t count, const char* submission, std::uint64_t seed) {
    RandomStream random(seed);
    std::vector<Identity> people;
    std::vector<std::int64_t> families;
    for (std::size_t i = 0; i < count; ++i) {
      people.push_back(testing::random_person(random));
      families.push_back(static_cast<std::int64_t>(i / 3));
    }
    auto vault = open(false);
    const auto received = vault.add_or_find(table_of(people), families,
                                            {"stockport", submission, *parse_iso_date("2020-01-15")});
    EXPECT_TRUE(received.ok()) << (received.ok() ? "" : received.error().message);
    return people;
  }
  TemporaryFolder folder_;
  MapKeys keys_;
  std::uint64_t seed_ = 1;
};

std::string misspelt(std::string name) {
  if (name.size() > 3) std::swap(name[1], name[2]);
  return name;
}

TEST_F(VaultIndexTest, FindsWhomTheWholeVaultFindsAlsoMisspelt) {
  auto people = fill(3'000, "s1", 5);    // in the index
  const auto late = fill(200, "s2", 6);  // behind it
  people.insert(people.end(), late.begin(), late.end());
  const auto asked_for = [&](std::size_t i) {
    auto asked = people[i];
    if (i % 2 == 0) asked.surname = misspelt(asked.surname);
    return asked;
  };
  std::vector<std::vector<Candidate>> expected;
  {
    const auto whole = open(false);
    for (std::size_t i = 0; i < people.size(); i += 37)
      expected.push_back(whole.search(asked_for(i)).value());
  }
  const auto vault = open(true);
  std::size_t at = 0;
  int found = 0;
  for (std::size_t i = 0; i < people.size(); i += 37, ++at) {
    const auto candidates = vault.search(asked_for(i)).value();
    ASSERT_EQ(candidates.empty(), expected[at].empty()) << i;
    if (candidates.empty()) continue;
    ++found;
    EXPECT_EQ(candidates[0].person, expected[at][0].person) << i;
    const auto record = vault.find(candidates[0].person);
    ASSERT_TRUE(record.has_value());
    EXPECT_FALSE(record->versions.empty());
  }
  EXPECT_GT(found, 70);
}

TEST_F(VaultIndexTest, ErasureGivesTheIndexAFreshKeySoThatABackupOfItIsUnreadable) {
  const auto people = fill(1'500, "s1", 7);
  const auto backup = folder_.file("backup.db");
  std::filesystem::copy(folder_.file("vault.db"), backup);
  PersonId gone;
  {
    auto vault = open(true);
    const auto found = vault.search(people[10]).value();
    ASSERT_FALSE(found.empty());
    gone = found[0].person;
    ASSERT_TRUE(vault.erase(gone).ok());
  }
  {
    const auto vault = open(true);
    const auto left = vault.search(people[10]).value();
    for (const auto& candidate : left) EXPECT_NE(candidate.person, gone);
    EXPECT_FALSE(vault.search(people[11]).value().empty()) << "the others are found as before";
  }
  EXPECT_EQ(open(false).person_count(), 1'499U);
  auto database = Database::open(backup, "the backup", "kinfold vault 1", "");
  ASSERT_TRUE(database.ok());
  auto head = database.value().prepare("SELECT record, sealed FROM search_head");
  ASSERT_TRUE(head.ok() && head.value().step().value());
  EXPECT_FALSE(keys_.open(static_cast<RecordNumber>(head.value().int_at(0)), head.value().bytes_at(1)).ok());
}

TEST_F(VaultIndexTest, ACorrectionIsFoundAtOnceUnderTheNewSpelling) {
  const auto people = fill(1'500, "s1", 8);
  auto corrected = people[20];
  corrected.surname = "Featherstonehaugh";
  {
    auto vault = open(true);
    const auto found = vault.search(people[20]).value();
    ASSERT_FALSE(found.empty());
    ASSERT_TRUE(
        vault.rectify(found[0].person, corrected, {"ons", "correction", *parse_iso_date("2020-03-01")}).ok());
  }
  const auto again = open(true).search(corrected).value();
  ASSERT_FALSE(again.empty());
  EXPECT_GT(again[0].probability, 0.95);
}

TEST_F(VaultIndexTest, CallsAboutEverybodyAreRefusedInAVaultOpenedForOne) {
  const auto people = fill(10, "s1", 9);
  auto vault = open(true);
  EXPECT_FALSE(vault
                   .add_or_find(table_of(people), std::vector<std::int64_t>(10, 1),
                                {"leeds", "s2", *parse_iso_date("2020-02-01")})
                   .ok());
  EXPECT_FALSE(vault.issue({"r1", "dwp", "linkage", {}, {}}, {}).ok());
  EXPECT_FALSE(vault.request_people("r1").ok());
}

// KINFOLD_VAULT_PEOPLE=1000000 for the figures in docs/formats/vault.md.
TEST_F(VaultIndexTest, ASearchAfterOpeningReadsAFewPeopleOfAll) {
  // How long that takes is measured by bench/sealed/vault_million.cc.
  const auto people = fill(5'000, "s1", 10);
  keys_.open_count = 0;
  const auto vault = open(true);
  auto who = people[7];
  who.surname = misspelt(who.surname);
  ASSERT_TRUE(vault.search(who).ok());
  EXPECT_GT(keys_.open_count, 0);
  EXPECT_LT(keys_.open_count, 500);
}

}  // namespace
}  // namespace kinfold::identity
