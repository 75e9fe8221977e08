#include "identity/vault.h"
#include "identity/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "measured.h"
#include "support.h"

namespace kinfold::identity {
namespace {

using testing::MapKeys;
using testing::person;
using testing::seeded;
using testing::table_of;
using testing::TemporaryFolder;

Origin origin(const char* authority, const char* submission, const char* received = "2020-01-15") {
  return {authority, submission, *parse_iso_date(received)};
}

ReferenceScope scope(const char* id, const char* recipient = "dwp") {
  return {id, recipient, "linkage", *parse_iso_date("2020-02-01"), *parse_iso_date("2020-03-01")};
}

const Identity kAnn = person("Ann", "Lee", "1985-02-01", "female", "1 High St", "SK1 1AA", "AB123456C");
const Identity kBob = person("Bob", "Lee", "1984-03-02", "male", "1 High St", "SK1 1AA");
const Identity kEve = person("Eve", "Ray", "1990-04-03", "female", "2 Low St", "SK2 2BB");

class VaultTest : public ::testing::Test {
 protected:
  Vault open(std::uint64_t seed = 1) {
    auto vault = Vault::open(folder_.file("vault.db"), keys_, seeded(seed_++ + seed));
    EXPECT_TRUE(vault.ok()) << (vault.ok() ? "" : vault.error().message);
    return std::move(vault).value();
  }
  static ReceivedPeople add(Vault& vault, const std::vector<Identity>& people,
                            const std::vector<std::int64_t>& family, const Origin& from) {
    auto received = vault.add_or_find(table_of(people), family, from);
    EXPECT_TRUE(received.ok()) << (received.ok() ? "" : received.error().message);
    return received.ok() ? std::move(received).value() : ReceivedPeople{};
  }
  TemporaryFolder folder_;
  MapKeys keys_;
  std::uint64_t seed_ = 100;
};

TEST_F(VaultTest, GivesEverybodyAnIdAndKeepsTheirIdentity) {
  auto vault = open();
  const auto received = add(vault, {kAnn, kBob, kEve}, {1, 1, 2}, origin("stockport", "s1"));
  EXPECT_EQ(received.new_person_count, 3U);
  EXPECT_EQ(std::set<PersonId>(received.persons.begin(), received.persons.end()).size(), 3U);
  EXPECT_EQ(received.families[0], received.families[1]);
  EXPECT_NE(received.families[0], received.families[2]);
  const auto record = vault.find(received.persons[0]);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->current, kAnn);
  EXPECT_EQ(record->versions.at(0).origin, origin("stockport", "s1"));
}

TEST_F(VaultTest, OutlivesTheProcess) {
  std::vector<PersonId> people;
  {
    auto vault = open();
    add(vault, {kAnn, kBob, kEve}, {1, 1, 2}, origin("stockport", "s1"));
    people = vault.people();
  }
  auto vault = open();
  EXPECT_EQ(vault.people(), people);
  EXPECT_EQ(vault.person_count(), 3U);
  EXPECT_FALSE(
      vault.add_or_find(table_of({kAnn}), std::vector<std::int64_t>{1}, origin("stockport", "s1")).ok())
      << "a submission is received once";
}

TEST_F(VaultTest, FindsThePersonAgainInAnotherSubmissionAndKeepsTheNewSpelling) {
  auto vault = open();
  const auto first = add(vault, {kAnn, kBob, kEve}, {1, 1, 2}, origin("stockport", "s1"));
  auto again = kAnn;
  again.forenames = "Ann Marie";
  again.address = "9 New Road";
  again.forenames = "ANN";
  const auto second = add(vault, {again, kEve}, {7, 8}, origin("leeds", "s2", "2020-02-15"));
  EXPECT_EQ(second.new_person_count, 0U);
  EXPECT_EQ(second.found_person_count, 2U);
  EXPECT_EQ(second.new_spelling_count, 1U);
  EXPECT_EQ(second.persons[0], first.persons[0]);
  EXPECT_EQ(second.persons[1], first.persons[2]);
  const auto record = vault.find(first.persons[0]);
  ASSERT_EQ(record->versions.size(), 2U);
  EXPECT_EQ(record->versions[1].origin.authority, "leeds");
  EXPECT_EQ(record->current.address, "9 New Road");
}

TEST_F(VaultTest, TwinsNamesakesAndFatherAndSonStayApart) {
  auto vault = open();
  const auto received =
      add(vault,
          {kAnn, person("Amy", "Lee", "1985-02-01", "female", "1 High St", "SK1 1AA"),
           person("Ann", "Lee", "1962-07-09", "female", "1 High St", "SK1 1AA"),
           person("Ann", "Lee", "1985-02-01", "female", "4 Far Away", "LS9 9ZZ", "CE654321A")},
          {1, 1, 1, 2}, origin("stockport", "s1"));
  EXPECT_EQ(received.new_person_count, 4U);
}

TEST_F(VaultTest, AChildInTwoFamiliesOfOneFileIsOnePerson) {
  auto vault = open();
  auto elsewhere = kAnn;
  elsewhere.address = "5 Other St";
  elsewhere.postcode = "SK5 5EE";
  const auto received = add(vault, {kAnn, kBob, elsewhere, kEve}, {1, 1, 2, 2}, origin("stockport", "s1"));
  EXPECT_EQ(received.new_person_count, 3U);
  EXPECT_EQ(received.persons[0], received.persons[2]);
  EXPECT_NE(received.families[0], received.families[2]);
}

TEST_F(VaultTest, AFamilyKeepsItsIdInALaterSubmissionOfTheSameCouncil) {
  auto vault = open();
  const auto first = add(vault, {kAnn, kBob, kEve}, {1, 1, 2}, origin("stockport", "s1"));
  const auto baby = person("Ida", "Lee", "2020-01-20", "female", "1 High St", "SK1 1AA");
  const auto second = add(vault, {kAnn, kBob, baby}, {5, 5, 5}, origin("stockport", "s2"));
  EXPECT_EQ(second.families[2], first.families[0]);
  const auto elsewhere = add(vault, {kAnn, kBob}, {3, 3}, origin("leeds", "s3"));
  EXPECT_NE(elsewhere.families[0], first.families[0]) << "another council's count is its own";
}

/// A household of two to five with one surname and address.
std::vector<Identity> random_household(RandomStream& random) {
  std::vector<Identity> household;
  const auto head = testing::random_person(random);
  const int size = random.between(2, 5);
  for (int i = 0; i < size; ++i) {
    auto member = testing::random_person(random);
    member.surname = head.surname;
    member.postcode = head.postcode;
    member.gender = random.chance(0.5) ? "female" : "male";
    member.address = std::to_string(random.between(1, 99)) + " Some Street";
    if (random.chance(0.5)) member.nino = "AB" + std::to_string(random.between(100'000, 999'999)) + "C";
    household.push_back(member);
  }
  return household;
}

/// As another clerk would write it a year later.
Identity as_received_again(Identity identity, RandomStream& random) {
  if (random.chance(0.3)) identity.forenames = ascii_upper(identity.forenames);
  if (random.chance(0.15)) identity.surname[identity.surname.size() / 2] = 'e';
  if (random.chance(0.1)) identity.nino.clear();
  if (random.chance(0.15)) identity.postcode = testing::random_person(random).postcode;
  if (random.chance(0.05)) {
    const auto ymd = to_ymd(*identity.date_of_birth);
    if (const auto swapped = make_date(ymd.year, ymd.day, ymd.month)) identity.date_of_birth = swapped;
  }
  return identity;
}

TEST_F(VaultTest, FindsThousandsAgainWithTheirErrorsAndHardlyEverTakesOnePersonForAnother) {
  RandomStream random(11);
  std::vector<Identity> first;
  std::vector<Identity> second;
  std::vector<std::int64_t> first_family;
  std::vector<std::int64_t> second_family;
  std::vector<int> second_is;  // index in the first submission, or -1
  for (std::int64_t family = 0; family < 1'200; ++family) {
    for (const auto& member : random_household(random)) {
      if (family % 3 != 2) {
        first.push_back(member);
        first_family.push_back(family);
      }
      if (family % 3 == 0) continue;
      second.push_back(family % 3 == 1 ? as_received_again(member, random) : member);
      second_family.push_back(family);
      second_is.push_back(family % 3 == 1 ? static_cast<int>(first.size()) - 1 : -1);
    }
  }
  auto vault = open();
  const auto before = add(vault, first, first_family, origin("stockport", "s1"));
  const auto after = add(vault, second, second_family, origin("leeds", "s2"));
  int missed = 0;
  int wrong = 0;
  int true_count = 0;
  for (std::size_t i = 0; i < second.size(); ++i) {
    const auto place =
        std::find(before.persons.begin(), before.persons.end(), after.persons[i]) - before.persons.begin();
    const bool found = place < static_cast<std::ptrdiff_t>(before.persons.size());
    true_count += second_is[i] >= 0 ? 1 : 0;
    if (second_is[i] >= 0 && !found) ++missed;
    if (found && place != second_is[i]) ++wrong;
  }
  record_measured("wrong-person", "people of whom another council sends a misspelt record",
                  std::to_string(true_count) + ": " + std::to_string(missed) + " not recognised, " +
                      std::to_string(wrong) + " taken for somebody else");
  EXPECT_LT(missed, true_count / 25);
  EXPECT_LT(wrong, true_count / 200);
}

TEST_F(VaultTest, ReferencesDifferForEachRecipientAndRequestAndResolveToTheirPeople) {
  auto vault = open();
  const auto received = add(vault, {kAnn, kBob, kEve}, {1, 1, 2}, origin("stockport", "s1"));
  const auto dwp = vault.issue(scope("r1", "dwp"), received.persons);
  const auto moj = vault.issue(scope("r2", "moj"), received.persons);
  ASSERT_TRUE(dwp.ok() && moj.ok());
  std::set<Reference> all(dwp.value().begin(), dwp.value().end());
  all.insert(moj.value().begin(), moj.value().end());
  EXPECT_EQ(all.size(), 6U);
  const auto resolved = vault.resolve("r1", dwp.value());
  ASSERT_TRUE(resolved.ok());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(resolved.value()[i], received.persons[i]);
  const auto foreign = vault.resolve("r1", moj.value());
  ASSERT_TRUE(foreign.ok());
  for (const auto& found : foreign.value()) EXPECT_FALSE(found.has_value());
  EXPECT_EQ(vault.reference_of("r2", received.persons[1]).value(), moj.value()[1]);
  EXPECT_FALSE(vault.issue(scope("r1"), received.persons).ok()) << "an id is used once";
  const std::vector<PersonId> twice = {received.persons[0], received.persons[0]};
  EXPECT_FALSE(vault.issue(scope("r3"), twice).ok());
  const std::vector<PersonId> stranger = {PersonId{}};
  EXPECT_FALSE(vault.issue(scope("r4"), stranger).ok());
}

TEST_F(VaultTest, RequestHasReferencesAndIdentitiesInTheOrderOfTheReferences) {
  auto vault = open();
  const auto received = add(vault, {kAnn, kBob, kEve}, {1, 1, 2}, origin("stockport", "s1"));
  ASSERT_TRUE(vault.issue(scope("r1"), received.persons).ok());
  const auto request = vault.request_people("r1");
  ASSERT_TRUE(request.ok());
  const auto& people = request.value();
  ASSERT_EQ(people.row_count(), 3U);
  std::vector<std::string> names;
  for (const auto& column : people.columns()) names.push_back(column.name());
  EXPECT_EQ(names, (std::vector<std::string>{"reference", "forenames", "surname", "date_of_birth", "gender",
                                             "address", "postcode", "nino"}));
  for (std::size_t row = 1; row < 3; ++row) {
    EXPECT_LT(people.columns()[0].string_at(row - 1), people.columns()[0].string_at(row));
  }
}

TEST_F(VaultTest, ReferencesAreDestroyedAndWhoGotTheDataStaysKnown) {
  std::vector<Reference> issued;
  PersonId ann;
  {
    auto vault = open();
    const auto received = add(vault, {kAnn, kBob}, {1, 1}, origin("stockport", "s1"));
    ann = received.persons[0];
    issued = vault.issue(scope("r1"), received.persons).value();
    ASSERT_TRUE(vault.destroy_references("r1").ok());
    EXPECT_FALSE(vault.resolve("r1", issued).ok());
    EXPECT_TRUE(vault.destroy_references("r1").ok()) << "twice is no error";
  }
  auto vault = open();
  EXPECT_FALSE(vault.resolve("r1", issued).ok());
  EXPECT_FALSE(vault.request_people("r1").ok());
  EXPECT_FALSE(vault.reference_of("r1", ann).value().has_value());
  const auto disclosures = vault.disclosures(ann).value();
  ASSERT_EQ(disclosures.size(), 1U);
  EXPECT_EQ(disclosures[0].recipient, "dwp");
}

TEST_F(VaultTest, ARestrictedPersonGoesIntoNoRequest) {
  {
    auto vault = open();
    const auto received = add(vault, {kAnn, kBob}, {1, 1}, origin("stockport", "s1"));
    ASSERT_TRUE(vault.restrict(received.persons[0], true).ok());
    ASSERT_TRUE(vault.issue(scope("r1"), received.persons).ok());
    EXPECT_EQ(vault.request_people("r1").value().row_count(), 1U);
  }
  auto vault = open();
  EXPECT_EQ(vault.request_people("r1").value().row_count(), 1U) << "also after a restart";
}

TEST_F(VaultTest, ACorrectionCountsFromThenOn) {
  auto vault = open();
  auto wrong = kAnn;
  wrong.surname = "Leigh";
  const auto received = add(vault, {wrong}, {1}, origin("stockport", "s1"));
  auto right = kAnn;
  right.nino.clear();
  ASSERT_TRUE(vault.rectify(received.persons[0], right, origin("ons", "case 1", "2020-03-01")).ok());
  EXPECT_EQ(vault.find(received.persons[0])->current, right) << "not even the number from before";
  EXPECT_EQ(add(vault, {wrong}, {1}, origin("stockport", "s2", "2020-04-01")).persons[0],
            received.persons[0]);
  EXPECT_EQ(vault.find(received.persons[0])->current, right) << "the council repeats its error";
  EXPECT_EQ(vault.find(received.persons[0])->versions.size(), 3U);
}

TEST_F(VaultTest, FindsPeopleByAFuzzyDescription) {
  auto vault = open();
  const auto received = add(vault, {kAnn, kBob, kEve}, {1, 1, 2}, origin("stockport", "s1"));
  const auto found = vault.search(person("Anne", "Leigh", "1985-02-01"));
  ASSERT_TRUE(found.ok());
  ASSERT_FALSE(found.value().empty());
  EXPECT_EQ(found.value()[0].person, received.persons[0]);
  EXPECT_TRUE(vault.search(person("Nobody", "Here", "1911-01-01")).value().empty());
}

TEST_F(VaultTest, ErasureLeavesNothingReadableInTheVaultOrInABackupOfIt) {
  const auto backup = folder_.file("backup.db");
  PersonId ann;
  {
    auto vault = open();
    const auto received = add(vault, {kAnn, kBob}, {1, 1}, origin("stockport", "s1"));
    ann = received.persons[0];
    ASSERT_TRUE(vault.issue(scope("r1"), received.persons).ok());
  }
  std::filesystem::copy(folder_.file("vault.db"), backup);
  {
    auto vault = open();
    EXPECT_EQ(vault.disclosures(ann).value().size(), 1U) << "who must be told";
    ASSERT_TRUE(vault.erase(ann).ok());
    EXPECT_TRUE(vault.disclosures(ann).value().empty());
    EXPECT_FALSE(vault.find(ann).has_value());
    EXPECT_EQ(vault.person_count(), 1U);
    EXPECT_EQ(vault.request_people("r1").value().row_count(), 1U);
    EXPECT_FALSE(vault.reference_of("r1", ann).value().has_value());
    EXPECT_TRUE(vault.search(kAnn).value().empty() || vault.search(kAnn).value()[0].person != ann);
  }
  {
    auto vault = open();
    EXPECT_EQ(vault.person_count(), 1U);
    EXPECT_FALSE(vault.find(ann).has_value());
  }
  // Every sealed body in the backup, tried with every key that is left.
  auto database = Database::open(backup, "the backup", "kinfold vault 1", "");
  ASSERT_TRUE(database.ok());
  int readable = 0;
  int unreadable = 0;
  auto asked = database.value().prepare(
      "SELECT record, sealed FROM person UNION ALL SELECT record, sealed FROM version");
  ASSERT_TRUE(asked.ok());
  while (asked.value().step().value()) {
    const auto plain =
        keys_.open(static_cast<RecordNumber>(asked.value().int_at(0)), asked.value().bytes_at(1));
    ++(plain.ok() ? readable : unreadable);
  }
  EXPECT_EQ(readable, 1) << "Bob's";
  EXPECT_EQ(unreadable, 1) << "Ann's";
}

TEST_F(VaultTest, ErasedPersonWhoComesAgainIsSomebodyNew) {
  auto vault = open();
  const auto received = add(vault, {kAnn, kBob}, {1, 1}, origin("stockport", "s1"));
  ASSERT_TRUE(vault.erase(received.persons[0]).ok());
  const auto again = add(vault, {kAnn}, {1}, origin("stockport", "s2"));
  EXPECT_EQ(again.new_person_count, 1U);
  EXPECT_NE(again.persons[0], received.persons[0]);
}

TEST_F(VaultTest, ErasureThatWasInterruptedIsFinishedUponOpening) {
  PersonId ann;
  {
    auto vault = open();
    ann = add(vault, {kAnn, kBob}, {1, 1}, origin("stockport", "s1")).persons[0];
    keys_.fail_forget = true;
    EXPECT_FALSE(vault.erase(ann).ok());
  }
  EXPECT_EQ(keys_.key_count(), 2U);
  keys_.fail_forget = false;
  auto vault = open();
  EXPECT_EQ(keys_.key_count(), 1U);
  EXPECT_FALSE(vault.find(ann).has_value());
}

TEST_F(VaultTest, ASubmissionThatFailsHalfwayLeavesNothing) {
  auto vault = open();
  add(vault, {kEve}, {1}, origin("stockport", "s1"));
  keys_.fail_after_count = 2;
  EXPECT_FALSE(
      vault.add_or_find(table_of({kAnn, kBob}), std::vector<std::int64_t>{1, 1}, origin("stockport", "s2"))
          .ok());
  EXPECT_EQ(vault.person_count(), 1U);
  keys_.fail_after_count.reset();
  EXPECT_EQ(add(vault, {kAnn, kBob}, {1, 1}, origin("stockport", "s2")).new_person_count, 2U);
}

TEST_F(VaultTest, NothingLiesInTheClearInAnyFile) {
  auto vault = open();
  const auto canary = person("Canaryforename", "Canarysurname", "1985-02-01", "female", "17 Canary Road",
                             "SK1 1AA", "AB123456C");
  const auto received = add(vault, {canary, kBob}, {1, 1}, origin("stockport", "s1"));
  const auto issued = vault.issue(scope("r1"), received.persons).value();
  const auto while_open = testing::all_bytes_below(folder_.path());
  for (const auto& text : {std::string("anary"), std::string("ANARY"), std::string("AB123456"),
                           std::string("1985"), to_text(issued[0]), to_text(received.persons[0]),
                           std::string(received.persons[0].bytes.begin(), received.persons[0].bytes.end()),
                           std::string(issued[0].bytes.begin(), issued[0].bytes.end())}) {
    EXPECT_EQ(while_open.find(text), std::string::npos) << text;
  }
}

TEST_F(VaultTest, HostileNamesComeBackAsTheyWere) {
  std::vector<Identity> people;
  std::vector<std::int64_t> family;
  for (const auto& name : testing::hostile_names()) {
    people.push_back(person(name, name, "1985-02-01", "", name, name, name));
    family.push_back(static_cast<std::int64_t>(family.size()));
  }
  std::vector<PersonId> ids;
  {
    auto vault = open();
    ids = add(vault, people, family, origin("stockport", "s1")).persons;
  }
  auto vault = open();
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto record = vault.find(ids[i]);
    ASSERT_TRUE(record.has_value());
    EXPECT_TRUE(std::any_of(record->versions.begin(), record->versions.end(),
                            [&](const IdentityVersion& version) { return version.identity == people[i]; }))
        << people[i].forenames.substr(0, 30);
  }
}

TEST_F(VaultTest, SayNothingWithTheSizeOfARecord) {
  auto vault = open();
  add(vault, {person("Al", "Ng", "1985-02-01"), person("Maximiliana", "Featherstonehaugh", "1985-02-01")},
      {1, 2}, origin("stockport", "s1"));
  auto database = Database::open(folder_.file("copy.db"), "x", "x", "");
  ASSERT_TRUE(database.ok());
  std::set<std::size_t> sizes;
  for (const auto& identity :
       {person("Al", "Ng", "1985-02-01"), person("Maximiliana", "Featherstonehaugh", "1985-02-01")}) {
    MapKeys keys;
    TemporaryFolder folder;
    auto one = Vault::open(folder.file("vault.db"), keys, seeded(3));
    ASSERT_TRUE(one.ok());
    ASSERT_TRUE(
        one.value().add_or_find(table_of({identity}), std::vector<std::int64_t>{1}, origin("a", "s")).ok());
    sizes.insert(std::filesystem::file_size(folder.file("vault.db")));
  }
  EXPECT_EQ(sizes.size(), 1U);
}

TEST_F(VaultTest, RefusesASecondProcessAForeignFileAndARowCountThatDoesNotFit) {
  auto vault = open();
  const auto second = Vault::open(folder_.file("vault.db"), keys_, seeded(1));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().message,
            "the vault is in use by another process; wait until it is done, then try again");
  testing::write_text(folder_.file("foreign.db"), "this is not a vault, and long enough to look like a file");
  EXPECT_FALSE(Vault::open(folder_.file("foreign.db"), keys_, seeded(1)).ok());
  EXPECT_FALSE(vault.add_or_find(table_of({kAnn}), std::vector<std::int64_t>{}, origin("a", "b")).ok());
}

TEST_F(VaultTest, RefusesAnotherVaultsKeys) {
  {
    auto vault = open();
    add(vault, {kAnn}, {1}, origin("stockport", "s1"));
  }
  MapKeys others;
  EXPECT_FALSE(Vault::open(folder_.file("vault.db"), others, seeded(1)).ok());
}

}  // namespace
}  // namespace kinfold::identity
