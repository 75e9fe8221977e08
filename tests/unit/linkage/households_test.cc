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

namespace kinfold::linkage {
namespace {

// Two files of families of three.
struct Files {
  table::Table left, right;
};

struct Found {
  std::optional<HouseholdClue> clue;
  std::optional<HouseholdShares> shares;
  HouseholdShares truth;
  std::vector<KeptPair> kept;
  std::vector<double> with, without;  // Probabilities, knowing of households or not.
};

// What the shares should be: of the pairs with one value of `field`, by who the people are (the files' column
// "person"; numbers three by three are a family) and whom the scored pairs find.
HouseholdShares true_shares(const Files& files, const Records& records, std::size_t field,
                            const std::vector<KeptPair>& kept) {
  const auto person = [&](std::size_t record) {
    const auto& file = record < records.left_count ? files.left : files.right;
    return std::stoi(std::string(file.columns()[1].string_at(records.row[record])).substr(1));
  };
  std::vector<bool> has_partner(records.count);
  for (const auto& pair : kept)
    if (person(pair.left) == person(pair.right)) has_partner[pair.left] = has_partner[pair.right] = true;
  double matches = 0.0;
  double relatives = 0.0;
  double both = 0.0;
  for (std::size_t left = 0; left < records.left_count; ++left) {
    for (std::size_t right = records.left_count; right < records.count; ++right) {
      const auto value = records.of(left)[field];
      if (value == 0 || value != records.of(right)[field] || person(left) / 3 != person(right) / 3) continue;
      if (person(left) == person(right)) {
        matches += has_partner[left];
      } else {
        relatives += 1.0;
        both += has_partner[left] && has_partner[right];
      }
    }
  }
  return {std::sqrt(both / relatives), matches / (matches + relatives)};
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
  found.shares =
      household_shares(*found.clue, found.kept, found.with, {}, expected / left * expected / right);
  found.truth = true_shares(files, *run.records, found.clue->field, found.kept);
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
  for (const std::uint64_t seed : {911U, 912U}) {
    const auto whole = look_for_households(whole_families(0.1, seed), people_model());
    ASSERT_TRUE(whole.shares.has_value());
    EXPECT_GT(whole.shares->partner, 0.95);
    const auto drawn = look_for_households(drawn_people(0.1, seed), people_model());
    ASSERT_TRUE(drawn.shares.has_value());
    EXPECT_NEAR(drawn.shares->partner, 2.0 / 3.0, 0.06);
  }
}

TEST(HouseholdShares, AreNotBiasedByWrongAndMissingValuesOrRelativesWhomNoRuleFinds) {
  for (const double error : {0.3, 0.4}) {
    for (const auto files_of : {whole_families, drawn_people}) {
      double partner = 0.0;
      double match = 0.0;
      for (std::uint64_t seed = 913; seed < 917; ++seed) {
        const auto found = look_for_households(files_of(error, seed), people_model());
        ASSERT_TRUE(found.shares.has_value());
        partner += (found.shares->partner - found.truth.partner) / 4.0;
        match += (found.shares->match - found.truth.match) / 4.0;
      }
      EXPECT_NEAR(partner, 0.0, 0.03) << error;
      EXPECT_NEAR(match, 0.0, 0.02) << error;
    }
  }
}

TEST(HouseholdShares, MakesPairsOfWholeFamiliesSurerAndThoseOfDrawnPeopleLessSure) {
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
  EXPECT_LT(mean_change(look_for_households(drawn_people(0.2, 915), people_model())), -0.02);
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
  EXPECT_FALSE(found.shares.has_value());
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
