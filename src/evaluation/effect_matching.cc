// Effects by nearest neighbours on the score, with replacement.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "evaluation/match_arms_internal.h"

namespace kinfold::evaluation {
namespace {

/// Per unit: the mean outcome of its matches in the other arm, how often it served, and what is left
/// of its own outcome against its nearest fellows.
struct Matched {
  std::vector<double> other_mean;       // NaN: no match
  std::vector<double> served;           // K: sum over the units it served of their weight times its share
  std::vector<double> served_squared;   // K': sum of the squares of the same
  std::vector<double> fellow_residual;  // (y - mean of nearest fellows) scaled to the variance of y
  std::vector<double> fellow_variance;  // of y among the unit and its nearest fellows
};

void match_runs(const Sample& sample, const Arm& from, const Arm& pool, const NearestEffectOptions& options,
                Matched& matched) {
  NearestOptions nearest{options.neighbours, options.caliper};
  const auto ranges = match_with_replacement(from.score, pool.sorted, nearest);
  std::vector<double> step(pool.unit.size() + 1, 0), step_squared(pool.unit.size() + 1, 0);
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    if (ranges[k].count() == 0) continue;
    matched.other_mean[from.unit[k]] = pool.mean_of(ranges[k]);
    const double share = sample.weight_of(from.unit[k]) / pool.weight_of(ranges[k]);
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
    const double own = sample.weight_of(unit);
    matched.served[unit] = std::max(served, 0.0) * own;
    matched.served_squared[unit] = std::max(served_squared, 0.0) * own * own;
  }
}

/// Places in the sorted pool of the nearest `wanted` that are allowed, and of all that tie with the last of
/// them. Walks outwards.
std::vector<std::uint32_t> walk_outwards(double own, const SortedScores& pool, std::uint32_t wanted,
                                         double limit, double tie,
                                         const std::function<bool(std::uint32_t)>& allowed) {
  const auto& score = pool.score;
  auto right = static_cast<std::size_t>(std::lower_bound(score.begin(), score.end(), own) - score.begin());
  std::size_t left = right;  // next on the left is left - 1
  std::vector<std::uint32_t> found;
  double reach = limit;
  for (;;) {
    const double to_left = left > 0 ? own - score[left - 1] : INFINITY;
    const double to_right = right < score.size() ? score[right] - own : INFINITY;
    const double distance = std::min(to_left, to_right);
    if (!(distance <= reach) || std::isinf(distance)) return found;
    const auto place = static_cast<std::uint32_t>(to_left <= to_right ? --left : right++);
    if (!allowed(pool.order[place])) continue;
    found.push_back(place);
    if (found.size() == wanted) reach = std::min(limit, distance + tie);
  }
}

/// With calipers on covariates the matches are no run any more; each unit looks for its own.
void match_within(const Sample& sample, const Arm& from, const Arm& pool, const NearestEffectOptions& options,
                  Matched& matched) {
  const auto allowed = within_calipers(options.covariate_calipers);
  const double limit = options.caliper.value_or(INFINITY);
  for (std::size_t k = 0; k < from.unit.size(); ++k) {
    const auto unit = from.unit[k];
    const auto places =
        walk_outwards(from.score[k], pool.sorted, options.neighbours, limit, NearestOptions{}.tie_tolerance,
                      [&](std::uint32_t at) { return allowed(unit, pool.unit[at]); });
    if (places.empty()) continue;
    double total = 0;
    double sum = 0;
    for (const auto place : places) {
      const auto other = pool.unit[pool.sorted.order[place]];
      total += sample.weight_of(other);
      sum += sample.weight_of(other) * sample.y[other];
    }
    matched.other_mean[unit] = sum / total;
    for (const auto place : places) {
      const auto other = pool.unit[pool.sorted.order[place]];
      const double share = sample.weight_of(unit) * sample.weight_of(other) / total;
      matched.served[other] += share;
      matched.served_squared[other] += share * share;
    }
  }
}

void match_arm(const Sample& sample, const Arm& from, const Arm& pool, const NearestEffectOptions& options,
               Matched& matched) {
  options.covariate_calipers.empty() ? match_runs(sample, from, pool, options, matched)
                                     : match_within(sample, from, pool, options, matched);
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
    if (end - i > 1 && end - i <= kFamilyMax)
      out.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(i),
                       order.begin() + static_cast<std::ptrdiff_t>(end));
    i = end;
  }
  return out;
}

/// Residuals and variances against the nearest of the same arm. A unit itself, and its own family with which
/// it shares its luck, are among the nearest and would make the residual too small: they are asked for in
/// addition and taken out.
void fellow_residuals(const Sample& sample, const Arm& arm, std::uint32_t fellows, Matched& matched) {
  const auto families = small_clusters(sample, arm);
  std::size_t largest = 1;
  for (const auto& family : families) largest = std::max(largest, family.size());
  NearestOptions nearest;
  nearest.neighbours = fellows + static_cast<std::uint32_t>(largest);
  const auto ranges = match_with_replacement(arm.score, arm.sorted, nearest);
  std::vector<double> sum(ranges.size()), squares(ranges.size()),
      count(ranges.size());  // of the others, less the arm's centre
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    const double own = sample.y[arm.unit[k]] - arm.centre;
    count[k] = ranges[k].count() - 1.0;
    sum[k] = arm.plain_sum[ranges[k].end] - arm.plain_sum[ranges[k].begin] - own;
    squares[k] = arm.square_sum[ranges[k].end] - arm.square_sum[ranges[k].begin] - own * own;
  }
  std::vector<std::uint32_t> place(arm.unit.size());
  for (std::uint32_t s = 0; s < arm.unit.size(); ++s) place[arm.sorted.order[s]] = s;
  for (const auto& family : families) {
    for (const auto k : family) {
      for (const auto other : family) {
        if (other == k || place[other] < ranges[k].begin || place[other] >= ranges[k].end) continue;
        const double rest = sample.y[arm.unit[other]] - arm.centre;
        sum[k] -= rest;
        squares[k] -= rest * rest;
        count[k] -= 1;
      }
    }
  }
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    if (count[k] < 1) continue;  // alone in the arm: nothing to compare with
    const auto unit = arm.unit[k];
    const double own = sample.y[unit] - arm.centre;
    const double all = sum[k] + own;
    matched.fellow_residual[unit] = (own - sum[k] / count[k]) * std::sqrt(count[k] / (count[k] + 1));
    matched.fellow_variance[unit] =
        std::max(0.0, (squares[k] + own * own - all * all / (count[k] + 1)) / count[k]);
  }
}

bool counts_for(Estimand estimand, bool treated) {
  return estimand == Estimand::kAte || (estimand != Estimand::kAtc) == treated;
}

/// Turns matches into the estimate, its influence and Abadie and Imbens' variance.
Result<Effect> sum_up(const Sample& sample, const Matched& matched, Estimand estimand) {
  Effect effect;
  const std::size_t n = sample.size();
  std::vector<double> difference(n, std::numeric_limits<double>::quiet_NaN());
  double total = 0;
  double sum = 0;
  double treated_sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!counts_for(estimand, sample.treated[i])) continue;
    if (std::isnan(matched.other_mean[i])) {
      ++effect.left_out;
      continue;
    }
    const double own = sample.weight_of(i);
    difference[i] =
        sample.treated[i] ? sample.y[i] - matched.other_mean[i] : matched.other_mean[i] - sample.y[i];
    sum += own * difference[i];
    treated_sum += own * (sample.treated[i] ? sample.y[i] : matched.other_mean[i]);
    total += own;
  }
  if (total == 0)
    return invalid("nearest neighbour: nobody has a match within the calipers and strata; widen them");
  effect.estimate = sum / total;
  effect.treated_mean = treated_sum / total;
  effect.comparison_mean = effect.treated_mean - effect.estimate;
  effect.influence.assign(n, 0);
  effect.weights.assign(n, 0);
  double unit_variance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double own = std::isnan(difference[i]) ? 0 : sample.weight_of(i);
    const double k = matched.served[i];
    const double sign = sample.treated[i] ? 1.0 : -1.0;
    // (w + K)^2 - (w^2 + K') for a unit of the estimand itself, K^2 - K' for one that only serves.
    const double extra = k * k + 2 * own * k - matched.served_squared[i];
    const double gap = own > 0 ? own * (difference[i] - effect.estimate) : 0;
    unit_variance += gap * gap + std::max(extra, 0.0) * matched.fellow_variance[i];
    effect.influence[i] = (gap + sign * k * matched.fellow_residual[i]) / total;
    effect.weights[i] = own + k;
    if (effect.weights[i] > 0) ++(sample.treated[i] ? effect.n_treated : effect.n_comparison);
  }
  effect.variance = unit_variance / (total * total);
  return effect;
}

}  // namespace

Result<Effect> nearest_effect(const Sample& sample, std::span<const double> score,
                              const NearestEffectOptions& options) {
  const std::size_t n = sample.size();
  Matched matched{std::vector<double>(n, std::numeric_limits<double>::quiet_NaN()), std::vector<double>(n, 0),
                  std::vector<double>(n, 0), std::vector<double>(n, 0), std::vector<double>(n, 0)};
  const auto strata = split_units(sample);
  for (std::size_t s = 0; s < strata.treated.size(); ++s) {
    const auto treated = make_arm(sample, score, strata.treated[s]);
    const auto comparison = make_arm(sample, score, strata.comparison[s]);
    if (options.estimand != Estimand::kAtc) match_arm(sample, treated, comparison, options, matched);
    if (options.estimand == Estimand::kAtc || options.estimand == Estimand::kAte)
      match_arm(sample, comparison, treated, options, matched);
    fellow_residuals(sample, treated, options.variance_neighbours, matched);
    fellow_residuals(sample, comparison, options.variance_neighbours, matched);
  }
  auto effect = sum_up(sample, matched, options.estimand);
  if (!effect.ok()) return effect;
  auto& out = effect.value();
  // The theory is for everybody of the estimand matched and every unit counting alike.
  if (options.estimated_score != nullptr && out.left_out == 0 && sample.weight.empty()) {
    const double before = out.variance;
    out.variance += estimated_score_variance(sample, *options.estimated_score, options.estimand,
                                             options.variance_neighbours, out);
    if (!(out.variance > 0)) out.variance = before;
  }
  out.variance = add_clusters(out.variance, out, sample);
  return effect;
}

}  // namespace kinfold::evaluation
