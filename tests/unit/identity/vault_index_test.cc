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
    options.index_lag = index_lag_;
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
  Database raw() {
    return Database::open(folder_.file("vault.db"), "the vault", "kinfold vault 1", "").value();
  }
  std::int64_t number(const char* sql) {
    auto database = raw();
    auto asked = database.prepare(sql).value();
    return asked.step().value() ? asked.int_at(0) : 0;
  }
  /// Another one each time the whole index is written.
  std::int64_t head_record() { return number("SELECT record FROM search_head"); }
  std::int64_t bucket_count() { return number("SELECT COUNT(*) FROM search_bucket"); }
  bool finds(const Identity& who) {
    const auto found = open(true).search(who).value();
    return !found.empty() && found[0].probability > 0.95;
  }
  TemporaryFolder folder_;
  MapKeys keys_;
  std::uint64_t seed_ = 1;
  std::uint64_t index_lag_ = 1000;
};

std::string misspelt(std::string name) {
  if (name.size() > 3) std::swap(name[1], name[2]);
  return name;
}

TEST_F(VaultIndexTest, FindsWhomTheWholeVaultFindsAlsoMisspelt) {
  auto people = fill(3'000, "s1", 5);  // in the buckets
  const auto head = head_record();
  const auto add = [&](const std::vector<Identity>& more) {
    people.insert(people.end(), more.begin(), more.end());
  };
  add(fill(1'200, "s2", 6));  // in a late page
  add(fill(1'100, "s3", 7));  // in another
  add(fill(200, "s4", 8));    // behind them
  EXPECT_EQ(head_record(), head) << "nothing was written anew";
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

TEST_F(VaultIndexTest, WhatCameLateIsWrittenIntoTheBucketsOnceItIsMuch) {
  index_lag_ = 10;
  const auto first = fill(200, "s1", 11);
  const auto head = head_record();
  const auto buckets = bucket_count();
  const auto second = fill(60, "s2", 12);
  EXPECT_EQ(head_record(), head);
  EXPECT_EQ(bucket_count(), buckets + 1) << "a late page";
  EXPECT_TRUE(finds(second[3]));
  const auto third = fill(60, "s3", 13);
  EXPECT_NE(head_record(), head) << "more than ten times what it may lag behind";
  for (const auto* people : {&first, &second, &third}) EXPECT_TRUE(finds((*people)[5]));
}

TEST_F(VaultIndexTest, ErasureTakesThePersonOutOfALatePageToo) {
  index_lag_ = 10;
  fill(200, "s1", 14);
  const auto late = fill(60, "s2", 15);
  const auto head = head_record();
  {
    auto vault = open(true);
    ASSERT_TRUE(vault.erase(vault.search(late[20]).value().at(0).person).ok());
  }
  EXPECT_NE(head_record(), head);
  EXPECT_FALSE(finds(late[20]));
  EXPECT_TRUE(finds(late[21]));
}

/// As a program from before wrote it: each first version in a row of its own, and a head that knows of no
/// people.
void make_older(Database& database, MapKeys& keys, std::uint64_t head_layout) {
  const auto put = [](seal::PlainBytes& bytes, std::size_t place, std::uint64_t number) {
    std::memcpy(bytes.data() + 8 * place, &number, sizeof(number));
  };
  constexpr std::size_t kPersonBytes = 8 + 16 + 8;  // layout, id, restricted
  auto rows = database.prepare("SELECT record, sealed FROM person").value();
  std::uint64_t count = 0;
  while (rows.step().value()) {
    const auto record = rows.int_at(0);
    const auto both = keys.open(static_cast<RecordNumber>(record), rows.bytes_at(1)).value();
    seal::PlainBytes person(both.begin(), both.begin() + kPersonBytes);
    put(person, 0, 1);
    person.resize(64);
    seal::PlainBytes version(8);
    put(version, 0, 2);
    version.insert(version.end(), both.begin() + kPersonBytes, both.end());
    const auto sealed_person = keys.seal(static_cast<RecordNumber>(record), person).value();
    const auto sealed_version = keys.seal(static_cast<RecordNumber>(record), version).value();
    auto update = database.prepare("UPDATE person SET sealed = ?2 WHERE record = ?1").value();
    ASSERT_TRUE(update.bind(1, record).bind(2, seal::ByteView(sealed_person)).run().ok());
    auto insert = database.prepare("INSERT INTO version(record, sealed) VALUES(?1, ?2)").value();
    ASSERT_TRUE(insert.bind(1, record).bind(2, seal::ByteView(sealed_version)).run().ok());
    ++count;
  }
  auto asked = database.prepare("SELECT record, sealed FROM search_head").value();
  ASSERT_TRUE(asked.step().value());
  const auto record = static_cast<RecordNumber>(asked.int_at(0));
  auto head = keys.open(record, asked.bytes_at(1)).value();
  std::fill(head.begin() + (4 + 2) * 8, head.end(), std::byte{0});  // what follows the secret
  put(head, 0, head_layout);
  put(head, 2, count);
  if (head_layout == 8) put(head, 6, count);
  const auto sealed = keys.seal(record, head).value();
  auto update = database.prepare("UPDATE search_head SET sealed = ?1").value();
  ASSERT_TRUE(update.bind(1, seal::ByteView(sealed)).run().ok());
}

class OlderVaultTest : public VaultIndexTest, public ::testing::WithParamInterface<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(HeadLayouts, OlderVaultTest, ::testing::Values(5, 8));

TEST_P(OlderVaultTest, IsReadAsItIs) {
  const auto people = fill(1'500, "s1", 16);
  PersonId person;
  {
    auto vault = open(false);
    ASSERT_TRUE(
        vault
            .issue({"r1", "dwp", "linkage", *parse_iso_date("2020-02-01"), *parse_iso_date("2020-03-01")},
                   vault.people())
            .ok());
    person = vault.search(people[10]).value().at(0).person;
  }
  {
    auto database = raw();
    ASSERT_TRUE(database.execute("DROP TABLE scope_head").ok());
    make_older(database, keys_, GetParam());
  }
  ASSERT_TRUE(raw().execute("PRAGMA journal_mode=WAL").ok());
  for (const bool only_found : {true, false}) {
    const auto vault = open(only_found);
    ASSERT_EQ(vault.search(people[10]).value().at(0).person, person);
    EXPECT_EQ(vault.disclosures(person).value().at(0).recipient, "dwp");
    EXPECT_TRUE(vault.reference_of("r1", person).value().has_value());
  }
  {
    auto vault = open(true);
    ASSERT_FALSE(vault.search(people[10]).value().empty());
    ASSERT_TRUE(vault.erase(person).ok());
  }
  EXPECT_TRUE(open(true).disclosures(person).value().empty());
  EXPECT_FALSE(finds(people[10]));
  EXPECT_TRUE(finds(people[11]));
}

TEST_P(OlderVaultTest, GoesOnWorking) {
  const auto people = fill(1'500, "s1", 18);
  {
    auto database = raw();
    make_older(database, keys_, GetParam());
  }
  PersonId restricted;
  {
    auto vault = open(true);
    restricted = vault.search(people[20]).value().at(0).person;
    ASSERT_TRUE(vault.restrict(restricted, true).ok());
  }
  for (const bool only_found : {true, false}) {
    const auto vault = open(only_found);
    ASSERT_EQ(vault.search(people[20]).value().at(0).person, restricted);
    const auto record = *vault.find(restricted);
    EXPECT_TRUE(record.restricted);
    ASSERT_EQ(record.versions.size(), 1U) << "once, not also inside";
    EXPECT_EQ(record.current, people[20]);
  }
  const auto more = fill(20, "s2", 19);
  EXPECT_EQ(open(false).person_count(), 1'520U);
  for (const auto* asked : {&people, &more}) EXPECT_TRUE(finds((*asked)[7]));
  keys_.open_count = 0;
  EXPECT_TRUE(finds(people[30]));
  EXPECT_LT(keys_.open_count, 500) << "the index knows its people again";
}

TEST_F(VaultIndexTest, WhoIsInAScopeIsReadOnlyWhenItIsAsked) {
  const auto people = fill(1'500, "s1", 17);
  {
    auto vault = open(false);
    for (const char* id : {"r1", "r2", "r3"})
      ASSERT_TRUE(vault.issue({id, "dwp", "linkage", {}, {}}, vault.people()).ok());
  }
  keys_.open_count = 0;
  const auto vault = open(true);
  EXPECT_EQ(keys_.open_count, 3) << "the head of each scope";
  const auto person = vault.search(people[10]).value().at(0).person;
  EXPECT_EQ(vault.scopes().size(), 3U);
  keys_.open_count = 0;
  EXPECT_TRUE(vault.reference_of("r2", person).value().has_value());
  EXPECT_EQ(keys_.open_count, 2) << "its members and its references";
  EXPECT_EQ(vault.disclosures(person).value().size(), 3U);
  EXPECT_EQ(keys_.open_count, 6);
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
