// What it says of a pair of relatives that neither is known to have a partner.
#include "linkage/relatives_internal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "linkage/run_internal.h"
#include "linkage/screen_internal.h"
#include "people.h"

namespace kinfold::linkage {
namespace {

// No two families have one address.
table::Table with_own_addresses(const table::Table& file) {
  table::Table own;
  for (const auto& column : file.columns()) {
    if (column.name() != "address") {
      own.add(column.name(), column.type()) = column;
      continue;
    }
    auto& addresses = own.add(column.name(), column.type());
    for (std::size_t row = 0; row < file.row_count(); ++row) {
      const int person = std::stoi(std::string(file.columns()[1].string_at(row)).substr(1));
      if (column.is_null(row))
        addresses.append_null();
      else
        addresses.append_string(std::to_string(person / 3) + " Long Road");
    }
  }
  return own;
}

// Two thirds of the people of families of three in either file, drawn one by one.
class DrawnPeople {
 public:
  DrawnPeople(int count, double error) : files_(testing_people::drawn_files(count, 2.0 / 3.0, error, 951)) {
    files_.first = with_own_addresses(files_.first);
    files_.second = with_own_addresses(files_.second);
    run_ = prepare(files_.first, &files_.second, people_model(), {}, true).value();
    RandomShares random;
    scorer_ = std::make_unique<Scorer>(*run_.records, *run_.comparer,
                                       fit_model(run_, people_model(), random).value().model);
    clue_ = household_clue(*scorer_, {});
  }
  const Run& run() const { return run_; }
  const Records& records() const { return *run_.records; }
  const Scorer& scorer() const { return *scorer_; }
  const HouseholdClue& clue() const { return clue_.value(); }
  bool one_person(std::uint32_t left, std::uint32_t right) const {
    return files_.first.columns()[1].string_at(records().row[left]) ==
           files_.second.columns()[1].string_at(records().row[right]);
  }

 private:
  std::pair<table::Table, table::Table> files_;
  Run run_;
  std::unique_ptr<Scorer> scorer_;
  std::optional<HouseholdClue> clue_;
};

// The mean of what odds are multiplied by, on the log, of the pairs for which `chosen` holds.
template <typename Chosen>
double mean_factor(const KeptPairs& kept, const std::vector<double>& divisors, Chosen chosen) {
  double sum = 0.0;
  double count = 0.0;
  for (std::size_t n = 0; n < kept.size(); ++n)
    if (chosen(kept[n])) sum -= std::log(divisors[n]), count += 1.0;
  EXPECT_GT(count, 20.0);
  return std::exp(sum / count);
}

// Where it is certain who is who, the odds of one left and one right record of a family of three are those of
// counting all ways in which two thirds are drawn: 1/2 where only these two are there, 1 beside one more on
// one side, 2 beside one more on both. Of all pairs of one family they are 1/2.
TEST(RelativesDivisors, AreThoseOfCountingFamiliesWhereItIsCertainWhoIsWho) {
  const DrawnPeople people(12000, 0.0);
  const auto& [records, clue] = std::tie(people.records(), people.clue());
  KeptPairs kept;
  std::vector<double> probability;
  std::vector<std::vector<std::uint32_t>> right(clue.sizes.right.size());
  for (auto record = static_cast<std::uint32_t>(records.left_count); record < records.count; ++record)
    right[records.of(record)[clue.field]].push_back(record);
  for (std::uint32_t left = 0; left < records.left_count; ++left)
    for (const auto other : right[records.of(left)[clue.field]]) {
      kept.push_back({left, other, 0.0, 0.0, 0, 0.0});
      probability.push_back(people.one_person(left, other) ? 1.0 : 0.0);
    }
  const auto divisors = relatives_divisors(clue, kept, probability, {}, 2.0 / 3.0);
  const auto factor = [&](std::uint32_t left_size, std::uint32_t right_size) {
    return mean_factor(kept, divisors, [&](const KeptPair& pair) {
      const auto value = records.of(pair.left)[clue.field];
      return clue.sizes.left[value] == left_size && clue.sizes.right[value] == right_size;
    });
  };
  // Households of few pairs are held to the 9 of all a little.
  EXPECT_NEAR(std::log(factor(1, 1) / 1.0), 0.0, 0.35);
  EXPECT_NEAR(std::log(factor(1, 2) / 2.0), 0.0, 0.25);
  EXPECT_NEAR(std::log(factor(2, 1) / 2.0), 0.0, 0.25);
  EXPECT_NEAR(std::log(factor(2, 2) / 4.0), 0.0, 0.25);
  EXPECT_GT(factor(3, 1), 9.0)
      << "who is not in the one file is in nobody's place: all three are in the other";
}

TEST(RelativesDivisors, SayLessOfRecordsThatLackValuesAndAreFoundLessOften) {
  const DrawnPeople people(3600, 0.5);
  const auto& [run, records, clue] = std::tie(people.run(), people.records(), people.clue());
  auto yields = run.blocker->yields();
  const auto kept =
      score_pairs(people.scorer(), RatioBounds(people.scorer(), 1), *run.blocker, -4.0, yields, 1, nullptr);
  std::vector<double> probability;
  for (const auto& pair : kept) probability.push_back(people.one_person(pair.left, pair.right) ? 1.0 : 0.0);
  const auto divisors = relatives_divisors(clue, kept, probability, {}, 2.0 / 3.0);
  const auto missing = [&](std::uint32_t record) {
    return std::count(records.of(record), records.of(record) + records.fields.size(), 0U);
  };
  // No clue as to the household's size.
  const auto apart = [&](const KeptPair& pair) {
    return records.of(pair.left)[clue.field] == 0 || records.of(pair.right)[clue.field] == 0;
  };
  const double much = mean_factor(kept, divisors, [&](const KeptPair& pair) {
    return apart(pair) && missing(pair.left) + missing(pair.right) == 1;
  });
  const double little = mean_factor(kept, divisors, [&](const KeptPair& pair) {
    return apart(pair) && missing(pair.left) >= 2 && missing(pair.right) >= 2;
  });
  EXPECT_GT(much, 1.2 * little);
  EXPECT_GT(little, 1.0);
}

TEST(HouseholdSizes, AreCountedOfTheWholeWithoutDecoysAndLargeBuildingsAreNone) {
  const DrawnPeople people(1200, 0.0);
  const auto& records = people.records();
  const auto& sizes = people.clue().sizes;
  double pairs = 0.0;
  for (const auto& total : sizes.total) pairs += total.pairs;
  EXPECT_EQ(pairs, people.clue().pair_count) << "nobody lives with more than five others";
  DecoyFlags decoys(records.count, false);
  const std::uint32_t decoy = 5;
  decoys[decoy] = true;
  const auto without = household_sizes(records, people.clue().field, decoys);
  const auto value = records.of(decoy)[people.clue().field];
  EXPECT_EQ(without.left[value] + 1, sizes.left[value]);
  EXPECT_EQ(without.right[value], sizes.right[value]);
  EXPECT_FALSE(HouseholdSizes::class_of(7, 1).has_value());
  EXPECT_FALSE(HouseholdSizes::class_of(1, 7).has_value());
  EXPECT_FALSE(HouseholdSizes::class_of(0, 1).has_value());
  EXPECT_NE(HouseholdSizes::class_of(1, 6), HouseholdSizes::class_of(6, 1));
}

}  // namespace
}  // namespace kinfold::linkage
