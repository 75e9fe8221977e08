// Effects without a score, and the sums every variance rests on.
#include <algorithm>
#include <cmath>

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

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
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
  for (std::size_t i = 0; i < sample.size(); ++i) {
    (sample.treated[i] ? effect.treated_mean : effect.comparison_mean) += sample.y[i];
    ++(sample.treated[i] ? effect.n_treated : effect.n_comparison);
  }
  if (effect.n_treated < 2 || effect.n_comparison < 2) return invalid("raw difference: fewer than two units in a group");
  const double nt = static_cast<double>(effect.n_treated);
  const double nc = static_cast<double>(effect.n_comparison);
  effect.treated_mean /= nt;
  effect.comparison_mean /= nc;
  effect.estimate = effect.treated_mean - effect.comparison_mean;
  effect.weights.assign(sample.size(), 1);
  effect.influence.resize(sample.size());
  for (std::size_t i = 0; i < sample.size(); ++i) {
    // sqrt(n (n - 1)) so that the sum of squares is s^2 / n, Welch's.
    effect.influence[i] = sample.treated[i] ? (sample.y[i] - effect.treated_mean) / std::sqrt(nt * (nt - 1))
                                            : -(sample.y[i] - effect.comparison_mean) / std::sqrt(nc * (nc - 1));
  }
  effect.variance = influence_variance(effect.influence, sample.cluster);
  return effect;
}

Result<Effect> regression_effect(const Sample& sample) {
  Matrix design(sample.size(), sample.x.cols + 1);
  for (std::size_t i = 0; i < sample.size(); ++i) design.at(i, 0) = sample.treated[i];
  std::copy(sample.x.values.begin(), sample.x.values.end(), design.column(1));
  LinearOptions options;
  options.covariance = sample.cluster.empty() ? Covariance::kHc2 : Covariance::kCluster;
  options.clusters = sample.cluster;
  auto fit = fit_linear(design, sample.y, options);
  if (!fit.ok()) return fit.error();
  Effect effect;
  effect.estimate = fit.value().coefficients[0];
  effect.variance = fit.value().covariance.at(0, 0);
  // Frisch, Waugh and Lovell: the coefficient is the residual of treatment on x times y.
  std::vector<double> treated(sample.treated.begin(), sample.treated.end());
  auto aside = fit_linear(sample.x, treated);
  if (!aside.ok()) return aside.error();
  const auto& rest = aside.value().residuals;
  const double square = dot(rest, rest);
  effect.influence.resize(sample.size());
  for (std::size_t i = 0; i < sample.size(); ++i) {
    effect.influence[i] = rest[i] * fit.value().residuals[i] / square;
    effect.treated_mean += sample.treated[i] ? sample.y[i] : 0;
    ++(sample.treated[i] ? effect.n_treated : effect.n_comparison);
  }
  effect.treated_mean /= static_cast<double>(effect.n_treated);
  effect.comparison_mean = effect.treated_mean - effect.estimate;
  return effect;
}

}  // namespace kinfold::evaluation
