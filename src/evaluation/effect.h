// What every estimator is given and what it hands back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "evaluation/linear.h"
#include "evaluation/matrix.h"
#include "evaluation/nearest.h"
#include "evaluation/plan.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {

/// Complete units of one outcome: nothing is missing. All of shape [rows].
struct Sample {
  Matrix x;                        ///< Intercept first, full column rank.
  std::vector<std::string> names;  ///< Of the columns of x.
  Matrix outcome_x;                ///< Of the outcome model where it is another; empty: x.
  std::vector<std::string> outcome_names;
  std::vector<std::uint8_t> treated;  ///< 0 or 1.
  std::vector<double> y;
  std::vector<std::uint32_t> cluster;  ///< 0 ... G-1; empty: every unit on its own.
  std::vector<std::uint32_t> stratum;  ///< Match only within; empty: one stratum.
  std::vector<double> weight;  ///< How much each unit counts (missed links, surveys), above 0; empty: 1.
  std::size_t size() const { return y.size(); }
  const Matrix& outcome_design() const { return outcome_x.cols > 0 ? outcome_x : x; }
  const std::vector<std::string>& outcome_design_names() const {
    return outcome_x.cols > 0 ? outcome_names : names;
  }
  double weight_of(std::size_t i) const { return weight.empty() ? 1.0 : weight[i]; }
};

/// An effect with what is needed to combine it with others.
///
/// `influence` is the first-order influence of each unit: estimate - truth is about the sum of it. The
/// covariance of two effects is the sum over clusters of the products of their cluster sums. Estimate, means
/// and influence are in the unit of y, the variance in its square. In the formulas below y, t, x, w are the
/// sample's, p the score Pr(t = 1 | x), N1 the number of treated; sums are over units.
struct Effect {
  double estimate = 0;
  double variance = 0;  ///< Clustered where the sample has clusters.
  double treated_mean = 0;
  double comparison_mean = 0;
  std::size_t n_treated = 0;  ///< Units used.
  std::size_t n_comparison = 0;
  std::size_t left_out = 0;  ///< Units of the estimand without a match: then it is of the matchable alone.
  std::vector<double> influence;  ///< Shape [rows of the sample].
  std::vector<double> weights;    ///< Shape [rows]: what balances; empty where a method has none.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;  ///< Treated, comparison: of greedy pairs.
};

/// Sum over clusters of (sum of influence)^2; over units without clusters.
double influence_variance(std::span<const double> influence, std::span<const std::uint32_t> cluster);
double influence_covariance(std::span<const double> a, std::span<const double> b,
                            std::span<const std::uint32_t> cluster);

/// mean(y | t = 1) - mean(y | t = 0); variance s1^2 / n1 + s0^2 / n0. Source: Welch (1938), Biometrika 29.
Result<Effect> raw_difference(const Sample& sample);
/// The a of y = a t + x b by least squares, x the outcome model's columns; `errors` where the
/// sample has no clusters, else clustered. Estimand: a variance-weighted average, called ATE here. Source of
/// the errors: MacKinnon and White (1985), Liang and Zeger (1986).
Result<Effect> regression_effect(const Sample& sample, Covariance errors = Covariance::kHc2);

/// Two units may only be matched if they differ by no more than `width` in `values`, shape [rows].
struct CovariateCaliper {
  std::vector<double> values;
  double width = 0;
};

struct NearestEffectOptions {
  Estimand estimand = Estimand::kAtt;
  std::uint32_t neighbours = 1;
  std::optional<double> caliper;          ///< In units of the score.
  std::uint32_t variance_neighbours = 4;  ///< Others for the conditional variance in the standard error.
  std::vector<CovariateCaliper> covariate_calipers;
  /// The fit that `score` comes from (its probabilities): the standard error then takes into account that the
  /// score is estimated. Null: the score is known.
  const ScoreFit* estimated_score = nullptr;
};
/// Nearest neighbours on `score` (shape [rows]), with replacement, ties averaged: for the ATT the mean over
/// the treated of y_i less the mean of y over J(i), the k units of the other arm nearest in score and all
/// that tie with the last.
///
/// Variance: Abadie and Imbens (2006), "Large sample properties of matching estimators for average
/// treatment effects", Econometrica 74, theorem 7, for a score that is known; with `estimated_score` theirs
/// of 2016, "Matching on the estimated propensity score", Econometrica 84, theorem 2 (for the ATE smaller,
/// for the ATT smaller or larger), where everybody is matched and nobody weighted. With clusters, the
/// products of influences of different units of one cluster are added, as Liang and Zeger do. Units without a
/// match are left out of the estimand and counted. Time O(n log n); with covariate calipers each unit walks
/// outwards until it has enough. \retval kInvalid if nobody has a match.
Result<Effect> nearest_effect(const Sample& sample, std::span<const double> score,
                              const NearestEffectOptions& options);

struct GreedyEffectOptions {
  MatchOrder order = MatchOrder::kLargest;
  std::optional<double> caliper = {};  ///< In units of the score.
  std::uint32_t ratio = 1;             ///< Comparison units for each treated one, taken in rounds.
  std::vector<CovariateCaliper> covariate_calipers = {};
};
/// Greedy pairs without replacement on `score` (shape [rows]); ATT: the mean over matched sets of y of the
/// treated unit less the mean of its mates. Source: Rosenbaum and Rubin (1985), "Constructing a control
/// group". Variance: Abadie and Spiess (2022), clustered by matched set, and by the sample's clusters where
/// it has them. \retval kInvalid if nobody has a match.
Result<Effect> greedy_effect(const Sample& sample, std::span<const double> score,
                             const GreedyEffectOptions& options = {});

/// Kernel matching on `score` (shape [rows]) for the ATT: the mean over the treated of y_i - sum_j K_ij y_j /
/// sum_j K_ij, over comparison units j, K_ij = K((score_j - score_i) / bandwidth). Treated units with no
/// comparison unit within the bandwidth are left out (off support). Source: Heckman, Ichimura and Todd
/// (1997). Time O(n log n), see kernel.h. Variance: by influence, bandwidth and score given.
Result<Effect> kernel_effect(const Sample& sample, std::span<const double> score, KernelKind kernel,
                             double bandwidth);

/// Inverse probability weighting, normalised (Hajek): sum(w t y) / sum(w t) - sum(w (1 - t) y) / sum(w (1 -
/// t)) with w = 1/p and 1/(1 - p) for the ATE (stabilising changes nothing once normalised), 1 and p/(1 - p)
/// for the ATT, (1 - p)/p and 1 for the ATC, and min(p, 1 - p) over the ATE's denominators for the ATM:
/// matching weights (Li and Greene 2013). The influence takes the estimation of the score into account:
/// Lunceford and Davidian (2004), section 3. `link` is the one that gave `score`.
Result<Effect> ipw_effect(const Sample& sample, ScoreLink link, Estimand estimand);
/// Weights v of the comparison units with sum(v x) = the treated's mean of x that minimise sum(v log v), that
/// is v proportional to exp(x l); the effect is mean(y | t = 1) - sum(v y). ATT. Source: Hainmueller (2012),
/// Political Analysis 20, eq. 4 to 8. \retval kInvalid if no such weights exist.
Result<Effect> entropy_effect(const Sample& sample);
/// Regression adjustment: the mean of x (b1 - b0) over the units of the estimand, b1 and b0 least squares in
/// each arm. Source: Stata's teffects ra, methods and formulas.
Result<Effect> regression_adjustment_effect(const Sample& sample, Estimand estimand);
/// Augmented inverse probability weighting, doubly robust: for the ATE the mean of x (b1 - b0) + t (y - x
/// b1)/p - (1 - t)(y - x b0)/(1 - p), for the ATT the sum of (y - x b0)(t - (1 - t) p/(1 - p)) over N1.
/// ATE: Robins, Rotnitzky and Zhao (1994); ATT: Mercatanti and Li (2014).
/// `efficient_influence`: the variance is that of the efficient influence function alone, as most packages
/// print it (right when both models are); otherwise all equations are stacked, as Stata's teffects aipw.
Result<Effect> aipw_effect(const Sample& sample, ScoreLink link, Estimand estimand,
                           bool efficient_influence = false);
/// Regression adjustment with b1 and b0 by least squares weighted as in ipw_effect. Source: Wooldridge
/// (2007), J. Econometrics 141; Stata's teffects ipwra.
Result<Effect> ipwra_effect(const Sample& sample, ScoreLink link, Estimand estimand);

}  // namespace kinfold::evaluation
