// What a record's other candidates, or their absence, say of a pair between two
// files that hold nobody twice.
#include "linkage/competition_internal.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>

#include "base/random.h"
#include "linkage/link.h"
#include "linkage/pairing_internal.h"
#include "people.h"
#include "repetitions.h"

namespace kinfold::linkage {
namespace {

constexpr std::uint32_t kSide = 4;
constexpr std::pair<double, double> kSizes{kSide, kSide};

KeptPair pair_of(std::uint32_t left, std::uint32_t right, double bits) {
  return {left, kSide + right, bits, bits, 0, 0.0};
}

// Every one-to-one assignment by itself, each with the product of its pairs'
// odds.
std::vector<double> by_counting(const KeptPairs& kept, double factor) {
  std::vector<double> of_pair(kept.size(), 0.0);
  double all = 0.0;
  std::vector<std::size_t> taken;
  std::array<bool, 2 * kSide> used{};
  const std::function<void(std::size_t, double)> go = [&](std::size_t n, double product) {
    if (n == kept.size()) {
      all += product;
      for (const auto pair : taken) of_pair[pair] += product;
      return;
    }
    go(n + 1, product);
    if (used[kept[n].left] || used[kept[n].right]) return;
    used[kept[n].left] = used[kept[n].right] = true;
    taken.push_back(n);
    go(n + 1, product * factor * std::exp2(kept[n].log_odds_bits));
    taken.pop_back();
    used[kept[n].left] = used[kept[n].right] = false;
  };
  go(0, 1.0);
  for (auto& own : of_pair) own /= all;
  return of_pair;
}

TEST(OneToOneProbabilities, AreThoseOfAllAssignmentsWhereCandidatesFormNoRing) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    RandomStream random(seed, {9});
    const auto bits = [&] { return static_cast<double>(random.between(-4, 8)); };
    // A path through all records, of which each pair is left out now and then.
    KeptPairs kept;
    for (std::uint32_t n = 0; n < kSide; ++n) {
      if (!random.chance(0.2)) kept.push_back(pair_of(n, n, bits()));
      if (n + 1 < kSide && !random.chance(0.2)) kept.push_back(pair_of(n + 1, n, bits()));
    }
    const auto found = one_to_one_probabilities(kept, 2 * kSide, kSizes, PartnerShares{0.5, 0.25});
    const auto counted = by_counting(kept, 1.0 / (0.5 * 0.75));
    // Half of what is missing is made up for in each of twenty rounds, and a
    // path of eight records takes some: .0022 at most here.
    for (std::size_t n = 0; n < kept.size(); ++n)
      EXPECT_NEAR(found[n], counted[n], 5e-3) << "seed " << seed << ", pair " << n;
  }
}

TEST(OneToOneProbabilities, AreNearThoseOfAllAssignmentsInRings) {
  double furthest = 0.0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    RandomStream random(seed, {10});
    KeptPairs kept;
    for (std::uint32_t a = 0; a < kSide; ++a)
      for (std::uint32_t b = 0; b < kSide; ++b)
        kept.push_back(pair_of(a, b, static_cast<double>(random.between(-6, 6))));
    const auto found = one_to_one_probabilities(kept, 2 * kSide, kSizes, PartnerShares{0.0, 0.0});
    const auto counted = by_counting(kept, 1.0);
    for (std::size_t n = 0; n < kept.size(); ++n) {
      EXPECT_GE(found[n], 0.0);
      EXPECT_LE(found[n], 1.0);
      furthest = std::max(furthest, std::fabs(found[n] - counted[n]));
    }
  }
  EXPECT_LT(furthest, 0.12);
}

TEST(OneToOneProbabilities, RiseWhereNearlyEverybodyHasAPartner) {
  KeptPairs kept = {pair_of(0, 0, 20), pair_of(1, 1, 20), pair_of(2, 2, 20), pair_of(3, 3, 0)};
  const double with_others = one_to_one_probabilities(kept, 2 * kSide, kSizes, std::nullopt)[3];
  const double alone = one_to_one_probabilities({pair_of(3, 3, 0)}, 2 * kSide, kSizes, std::nullopt)[0];
  EXPECT_GT(with_others, 0.85);
  EXPECT_LT(alone, 0.65);
  EXPECT_GT(alone, 0.5);
}

// Half the people of either file are in the other too, families share surname
// and address, a value in ten is wrong and one missing.
TEST(Probabilities, OfTwoFilesAreNearerToTheTruthThanCompetitionAlone) {
  double now = 0.0;
  double before = 0.0;
  double count = 0.0;
  for (const auto seed : seeds({81, 82, 83})) {
    const testing_people::People people(1800, seed);
    const auto left = people.file(0, 1200, 0.2, 1);
    const auto right = people.file(600, 1800, 0.2, 2);
    LinkOptions options;
    options.pairing = Pairing::kOneToOne;
    const auto linked = link(left, &right, people_model(), options);
    ASSERT_TRUE(linked.ok()) << linked.error().message;
    const auto& result = linked.value();
    const double prior = std::log2(result.model.match_rate / (1.0 - result.model.match_rate));
    KeptPairs kept;
    for (const auto& pair : result.pairs)
      kept.push_back({pair.left, 1200 + pair.right, pair.weight_bits, pair.weight_bits + prior, 0, 0.0});
    const auto competing = compete(kept, 2400);
    for (std::size_t n = 0; n < kept.size(); ++n) {
      const auto& pair = result.pairs[n];
      const bool same = left.columns()[1].string_at(pair.left) == right.columns()[1].string_at(pair.right);
      const auto loss = [&](double p) { return -std::log(std::clamp(same ? p : 1.0 - p, 1e-6, 1.0)); };
      now += loss(pair.probability);
      before += loss(competing[n]);
      count += 1.0;
    }
  }
  EXPECT_LT(now / count, 0.6 * before / count) << now / count << " instead of " << before / count;
}

}  // namespace
}  // namespace kinfold::linkage
