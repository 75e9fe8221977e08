// How weights and scores move with the linear predictor: shared by the estimators that take the estimated
// score into account.
#pragma once

#include "evaluation/algebra_internal.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {

struct ScoreMoment {
  double value;  ///< The score equation's factor of x.
  double slope;  ///< Its derivative in the linear predictor.
};
ScoreMoment score_moment(ScoreLink link, double eta, double p, bool treated);

struct WeightAt {
  double value;
  double slope;  ///< Derivative in the linear predictor.
};
/// 1/p and 1/(1-p) for the ATE; 1 and p/(1-p) for the ATT; (1-p)/p and 1 for the ATC; min(p, 1-p) over the
/// chance of the own arm for the ATM (matching weights: Li and Greene 2013).
WeightAt weight_at(ScoreLink link, Estimand estimand, double eta, double p, bool treated);

/// d p / d eta.
double score_slope(ScoreLink link, double eta, double p);

/// "covariate NAME" of the column that moves the linear predictor most over its range: for messages.
std::string strongest_column(const Matrix& x, const std::vector<std::string>& names, const Vector& beta);

}  // namespace kinfold::evaluation
