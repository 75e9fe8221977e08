// Effects without a score, and the sums every variance rests on.
#include <algorithm>
#include <cmath>

#include "evaluation/algebra_internal.h"
#include "evaluation/effect.h"
#include "evaluation/linear.h"

namespace kinfold::evaluation {
namespace {

std::vector<double> cluster_sums(std::span<const double> influence, std::span<const std::uint32_t> cluster) {
  const std::size_t count =
      cluster.empty() ? 0 : *std::max_element(cluster.begin(), cluster.end()) + std::size_t{1};
  std::vector<double> sums(count, 0);
  for (std::size_t i = 0; i < cluster.size(); ++i) sums[cluster[i]] += influence[i];
  return sums;
}

}  // namespace

double influence_variance(std::span<const double> influence, std::span<const std::uint32_t> cluster) {
  return influence_covariance(influence, influence, cluster);
}

double influence_covariance(std::span<const double> a, std::span<const double> b,
                            std::span<const std::uint32_t> cluster) {
  if (cluster.empty()) return dot(a, b);
  const auto sums_a = cluster_sums(a, cluster);
  return a.data() == b.data() ? dot(sums_a, sums_a) : dot(sums_a, cluster_sums(b, cluster));
}

Result<Effect> raw_difference(const Sample& sample) {
  Effect effect;
  double total[2] = {0, 0};
  double mean[2] = {0, 0};
  std::size_t count[2] = {0, 0};
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const auto arm = sample.treated[i];
    total[arm] += sample.weight_of(i);
    mean[arm] += sample.weight_of(i) * sample.y[i];
    ++count[arm];
  }
  if (count[0] < 2 || count[1] < 2) return invalid("raw difference: fewer than two units in a group");
  double factor[2];
  for (const std::size_t arm : {0U, 1U}) {
    mean[arm] /= total[arm];
    // So that for equal weights the sum of squares is s^2 / n, Welch's.
    factor[arm] =
        std::sqrt(static_cast<double>(count[arm]) / (static_cast<double>(count[arm]) - 1)) / total[arm];
  }
  effect.n_treated = count[1];
  effect.n_comparison = count[0];
  effect.treated_mean = mean[1];
  effect.comparison_mean = mean[0];
  effect.estimate = mean[1] - mean[0];
  effect.weights.resize(sample.size());
  effect.influence.resize(sample.size());
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const auto arm = sample.treated[i];
    effect.weights[i] = sample.weight_of(i);
    effect.influence[i] = (arm ? 1 : -1) * sample.weight_of(i) * (sample.y[i] - mean[arm]) * factor[arm];
  }
  effect.variance = influence_variance(effect.influence, sample.cluster);
  return effect;
}

Result<Effect> regression_effect(const Sample& sample, Covariance errors) {
  const Matrix& x = sample.outcome_design();
  Matrix design(sample.size(), x.cols + 1);
  for (std::size_t i = 0; i < sample.size(); ++i) design.at(i, 0) = sample.treated[i];
  std::copy(x.values.begin(), x.values.end(), design.column(1));
  LinearOptions options;
  options.covariance = sample.cluster.empty() ? errors : Covariance::kCluster;
  options.clusters = sample.cluster;
  options.weights = sample.weight;
  auto fit = fit_linear(design, sample.y, options);
  if (!fit.ok()) return fit.error();
  Effect effect;
  effect.estimate = fit.value().coefficients[0];
  effect.variance = fit.value().covariance.at(0, 0);
  // Frisch, Waugh and Lovell: the coefficient is the residual of treatment on x times y.
  std::vector<double> treated(sample.treated.begin(), sample.treated.end());
  LinearOptions weighted;
  weighted.weights = sample.weight;
  auto aside = fit_linear(x, treated, weighted);
  if (!aside.ok()) return aside.error();
  const auto& rest = aside.value().residuals;
  double square = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) square += sample.weight_of(i) * rest[i] * rest[i];
  effect.influence.resize(sample.size());
  double treated_weight = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double own = sample.weight_of(i);
    effect.influence[i] = own * rest[i] * fit.value().residuals[i] / square;
    effect.treated_mean += sample.treated[i] ? own * sample.y[i] : 0;
    treated_weight += sample.treated[i] ? own : 0;
    ++(sample.treated[i] ? effect.n_treated : effect.n_comparison);
  }
  effect.treated_mean /= treated_weight;
  effect.comparison_mean = effect.treated_mean - effect.estimate;
  return effect;
}

}  // namespace kinfold::evaluation
