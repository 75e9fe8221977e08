// The ATT by kernel matching.
#include <cmath>

#include "evaluation/effect.h"
#include "evaluation/kernel.h"
#include "evaluation/nearest.h"

namespace kinfold::evaluation {
namespace {

struct Side {
  std::vector<std::uint32_t> unit;  // sorted by score
  std::vector<double> score;
};

Side sorted_side(const Sample& sample, std::span<const double> score, bool treated) {
  std::vector<std::uint32_t> unit;
  std::vector<double> own;
  for (std::uint32_t i = 0; i < sample.size(); ++i) {
    if ((sample.treated[i] != 0) != treated) continue;
    unit.push_back(i);
    own.push_back(score[i]);
  }
  auto sorted = sort_scores(own);
  Side side;
  side.score = std::move(sorted.score);
  for (const auto k : sorted.order) side.unit.push_back(unit[k]);
  return side;
}

}  // namespace

Result<Effect> kernel_effect(const Sample& sample, std::span<const double> score, KernelKind kernel,
                             double bandwidth) {
  const Side treated = sorted_side(sample, score, true);
  const Side pool = sorted_side(sample, score, false);
  std::vector<double> ones, outcome;  // times the unit's own weight
  for (const auto j : pool.unit) {
    ones.push_back(sample.weight_of(j));
    outcome.push_back(sample.weight_of(j) * sample.y[j]);
  }

  const auto weight_sum = kernel_sums(treated.score, pool.score, ones, kernel, bandwidth);
  const auto outcome_sum = kernel_sums(treated.score, pool.score, outcome, kernel, bandwidth);
  Effect effect;
  effect.influence.assign(sample.size(), 0);
  effect.weights.assign(sample.size(), 0);
  std::vector<double> share(treated.unit.size(), 0);  // own weight / weight_sum on support
  double m = 0;
  for (std::size_t k = 0; k < share.size(); ++k) {
    if (!(weight_sum[k] > 1e-12)) {
      ++effect.left_out;
      continue;
    }
    const double own = sample.weight_of(treated.unit[k]);
    share[k] = own / weight_sum[k];
    m += own;
    effect.treated_mean += own * sample.y[treated.unit[k]];
    effect.comparison_mean += outcome_sum[k] * share[k];
    ++effect.n_treated;
  }
  if (effect.n_treated == 0)
    return invalid("kernel matching: nobody has a comparison unit within the bandwidth; widen it");
  effect.treated_mean /= m;
  effect.comparison_mean /= m;
  effect.estimate = effect.treated_mean - effect.comparison_mean;

  const auto served = kernel_sums(pool.score, treated.score, share, kernel, bandwidth);
  const auto own_weight = kernel_sums(pool.score, pool.score, ones, kernel, bandwidth);
  const auto own_outcome = kernel_sums(pool.score, pool.score, outcome, kernel, bandwidth);
  for (std::size_t k = 0; k < treated.unit.size(); ++k) {
    if (share[k] == 0) continue;
    const auto i = treated.unit[k];
    const double own = sample.weight_of(i);
    effect.influence[i] = own * (sample.y[i] - outcome_sum[k] / weight_sum[k] - effect.estimate) / m;
    effect.weights[i] = own;
  }
  for (std::size_t k = 0; k < pool.unit.size(); ++k) {
    const auto j = pool.unit[k];
    effect.weights[j] = served[k] * sample.weight_of(j);
    effect.influence[j] = -effect.weights[j] * (sample.y[j] - own_outcome[k] / own_weight[k]) / m;
    if (served[k] > 0) ++effect.n_comparison;
  }
  effect.variance = influence_variance(effect.influence, sample.cluster);
  return effect;
}

}  // namespace kinfold::evaluation
