#include "linkage/link.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/random.h"
#include "linkage/match.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

struct Measured {
  double precision = 0.0;
  double recall = 0.0;
};

// Linked pairs of two files against ids "P<n>" on both sides.
Measured measure(const LinkResult& result, const table::Table& left, const table::Table& right) {
  std::size_t linked = 0;
  std::size_t both = 0;
  for (const auto& pair : result.pairs) {
    if (!pair.linked) continue;
    ++linked;
    both += left.find("person")->string_at(pair.left) == right.find("person")->string_at(pair.right);
  }
  std::size_t matching = 0;
  std::map<std::string, int> on_left;
  for (std::size_t row = 0; row < left.row_count(); ++row)
    ++on_left[std::string(left.find("person")->string_at(row))];
  for (std::size_t row = 0; row < right.row_count(); ++row)
    matching += on_left.count(std::string(right.find("person")->string_at(row)));
  return {static_cast<double>(both) / static_cast<double>(std::max<std::size_t>(1, linked)),
          static_cast<double>(both) / static_cast<double>(std::max<std::size_t>(1, matching))};
}

LinkOptions threads(std::size_t count) {
  LinkOptions options;
  options.thread_count = count;
  return options;
}

std::vector<std::size_t> reversed_rows(const table::Table& table) {
  std::vector<std::size_t> rows(table.row_count());
  std::iota(rows.rbegin(), rows.rend(), std::size_t{0});
  return rows;
}

// Linked pairs by id, which do not depend on where the rows stand.
std::vector<std::string> linked_ids(const LinkResult& result, const table::Table& left,
                                    const table::Table& right) {
  std::vector<std::string> ids;
  for (const auto& pair : result.pairs) {
    auto a = std::string(left.find("id")->string_at(pair.left));
    auto b = std::string(right.find("id")->string_at(pair.right));
    if (&left == &right && b < a) std::swap(a, b);
    ids.push_back(a + "=" + b + (pair.linked ? " linked " : " ") + std::to_string(pair.probability));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST(Link, FindsThePeopleOfTwoFilesInSpiteOfErrors) {
  const People people(1500, 11);
  const auto left = people.file(0, 1200, 0.0, 1);
  const auto right = people.file(300, 1500, 0.25, 2);
  const auto result = link(left, &right, people_model(), threads(1));
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto measured = measure(result.value(), left, right);
  EXPECT_GT(measured.precision, 0.98);
  EXPECT_GT(measured.recall, 0.98);
  EXPECT_TRUE(result.value().fit.converged);
  EXPECT_GT(result.value().candidate_pair_count, 900U);
  EXPECT_GT(result.value().fit.blocking_recall, 0.95);
  EXPECT_LE(result.value().fit.blocking_recall, 1.0);
}

TEST(Link, GivesTheSameOnAnyNumberOfThreadsAndInAnyOrderOfRows) {
  const People people(800, 12);
  const auto left = people.file(0, 700, 0.1, 1);
  const auto right = people.file(100, 800, 0.3, 2);
  const auto one = link(left, &right, people_model(), threads(1));
  const auto two = link(left, &right, people_model(), threads(2));
  const auto left_back = left.take(reversed_rows(left));
  const auto right_back = right.take(reversed_rows(right));
  const auto back = link(left_back, &right_back, people_model(), threads(2));
  ASSERT_TRUE(one.ok() && two.ok() && back.ok());
  EXPECT_EQ(linked_ids(one.value(), left, right), linked_ids(two.value(), left, right));
  EXPECT_EQ(linked_ids(one.value(), left, right), linked_ids(back.value(), left_back, right_back));
  EXPECT_EQ(model_to_toml(one.value().model), model_to_toml(back.value().model));
}

TEST(Link, GroupsTheRecordsOfOneFile) {
  const People people(500, 13);
  auto file = people.file(0, 500, 0.0, 1);
  const auto again = people.file(0, 500, 0.3, 2);
  const auto third = people.file(0, 250, 0.3, 3);
  for (const auto* more : {&again, &third}) {
    for (std::size_t row = 0; row < more->row_count(); ++row) {
      for (std::size_t c = 0; c < file.column_count(); ++c)
        file.columns()[c].append_from(more->columns()[c], row);
    }
  }
  const auto result = link(file, nullptr, people_model(), threads(2));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_NEAR(static_cast<double>(result.value().cluster_count), 500.0, 15.0);
  const auto back_file = file.take(reversed_rows(file));
  const auto back = link(back_file, nullptr, people_model(), threads(1));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(linked_ids(result.value(), file, file), linked_ids(back.value(), back_file, back_file));
}

// The first file that somebody tries: all pairs weigh the same, so that the threshold is their own weight.
TEST(Link, GroupsRecordsThatAreCopiesOfOneAnother) {
  table::Table file;
  for (const char* name : {"id", "first_name", "surname", "dob", "postcode"})
    file.add(name, table::ColumnType::kString);
  const std::vector<std::vector<const char*>> people{{"Anna", "Smith", "1980-01-05", "SW1A 1AA"},
                                                     {"John", "Brown", "1975-03-02", "M1 1AE"},
                                                     {"Mary", "Jones", "1990-07-07", "LS1 4AP"},
                                                     {"Peter", "Evans", "1969-12-30", "CF10 1EP"}};
  for (std::size_t row = 0; row < 2 * people.size(); ++row) {
    file.columns()[0].append_string(std::to_string(row));
    for (std::size_t k = 0; k < 4; ++k) file.columns()[k + 1].append_string(people[row / 2][k]);
  }
  const auto result = link(file, nullptr, people_model(), {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result.value().left_cluster, (std::vector<std::uint32_t>{0, 0, 1, 1, 2, 2, 3, 3}));
}

TEST(Link, FindsHardlyAnyDuplicatesInAFileOfFamiliesThatHasNone) {
  const People people(900, 19);
  const auto file = people.file(0, 900, 0.2, 1);
  const auto result = link(file, nullptr, people_model(), threads(1));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_GE(result.value().cluster_count, 880U);
}

TEST(Link, DoesWithNameAndDateOfBirthAlone) {
  const People people(1200, 20);
  auto left = people.file(0, 900, 0.1, 1);
  auto right = people.file(300, 1200, 0.1, 2);
  for (auto* table : {&left, &right})
    table->columns().erase(table->columns().begin() + 5, table->columns().end());
  const auto result = link(left, &right, people_model(), threads(1));
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto measured = measure(result.value(), left, right);
  EXPECT_GT(measured.precision, 0.95);
  EXPECT_GT(measured.recall, 0.9);
}

TEST(Link, TakesAFittedModelAsItIs) {
  const People people(600, 14);
  const auto left = people.file(0, 500, 0.1, 1);
  const auto right = people.file(100, 600, 0.2, 2);
  const auto first = link(left, &right, people_model(), threads(1));
  ASSERT_TRUE(first.ok());
  const auto read_back = parse_model_toml(model_to_toml(first.value().model));
  ASSERT_TRUE(read_back.ok()) << read_back.error().message;
  const auto second = link(left, &right, read_back.value(), threads(1));
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(linked_ids(first.value(), left, right), linked_ids(second.value(), left, right));
  EXPECT_TRUE(read_back.value().household_related_share.has_value());
  EXPECT_EQ(model_to_toml(second.value().model), model_to_toml(first.value().model));
  ASSERT_EQ(second.value().pairs.size(), first.value().pairs.size());
  for (std::size_t n = 0; n < first.value().pairs.size(); ++n)
    EXPECT_EQ(second.value().pairs[n].probability, first.value().pairs[n].probability);
}

TEST(Link, RefusesWithTheReason) {
  const People people(50, 15);
  const auto file = people.file(0, 50, 0.0, 1);
  const auto twice = file.take({0, 1, 1, 2});
  const auto repeated = link(twice, nullptr, people_model(), threads(1));
  ASSERT_FALSE(repeated.ok());
  EXPECT_EQ(repeated.error().message,
            "column id of the left file has the same id in rows 2 and 3; give every record an id of its own, "
            "or name another column as id_column");
  const auto none = link(file.take({}), &file, people_model(), threads(1));
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().message, "the left file has no rows; nothing can be linked");
  table::Table strange;
  strange.add("shoe_size", table::ColumnType::kString).append_string("42");
  const auto unknown = link(strange, nullptr, people_model(), threads(1));
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().message,
            "no field of the model is in the file; name the files' columns in the model's [[field]] tables");
  auto options = threads(1);
  options.pair_count_max = 3;
  const auto large = link(file, nullptr, people_model(), options);
  ASSERT_FALSE(large.ok());
  EXPECT_NE(large.error().message.find("; the largest blocks are "), std::string::npos)
      << large.error().message;
  EXPECT_NE(large.error().message.find(" records with one value of "), std::string::npos)
      << large.error().message;
  EXPECT_NE(large.error().message.find(": more than the limit of 3 pairs. Make the rules finer"),
            std::string::npos)
      << large.error().message;
}

TEST(Link, BearsBadInput) {
  const People people(200, 16);
  const auto good = people.file(0, 200, 0.1, 1);
  table::Table bad;
  for (const char* name : {"id", "forenames", "surname", "date_of_birth", "gender"})
    bad.add(name, table::ColumnType::kString);
  for (int n = 0; n < 300; ++n) {
    bad.columns()[0].append_string(std::to_string(n));
    bad.columns()[1].append_string(n % 3 == 0 ? std::string(10'000, 'x') : std::string("Ren\xE9\xFF"));
    bad.columns()[2].append_string("Smith");  // One value only.
    bad.columns()[3].append_string(n % 2 == 0 ? "not a date" : "99/99/9999");
    bad.columns()[4].append_null();
  }
  EXPECT_TRUE(link(bad, nullptr, people_model(), threads(1)).ok());
  EXPECT_TRUE(link(good, &bad, people_model(), threads(1)).ok());
}

TEST(Link, LinksNothingWhereNoTwoRecordsShareAKey) {
  table::Table left;
  table::Table right;
  for (auto* table : {&left, &right})
    for (const char* name : {"id", "surname", "forenames"}) table->add(name, table::ColumnType::kString);
  left.columns()[0].append_string("1");
  left.columns()[1].append_string("Smith");
  left.columns()[2].append_string("Ann");
  right.columns()[2].append_string("Zebedee");
  right.columns()[0].append_string("1");
  right.columns()[1].append_string("Jones");
  const auto result = link(left, &right, people_model(), threads(1));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_TRUE(result.value().pairs.empty());
  EXPECT_EQ(result.value().cluster_count, 2U);
  EXPECT_EQ(result.value().notes,
            (std::vector<std::string>{
                "no two records share a blocking key: nothing was compared, and nothing is linked"}));
}

TEST(MatchToRegister, FindsThoseWhoAreInTheRegisterAndNobodyElse) {
  const People people(2000, 17);
  const auto asked = people.file(0, 400, 0.2, 1);
  const auto registered = people.file(100, 2000, 0.1, 2);
  const auto result = match_to_register(asked, registered, people_model(), threads(2));
  ASSERT_TRUE(result.ok()) << result.error().message;
  ASSERT_EQ(result.value().matches.size(), asked.row_count());
  int wrong = 0;
  int missed = 0;
  for (std::size_t row = 0; row < asked.row_count(); ++row) {
    const auto& match = result.value().matches[row];
    if (match.grade == Grade::kNone) {
      EXPECT_EQ(match.register_row, RegisterMatch::kNoRow);
      missed += row >= 100;
      continue;
    }
    wrong += registered.find("person")->string_at(match.register_row) != asked.find("person")->string_at(row);
    EXPECT_GE(match.probability, kWeakProbabilityMin);
  }
  EXPECT_LE(wrong, 3);
  // Forename and date of birth are each wrong or missing on one side or the other for 28 %: 8 % of the
  // 300 have neither, and cannot be told from their family.
  EXPECT_LE(missed, 24);
}

TEST(MatchToRegister, LeavesEverybodyUnmatchedWhereThereIsNothingToMatch) {
  const People people(20, 18);
  const auto asked = people.file(0, 20, 0.0, 1);
  for (const auto& empty : {asked.take({}), table::Table{}}) {
    const auto result = match_to_register(asked, empty, people_model());
    ASSERT_TRUE(result.ok());
    for (const auto& match : result.value().matches) EXPECT_EQ(match.grade, Grade::kNone);
    const auto nobody = match_to_register(empty, asked, people_model());
    ASSERT_TRUE(nobody.ok());
    EXPECT_TRUE(nobody.value().matches.empty());
  }
}

TEST(GradeOf, FollowsItsBounds) {
  EXPECT_EQ(grade_of(0.995), Grade::kStrong);
  EXPECT_EQ(grade_of(0.95), Grade::kGood);
  EXPECT_EQ(grade_of(0.5), Grade::kWeak);
  EXPECT_EQ(grade_of(0.49), Grade::kNone);
}

}  // namespace
}  // namespace kinfold::linkage
