// How many of the people of one household have a partner, as two files show it.
#include "linkage/households_internal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>

#include "linkage/competition_internal.h"
#include "linkage/run_internal.h"
#include "linkage/screen_internal.h"
#include "people.h"
#include "repetitions.h"

namespace kinfold::linkage {
namespace {

// Two files of families of three.
struct Files {
  table::Table left, right;
};

struct Found {
  std::optional<HouseholdClue> clue;
  std::optional<double> partner_share;
  double true_share = 0.0;
  double related_rate = 0.0;
  double true_related_rate = 0.0;
  KeptPairs kept;
  std::vector<double> with, without;  // Probabilities, knowing of households or not.
};

// The people of records, by number; three by three they are a family.
std::vector<int> people_of(const Files& files, const Records& records) {
  std::vector<int> people;
  for (std::size_t record = 0; record < records.count; ++record) {
    const auto& file = record < records.left_count ? files.left : files.right;
    people.push_back(std::stoi(std::string(file.columns()[1].string_at(records.row[record])).substr(1)));
  }
  return people;
}

// What the share should be: of the relatives with one value of `field`, by whom the scored pairs find.
double true_partner_share(const std::vector<int>& person, const Records& records, std::size_t field,
                          const KeptPairs& kept) {
  std::vector<bool> has_partner(records.count);
  for (const auto& pair : kept)
    if (person[pair.left] == person[pair.right]) has_partner[pair.left] = has_partner[pair.right] = true;
  double relatives = 0.0;
  double both = 0.0;
  for (std::size_t left = 0; left < records.left_count; ++left) {
    for (std::size_t right = records.left_count; right < records.count; ++right) {
      const auto value = records.of(left)[field];
      if (value == 0 || value != records.of(right)[field] || person[left] / 3 != person[right] / 3 ||
          person[left] == person[right])
        continue;
      relatives += 1.0;
      both += has_partner[left] && has_partner[right];
    }
  }
  return std::sqrt(both / relatives);
}

// Of all pairs, those of two people of one family.
double true_related_rate(const std::vector<int>& person, const Records& records) {
  double relatives = 0.0;
  for (std::size_t left = 0; left < records.left_count; ++left)
    for (std::size_t right = records.left_count; right < records.count; ++right)
      relatives += person[left] != person[right] && person[left] / 3 == person[right] / 3;
  const auto [left_size, right_size] = records.whole_sizes();
  return relatives / (left_size * right_size);
}

Found look_for_households(const Files& files, const Model& model) {
  auto prepared = prepare(files.left, &files.right, model, {}, true);
  EXPECT_TRUE(prepared.ok());
  const Run& run = prepared.value();
  RandomShares random;
  const auto fit = fit_model(run, model, random);
  EXPECT_TRUE(fit.ok());
  const Scorer scorer(*run.records, *run.comparer, fit.value().model);
  auto yields = run.blocker->yields();
  Found found;
  found.kept = score_pairs(scorer, RatioBounds(scorer, 1), *run.blocker, model.settings.weight_floor_bits,
                           yields, 1, nullptr);
  found.clue = household_clue(scorer, {});
  const auto probabilities = [&](const std::optional<HouseholdClue>& clue) {
    return one_to_one_probabilities(found.kept, run.records->count, run.records->whole_sizes(), std::nullopt,
                                    {}, clue);
  };
  found.without = probabilities(std::nullopt);
  found.with = probabilities(found.clue);
  if (!found.clue) return found;
  double expected = 0.0;
  for (const double p : found.with) expected += p;
  const auto [left, right] = run.records->whole_sizes();
  found.partner_share =
      household_partner_share(*found.clue, found.kept, found.with, {}, expected / left * expected / right);
  const auto person = people_of(files, *run.records);
  found.true_share = true_partner_share(person, *run.records, found.clue->field, found.kept);
  found.related_rate = fit.value().model.related_rate;
  found.true_related_rate = true_related_rate(person, *run.records);
  return found;
}

// Half of the families of either file are in the other, all of each.
Files whole_families(double error, std::uint64_t seed) {
  const testing_people::People people(1800, seed);
  return {people.file(0, 1200, error, 1), people.file(600, 1800, error, 2)};
}

// Two thirds of the people in each file, drawn one by one.
Files drawn_people(double error, std::uint64_t seed) {
  auto [left, right] = testing_people::drawn_files(1800, 2.0 / 3.0, error, seed);
  return {std::move(left), std::move(right)};
}

TEST(HouseholdShares, TellsWholeFamiliesFromPeopleDrawnOneByOne) {
  for (const auto seed : seeds({911, 912})) {
    const auto whole = look_for_households(whole_families(0.1, seed), people_model());
    ASSERT_TRUE(whole.partner_share.has_value());
    EXPECT_GT(*whole.partner_share, 0.95);
    const auto drawn = look_for_households(drawn_people(0.1, seed), people_model());
    ASSERT_TRUE(drawn.partner_share.has_value());
    EXPECT_NEAR(*drawn.partner_share, 2.0 / 3.0, 0.06);
  }
}

TEST(HouseholdShares, AreNotBiasedByWrongAndMissingValuesOrRelativesWhomNoRuleFinds) {
  for (const double error : {0.3, 0.4}) {
    for (const auto files_of : {whole_families, drawn_people}) {
      double partner = 0.0;
      double related = 0.0;
      for (const auto seed : seeds({913, 914, 915, 916})) {
        const auto found = look_for_households(files_of(error, seed), people_model());
        ASSERT_TRUE(found.partner_share.has_value());
        partner += (*found.partner_share - found.true_share) / 4.0;
        related += found.related_rate / found.true_related_rate / 4.0;
      }
      if (!kRepeats) continue;
      EXPECT_NEAR(partner, 0.0, 0.03) << error;
      EXPECT_NEAR(related, 1.0, 0.12) << error;
    }
  }
}

TEST(HouseholdShares, MakesPairsOfWholeFamiliesSurerAndLeavesThoseOfDrawnPeople) {
  const auto mean_change = [](const Found& found) {
    double change = 0.0;
    double count = 0.0;
    for (std::size_t n = 0; n < found.kept.size(); ++n) {
      if (found.kept[n].related_share < 0.9 || found.without[n] < 0.5 || found.without[n] > 0.95) continue;
      change += found.with[n] - found.without[n];
      count += 1.0;
    }
    EXPECT_GT(count, 10.0);
    return change / count;
  };
  EXPECT_GT(mean_change(look_for_households(whole_families(0.2, 915), people_model())), 0.1);
  EXPECT_NEAR(mean_change(look_for_households(drawn_people(0.2, 915), people_model())), 0.0, 0.02);
}

TEST(HouseholdClue, IsNoneWhereNobodyLivesTogether) {
  // One person of each family: what they share they share with nobody.
  Files files = whole_families(0.1, 916);
  const auto every_third = [](const table::Table& file) {
    table::Table own;
    for (const auto& column : file.columns()) own.add(column.name(), column.type());
    for (std::size_t row = 0; row < file.row_count(); row += 3) own.append(file, row, 1);
    return own;
  };
  files = {every_third(files.left), every_third(files.right)};
  const auto found = look_for_households(files, people_model());
  EXPECT_FALSE(found.partner_share.has_value());
  EXPECT_EQ(found.with, found.without);
}

// The share was counted by the address: of those with one postcode fewer are relatives.
TEST(HouseholdClue, TakesNothingFromAModelWhoseAddressTheFilesLack) {
  const Files files = whole_families(0.1, 917);
  Model fitted = link(files.left, &files.right, people_model(), {}).value().model;
  ASSERT_TRUE(fitted.household_related_share.has_value());
  const auto without_address = [](const table::Table& file) {
    table::Table own;
    for (const auto& column : file.columns())
      if (column.name() != "address") own.add(column.name(), column.type()) = column;
    return own;
  };
  const auto clue = [&](const Files& given) {
    auto prepared = prepare(given.left, &given.right, fitted, {}, true);
    EXPECT_TRUE(prepared.ok());
    const auto& [records, comparer] = std::tie(*prepared.value().records, *prepared.value().comparer);
    return household_clue(Scorer(records, comparer, given_model(comparer, fitted)), {});
  };
  const auto whole = clue(files);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->related_share, fitted.household_related_share);
  const auto less = clue({without_address(files.left), without_address(files.right)});
  ASSERT_TRUE(less.has_value());
  EXPECT_FALSE(less->related_share.has_value());
}

}  // namespace
}  // namespace kinfold::linkage
