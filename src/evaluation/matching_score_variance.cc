// That the score is estimated, in the variance of matching on it.
#include <cmath>

#include "evaluation/match_arms_internal.h"
#include "evaluation/score_internal.h"

namespace kinfold::evaluation {
namespace {

/// Per unit the mean of y and the covariances of y with each covariate among its nearest in one arm.
struct Local {
  Vector mean;
  Matrix covariance;  // [units, cols]
};

void fill_local(const Sample& sample, const Arm& arm, const std::vector<std::uint32_t>& units,
                std::span<const double> score, std::uint32_t fellows, Local& local) {
  if (arm.unit.empty()) return;
  Vector from;
  for (const auto i : units) from.push_back(score[i]);
  NearestOptions nearest;
  nearest.neighbours = fellows;
  const auto ranges = match_with_replacement(from, arm.sorted, nearest);
  for (std::size_t k = 0; k < units.size(); ++k) {
    local.mean[units[k]] =
        arm.centre + (arm.plain_sum[ranges[k].end] - arm.plain_sum[ranges[k].begin]) / ranges[k].count();
  }
  Vector x_sum(arm.unit.size() + 1, 0), xy_sum(arm.unit.size() + 1, 0);
  for (std::size_t c = 1; c < sample.x.cols; ++c) {  // the intercept varies with nothing
    const double* column = sample.x.column(c);
    double centre = 0;
    for (const auto i : arm.unit) centre += column[i] / static_cast<double>(arm.unit.size());
    for (std::size_t k = 0; k < arm.unit.size(); ++k) {
      const auto unit = arm.unit[arm.sorted.order[k]];
      x_sum[k + 1] = x_sum[k] + (column[unit] - centre);
      xy_sum[k + 1] = xy_sum[k] + (column[unit] - centre) * (sample.y[unit] - arm.centre);
    }
    for (std::size_t k = 0; k < units.size(); ++k) {
      const auto& r = ranges[k];
      if (r.count() < 2) continue;
      const double n = r.count();
      const double y = arm.plain_sum[r.end] - arm.plain_sum[r.begin];
      const double x = x_sum[r.end] - x_sum[r.begin];
      local.covariance.at(units[k], c) = (xy_sum[r.end] - xy_sum[r.begin] - x * y / n) / (n - 1);
    }
  }
}

/// How much a unit's local covariances in each arm count, and how the estimate moves with its score.
struct Factors {
  double treated, comparison, derivative;
};
Factors factors_of(Estimand estimand, double p, double slope) {
  if (estimand == Estimand::kAte) return {slope / p, slope / (1 - p), 0};
  if (estimand == Estimand::kAtc) return {slope * (1 - p) / p, slope, -slope};
  return {slope, slope * p / (1 - p), slope};
}

}  // namespace

double estimated_score_variance(const Sample& sample, const ScoreFit& fit, Estimand estimand,
                                std::uint32_t others, Effect& effect) {
  const std::size_t n = sample.size();
  const auto strata = split_units(sample);
  Local local[2] = {{Vector(n, 0), Matrix(n, sample.x.cols)}, {Vector(n, 0), Matrix(n, sample.x.cols)}};
  double target = 0;
  for (std::size_t s = 0; s < strata.treated.size(); ++s) {
    auto units = strata.treated[s];
    units.insert(units.end(), strata.comparison[s].begin(), strata.comparison[s].end());
    fill_local(sample, make_arm(sample, fit.probability, strata.comparison[s]), units, fit.probability,
               others + 1, local[0]);
    fill_local(sample, make_arm(sample, fit.probability, strata.treated[s]), units, fit.probability,
               others + 1, local[1]);
    target += static_cast<double>(estimand == Estimand::kAte   ? units.size()
                                  : estimand == Estimand::kAtc ? strata.comparison[s].size()
                                                               : strata.treated[s].size());
  }
  Vector c(sample.x.cols, 0), d(sample.x.cols, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const double p = fit.probability[i];
    const auto factor = factors_of(estimand, p, score_slope(fit.link, fit.linear[i], p));
    const double gap = local[1].mean[i] - local[0].mean[i] - effect.estimate;
    for (std::size_t k = 0; k < sample.x.cols; ++k) {
      c[k] +=
          (factor.treated * local[1].covariance.at(i, k) + factor.comparison * local[0].covariance.at(i, k)) /
          target;
      d[k] += sample.x.at(i, k) * factor.derivative * gap / target;
    }
  }
  Vector both = d;
  add_to(both, -1, c);
  const Vector through = product(sample.x, product(fit.inverse_information, both));
  for (std::size_t i = 0; i < n; ++i) {
    effect.influence[i] +=
        through[i] * score_moment(fit.link, fit.linear[i], fit.probability[i], sample.treated[i] != 0).value;
  }
  return dot(d, product(fit.inverse_information, d)) - dot(c, product(fit.inverse_information, c));
}

}  // namespace kinfold::evaluation
