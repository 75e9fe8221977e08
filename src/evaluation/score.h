// The propensity score: logit or probit by iteratively reweighted least squares.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "evaluation/matrix.h"
#include "evaluation/plan.h"

namespace kinfold::evaluation {

struct ScoreFit {
  std::vector<double> coefficients;  ///< Shape [cols of x].
  std::vector<double> std_errors;
  std::vector<double> linear;       ///< x b, shape [rows].
  std::vector<double> probability;  ///< In (0, 1), shape [rows].
  double deviance = 0;              ///< -2 log likelihood.
  int iteration_count = 0;
  bool converged = false;
  ScoreLink link = ScoreLink::kLogit;
  Matrix inverse_information;  ///< Of the coefficients, shape [cols, cols].
};

/// Fits Pr(treated | x). `x` has full rank and holds the intercept; `names` are for messages, one a column.
/// Units with the same covariates get bit-identical scores, so that ties are ties. `weights`: how much each
/// unit counts, not negative; empty: all 1.
///
/// \retval kInvalid if nobody or everybody is treated; if covariates separate the treated from the
///         others, completely or in part (then the estimate does not exist: Albert and Anderson 1984),
///         naming the covariate; or if it did not converge.
/// Source: McCullagh and Nelder (1989), section 2.5. Convergence: change of deviance below
/// `deviance_tolerance` of it, at most 50 rounds (R's glm stops at 1e-8). Time O(rounds * rows * cols^2).
Result<ScoreFit> fit_score(const Matrix& x, const std::vector<std::string>& names,
                           std::span<const std::uint8_t> treated, ScoreLink link = ScoreLink::kLogit,
                           double deviance_tolerance = 1e-12, std::span<const double> weights = {});

/// The column that most tells all the treated from all the others, where a linear combination does so without
/// fail; else empty. There a regression can only extrapolate. `x` and `names` as of fit_score, both arms with
/// somebody in them.
std::string separating_column(const Matrix& x, const std::vector<std::string>& names,
                              std::span<const std::uint8_t> treated);

double normal_cdf(double z);
double normal_density(double z);
/// The inverse of normal_cdf, |error| < 1e-12 (bisection and Newton); p in (0, 1).
double normal_quantile(double p);

}  // namespace kinfold::evaluation
