// The arms of a match: units sorted by score within strata, with running sums. Private to the matching
// estimators.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "evaluation/effect.h"
#include "evaluation/nearest.h"

namespace kinfold::evaluation {

/// The units of one stratum and arm, their scores sorted, and running sums over them.
struct Arm {
  std::vector<std::uint32_t> unit;
  std::vector<double> score;
  SortedScores sorted;
  std::vector<double> weight;     // weight[k]: of the first k in sorted order
  std::vector<double> sum;        // sum[k]: of w (y - centre) over them
  std::vector<double> plain_sum;  // of y - centre, and of its square
  std::vector<double> square_sum;
  double centre = 0;

  double weight_of(const MatchRange& range) const { return weight[range.end] - weight[range.begin]; }
  double mean_of(const MatchRange& range) const {
    return centre + (sum[range.end] - sum[range.begin]) / weight_of(range);
  }
};
Arm make_arm(const Sample& sample, std::span<const double> score, const std::vector<std::uint32_t>& units);

struct Strata {
  std::vector<std::vector<std::uint32_t>> treated;
  std::vector<std::vector<std::uint32_t>> comparison;
};
Strata split_units(const Sample& sample);

/// Adds the products of influences of different units in one cluster to a variance by unit.
double add_clusters(double unit_variance, const Effect& effect, const Sample& sample);

/// Whether two units are within every covariate caliper; empty if there is none.
std::function<bool(std::uint32_t, std::uint32_t)> within_calipers(
    const std::vector<CovariateCaliper>& calipers);

/// What the estimation of the score adds to the variance of matching on it: Abadie and Imbens (2016). Adds
/// its part to the influence as well. `effect` holds the estimate; `others`: fellows for local covariances,
/// besides the unit itself.
double estimated_score_variance(const Sample& sample, const ScoreFit& fit, Estimand estimand,
                                std::uint32_t others, Effect& effect);

}  // namespace kinfold::evaluation
