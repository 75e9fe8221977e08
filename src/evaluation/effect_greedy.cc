// Effects by greedy pairs without replacement.
#include <cmath>

#include "evaluation/match_arms_internal.h"

namespace kinfold::evaluation {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // treated, comparison

Pairs make_pairs(const Sample& sample, std::span<const double> score, const GreedyEffectOptions& options) {
  const auto within = within_calipers(options.covariate_calipers);
  const auto strata = split_units(sample);
  Pairs pairs;
  for (std::size_t s = 0; s < strata.treated.size(); ++s) {
    const auto& treated = strata.treated[s];
    const auto& comparison = strata.comparison[s];
    std::vector<double> from, pool;
    for (const auto i : treated) from.push_back(score[i]);
    for (const auto i : comparison) pool.push_back(score[i]);
    GreedyOptions greedy{options.order, options.caliper, options.ratio, {}};
    if (within)
      greedy.allowed = [&](std::uint32_t a, std::uint32_t b) { return within(treated[a], comparison[b]); };
    for (const auto& [a, b] : match_greedy(from, pool, greedy)) pairs.emplace_back(treated[a], comparison[b]);
  }
  return pairs;
}

}  // namespace

Result<Effect> greedy_effect(const Sample& sample, std::span<const double> score,
                             const GreedyEffectOptions& options) {
  auto pairs = make_pairs(sample, score, options);
  if (pairs.empty())
    return invalid("greedy pairs: nobody has a match within the calipers and strata; widen them");
  Effect effect;
  effect.influence.assign(sample.size(), 0);
  effect.weights.assign(sample.size(), 0);
  std::vector<std::uint32_t> mates(sample.size(), 0);
  for (const auto& [t, c] : pairs) ++mates[t];
  double total = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (sample.treated[i] == 0) continue;
    if (mates[i] == 0) {
      ++effect.left_out;
      continue;
    }
    ++effect.n_treated;
    effect.weights[i] = sample.weight_of(i);
    effect.treated_mean += effect.weights[i] * sample.y[i];
    total += effect.weights[i];
  }
  for (const auto& [t, c] : pairs) {
    effect.weights[c] = effect.weights[t] / mates[t];
    effect.comparison_mean += effect.weights[c] * sample.y[c];
    ++effect.n_comparison;
  }
  effect.treated_mean /= total;
  effect.comparison_mean /= total;
  effect.estimate = effect.treated_mean - effect.comparison_mean;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double mean = sample.treated[i] ? effect.treated_mean : effect.comparison_mean;
    effect.influence[i] = (sample.treated[i] ? 1 : -1) * effect.weights[i] * (sample.y[i] - mean) / total;
  }
  std::vector<double> by_set(sample.size(), 0);
  for (const auto& [t, c] : pairs) by_set[t] += effect.influence[c];
  double by_pair = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (mates[i] > 0) by_pair += std::pow(effect.influence[i] + by_set[i], 2);
  }
  // Of m sets one is used up by the mean: the paired t test's divisor m (m - 1).
  const double m = static_cast<double>(effect.n_treated);
  effect.variance = m > 1 ? by_pair * m / (m - 1) : by_pair;
  effect.variance = add_clusters(effect.variance, effect, sample);
  effect.pairs = std::move(pairs);
  return effect;
}

}  // namespace kinfold::evaluation
