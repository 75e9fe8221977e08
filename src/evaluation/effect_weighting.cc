// Effects by weighting and by regression in each arm, with influence functions that take the
// estimation of every part into account (M-estimation: Stefanski and Boos 2002).
#include <algorithm>
#include <cmath>

#include "evaluation/effect.h"
#include "evaluation/linear.h"
#include "evaluation/score_internal.h"

namespace kinfold::evaluation {
namespace {

/// The covariates of the outcome model, which may be others than the score's.
/// The weight of each unit of an arm, 0 for the others.
Vector arm_of(const Sample& sample, std::uint8_t arm) {
  Vector out(sample.size());
  for (std::size_t i = 0; i < sample.size(); ++i) out[i] = sample.treated[i] == arm ? sample.weight_of(i) : 0;
  return out;
}

/// The score's weights (times the unit's own), how they move with the linear predictor, and what gives the
/// influence of the coefficients.
struct Weighting {
  Vector weight;  // of each unit for its own arm
  Vector slope;   // d weight / d eta
  Vector moment;  // score equation's factor of x, times the unit's own weight
  Matrix bread;   // inverse of minus the score equations' derivative
};

/// Influence of every unit on gradient' coefficients.
Vector through_coefficients(const Matrix& x, const Weighting& weighting, std::span<const double> gradient) {
  return times(product(x, product(weighting.bread, gradient)), weighting.moment);
}

constexpr double kScoreEdge = 1e-6;

Error explodes(const Sample& sample, const ScoreFit& fit) {
  return invalid("weighting: " + strongest_column(sample.x, sample.names, fit.coefficients) +
                 " takes a unit's score so near to 0 or 1 that its weight explodes; trim the scores, leave "
                 "it out or narrow the population");
}

Result<Weighting> make_weighting(const Sample& sample, ScoreLink link, Estimand estimand) {
  auto fit = fit_score(sample.x, sample.names, sample.treated, link, 1e-12, sample.weight);
  if (!fit.ok()) return fit.error();
  const std::size_t n = sample.size();
  Weighting out{Vector(n), Vector(n), Vector(n), Matrix()};
  Vector curvature(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double p = fit.value().probability[i];
    const double eta = fit.value().linear[i];
    const bool treated = sample.treated[i] != 0;
    const double own = sample.weight_of(i);
    const auto weight = weight_at(link, estimand, eta, p, treated);
    if (weight.value > 1 / kScoreEdge * 0.99) return explodes(sample, fit.value());
    out.weight[i] = own * weight.value;
    out.slope[i] = own * weight.slope;
    const auto m = score_moment(link, eta, p, treated);
    out.moment[i] = own * m.value;
    curvature[i] = -own * m.slope;
  }
  out.bread = inverse_of_symmetric(weighted_gram(sample.x, curvature));
  return out;
}

/// A weighted least squares line in one arm.
struct ArmFit {
  Vector prediction;  // for every unit
  Vector residual;
  Vector beta;
  Matrix bread;  // (X' W X)^-1
};

/// The columns that depend on others among the units with a weight, for the message.
std::string dependent_names(const Sample& sample, const Matrix& x, const Vector& arm_weight) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (arm_weight[i] > 0) rows.push_back(i);
  }
  Matrix arm(rows.size(), x.cols);
  for (std::size_t c = 0; c < x.cols; ++c) {
    for (std::size_t k = 0; k < rows.size(); ++k) arm.at(k, c) = x.at(rows[k], c);
  }
  const auto kept = independent_columns(arm);
  const auto& known = sample.outcome_design_names();
  std::string names;
  for (std::size_t c = 0; c < x.cols; ++c) {
    if (std::find(kept.begin(), kept.end(), c) != kept.end() || c >= known.size()) continue;
    names += (names.empty() ? "" : ", ") + known[c];
  }
  return names;
}

Result<ArmFit> fit_arm(const Sample& sample, const Vector& arm_weight, const char* what) {
  const auto& x = sample.outcome_design();
  auto solved = least_squares(x, arm_weight, sample.y);
  if (solved.rank < x.cols) {
    const auto names = dependent_names(sample, x, arm_weight);
    return invalid("regression among the " + std::string(what) + ": " +
                   (names.empty() ? "covariates depend" : names + " depends") +
                   " on the other covariates there; take it out or join its levels");
  }
  ArmFit fit;
  fit.beta = std::move(solved.beta);
  fit.bread = inverse_of_symmetric(weighted_gram(x, arm_weight));
  fit.prediction = product(x, fit.beta);
  fit.residual = sample.y;
  add_to(fit.residual, -1, fit.prediction);
  return fit;
}

/// Influence on target' beta of the arm, given each unit's weight in the fit.
Vector arm_influence(const Sample& sample, const ArmFit& fit, const Vector& arm_weight,
                     const Vector& target) {
  return times(times(product(sample.outcome_design(), product(fit.bread, target)), arm_weight), fit.residual);
}

/// 1 (times the unit's weight) for units that the estimand is about.
Vector about(const Sample& sample, Estimand estimand) {
  if (estimand == Estimand::kAtt) return arm_of(sample, 1);
  if (estimand == Estimand::kAtc) return arm_of(sample, 0);
  Vector out = arm_of(sample, 0);
  add_to(out, 1, arm_of(sample, 1));
  return out;
}

/// The slope of the weights in one arm, 0 in the other.
Vector slope_in(const Sample& sample, const Weighting& weighting, std::uint8_t arm) {
  Vector out = weighting.slope;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = sample.treated[i] == arm ? out[i] : 0;
  return out;
}

Vector weight_in(const Sample& sample, const Weighting& weighting, std::uint8_t arm) {
  Vector out = weighting.weight;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = sample.treated[i] == arm ? out[i] : 0;
  return out;
}

Effect finish(const Sample& sample, const double (&mean)[2], Vector influence, Vector weight) {
  Effect effect;
  effect.treated_mean = mean[1];
  effect.comparison_mean = mean[0];
  effect.estimate = mean[1] - mean[0];
  effect.influence = std::move(influence);
  effect.weights = std::move(weight);
  for (const auto t : sample.treated) ++(t ? effect.n_treated : effect.n_comparison);
  effect.variance = influence_variance(effect.influence, sample.cluster);
  return effect;
}

const char* arm_name(std::uint8_t arm) { return arm != 0 ? "treated" : "comparison units"; }

/// Predictions of both arms averaged over the units of the estimand.
Result<Effect> average_predictions(const Sample& sample, Estimand estimand, const Weighting* weighting) {
  const auto& x = sample.outcome_design();
  const Vector target_units = about(sample, estimand);
  const double m = sum_of(target_units);
  Vector target = transposed_product(x, target_units);
  for (auto& v : target) v /= m;
  double mean[2];
  Vector influence(x.rows, 0), difference(x.rows, 0);
  for (const std::uint8_t arm : {std::uint8_t{0}, std::uint8_t{1}}) {
    const Vector arm_weight = weighting != nullptr ? weight_in(sample, *weighting, arm) : arm_of(sample, arm);
    auto fit = fit_arm(sample, arm_weight, arm_name(arm));
    if (!fit.ok()) return fit.error();
    const double sign = arm ? 1 : -1;
    mean[arm] = dot(target, fit.value().beta);
    add_to(difference, sign, fit.value().prediction);
    add_to(influence, sign, arm_influence(sample, fit.value(), arm_weight, target));
    if (weighting == nullptr) continue;
    // Through the score that made the weights.
    const Vector own = arm_influence(sample, fit.value(), slope_in(sample, *weighting, arm), target);
    add_to(influence, sign, through_coefficients(sample.x, *weighting, transposed_product(sample.x, own)));
  }
  const double estimate = mean[1] - mean[0];
  for (std::size_t i = 0; i < x.rows; ++i) influence[i] += target_units[i] * (difference[i] - estimate) / m;
  return finish(sample, mean, std::move(influence),
                weighting != nullptr ? weighting->weight : about(sample, Estimand::kAte));
}

}  // namespace

Result<Effect> ipw_effect(const Sample& sample, ScoreLink link, Estimand estimand) {
  auto weighting = make_weighting(sample, link, estimand);
  if (!weighting.ok()) return weighting.error();
  auto& w = weighting.value();
  double mean[2];
  Vector influence(sample.size(), 0);
  for (const std::uint8_t arm : {std::uint8_t{0}, std::uint8_t{1}}) {
    const Vector arm_weight = weight_in(sample, w, arm);
    const double total = sum_of(arm_weight);
    mean[arm] = dot(arm_weight, sample.y) / total;
    Vector residual = sample.y;
    for (auto& v : residual) v = (v - mean[arm]) / total;
    const Vector gradient = transposed_product(sample.x, times(slope_in(sample, w, arm), residual));
    const double sign = arm ? 1 : -1;
    add_to(influence, sign, times(arm_weight, residual));
    add_to(influence, sign, through_coefficients(sample.x, w, gradient));
  }
  return finish(sample, mean, std::move(influence), std::move(w.weight));
}

Result<Effect> regression_adjustment_effect(const Sample& sample, Estimand estimand) {
  return average_predictions(sample, estimand, nullptr);
}

Result<Effect> ipwra_effect(const Sample& sample, ScoreLink link, Estimand estimand) {
  auto weighting = make_weighting(sample, link, estimand);
  if (!weighting.ok()) return weighting.error();
  return average_predictions(sample, estimand, &weighting.value());
}

Result<Effect> aipw_effect(const Sample& sample, ScoreLink link, Estimand estimand,
                           bool efficient_influence) {
  auto weighting = make_weighting(sample, link, estimand);
  if (!weighting.ok()) return weighting.error();
  auto& w = weighting.value();
  const auto& x = sample.outcome_design();
  const Vector target_units = about(sample, estimand);
  const double m = sum_of(target_units);
  double mean[2];
  Vector influence(x.rows, 0), own(x.rows, 0);
  for (const std::uint8_t arm : {std::uint8_t{0}, std::uint8_t{1}}) {
    const Vector in_arm = arm_of(sample, arm);
    auto fit = fit_arm(sample, in_arm, arm_name(arm));
    if (!fit.ok()) return fit.error();
    const Vector arm_weight = weight_in(sample, w, arm);
    Vector part = times(target_units, fit.value().prediction);
    add_to(part, 1, times(arm_weight, fit.value().residual));
    const double sign = arm ? 1 : -1;
    mean[arm] = sum_of(part) / m;
    add_to(own, sign / m, part);
    add_to(own, -sign * mean[arm] / m, target_units);
    // How the mean moves with the arm's coefficients, and with the score's.
    Vector rest = target_units;
    add_to(rest, -1, arm_weight);
    Vector target = transposed_product(x, rest);
    for (auto& v : target) v /= m;
    Vector gradient = transposed_product(sample.x, times(slope_in(sample, w, arm), fit.value().residual));
    for (auto& v : gradient) v /= m;
    add_to(influence, sign, arm_influence(sample, fit.value(), in_arm, target));
    add_to(influence, sign, through_coefficients(sample.x, w, gradient));
  }
  if (!efficient_influence) add_to(own, 1, influence);
  return finish(sample, mean, std::move(own), std::move(w.weight));
}

}  // namespace kinfold::evaluation
