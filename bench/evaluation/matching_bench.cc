// Matching and kernels on one score. A third of the units are treated and have higher scores, as in real
// programmes. extra_MB is the memory beyond the scores themselves. Peers: matchit_ratio.cc.
#include <cmath>
#include <cstdlib>

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "evaluation/kernel.h"
#include "evaluation/nearest.h"
#include "peak_memory.h"

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
  const PeakMemory memory;
  for (auto _ : state) {
    const auto pool = sort_scores(scores.pool);
    const auto ranges = match_with_replacement(scores.treated, pool, {1, std::nullopt, 1e-10});
    for (const auto& range : ranges) {
      if (range.count() == 0) std::abort();  // everybody has a neighbour
    }
  }
  state.counters["extra_MB"] = memory.megabytes();
}

void without_replacement(benchmark::State& state) {
  const auto scores = make_scores(static_cast<std::size_t>(state.range(0)));
  const PeakMemory memory;
  for (auto _ : state) {
    const auto matched =
        match_without_replacement(scores.treated, scores.pool, MatchOrder::kLargest, std::nullopt);
    std::vector<char> taken(scores.pool.size(), 0);
    for (const auto unit : matched) {
      if (unit == kUnmatched || taken[unit]++ != 0) std::abort();  // nobody twice
    }
  }
  state.counters["extra_MB"] = memory.megabytes();
}

void epanechnikov(benchmark::State& state) {
  const auto scores = make_scores(static_cast<std::size_t>(state.range(0)));
  const auto pool = sort_scores(scores.pool);
  const auto queries = sort_scores(scores.treated);
  const std::vector<double> ones(pool.score.size(), 1);
  const PeakMemory memory;
  for (auto _ : state) {
    const auto sums = kernel_sums(queries.score, pool.score, ones, KernelKind::kEpanechnikov, 0.06);
    if (!(sums[0] > 0)) std::abort();
  }
  state.counters["extra_MB"] = memory.megabytes();
  state.counters["ns_a_unit"] =
      benchmark::Counter(static_cast<double>(state.range(0)) * 1e-9,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
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
BENCHMARK(epanechnikov)
    ->Arg(250'000)
    ->Arg(500'000)
    ->Arg(1'000'000)
    ->Arg(2'000'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
