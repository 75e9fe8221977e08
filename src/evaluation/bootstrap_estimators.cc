// What is estimated anew in a replicate of the bootstrap.
#include <cmath>
#include <limits>

#include "evaluation/bootstrap_internal.h"
#include "evaluation/score_internal.h"

namespace kinfold::evaluation {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kWeightMax = 1e6;

bool needs_score(MethodKind kind) {
  return kind == MethodKind::kIpw || kind == MethodKind::kAipw || kind == MethodKind::kIpwra;
}

/// Weights of the units of one arm, 0 for the others.
Vector of_arm(const Sample& sample, const Vector& weight, std::uint8_t arm) {
  Vector out(weight.size());
  for (std::size_t i = 0; i < weight.size(); ++i) out[i] = sample.treated[i] == arm ? weight[i] : 0;
  return out;
}

}  // namespace

Result<ReplicateEstimator> ReplicateEstimator::make(const BootstrapGroup& group,
                                                    const BootstrapMethod& method) {
  ReplicateEstimator out;
  out.group_ = &group;
  out.method_ = method;
  const auto& sample = group.sample;
  if (needs_score(method.kind)) {
    auto fit = fit_score(sample.x, sample.names, sample.treated, method.link, 1e-12, sample.weight);
    if (!fit.ok()) return fit.error();
    out.start_ = std::move(fit.value().coefficients);
    out.inverse_information_ = std::move(fit.value().inverse_information);
  }
  if (method.kind == MethodKind::kRegression) {
    const auto& x = sample.outcome_design();
    out.with_treatment_ = Matrix(x.rows, x.cols + 1);
    for (std::size_t i = 0; i < x.rows; ++i) out.with_treatment_.at(i, 0) = sample.treated[i];
    std::copy(x.values.begin(), x.values.end(), out.with_treatment_.column(1));
  }
  return out;
}

std::optional<ReplicateEstimator::Scored> ReplicateEstimator::score(const Vector& unit_weight) const {
  const auto& sample = group_->sample;
  Vector beta = start_;
  Scored out{Vector(sample.x.rows), {}};
  Vector moment(sample.x.rows);
  Matrix inverse = inverse_information_;
  for (int round = 0; round < 40; ++round) {
    out.linear = product(sample.x, beta);
    for (std::size_t i = 0; i < moment.size(); ++i) {
      const double eta = out.linear[i];
      const double p = method_.link == ScoreLink::kLogit ? 1 / (1 + std::exp(-eta)) : normal_cdf(eta);
      out.probability[i] = p;
      moment[i] = unit_weight[i] == 0
                      ? 0
                      : unit_weight[i] * score_moment(method_.link, eta, p, sample.treated[i] != 0).value;
    }
    const Vector gradient = transposed_product(sample.x, moment);
    const Vector step = product(inverse, gradient);
    const double gain =
        dot(gradient, step);  // of the log likelihood, twice: far below what moves an estimate
    if (!std::isfinite(gain)) return std::nullopt;
    if (gain < 1e-10) return out;
    if (round % 10 == 9) {  // the replicate's own information where the whole sample's leads too slowly
      Vector curvature(moment.size());
      for (std::size_t i = 0; i < curvature.size(); ++i) {
        curvature[i] =
            -unit_weight[i] *
            score_moment(method_.link, out.linear[i], out.probability[i], sample.treated[i] != 0).slope;
      }
      inverse = inverse_of_symmetric(weighted_gram(sample.x, curvature));
      continue;
    }
    add_to(beta, 1, step);
  }
  return std::nullopt;
}

std::optional<Vector> ReplicateEstimator::arm_weights(const Vector& unit_weight) const {
  if (!needs_score(method_.kind)) return unit_weight;
  const auto scored = score(unit_weight);
  if (!scored) return std::nullopt;
  Vector out(unit_weight.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (unit_weight[i] == 0) continue;
    const double w = weight_at(method_.link, method_.estimand, scored->linear[i], scored->probability[i],
                               group_->sample.treated[i] != 0)
                         .value;
    if (!(w < kWeightMax)) return std::nullopt;
    out[i] = unit_weight[i] * w;
  }
  return out;
}

Vector ReplicateEstimator::by_means(const Vector& weight) const {
  double total[2] = {0, 0};
  for (std::size_t i = 0; i < weight.size(); ++i) total[group_->sample.treated[i]] += weight[i];
  Vector out;
  for (const auto& y : group_->y) {
    double sum[2] = {0, 0};
    for (std::size_t i = 0; i < weight.size(); ++i) sum[group_->sample.treated[i]] += weight[i] * y[i];
    out.push_back(sum[1] / total[1] - sum[0] / total[0]);  // NaN if an arm was not drawn
  }
  return out;
}

Vector ReplicateEstimator::by_regression(const Vector& unit_weight) const {
  const Matrix bread = inverse_of_symmetric(weighted_gram(with_treatment_, unit_weight));
  Vector out;
  for (const auto& y : group_->y)
    out.push_back(product(bread, transposed_product(with_treatment_, times(unit_weight, y)))[0]);
  return out;
}

Vector ReplicateEstimator::by_predictions(const Vector& unit_weight, const Vector& weight) const {
  const auto& sample = group_->sample;
  const auto& x = sample.outcome_design();
  Vector target_units = unit_weight;
  if (method_.estimand != Estimand::kAte)
    target_units = of_arm(sample, unit_weight, method_.estimand == Estimand::kAtc ? 0 : 1);
  const double m = sum_of(target_units);
  const Vector target = transposed_product(x, target_units);
  Vector out(group_->y.size(), 0);
  for (const std::uint8_t arm : {std::uint8_t{0}, std::uint8_t{1}}) {
    const Vector arm_weight = of_arm(sample, weight, arm);
    // AIPW's line is not weighted by the score, and its residuals are.
    const bool augmented = method_.kind == MethodKind::kAipw;
    const Vector line_weight = augmented ? of_arm(sample, unit_weight, arm) : arm_weight;
    const Matrix bread = inverse_of_symmetric(weighted_gram(x, line_weight));
    for (std::size_t k = 0; k < out.size(); ++k) {
      const auto& y = group_->y[k];
      const Vector beta = product(bread, transposed_product(x, times(line_weight, y)));
      double mean = dot(target, beta);
      if (augmented) mean += dot(arm_weight, y) - dot(arm_weight, product(x, beta));
      out[k] += (arm ? 1 : -1) * mean / m;
    }
  }
  return out;
}

Vector ReplicateEstimator::estimate(const std::vector<std::uint32_t>& count) const {
  const auto& sample = group_->sample;
  Vector unit_weight(sample.treated.size());
  for (std::size_t i = 0; i < unit_weight.size(); ++i)
    unit_weight[i] = sample.weight_of(i) * count[sample.cluster[i]];
  if (method_.kind == MethodKind::kRegression) return by_regression(unit_weight);
  const auto weight = arm_weights(unit_weight);
  if (!weight) return Vector(group_->y.size(), kNone);
  if (method_.kind == MethodKind::kRawDifference || method_.kind == MethodKind::kIpw)
    return by_means(*weight);
  return by_predictions(unit_weight, *weight);
}

}  // namespace kinfold::evaluation
