// Whether probabilities are what they say, on simulated files whose truth nothing was fitted to.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "linkage/group_calibration_internal.h"
#include "linkage/link.h"
#include "linkage/pairing_internal.h"
#include "people.h"
#include "repetitions.h"

namespace kinfold::linkage {
namespace {

KeptPair pair_of(std::uint32_t left, std::uint32_t right, double bits) {
  return {left, right, bits, bits, 0, 0.0};
}

TEST(GroupCalibration, NeverFallsAsTheWeightRisesAndFollowsTheGroups) {
  // Four records in one group, with one weak pair among them; a fifth, of whom little is known.
  const KeptPairs kept = {pair_of(0, 1, 10), pair_of(0, 2, 10), pair_of(0, 3, -1), pair_of(0, 4, -3),
                          pair_of(1, 2, 10), pair_of(1, 3, 10), pair_of(2, 3, 10)};
  const auto calibration =
      calibrate_by_groups(kept, plain_probabilities(kept), order_by_odds(kept), {0, 0, 0, 0, 1}, 2);
  EXPECT_DOUBLE_EQ(calibration.probability[0], 1.0);
  EXPECT_DOUBLE_EQ(calibration.probability[2], 1.0) << "its records' other pairs say that they are one";
  // One pair of -3 bits among four between the two groups, the other three as -6: the mean is -5.25 bits.
  EXPECT_NEAR(calibration.probability[3], 1.0 / (1.0 + std::exp2(5.25)), 1e-12);
  EXPECT_NE(calibration.note.find("0.3-0.4 (1 pairs) they say 1.00"), std::string::npos) << calibration.note;
}

TEST(GroupCalibration, LeavesPairsAsTheyAreWhereNobodyElseCanSayAnything) {
  const KeptPairs kept = {pair_of(0, 1, 2), pair_of(2, 3, -2), pair_of(4, 5, 1)};
  const auto calibration =
      calibrate_by_groups(kept, plain_probabilities(kept), order_by_odds(kept), {0, 0, 1, 2, 3, 4}, 2);
  for (std::size_t n = 0; n < kept.size(); ++n)
    EXPECT_DOUBLE_EQ(calibration.probability[n], probability_of_bits(kept[n].log_odds_bits));
  EXPECT_EQ(calibration.note, "");
}

struct Tenths {
  std::array<double, 10> said{};
  std::array<double, 10> right{};
  std::array<double, 10> count{};

  void add(const LinkResult& result, const table::Table& left_file, const table::Table& right_file) {
    for (const auto& pair : result.pairs) {
      const auto tenth = std::min<std::size_t>(9, static_cast<std::size_t>(pair.probability * 10.0));
      said[tenth] += pair.probability;
      right[tenth] +=
          left_file.columns()[1].string_at(pair.left) == right_file.columns()[1].string_at(pair.right);
      count[tenth] += 1.0;
    }
  }
  // A tenth is off where so many true pairs, or so few, would be seen in less than one case of 200 if the
  // true share were three points from what is said (Clopper and Pearson 1934: the 99 % interval).
  int off(std::string& told) const {
    int found = 0;
    for (std::size_t n = 0; n < 10; ++n) {
      if (count[n] == 0.0) continue;
      const double mean = said[n] / count[n];
      found += chance_of_at_least(right[n], count[n], mean + 0.03) < 0.005 ||
               chance_of_at_least(count[n] - right[n], count[n], 1.0 - (mean - 0.03)) < 0.005;
      told += std::to_string(static_cast<int>(count[n])) + " pairs: said " + std::to_string(mean) +
              ", true " + std::to_string(right[n] / count[n]) + "\n";
    }
    return found;
  }

 private:
  // Of `n` draws, each true with chance `p`.
  static double chance_of_at_least(double least, double n, double p) {
    if (p >= 1.0 || least <= 0.0) return 1.0;
    double chance = 0.0;
    for (double k = least; k <= n; ++k)
      chance += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                         k * std::log(p) + (n - k) * std::log1p(-p));
    return chance;
  }
};

void expect_what_they_say(const Tenths& tenths) {
  std::string told;
  EXPECT_EQ(tenths.off(told), 0) << told;
}

TEST(Probabilities, OfOneFileAreWhatTheySay) {
  Tenths tenths;
  for (const auto seed : seeds({71, 72})) {
    const testing_people::People people(1200, seed);
    table::Table all = people.file(0, 1200, 0.2, 1);
    for (std::uint64_t file = 2; file < 6; ++file) {
      const auto more = people.file(static_cast<int>(file - 1) * 200, 1200, 0.2, file);
      all.append(more, 0, more.row_count());
    }
    const auto result = link(all, nullptr, people_model());
    ASSERT_TRUE(result.ok()) << result.error().message;
    tenths.add(result.value(), all, all);
  }
  expect_what_they_say(tenths);
}

constexpr std::uint64_t kFiles = kRepeats ? 20 : 1;

Tenths tenths_of(const table::Table& left, const table::Table& right, Tenths tenths) {
  const auto result = link(left, &right, people_model());
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.value().pairing, Pairing::kOneToOne);
  tenths.add(result.value(), left, right);
  return tenths;
}

// A share of `error` / 2 of the values is wrong, and as many are missing. Half of either file's families are
// in the other, all of each.
void expect_of_whole_families(double error) {
  Tenths tenths;
  for (std::uint64_t seed = 911; seed < 911 + kFiles; ++seed) {
    const testing_people::People people(1800, seed);
    tenths = tenths_of(people.file(0, 1200, error, 1), people.file(600, 1800, error, 2), tenths);
  }
  if (kRepeats) expect_what_they_say(tenths);
}

TEST(Probabilities, OfTwoFilesOfWholeFamiliesAreWhatTheySay) {
  expect_of_whole_families(0.2);
  expect_of_whole_families(0.4);
}

// The same people, of whom two thirds are in either file, drawn one by one.
void expect_of_people_drawn_one_by_one(double error) {
  Tenths tenths;
  for (std::uint64_t seed = 931; seed < 931 + kFiles; ++seed) {
    const auto [left, right] = testing_people::drawn_files(1800, 2.0 / 3.0, error, seed);
    tenths = tenths_of(left, right, tenths);
  }
  if (kRepeats) expect_what_they_say(tenths);
}

TEST(Probabilities, OfTwoFilesOfPeopleDrawnOneByOneAreWhatTheySay) {
  expect_of_people_drawn_one_by_one(0.2);
  expect_of_people_drawn_one_by_one(0.4);
}

}  // namespace
}  // namespace kinfold::linkage
