// Effects by matching on the score.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "evaluation/effect.h"
#include "evaluation/linear.h"
#include "evaluation/nearest.h"

namespace kinfold::evaluation {
namespace {

/// The units of one stratum and arm, their scores sorted, and running sums of y and of y squared.
struct Arm {
  std::vector<std::uint32_t> unit;
  std::vector<double> score;
  SortedScores sorted;
  std::vector<double> sum;  // sum[k]: of y over the first k in sorted order, less the arm's mean each
  double centre = 0;

  double mean_of(const MatchRange& range) const {
    return centre + (sum[range.end] - sum[range.begin]) / range.count();
  }
};

Arm make_arm(const Sample& sample, std::span<const double> score, const std::vector<std::uint32_t>& units) {
  Arm arm;
  arm.unit = units;
  for (const auto i : units) {
    arm.score.push_back(score[i]);
    arm.centre += sample.y[i];
  }
  if (!units.empty()) arm.centre /= static_cast<double>(units.size());
  arm.sorted = sort_scores(arm.score);
  arm.sum.assign(units.size() + 1, 0);
  for (std::size_t k = 0; k < units.size(); ++k) {
    arm.sum[k + 1] = arm.sum[k] + (sample.y[units[arm.sorted.order[k]]] - arm.centre);
  }
  return arm;
}

/// Per unit: the mean outcome of its matches in the other arm, how often it served, and what is left
/// of its own outcome against its nearest fellows.
struct Matched {
  std::vector<double> other_mean;    // NaN: no match
  std::vector<double> served;        // K: sum of 1 / matches over the units it served
  std::vector<double> served_squared;  // K': sum of 1 / matches^2
  std::vector<double> fellow_residual;   // (y - mean of nearest fellows) scaled to the variance of y
};

void match_arm(const Arm& from, const Arm& pool, const NearestEffectOptions& options, Matched& matched) {
  NearestOptions nearest{options.neighbours, options.caliper};
  const auto ranges = match_with_replacement(from.score, pool.sorted, nearest);
  std::vector<double> step(pool.unit.size() + 1, 0), step_squared(pool.unit.size() + 1, 0);
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    if (ranges[k].count() == 0) continue;
    matched.other_mean[from.unit[k]] = pool.mean_of(ranges[k]);
    const double share = 1.0 / ranges[k].count();
    step[ranges[k].begin] += share;
    step[ranges[k].end] -= share;
    step_squared[ranges[k].begin] += share * share;
    step_squared[ranges[k].end] -= share * share;
  }
  double served = 0;
  double served_squared = 0;
  for (std::size_t k = 0; k < pool.unit.size(); ++k) {
    served += step[k];
    served_squared += step_squared[k];
    const auto unit = pool.unit[pool.sorted.order[k]];
    matched.served[unit] = std::max(served, 0.0);
    matched.served_squared[unit] = std::max(served_squared, 0.0);
  }
}

/// Larger clusters (authorities) are no families: their members are fellows like any other.
constexpr std::size_t kFamilyMax = 12;

/// Positions in the arm of the units of each small cluster; a cluster of one is left out.
std::vector<std::vector<std::uint32_t>> small_clusters(const Sample& sample, const Arm& arm) {
  std::vector<std::vector<std::uint32_t>> out;
  if (sample.cluster.empty()) return out;
  std::vector<std::uint32_t> order(arm.unit.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto cluster = [&](std::uint32_t at) { return sample.cluster[arm.unit[at]]; };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return cluster(a) < cluster(b); });
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && cluster(order[end]) == cluster(order[i])) ++end;
    if (end - i > 1 && end - i <= kFamilyMax) out.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(i), order.begin() + static_cast<std::ptrdiff_t>(end));
    i = end;
  }
  return out;
}

/// Residuals against the nearest of the same arm. A unit itself, and its own family with which it shares its luck, are
/// among the nearest and would make the residual too small: they are asked for in addition and taken out.
void fellow_residuals(const Sample& sample, const Arm& arm, std::uint32_t fellows, Matched& matched) {
  const auto families = small_clusters(sample, arm);
  std::size_t largest = 1;
  for (const auto& family : families) largest = std::max(largest, family.size());
  NearestOptions nearest;
  nearest.neighbours = fellows + static_cast<std::uint32_t>(largest);
  const auto ranges = match_with_replacement(arm.score, arm.sorted, nearest);
  std::vector<double> sum(ranges.size()), count(ranges.size());
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    count[k] = ranges[k].count() - 1.0;
    sum[k] = arm.mean_of(ranges[k]) * ranges[k].count() - sample.y[arm.unit[k]];
  }
  std::vector<std::uint32_t> place(arm.unit.size());
  for (std::uint32_t s = 0; s < arm.unit.size(); ++s) place[arm.sorted.order[s]] = s;
  for (const auto& family : families) {
    for (const auto k : family) {
      for (const auto other : family) {
        if (other == k || place[other] < ranges[k].begin || place[other] >= ranges[k].end) continue;
        sum[k] -= sample.y[arm.unit[other]];
        count[k] -= 1;
      }
    }
  }
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    if (count[k] < 1) continue;  // alone in the arm: nothing to compare with
    const auto unit = arm.unit[k];
    matched.fellow_residual[unit] = (sample.y[unit] - sum[k] / count[k]) * std::sqrt(count[k] / (count[k] + 1));
  }
}

struct Strata {
  std::vector<std::vector<std::uint32_t>> treated;
  std::vector<std::vector<std::uint32_t>> comparison;
};

Strata split_units(const Sample& sample) {
  const std::size_t count =
      sample.stratum.empty() ? 1 : *std::max_element(sample.stratum.begin(), sample.stratum.end()) + std::size_t{1};
  Strata strata{std::vector<std::vector<std::uint32_t>>(count), std::vector<std::vector<std::uint32_t>>(count)};
  for (std::uint32_t i = 0; i < sample.size(); ++i) {
    const std::size_t s = sample.stratum.empty() ? 0 : sample.stratum[i];
    (sample.treated[i] ? strata.treated : strata.comparison)[s].push_back(i);
  }
  return strata;
}

bool counts_for(Estimand estimand, bool treated) {
  return estimand == Estimand::kAte || (estimand == Estimand::kAtt) == treated;
}

/// Turns matches into the estimate, its influence and Abadie and Imbens' variance.
Result<Effect> sum_up(const Sample& sample, const Matched& matched, Estimand estimand) {
  Effect effect;
  const std::size_t n = sample.size();
  std::vector<double> difference(n, std::numeric_limits<double>::quiet_NaN());
  std::size_t counted = 0;
  double sum = 0;
  double treated_sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!counts_for(estimand, sample.treated[i]) || std::isnan(matched.other_mean[i])) continue;
    difference[i] = sample.treated[i] ? sample.y[i] - matched.other_mean[i] : matched.other_mean[i] - sample.y[i];
    sum += difference[i];
    treated_sum += sample.treated[i] ? sample.y[i] : matched.other_mean[i];
    ++counted;
  }
  if (counted == 0) return invalid("nearest neighbour: nobody has a match within the caliper; widen it");
  const double m = static_cast<double>(counted);
  effect.estimate = sum / m;
  effect.treated_mean = treated_sum / m;
  effect.comparison_mean = effect.treated_mean - effect.estimate;
  effect.influence.assign(n, 0);
  effect.weights.assign(n, 0);
  double unit_variance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool own = !std::isnan(difference[i]);
    const double residual = matched.fellow_residual[i];
    const double k = matched.served[i];
    const double sign = sample.treated[i] ? 1.0 : -1.0;
    // (1 + K)^2 - (1 + K') for a unit of the estimand itself, K^2 - K' for one that only serves.
    const double extra = (own ? k * k + 2 * k : k * k) - matched.served_squared[i];
    const double gap = own ? difference[i] - effect.estimate : 0;
    unit_variance += gap * gap + std::max(extra, 0.0) * residual * residual;
    effect.influence[i] = (gap + sign * k * residual) / m;
    effect.weights[i] = (own ? 1.0 : 0.0) + k;
    if (effect.weights[i] > 0) ++(sample.treated[i] ? effect.n_treated : effect.n_comparison);
  }
  effect.variance = unit_variance / (m * m);
  return effect;
}

/// Adds the products of influences of different units in one cluster to a variance by unit.
double add_clusters(double unit_variance, const Effect& effect, const Sample& sample) {
  if (sample.cluster.empty()) return unit_variance;
  const double clustered = influence_variance(effect.influence, sample.cluster);
  const double by_unit = influence_variance(effect.influence, {});
  const double total = unit_variance + clustered - by_unit;
  // The correction is itself an estimate; a variance is not negative.
  return total > 0.25 * unit_variance ? total : std::max(clustered, 0.25 * unit_variance);
}

}  // namespace

Result<Effect> nearest_effect(const Sample& sample, std::span<const double> score, const NearestEffectOptions& options) {
  const std::size_t n = sample.size();
  Matched matched{std::vector<double>(n, std::numeric_limits<double>::quiet_NaN()), std::vector<double>(n, 0),
                  std::vector<double>(n, 0), std::vector<double>(n, 0)};
  const auto strata = split_units(sample);
  for (std::size_t s = 0; s < strata.treated.size(); ++s) {
    const auto treated = make_arm(sample, score, strata.treated[s]);
    const auto comparison = make_arm(sample, score, strata.comparison[s]);
    if (options.estimand != Estimand::kAtc) match_arm(treated, comparison, options, matched);
    if (options.estimand != Estimand::kAtt) match_arm(comparison, treated, options, matched);
    fellow_residuals(sample, treated, options.variance_neighbours, matched);
    fellow_residuals(sample, comparison, options.variance_neighbours, matched);
  }
  auto effect = sum_up(sample, matched, options.estimand);
  if (!effect.ok()) return effect;
  effect.value().variance = add_clusters(effect.value().variance, effect.value(), sample);
  return effect;
}

Result<Effect> greedy_effect(const Sample& sample, std::span<const double> score, std::optional<double> caliper) {
  Effect effect;
  effect.influence.assign(sample.size(), 0);
  effect.weights.assign(sample.size(), 0);
  const auto strata = split_units(sample);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::size_t s = 0; s < strata.treated.size(); ++s) {
    const auto treated = make_arm(sample, score, strata.treated[s]);
    const auto comparison = make_arm(sample, score, strata.comparison[s]);
    const auto matched = match_without_replacement(treated.score, comparison.score, MatchOrder::kLargest, caliper);
    for (std::size_t k = 0; k < matched.size(); ++k) {
      if (matched[k] != kUnmatched) pairs.emplace_back(treated.unit[k], comparison.unit[matched[k]]);
    }
  }
  if (pairs.empty()) return invalid("greedy pairs: nobody has a match within the caliper; widen it");
  const double m = static_cast<double>(pairs.size());
  for (const auto& [t, c] : pairs) {
    effect.treated_mean += sample.y[t] / m;
    effect.comparison_mean += sample.y[c] / m;
    effect.weights[t] = effect.weights[c] = 1;
  }
  effect.estimate = effect.treated_mean - effect.comparison_mean;
  effect.n_treated = effect.n_comparison = pairs.size();
  double by_pair = 0;
  for (const auto& [t, c] : pairs) {
    effect.influence[t] = (sample.y[t] - effect.treated_mean) / m;
    effect.influence[c] = -(sample.y[c] - effect.comparison_mean) / m;
    by_pair += std::pow(effect.influence[t] + effect.influence[c], 2);
  }
  // Of m pairs one is used up by the mean: the paired t test's divisor m (m - 1).
  effect.variance = pairs.size() > 1 ? by_pair * m / (m - 1) : by_pair;
  effect.variance = add_clusters(effect.variance, effect, sample);
  effect.pairs = std::move(pairs);
  return effect;
}

}  // namespace kinfold::evaluation
