#include "linkage/assign.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "linkage/cluster.h"

namespace kinfold::linkage {
namespace {

constexpr std::uint64_t kSeed = 7;

// Every way of taking pairs, for a handful of them.
double best_by_trying_all(const std::vector<WeightedPair>& pairs) {
  double best = 0.0;
  for (std::size_t chosen = 0; chosen < (std::size_t{1} << pairs.size()); ++chosen) {
    std::set<std::uint32_t> lefts;
    std::set<std::uint32_t> rights;
    double sum = 0.0;
    bool valid = true;
    for (std::size_t n = 0; n < pairs.size() && valid; ++n) {
      if ((chosen >> n & 1) == 0) continue;
      valid = lefts.insert(pairs[n].left).second && rights.insert(pairs[n].right).second;
      sum += pairs[n].weight;
    }
    if (valid) best = std::max(best, sum);
  }
  return best;
}

TEST(AssignOneToOne, IsAsGoodAsTryingEverything) {
  RandomStream random(kSeed);
  for (int n = 0; n < 400; ++n) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    std::vector<WeightedPair> pairs;
    while (pairs.size() < 11) {
      const auto left = static_cast<std::uint32_t>(random.below(5));
      const auto right = static_cast<std::uint32_t>(random.below(5));
      if (seen.insert({left, right}).second) pairs.push_back({left, right, random.uniform() * 10.0 - 1.0});
    }
    const auto assignment = assign_one_to_one(pairs);
    double sum = 0.0;
    std::set<std::uint32_t> lefts;
    std::set<std::uint32_t> rights;
    for (const auto taken : assignment.taken) {
      sum += pairs[taken].weight;
      EXPECT_GT(pairs[taken].weight, 0.0);
      EXPECT_TRUE(lefts.insert(pairs[taken].left).second);
      EXPECT_TRUE(rights.insert(pairs[taken].right).second);
    }
    ASSERT_NEAR(sum, best_by_trying_all(pairs), 1e-9) << "seed " << kSeed << ", case " << n;
  }
}

TEST(AssignOneToOne, GivesUpAHeavyPairForTwoThatAreHeavierTogether) {
  // Greedy takes 10 and leaves 1; the best is 9 + 9.
  const auto assignment = assign_one_to_one({{0, 0, 10.0}, {0, 1, 9.0}, {1, 0, 9.0}, {1, 1, 1.0}});
  EXPECT_EQ(assignment.taken, (std::vector<std::size_t>{1, 2}));
}

TEST(AssignOneToOne, SaysWhenAComponentWasTooLargeForTheExactMethod) {
  const auto assignment = assign_one_to_one({{0, 0, 10.0}, {0, 1, 9.0}, {1, 0, 9.0}}, 2);
  EXPECT_EQ(assignment.greedy_component_count, 1U);
  EXPECT_EQ(assignment.taken, (std::vector<std::size_t>{0}));
}

TEST(AssignOneToOne, TakesNothingFromNothing) { EXPECT_TRUE(assign_one_to_one({}).taken.empty()); }

TEST(ClusterRecords, DoesNotJoinTwoDenseGroupsOverAWeakBridge) {
  std::vector<ClusterPair> pairs;
  const auto strong = [](std::uint32_t a, std::uint32_t b) { return a / 3 == b / 3; };
  for (std::uint32_t a = 0; a < 6; ++a) {
    for (std::uint32_t b = a + 1; b < 6; ++b)
      if (strong(a, b)) pairs.push_back({a, b, 8.0});
  }
  pairs.push_back({2, 3, 3.0});  // Connected components would make one group of six.
  const auto cluster =
      cluster_records(6, pairs, connected_parts(6, pairs),
                      [&](std::uint32_t a, std::uint32_t b) { return strong(a, b) ? 8.0 : -6.0; });
  EXPECT_EQ(cluster, (std::vector<std::uint32_t>{0, 0, 0, 1, 1, 1}));
}

TEST(ClusterRecords, KeepsAGroupWholeThatOneMissingPairWouldSplit) {
  const std::vector<ClusterPair> pairs = {{0, 1, 8.0}, {1, 2, 8.0}};
  const auto cluster =
      cluster_records(3, pairs, connected_parts(3, pairs), [](std::uint32_t, std::uint32_t) { return 1.0; });
  EXPECT_EQ(cluster, (std::vector<std::uint32_t>{0, 0, 0}));
}

}  // namespace
}  // namespace kinfold::linkage
