// Fast matching and kernels against short plain twins, and the laws they keep.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.h"
#include "evaluation/kernel.h"
#include "evaluation/nearest.h"

namespace kinfold::evaluation {
namespace {

std::vector<double> scores(std::size_t count, std::uint64_t seed, double grid) {
  RandomStream random(seed);
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(std::floor(random.uniform() * grid) / grid);
  return out;
}

TEST(MatchWithReplacement, IsWhatThePlainLoopFinds) {
  for (const double grid : {10.0, 1000.0, 1e9}) {  // many ties, some, none
    const auto from = scores(200, 1, grid);
    const auto pool = scores(300, 2, grid);
    const auto sorted = sort_scores(pool);
    for (const std::uint32_t k : {1U, 3U, 1000U}) {
      const auto ranges = match_with_replacement(from, sorted, {k, std::nullopt, 1e-10});
      for (std::size_t i = 0; i < from.size(); ++i) {
        std::vector<double> distance;
        for (const double p : pool) distance.push_back(std::fabs(p - from[i]));
        auto ordered = distance;
        std::sort(ordered.begin(), ordered.end());
        const double reach = ordered[std::min<std::size_t>(k, pool.size()) - 1] + 1e-10;
        const auto expected =
            std::count_if(distance.begin(), distance.end(), [&](double d) { return d <= reach; });
        ASSERT_EQ(ranges[i].count(), static_cast<std::uint32_t>(expected)) << grid << " " << k << " " << i;
        for (auto at = ranges[i].begin; at < ranges[i].end; ++at)
          ASSERT_LE(std::fabs(sorted.score[at] - from[i]), reach + 1e-15);
      }
    }
  }
}

TEST(MatchWithReplacement, KeepsToTheCaliper) {
  const auto from = scores(200, 3, 1e9);
  const auto sorted = sort_scores(scores(50, 4, 1e9));
  const auto ranges = match_with_replacement(from, sorted, {5, 0.001, 1e-10});
  std::size_t unmatched = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    unmatched += ranges[i].count() == 0 ? 1U : 0U;
    for (auto at = ranges[i].begin; at < ranges[i].end; ++at)
      EXPECT_LE(std::fabs(sorted.score[at] - from[i]), 0.001);
  }
  EXPECT_GT(unmatched, 0u);
}

std::vector<std::uint32_t> plain_greedy(const std::vector<double>& from, const std::vector<double>& pool,
                                        std::optional<double> caliper) {
  std::vector<std::uint32_t> order(from.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return from[a] > from[b]; });
  std::vector<bool> taken(pool.size(), false);
  std::vector<std::uint32_t> matched(from.size(), kUnmatched);
  for (const auto i : order) {
    std::uint32_t best = kUnmatched;
    for (std::uint32_t j = 0; j < pool.size(); ++j) {
      if (taken[j] || (caliper && std::fabs(pool[j] - from[i]) > *caliper)) continue;
      const auto better = [&] {
        if (best == kUnmatched) return true;
        const double a = std::fabs(pool[j] - from[i]);
        const double b = std::fabs(pool[best] - from[i]);
        return a < b || (a == b && pool[j] < pool[best]);
      };
      if (better()) best = j;
    }
    if (best == kUnmatched) continue;
    matched[i] = best;
    taken[best] = true;
  }
  return matched;
}

TEST(MatchWithoutReplacement, IsWhatThePlainLoopFinds) {
  for (const double grid : {16.0, 1024.0, 1e9}) {  // powers of two: distances on both sides tie exactly
    for (const auto caliper : {std::optional<double>{}, std::optional<double>{0.01}}) {
      const auto from = scores(150, 5, grid);
      const auto pool = scores(120, 6, grid);
      EXPECT_EQ(match_without_replacement(from, pool, MatchOrder::kLargest, caliper),
                plain_greedy(from, pool, caliper))
          << grid;
    }
  }
}

TEST(MatchWithoutReplacement, ClosestFirstNeverHasAWorseFirstPair) {
  const auto from = scores(100, 7, 1e9);
  const auto pool = scores(200, 8, 1e9);
  const auto matched = match_without_replacement(from, pool, MatchOrder::kClosest, std::nullopt);
  std::vector<bool> taken(pool.size(), false);
  double best = INFINITY;
  for (std::size_t i = 0; i < from.size(); ++i) {
    ASSERT_NE(matched[i], kUnmatched);
    EXPECT_FALSE(taken[matched[i]]);
    taken[matched[i]] = true;
    best = std::min(best, std::fabs(from[i] - pool[matched[i]]));
  }
  double closest = INFINITY;
  for (const double a : from) {
    for (const double b : pool) closest = std::min(closest, std::fabs(a - b));
  }
  EXPECT_DOUBLE_EQ(best, closest);
}

TEST(MatchGreedy, TakesOnlyWhatIsAllowedAndRoundByRound) {
  const auto from = scores(60, 21, 64.0);
  const auto pool = scores(200, 22, 64.0);
  GreedyOptions options;
  options.ratio = 2;
  options.allowed = [](std::uint32_t a, std::uint32_t b) { return a % 3 == b % 3; };
  for (const auto order :
       {MatchOrder::kLargest, MatchOrder::kSmallest, MatchOrder::kData, MatchOrder::kClosest}) {
    options.order = order;
    std::vector<bool> taken(pool.size(), false);
    std::vector<int> mates(from.size(), 0);
    for (const auto& [a, b] : match_greedy(from, pool, options)) {
      EXPECT_EQ(a % 3, b % 3);
      EXPECT_FALSE(taken[b]);
      taken[b] = true;
      ++mates[a];
    }
    for (const int count : mates) EXPECT_EQ(count, 2);
  }
  // The plain loop, largest first: each takes the nearest that is free and allowed, twice round.
  options.order = MatchOrder::kLargest;
  std::vector<std::uint32_t> visit(from.size());
  std::iota(visit.begin(), visit.end(), 0U);
  std::stable_sort(visit.begin(), visit.end(), [&](auto a, auto b) { return from[a] > from[b]; });
  std::vector<bool> taken(pool.size(), false);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;
  for (int round = 0; round < 2; ++round) {
    for (const auto i : visit) {
      std::uint32_t best = kUnmatched;
      for (std::uint32_t j = 0; j < pool.size(); ++j) {
        if (taken[j] || !options.allowed(i, j)) continue;
        const double a = std::fabs(pool[j] - from[i]);
        const double b = best == kUnmatched ? INFINITY : std::fabs(pool[best] - from[i]);
        if (a < b || (a == b && pool[j] < pool[best])) best = j;
      }
      taken[best] = true;
      expected.emplace_back(i, best);
    }
  }
  EXPECT_EQ(match_greedy(from, pool, options), expected);
}

TEST(KernelSums, AreWhatThePlainLoopFinds) {
  RandomStream random(9);
  const auto query = scores(300, 10, 1e9);
  auto point = scores(2000, 11, 500);
  std::sort(point.begin(), point.end());
  std::vector<double> value;
  for (std::size_t j = 0; j < point.size(); ++j) value.push_back(random.normal());
  for (const auto kernel : {KernelKind::kEpanechnikov, KernelKind::kGaussian, KernelKind::kUniform}) {
    for (const double h : {0.01, 0.06, 0.5}) {
      const auto fast = kernel_sums(query, point, value, kernel, h);
      for (std::size_t i = 0; i < query.size(); ++i) {
        double sum = 0;
        double size = 0;
        for (std::size_t j = 0; j < point.size(); ++j) {
          const double u = (query[i] - point[j]) / h;
          const double k = kernel == KernelKind::kGaussian  ? std::exp(-u * u / 2)
                           : std::fabs(u) >= 1              ? 0
                           : kernel == KernelKind::kUniform ? 0.5
                                                            : 0.75 * (1 - u * u);
          sum += k * value[j];
          size += k * std::fabs(value[j]);
        }
        ASSERT_NEAR(fast[i], sum, 1e-11 * size + 1e-15) << h;
      }
    }
  }
}

}  // namespace
}  // namespace kinfold::evaluation
