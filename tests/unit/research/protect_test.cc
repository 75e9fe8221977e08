#include "research/protect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "base/random.h"
#include "research/microdata_internal.h"

namespace kinfold::research {
namespace {

struct Row {
  int family;
  const char* authority;
  const char* gender;
  int age;
  const char* relation;
  bool debt = false, care = false;
};

Release release_of(const std::vector<Row>& rows) {
  Release release;
  auto& people = release.people;
  for (const char* name : {"person", "family", "age_at_start"}) people.add(name, table::ColumnType::kInt64);
  for (const char* name : {"authority", "gender", "relation"}) people.add(name, table::ColumnType::kString);
  for (const char* name : {"problem_debt", "problem_care"}) people.add(name, table::ColumnType::kBool);
  release.panel.add("person", table::ColumnType::kInt64);
  release.panel.add("quarter", table::ColumnType::kInt64);
  std::int64_t number = 100;
  for (const auto& row : rows) {
    people.find("person")->append_int(++number);
    people.find("family")->append_int(row.family);
    people.find("age_at_start")->append_int(row.age);
    people.find("authority")->append_string(row.authority);
    people.find("gender")->append_string(row.gender);
    people.find("relation")->append_string(row.relation);
    people.find("problem_debt")->append_bool(row.debt);
    people.find("problem_care")->append_bool(row.care);
    for (const int quarter : {-1, 0}) {
      release.panel.find("person")->append_int(number);
      release.panel.find("quarter")->append_int(quarter);
    }
  }
  for (const char* name : {"table", "column", "type", "meaning", "source", "missing_means"}) {
    release.dictionary.add(name, table::ColumnType::kString);
    release.dictionary.columns().back().append_string(std::string(name) == "table"    ? "people"
                                                      : std::string(name) == "column" ? "age_at_start"
                                                                                      : "words");
  }
  return release;
}

/// Families of two adults and some children, of any age, in two councils.
Release random_release(std::uint64_t seed, int family_count) {
  RandomStream rng(seed, {31});
  std::vector<Row> rows;
  for (int family = 1; family <= family_count; ++family) {
    const char* authority = rng.chance(0.7) ? "north" : "south";
    const auto add = [&](int age, const char* relation) {
      rows.push_back({family, authority, rng.chance(0.5) ? "female" : "male", age, relation, rng.chance(0.4),
                      rng.chance(0.2)});
    };
    add(rng.between(19, 70), "head");
    if (rng.chance(0.6)) add(rng.between(19, 70), "partner");
    const int child_count = rng.between(0, 5) * (rng.chance(0.05) ? 2 : 1);
    for (int child = 0; child < child_count; ++child) add(rng.between(0, 17), "child");
  }
  return release_of(rows);
}

ReleaseLimits strict() {
  ReleaseLimits limits;
  limits.person_min = 5;
  limits.family_min = 3;
  limits.problem_set_min = 2;
  limits.household_min = 3;
  limits.unique_depth = 2;
  return limits;
}

TEST(ProtectRelease, BringsRandomFamiliesWithinEveryLimit) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto release = random_release(seed, 150);
    const auto people_before = release.people.row_count();
    const auto done = protect_release(release, strict());
    ASSERT_TRUE(done.ok()) << done.error().message;
    EXPECT_GT(done.value().before.below_count, 0U);
    // Measured again on what would be sealed, not on what the protection believes.
    const auto after = measure_risk(release.people, strict());
    ASSERT_TRUE(after.ok());
    EXPECT_EQ(after.value().below_count, 0U);
    EXPECT_GE(after.value().smallest_class, 5U);
    EXPECT_GE(after.value().fewest_families, 3U);
    EXPECT_GE(after.value().fewest_problem_sets, 2U);
    EXPECT_EQ(after.value().rare_household_count, 0U);
    EXPECT_EQ(after.value().special_unique_count, 0U);
    EXPECT_EQ(release.people.row_count() + done.value().left_out_count, people_before);
    EXPECT_LT(done.value().lost_share, 0.5);
  }
}

TEST(ProtectRelease, PanelKeepsThePeopleWhoAreLeftAndNobodyElse) {
  auto release = random_release(3, 60);
  const auto done = protect_release(release, strict());
  ASSERT_TRUE(done.ok());
  std::set<std::int64_t> people;
  for (std::size_t row = 0; row < release.people.row_count(); ++row)
    people.insert(release.people.find("person")->int_at(row));
  std::set<std::int64_t> in_panel;
  for (std::size_t row = 0; row < release.panel.row_count(); ++row)
    in_panel.insert(release.panel.find("person")->int_at(row));
  EXPECT_EQ(people, in_panel);
  EXPECT_EQ(release.panel.row_count(), 2 * people.size());
}

// Rows come in random order: a demo that is begun anew must lose the same values of the same people.
TEST(ProtectRelease, LosesTheSameWhateverTheOrderOfTheRows) {
  const auto said_of_people = [](const Release& release) {
    std::multiset<std::string> all;
    for (std::size_t row = 0; row < release.people.row_count(); ++row) {
      std::string words;
      for (const auto& column : release.people.columns()) {
        if (column.name() != "person") words += (column.is_null(row) ? "-" : column.text_at(row)) + "|";
      }
      all.insert(words);
    }
    return all;
  };
  Release forward = random_release(5, 400);
  Release backward = random_release(5, 400);
  std::vector<std::size_t> rows(backward.people.row_count());
  std::iota(rows.rbegin(), rows.rend(), std::size_t{0});
  backward.people = backward.people.take(rows);
  ReleaseLimits limits;
  limits.person_min = 5;
  limits.family_min = 3;
  limits.household_min = 3;
  limits.unique_depth = 2;
  const auto one = protect_release(forward, limits);
  const auto other = protect_release(backward, limits);
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_GT(one.value().left_out_count, 0U);
  EXPECT_EQ(one.value().left_out_count, other.value().left_out_count);
  EXPECT_EQ(one.value().suppressed, other.value().suppressed);
  EXPECT_EQ(said_of_people(forward), said_of_people(backward));
}

TEST(ProtectRelease, ChangesNothingWhereTheCharterAsksForNothing) {
  auto release = random_release(1, 20);
  const auto before = release.people.row_count();
  const auto done = protect_release(release, {});
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(release.people.row_count(), before);
  EXPECT_TRUE(done.value().words().empty());
  EXPECT_GT(done.value().before.unique_count, 0U);  // and says so all the same
}

TEST(ProtectRelease, TenChildrenOfTwoFamiliesAreNotEnough) {
  std::vector<Row> rows;
  for (int child = 0; child < 10; ++child)
    rows.push_back({1 + child % 2, "north", "male", 12, "child", child < 3});
  for (int family = 3; family < 13; ++family)
    rows.push_back({family, "north", "male", 40, "head", family % 2 == 0});
  ReleaseLimits limits;
  limits.person_min = 5;
  limits.family_min = 5;
  auto release = release_of(rows);
  const auto done = protect_release(release, limits);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done.value().before.below_count, 10U);
  EXPECT_EQ(measure_risk(release.people, limits).value().below_count, 0U);
}

TEST(ProtectRelease, AGroupThatAllHaveTheSameProblemsTellsThemAndIsMended) {
  std::vector<Row> rows;
  for (int family = 1; family <= 6; ++family)
    rows.push_back({family, "north", "female", 30, "head", true, true});
  for (int family = 7; family <= 18; ++family)
    rows.push_back({family, "north", "male", 30, "head", family % 2 == 0});
  ReleaseLimits limits;
  limits.problem_set_min = 2;
  auto release = release_of(rows);
  const auto done = protect_release(release, limits);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done.value().before.fewest_problem_sets, 1U);
  EXPECT_GE(measure_risk(release.people, limits).value().fewest_problem_sets, 2U);
}

TEST(ProtectRelease, AHouseholdLikeNoOtherLosesMembersAndTheLossIsTold) {
  std::vector<Row> rows;
  for (int family = 1; family <= 6; ++family) {
    rows.push_back({family, "north", "female", 30, "head"});
    rows.push_back({family, "north", "male", 5, "child"});
  }
  for (int child = 0; child < 8; ++child) rows.push_back({7, "north", "male", 5, "child"});
  rows.push_back({7, "north", "female", 30, "head"});
  ReleaseLimits limits;
  limits.household_min = 3;
  auto release = release_of(rows);
  const auto done = protect_release(release, limits);
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done.value().before.lone_household_count, 1U);
  EXPECT_EQ(measure_risk(release.people, limits).value().rare_household_count, 0U);
  EXPECT_EQ(done.value().left_out_count, 7U);  // one adult and one child, like the others
  ASSERT_FALSE(done.value().words().empty());
  EXPECT_NE(done.value().words().back().find("7 people are left out"), std::string::npos);
}

TEST(ProtectRelease, AgeBandsNeverCrossTenOrEighteenAndTheDictionaryNamesThem) {
  for (int level = 1; level < kAgeLevelCount; ++level) {
    const auto starts = age_band_starts(level);
    EXPECT_EQ(std::count(starts.begin(), starts.end(), 10), 1) << level;
    EXPECT_EQ(std::count(starts.begin(), starts.end(), 18), 1) << level;
  }
  auto release = random_release(5, 100);
  std::map<std::int64_t, bool> adult;
  for (std::size_t row = 0; row < release.people.row_count(); ++row) {
    adult[release.people.find("person")->int_at(row)] =
        release.people.find("age_at_start")->int_at(row) >= 18;
  }
  const auto done = protect_release(release, strict());
  ASSERT_TRUE(done.ok());
  ASSERT_FALSE(done.value().age_bands.empty());
  const auto* age = release.people.find("age_at_start");
  for (std::size_t row = 0; row < release.people.row_count(); ++row) {
    if (age->is_null(row)) continue;
    EXPECT_EQ(age->int_at(row) >= 18, adult.at(release.people.find("person")->int_at(row)));
  }
  EXPECT_NE(release.dictionary.find("meaning")->text_at(0).find(done.value().age_bands[0]),
            std::string::npos);
}

TEST(MeasureRisk, CountsThoseWhoStandAloneAndTakesAMissingValueForOneOfItsOwn) {
  Release release = release_of({{1, "a", "female", 30, "x"},
                                {2, "a", "female", 30, "x"},
                                {3, "a", "male", 30, "x"},
                                {4, "a", "-", 30, "x"},
                                {5, "a", "-", 30, "x"},
                                {6, "a", "-", 30, "x"}});
  table::Column gender("gender", table::ColumnType::kString);
  for (const char* value : {"female", "female", "male"}) gender.append_string(value);
  for (int n = 0; n < 3; ++n) gender.append_null();
  *release.people.find("gender") = std::move(gender);
  ReleaseLimits limits;
  limits.quasi_identifiers = {"gender", "age_at_start"};
  limits.person_min = 3;
  const auto risk = measure_risk(release.people, limits);
  ASSERT_TRUE(risk.ok());
  EXPECT_EQ(risk.value().person_count, 6u);
  EXPECT_EQ(risk.value().class_count, 3u);
  EXPECT_EQ(risk.value().smallest_class, 1u);
  EXPECT_EQ(risk.value().unique_count, 1u);
  EXPECT_EQ(risk.value().below_count, 3u);
}

TEST(MeasureRisk, NobodyIsNoRisk) {
  const auto risk = measure_risk(release_of({}).people, {});
  ASSERT_TRUE(risk.ok());
  EXPECT_EQ(risk.value().smallest_class, 0u);
  EXPECT_EQ(risk.value().unique_count, 0u);
}

TEST(MinimalUniques, AreThoseOfNoSmallerCombination) {
  // The third is the only man (one variable); the first is the only woman of 40 (two).
  const auto release = release_of({{1, "north", "female", 40, "head"},
                                   {2, "north", "female", 30, "head"},
                                   {3, "north", "male", 30, "head"},
                                   {4, "north", "female", 30, "head"},
                                   {5, "north", "other", 40, "head"},
                                   {6, "north", "other", 40, "head"}});
  ReleaseLimits limits;
  limits.quasi_identifiers = {"gender", "age_at_start"};
  const auto data = read_microdata(release.people, limits);
  ASSERT_TRUE(data.ok());
  const auto uniques = minimal_uniques(data.value(), 2);
  ASSERT_EQ(uniques.size(), 2U);
  EXPECT_EQ(uniques[0].person, 2U);
  EXPECT_EQ(uniques[0].variables, (std::vector<std::size_t>{0}));
  EXPECT_EQ(uniques[1].person, 0U);
  EXPECT_EQ(uniques[1].variables, (std::vector<std::size_t>{0, 1}));
}

TEST(ProtectRelease, NamesAColumnThatIsNotThere) {
  auto release = random_release(1, 5);
  ReleaseLimits limits;
  limits.quasi_identifiers = {"shoe_size"};
  limits.person_min = 2;
  const auto done = protect_release(release, limits);
  ASSERT_FALSE(done.ok());
  EXPECT_NE(done.error().message.find("shoe_size"), std::string::npos);
}

TEST(ProtectRelease, RefusesWhereNobodyWouldBeLeft) {
  auto release = release_of({{1, "north", "female", 40, "head"}});
  const auto done = protect_release(release, strict());
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::kRefused);
}

}  // namespace
}  // namespace kinfold::research
