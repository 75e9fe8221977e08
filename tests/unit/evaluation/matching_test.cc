// Fast matching and kernels against short plain twins, and the laws they keep.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.h"
#include "evaluation/effect.h"
#include "evaluation/kernel.h"
#include "evaluation/nearest.h"
#include "evaluation/score.h"

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
        const auto expected = std::count_if(distance.begin(), distance.end(), [&](double d) { return d <= reach; });
        ASSERT_EQ(ranges[i].count(), static_cast<std::uint32_t>(expected)) << grid << " " << k << " " << i;
        for (auto at = ranges[i].begin; at < ranges[i].end; ++at) ASSERT_LE(std::fabs(sorted.score[at] - from[i]), reach + 1e-15);
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
    for (auto at = ranges[i].begin; at < ranges[i].end; ++at) EXPECT_LE(std::fabs(sorted.score[at] - from[i]), 0.001);
  }
  EXPECT_GT(unmatched, 0u);
}

std::vector<std::uint32_t> plain_greedy(const std::vector<double>& from, const std::vector<double>& pool, std::optional<double> caliper) {
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
      EXPECT_EQ(match_without_replacement(from, pool, MatchOrder::kLargest, caliper), plain_greedy(from, pool, caliper)) << grid;
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
          const double k = kernel == KernelKind::kGaussian ? std::exp(-u * u / 2)
                           : std::fabs(u) >= 1             ? 0
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

/// Families of two with shared luck; the score is known to be 0.2 + 0.6 x; the effect is 0.
Sample families(std::size_t count, std::uint64_t seed) {
  RandomStream random(seed);
  Sample s;
  s.x = Matrix(2 * count, 2);
  s.names = {"intercept", "x"};
  for (std::size_t f = 0; f < count; ++f) {
    const double x = random.uniform();
    const bool treated = random.chance(0.2 + 0.6 * x);
    const double luck = random.normal();
    for (std::size_t m = 0; m < 2; ++m) {
      const auto i = 2 * f + m;
      s.x.at(i, 0) = 1;
      s.x.at(i, 1) = x + 0.02 * random.normal();
      s.treated.push_back(treated);
      s.cluster.push_back(static_cast<std::uint32_t>(f));
      s.y.push_back(2 * x + luck + random.normal());
    }
  }
  return s;
}

/// Share of nominal 95 % intervals that hold the true effect, over 1,000 draws.
template <typename Estimator>
double coverage(Estimator estimator) {
  int covered = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const auto sample = families(150, seed);
    const auto effect = estimator(sample);
    if (!effect.ok()) continue;
    covered += std::fabs(effect.value().estimate) <= 1.959964 * std::sqrt(effect.value().variance) ? 1 : 0;
  }
  return covered / 1000.0;
}

// 93 to 97: nominal 95, with three standard errors of 1,000 draws (0.7) on each side.
TEST(Coverage, OfNearestNeighboursWithFamilies) {
  const double share = coverage([](const Sample& s) {
    const auto fit = fit_score(s.x, s.names, s.treated);
    NearestEffectOptions options;
    options.neighbours = 5;
    return nearest_effect(s, fit.value().probability, options);
  });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}
TEST(Coverage, OfWeightingWithFamilies) {
  const double share = coverage([](const Sample& s) { return ipw_effect(s, ScoreLink::kLogit, Estimand::kAtt); });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}
TEST(Coverage, OfEntropyBalancingWithFamilies) {
  const double share = coverage([](const Sample& s) { return entropy_effect(s); });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}
TEST(Coverage, OfDoublyRobustWithFamilies) {
  const double share = coverage([](const Sample& s) { return aipw_effect(s, ScoreLink::kLogit, Estimand::kAtt); });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}
TEST(Coverage, OfRegressionWithFamilies) {
  const double share = coverage([](const Sample& s) { return regression_effect(s); });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}
TEST(Coverage, OfKernelMatchingWithFamilies) {
  const double share = coverage([](const Sample& s) {
    const auto fit = fit_score(s.x, s.names, s.treated);
    return kernel_effect(s, fit.value().probability, KernelKind::kEpanechnikov, 0.1);
  });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}
TEST(Coverage, OfGreedyPairsWithFamilies) {
  const double share = coverage([](const Sample& s) {
    const auto fit = fit_score(s.x, s.names, s.treated);
    return greedy_effect(s, fit.value().linear, 0.2);
  });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}

}  // namespace
}  // namespace kinfold::evaluation
