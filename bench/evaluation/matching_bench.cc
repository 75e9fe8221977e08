// Matching and kernels on one score. A third of the units are treated and have higher scores, as in real
// programmes. Peers: Debian's MatchIt 4.5.1 takes 78 s for 300,000 units without replacement and 95 s with
// (docs/methods).
#include <cmath>
#include <cstdlib>

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "evaluation/kernel.h"
#include "evaluation/nearest.h"

namespace {

using namespace kinfold::evaluation;

struct Scores {
  std::vector<double> treated;
  std::vector<double> pool;
};

Scores make_scores(std::size_t count) {
  kinfold::RandomStream random(7);
  Scores out;
  for (std::size_t i = 0; i < count; ++i) {
    const bool treated = i % 3 == 0;
    const double score = 1 / (1 + std::exp(-(random.normal() + (treated ? 0.3 : -0.3))));
    (treated ? out.treated : out.pool).push_back(score);
  }
  return out;
}

void with_replacement(benchmark::State& state) {
  const auto scores = make_scores(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto pool = sort_scores(scores.pool);
    const auto ranges = match_with_replacement(scores.treated, pool, {1, std::nullopt, 1e-10});
    for (const auto& range : ranges) {
      if (range.count() == 0) std::abort();  // everybody has a neighbour
    }
  }
}

void without_replacement(benchmark::State& state) {
  const auto scores = make_scores(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto matched =
        match_without_replacement(scores.treated, scores.pool, MatchOrder::kLargest, std::nullopt);
    std::vector<char> taken(scores.pool.size(), 0);
    for (const auto unit : matched) {
      if (unit == kUnmatched || taken[unit]++ != 0) std::abort();  // nobody twice
    }
  }
}

void epanechnikov(benchmark::State& state) {
  const auto scores = make_scores(static_cast<std::size_t>(state.range(0)));
  const auto pool = sort_scores(scores.pool);
  const std::vector<double> ones(pool.score.size(), 1);
  for (auto _ : state) {
    const auto sums = kernel_sums(scores.treated, pool.score, ones, KernelKind::kEpanechnikov, 0.06);
    if (!(sums[0] > 0)) std::abort();
  }
}

BENCHMARK(with_replacement)
    ->Arg(300'000)
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK(without_replacement)
    ->Arg(300'000)
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK(epanechnikov)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
