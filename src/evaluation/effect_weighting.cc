// Effects by weighting and by regression in each arm, with influence functions that take the
// estimation of every part into account (M-estimation: Stefanski and Boos 2002).
#include <algorithm>
#include <cmath>

#include "evaluation/effect.h"
#include "evaluation/eigen_internal.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {
namespace {

VectorXd outcome_of(const Sample& sample) { return as_eigen(sample.y); }

/// The covariates of the outcome model, which may be others than the score's.
Eigen::Map<const MatrixXd> outcome_design(const Sample& sample) {
  return as_eigen(sample.outcome_x.cols > 0 ? sample.outcome_x : sample.x);
}

VectorXd arm_of(const Sample& sample, std::uint8_t arm) {
  VectorXd out(static_cast<Index>(sample.size()));
  for (std::size_t i = 0; i < sample.size(); ++i) out[static_cast<Index>(i)] = sample.treated[i] == arm ? 1 : 0;
  return out;
}

/// The score's weights, how they move with the linear predictor, and the influence of the coefficients.
struct Weighting {
  VectorXd weight;      // of each unit for its own arm
  VectorXd slope;       // d weight / d eta
  MatrixXd influence;   // [rows, cols]: of the coefficients
};

struct ScoreMoment {
  double value;  // the score equation's factor of x
  double slope;  // its derivative in eta
};

ScoreMoment score_moment(ScoreLink link, double eta, double p, bool treated) {
  if (link == ScoreLink::kLogit) return {(treated ? 1.0 : 0.0) - p, -p * (1 - p)};
  const double density = normal_density(eta);
  if (treated) {
    const double ratio = density / p;
    return {ratio, -ratio * (ratio + eta)};
  }
  const double ratio = density / (1 - p);
  return {-ratio, -ratio * (ratio - eta)};
}

struct WeightAt {
  double value;
  double slope;
};

/// 1/p and 1/(1-p) for the ATE; 1 and p/(1-p) for the ATT; (1-p)/p and 1 for the ATC.
WeightAt weight_at(ScoreLink link, Estimand estimand, double eta, double p, bool treated) {
  const double dp = link == ScoreLink::kLogit ? p * (1 - p) : normal_density(eta);
  if (treated) {
    if (estimand == Estimand::kAtt) return {1, 0};
    return {estimand == Estimand::kAte ? 1 / p : (1 - p) / p, -dp / (p * p)};
  }
  if (estimand == Estimand::kAtc) return {1, 0};
  return {estimand == Estimand::kAte ? 1 / (1 - p) : p / (1 - p), dp / ((1 - p) * (1 - p))};
}

constexpr double kScoreEdge = 1e-6;

Result<Weighting> make_weighting(const Sample& sample, ScoreLink link, Estimand estimand) {
  auto fit = fit_score(sample.x, sample.names, sample.treated, link);
  if (!fit.ok()) return fit.error();
  const auto n = static_cast<Index>(sample.size());
  Weighting out{VectorXd(n), VectorXd(n), MatrixXd()};
  VectorXd moment(n), curvature(n);
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double p = fit.value().probability[at];
    const double eta = fit.value().linear[at];
    const bool treated = sample.treated[at] != 0;
    const auto weight = weight_at(link, estimand, eta, p, treated);
    if (p < kScoreEdge || p > 1 - kScoreEdge) {
      if (weight.value > 1 / kScoreEdge * 0.99) {
        return invalid("weighting: a unit's score is so near to 0 or 1 that its weight explodes; trim the scores or narrow the population");
      }
    }
    out.weight[i] = weight.value;
    out.slope[i] = weight.slope;
    const auto m = score_moment(link, eta, p, treated);
    moment[i] = m.value;
    curvature[i] = -m.slope;
  }
  const auto x = as_eigen(sample.x);
  const MatrixXd bread = (x.transpose() * curvature.asDiagonal() * x).ldlt().solve(MatrixXd::Identity(x.cols(), x.cols()));
  out.influence = moment.asDiagonal() * (x * bread);
  return out;
}

/// A weighted least squares line in one arm.
struct ArmFit {
  VectorXd beta;
  VectorXd prediction;  // for every unit
  VectorXd residual;
  MatrixXd bread;       // (X' W X)^-1
};

Result<ArmFit> fit_arm(const Sample& sample, const VectorXd& arm_weight, const char* what) {
  const auto x = outcome_design(sample);
  const Eigen::ColPivHouseholderQR<MatrixXd> qr(arm_weight.cwiseSqrt().asDiagonal() * x);
  if (qr.rank() < x.cols()) {
    return invalid(std::string("regression among the ") + what + ": covariates depend on one another there; take some out");
  }
  ArmFit fit;
  const MatrixXd gram = x.transpose() * arm_weight.asDiagonal() * x;
  fit.beta = qr.solve(arm_weight.cwiseSqrt().cwiseProduct(outcome_of(sample)));
  fit.bread = gram.ldlt().solve(MatrixXd::Identity(x.cols(), x.cols()));
  fit.prediction = x * fit.beta;
  fit.residual = outcome_of(sample) - fit.prediction;
  return fit;
}

/// Influence on target' beta of the arm, given each unit's weight in the fit.
VectorXd arm_influence(const Sample& sample, const ArmFit& fit, const VectorXd& arm_weight, const VectorXd& target) {
  const auto x = outcome_design(sample);
  return (x * (fit.bread * target)).cwiseProduct(arm_weight).cwiseProduct(fit.residual);
}

/// Influence on it through the score that made the weights.
VectorXd through_score(const Sample& sample, const ArmFit& fit, const VectorXd& arm, const Weighting& weighting,
                       const VectorXd& target) {
  const auto x = outcome_design(sample);
  const VectorXd own = (x * (fit.bread * target)).cwiseProduct(arm).cwiseProduct(fit.residual).cwiseProduct(weighting.slope);
  const VectorXd gradient = as_eigen(sample.x).transpose() * own;
  return weighting.influence * gradient;
}

/// 1 for units that the estimand is about.
VectorXd about(const Sample& sample, Estimand estimand) {
  if (estimand == Estimand::kAtt) return arm_of(sample, 1);
  if (estimand == Estimand::kAtc) return arm_of(sample, 0);
  return VectorXd::Ones(static_cast<Index>(sample.size()));
}

Effect finish(const Sample& sample, double treated_mean, double comparison_mean, const VectorXd& influence,
              const VectorXd& weight) {
  Effect effect;
  effect.treated_mean = treated_mean;
  effect.comparison_mean = comparison_mean;
  effect.estimate = treated_mean - comparison_mean;
  effect.influence = to_vector(influence);
  effect.weights = to_vector(weight);
  for (const auto t : sample.treated) ++(t ? effect.n_treated : effect.n_comparison);
  effect.variance = influence_variance(effect.influence, sample.cluster);
  return effect;
}

/// Predictions of both arms averaged over the units of the estimand.
Result<Effect> average_predictions(const Sample& sample, Estimand estimand, const Weighting* weighting) {
  const auto x = outcome_design(sample);
  const VectorXd target_units = about(sample, estimand);
  const double m = target_units.sum();
  const VectorXd target = x.transpose() * target_units / m;
  const VectorXd ones = VectorXd::Ones(x.rows());
  const VectorXd& weight = weighting != nullptr ? weighting->weight : ones;
  double mean[2];
  VectorXd influence = VectorXd::Zero(x.rows());
  VectorXd difference = VectorXd::Zero(x.rows());
  for (const std::uint8_t arm : {std::uint8_t{0}, std::uint8_t{1}}) {
    const VectorXd in_arm = arm_of(sample, arm);
    const VectorXd arm_weight = in_arm.cwiseProduct(weight);
    auto fit = fit_arm(sample, arm_weight, arm ? "treated" : "comparison units");
    if (!fit.ok()) return fit.error();
    const double sign = arm ? 1 : -1;
    mean[arm] = target.dot(fit.value().beta);
    difference += sign * fit.value().prediction;
    influence += sign * arm_influence(sample, fit.value(), arm_weight, target);
    if (weighting != nullptr) influence += sign * through_score(sample, fit.value(), in_arm, *weighting, target);
  }
  const double estimate = mean[1] - mean[0];
  influence += target_units.cwiseProduct((difference.array() - estimate).matrix()) / m;
  return finish(sample, mean[1], mean[0], influence, weighting != nullptr ? weight : ones);
}

}  // namespace

Result<Effect> ipw_effect(const Sample& sample, ScoreLink link, Estimand estimand) {
  auto weighting = make_weighting(sample, link, estimand);
  if (!weighting.ok()) return weighting.error();
  const auto& w = weighting.value();
  const auto x = as_eigen(sample.x);
  const VectorXd y = outcome_of(sample);
  double mean[2];
  VectorXd influence = VectorXd::Zero(x.rows());
  for (const std::uint8_t arm : {std::uint8_t{0}, std::uint8_t{1}}) {
    const VectorXd in_arm = arm_of(sample, arm);
    const VectorXd arm_weight = in_arm.cwiseProduct(w.weight);
    const double total = arm_weight.sum();
    mean[arm] = arm_weight.dot(y) / total;
    const VectorXd residual = (y.array() - mean[arm]).matrix();
    const VectorXd gradient = x.transpose() * in_arm.cwiseProduct(w.slope).cwiseProduct(residual) / total;
    influence += (arm ? 1 : -1) * (arm_weight.cwiseProduct(residual) / total + w.influence * gradient);
  }
  return finish(sample, mean[1], mean[0], influence, w.weight);
}

Result<Effect> regression_adjustment_effect(const Sample& sample, Estimand estimand) {
  return average_predictions(sample, estimand, nullptr);
}

Result<Effect> ipwra_effect(const Sample& sample, ScoreLink link, Estimand estimand) {
  auto weighting = make_weighting(sample, link, estimand);
  if (!weighting.ok()) return weighting.error();
  return average_predictions(sample, estimand, &weighting.value());
}

Result<Effect> aipw_effect(const Sample& sample, ScoreLink link, Estimand estimand, bool efficient_influence) {
  auto weighting = make_weighting(sample, link, estimand);
  if (!weighting.ok()) return weighting.error();
  const auto& w = weighting.value();
  const auto x = outcome_design(sample);
  const VectorXd target_units = about(sample, estimand);
  const double m = target_units.sum();
  double mean[2];
  VectorXd influence = VectorXd::Zero(x.rows());
  VectorXd own = VectorXd::Zero(x.rows());
  for (const std::uint8_t arm : {std::uint8_t{0}, std::uint8_t{1}}) {
    const VectorXd in_arm = arm_of(sample, arm);
    auto fit = fit_arm(sample, in_arm, arm ? "treated" : "comparison units");
    if (!fit.ok()) return fit.error();
    const VectorXd arm_weight = in_arm.cwiseProduct(w.weight);
    const VectorXd part = target_units.cwiseProduct(fit.value().prediction) + arm_weight.cwiseProduct(fit.value().residual);
    const double sign = arm ? 1 : -1;
    mean[arm] = part.sum() / m;
    own += sign * (part - mean[arm] * target_units) / m;
    // How the mean moves with the arm's coefficients, and with the score's.
    const VectorXd target = x.transpose() * (target_units - arm_weight) / m;
    const VectorXd gradient = as_eigen(sample.x).transpose() * in_arm.cwiseProduct(w.slope).cwiseProduct(fit.value().residual) / m;
    influence += sign * (arm_influence(sample, fit.value(), in_arm, target) + w.influence * gradient);
  }
  if (efficient_influence) return finish(sample, mean[1], mean[0], own, w.weight);
  return finish(sample, mean[1], mean[0], influence + own, w.weight);
}

Result<Effect> entropy_effect(const Sample& sample) {
  const auto x = as_eigen(sample.x);
  const VectorXd treated = arm_of(sample, 1);
  const VectorXd comparison = arm_of(sample, 0);
  const double m = treated.sum();
  const VectorXd mean = x.transpose() * treated / m;
  // Without the intercept, centred at the treated and scaled, so that Newton's steps are of one size.
  MatrixXd c = (x.rightCols(x.cols() - 1).rowwise() - mean.tail(x.cols() - 1).transpose());
  for (Index k = 0; k < c.cols(); ++k) {
    const double scale = std::sqrt(comparison.dot(c.col(k).cwiseAbs2()) / comparison.sum());
    if (scale > 0) c.col(k) /= scale;
  }
  VectorXd lambda = VectorXd::Zero(c.cols());
  const auto weights_at = [&](const VectorXd& l, double& log_sum) {
    const VectorXd eta = c * l;
    double top = -INFINITY;
    for (Index i = 0; i < eta.size(); ++i) top = comparison[i] > 0 ? std::max(top, eta[i]) : top;
    VectorXd w = comparison.cwiseProduct((eta.array() - top).exp().matrix());
    log_sum = std::log(w.sum()) + top;
    w /= w.sum();
    return w;
  };
  double value = 0;
  VectorXd w = weights_at(lambda, value);
  bool converged = false;
  for (int round = 0; round < 200 && !converged; ++round) {
    const VectorXd gradient = c.transpose() * w;
    if (gradient.cwiseAbs().maxCoeff() < 1e-12) {
      converged = true;
      break;
    }
    const MatrixXd hessian = c.transpose() * w.asDiagonal() * c - gradient * gradient.transpose();
    const VectorXd step = hessian.ldlt().solve(gradient);
    double length = 1;
    double next_value = 0;
    VectorXd next = weights_at(lambda - step, next_value);
    while (length > 1e-6 && !(next_value <= value - 1e-4 * length * gradient.dot(step))) {
      length /= 2;
      next = weights_at(lambda - length * step, next_value);
    }
    converged = length <= 1e-6 && gradient.cwiseAbs().maxCoeff() < 1e-8;
    if (length <= 1e-6 && !converged) break;
    lambda -= length * step;
    value = next_value;
    w = next;
  }
  if (!converged || !lambda.allFinite()) {
    return invalid("entropy balancing: no weights make the means of the comparison units equal to those of the treated; "
                   "take covariates out or narrow the population");
  }
  const VectorXd y = outcome_of(sample);
  const double treated_mean = treated.dot(y) / m;
  auto fit = fit_arm(sample, w, "comparison units");
  if (!fit.ok()) return fit.error();
  // Balanced weights: what moves the estimate is the residual on x, and the treated units' own means.
  const VectorXd of_treated = (fit.value().residual.array() - treated.dot(fit.value().residual) / m).matrix();
  const VectorXd influence = treated.cwiseProduct(of_treated) / m - w.cwiseProduct(fit.value().residual);
  const VectorXd shown = treated + w * m;
  return finish(sample, treated_mean, w.dot(y), influence, shown);
}

}  // namespace kinfold::evaluation
