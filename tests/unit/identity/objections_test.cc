#include "identity/objections.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "measured.h"
#include "support.h"

namespace kinfold::identity {
namespace {

using testing::person;
using testing::random_person;
using testing::TemporaryFolder;
using testing::token_maker;

const Date kToday = *parse_iso_date("2020-06-30");

class ObjectionsTest : public ::testing::Test {
 protected:
  ObjectionBook open() {
    auto book = ObjectionBook::open(folder_.file("objections.db"), token_maker());
    EXPECT_TRUE(book.ok()) << (book.ok() ? "" : book.error().message);
    return std::move(book).value();
  }
  TemporaryFolder folder_;
};

const Identity kElizabeth =
    person("Elizabeth Anne", "Harrison-Jones", "1985-03-07", "female", "1 High St", "SK1 1AA", "AB123456C");

TEST_F(ObjectionsTest, KnowsThePersonAgainAlsoMisspelt) {
  auto book = open();
  ASSERT_TRUE(book.add(kElizabeth, kToday).ok());
  const std::vector<std::pair<const char*, Identity>> later = {
      {"as it was", kElizabeth},
      {"nothing but name and date", person("Elizabeth Anne", "Harrison-Jones", "1985-03-07")},
      {"no middle name", person("Elizabeth", "Harrison-Jones", "1985-03-07")},
      {"a title, capitals, no hyphen", person("Mrs ELIZABETH", "HARRISON JONES", "1985-03-07")},
      {"a nickname", person("Liz", "Harrison-Jones", "1985-03-07")},
      {"half of the surname", person("Elizabeth", "Harrison", "1985-03-07")},
      {"sounds alike", person("Elisabeth", "Harrisson-Jones", "1985-03-07")},
      {"a letter left out", person("Elizabeth", "Harrson-Jones", "1985-03-07")},
      {"a letter too many", person("Elizzabeth", "Harrison-Jones", "1985-03-07")},
      {"another letter", person("Elizabith", "Harrison-Jones", "1985-03-07")},
      {"letters swapped", person("Eilzabeth", "Harrison-Jones", "1985-03-07")},
      {"names in each other's column", person("Harrison-Jones", "Elizabeth", "1985-03-07")},
      {"day and month swapped", person("Elizabeth", "Harrison-Jones", "1985-07-03")},
      {"wrong day, same postcode", person("Elizabeth", "Harrison-Jones", "1985-11-17", "", "", "sk11aa")},
      {"wrong year, same postcode", person("Elizabeth", "Harrison-Jones", "1986-03-07", "", "", "SK1 1AA")},
      {"married, same postcode", person("Elizabeth", "Whitworth", "1985-03-07", "", "", "SK1 1AA")},
      {"married and moved, same number",
       person("Beth", "Whitworth", "1985-03-07", "", "", "M1 1AA", "ab 12 34 56 c")},
      {"wrong date, same number and name",
       person("Elizabeth", "Whitworth", "1970-01-02", "", "", "", "AB123456C")},
  };
  for (const auto& [why, identity] : later) EXPECT_TRUE(book.matches(identity)) << why;
}

TEST_F(ObjectionsTest, LeavesRelativesAndNamesakesAlone) {
  auto book = open();
  ASSERT_TRUE(book.add(kElizabeth, kToday).ok());
  const std::vector<std::pair<const char*, Identity>> others = {
      {"her twin", person("Victoria", "Harrison-Jones", "1985-03-07", "female", "1 High St", "SK1 1AA")},
      {"her mother of the same name",
       person("Elizabeth", "Harrison-Jones", "1955-11-21", "female", "", "SK1 1AA")},
      {"her child with her number",
       person("Noah", "Harrison-Jones", "2012-08-09", "male", "", "SK1 1AA", "AB123456C")},
      {"a namesake elsewhere", person("Elizabeth", "Harrison-Jones", "1991-06-30", "female", "", "LS1 1AA")},
      {"nobody", Identity{}},
  };
  for (const auto& [why, identity] : others) EXPECT_FALSE(book.matches(identity)) << why;
}

TEST_F(ObjectionsTest, OutlivesTheProcessAndIsAPrivateFile) {
  {
    auto book = open();
    ASSERT_TRUE(book.add(kElizabeth, kToday).ok());
  }
  auto book = open();
  EXPECT_EQ(book.entry_count(), 1U);
  EXPECT_TRUE(book.matches(kElizabeth));
  struct stat facts {};
  ASSERT_EQ(::stat(folder_.file("objections.db").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(ObjectionsTest, AddingTwiceIsOnce) {
  auto book = open();
  EXPECT_TRUE(book.add(kElizabeth, kToday).value());
  EXPECT_FALSE(book.add(kElizabeth, kToday).value());
  EXPECT_EQ(book.entry_count(), 1U);
  EXPECT_TRUE(book.add(person("Liz", "Harrison-Jones", "1985-03-07", "", "", "LS1 1AA"), kToday).value())
      << "what is new about them is kept";
}

TEST_F(ObjectionsTest, SaysWhenTooLittleIsKnown) {
  auto book = open();
  const auto added = book.add(Identity{}, kToday);
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.error().code, ErrorCode::kInvalid);
  const auto all = book.add_all({Identity{}, kElizabeth, kElizabeth}, kToday);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all.value().new_count, 1U);
  EXPECT_EQ(all.value().known_count, 1U);
  EXPECT_EQ(all.value().unrecognisable_count, 1U);
}

TEST_F(ObjectionsTest, APersonCanChangeTheirMind) {
  auto book = open();
  ASSERT_TRUE(book.add(kElizabeth, kToday).ok());
  ASSERT_TRUE(book.add(person("Amir", "Khan", "1990-01-02"), kToday).ok());
  EXPECT_EQ(book.remove(kElizabeth).value(), 1U);
  EXPECT_FALSE(book.matches(kElizabeth));
  EXPECT_TRUE(book.matches(person("Amir", "Khan", "1990-01-02")));
}

TEST_F(ObjectionsTest, RefusesAnotherKeyRatherThanFindNobody) {
  { auto book = open(); }
  const auto other = ObjectionBook::open(folder_.file("objections.db"), token_maker(8));
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, ErrorCode::kInvalid);
}

TEST_F(ObjectionsTest, RefusesASecondProcessAndADamagedFile) {
  {
    auto book = open();
    const auto second = ObjectionBook::open(folder_.file("objections.db"), token_maker());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().message,
              "the objection book is in use by another process; wait until it is done, then try again");
  }
  testing::write_text(folder_.file("damaged.db"), std::string(8'192, 'x'));
  EXPECT_FALSE(ObjectionBook::open(folder_.file("damaged.db"), token_maker()).ok());
}

TEST_F(ObjectionsTest, KeepsNoNameAndNoTokenThatAnotherSiteWouldMake) {
  {
    auto book = open();
    ASSERT_TRUE(
        book.add(person("Canaryforename", "Canarysurname", "1985-03-07", "", "Canary Rd", "SK1 1AA"), kToday)
            .ok());
  }
  const auto bytes = testing::all_bytes_below(folder_.path());
  for (const char* text : {"anary", "ANARY", "1985", "SK1"})
    EXPECT_EQ(bytes.find(text), std::string::npos) << text;
  for (const auto& token : objection_tokens(kElizabeth, token_maker(1))) {
    const auto other = objection_tokens(kElizabeth, token_maker(2));
    EXPECT_EQ(std::count(other.begin(), other.end(), token), 0);
  }
}

TEST_F(ObjectionsTest, HostileNamesAreTakenLikeAnyOther) {
  auto book = open();
  for (const auto& name : testing::hostile_names()) {
    const auto identity = person(name, name, "1985-03-07", "", name, name, name);
    const auto added = book.add(identity, kToday);
    if (added.ok()) {
      EXPECT_TRUE(book.matches(identity)) << name.substr(0, 30);
    }
  }
}

/// The person as a later file has them: one slip of the pen, and no NI number.
Identity with_one_slip(Identity identity, RandomStream& random) {
  identity.nino.clear();
  auto& name = random.chance(0.5) ? identity.forenames : identity.surname;
  const auto place = random.below(name.size() - 1);
  const auto ymd = to_ymd(*identity.date_of_birth);
  switch (random.below(5)) {
    case 0: std::swap(name[place], name[place + 1]); break;
    case 1: name.erase(place, 1); break;
    case 2: name.insert(place, 1, name[place]); break;
    case 3: name[place + 1] = name[place + 1] == 'e' ? 'a' : 'e'; break;
    default:
      if (const auto swapped = make_date(ymd.year, ymd.day, ymd.month)) identity.date_of_birth = swapped;
  }
  return identity;
}

TEST_F(ObjectionsTest, WhoObjectedIsRecognisedThroughAnyOneSlip) {
  auto book = open();
  RandomStream random(21);
  std::vector<Identity> objectors;
  for (int i = 0; i < 1'000; ++i) objectors.push_back(random_person(random));
  ASSERT_TRUE(book.add_all(objectors, kToday).ok());
  int missed = 0;
  for (const auto& objector : objectors) missed += book.matches(with_one_slip(objector, random)) ? 0 : 1;
  record_measured("unheard", "objectors who come again with one slip of the pen and no NI number",
                  "1,000: " + std::to_string(missed) + " not recognised");
  EXPECT_LT(missed, 10);
}

// Against people drawn from far fewer names than there are, so that the true rate is lower. The
// figure is in docs/formats/vault.md.
TEST_F(ObjectionsTest, FalseMatchesAreRare) {
  constexpr int kObjectors = 1'000;
  constexpr int kOthers = 20'000;
  auto book = open();
  RandomStream random(20);
  std::vector<Identity> objectors;
  for (int i = 0; i < kObjectors; ++i) objectors.push_back(random_person(random));
  ASSERT_TRUE(book.add_all(objectors, kToday).ok());
  int false_count = 0;
  for (int i = 0; i < kOthers; ++i) false_count += book.matches(random_person(random)) ? 1 : 0;
  record_measured("unheard", "people who share a code with one of 1,000 objectors and did not object",
                  std::to_string(false_count) + " of 20,000");
  // One in a thousand, from 40 forenames; real names are spread over thousands.
  EXPECT_LT(false_count, kOthers / 1'000);
}

}  // namespace
}  // namespace kinfold::identity
