// The doubly robust effect on a change, and what lists of such effects have in common: bands and joint tests.
#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "evaluation/did.h"
#include "evaluation/linear.h"
#include "evaluation/score_internal.h"

namespace kinfold::evaluation {
namespace {

/// Upper tail of chi squared by the regularised incomplete gamma function (series and continued fraction).
double chi_squared_tail(double x, double df) {
  const double a = df / 2;
  const double z = x / 2;
  if (z <= 0) return 1;
  const double front = std::exp(-z + a * std::log(z) - std::lgamma(a));
  if (z < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (int k = 1; k < 1000 && term > sum * 1e-16; ++k) {
      term *= z / (a + k);
      sum += term;
    }
    return 1 - sum * front;
  }
  double b = z + 1 - a;
  double c = 1e300;
  double d = 1 / b;
  double h = d;
  for (int k = 1; k < 1000; ++k) {
    const double an = -k * (k - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (std::fabs(d * c - 1) < 1e-15) break;
  }
  return front * h;
}

/// What the comparison units' weights and the line through their changes need; shapes [rows].
struct Nuisance {
  Vector odds;   // p / (1 - p) of comparison units times their own weight, else 0
  Vector score;  // score equation's factor of x
  Matrix score_bread;
  Vector residual;  // change less what the line predicts
  Vector line_weight;
  Matrix line_bread;
};

Result<Nuisance> fit_nuisance(const Sample& sample) {
  const std::size_t n = sample.size();
  auto fit = fit_score(sample.x, sample.names, sample.treated, ScoreLink::kLogit, 1e-12, sample.weight);
  if (!fit.ok()) return fit.error();
  Nuisance out{Vector(n, 0), Vector(n),    std::move(fit.value().inverse_information),
               sample.y,     Vector(n, 0), Matrix()};
  for (std::size_t i = 0; i < n; ++i) {
    const double p = fit.value().probability[i];
    out.score[i] = sample.weight_of(i) * ((sample.treated[i] ? 1.0 : 0.0) - p);
    if (sample.treated[i]) continue;
    out.odds[i] = sample.weight_of(i) * p / (1 - p);
    out.line_weight[i] = sample.weight_of(i);
  }
  const auto line = least_squares(sample.x, out.line_weight, sample.y);
  if (line.rank < sample.x.cols) {
    return invalid(
        "differences in differences: covariates depend on one another among the comparison units; take some "
        "out");
  }
  add_to(out.residual, -1, product(sample.x, line.beta));
  out.line_bread = inverse_of_symmetric(weighted_gram(sample.x, out.line_weight));
  return out;
}

Vector in_arm(const Sample& sample) {
  Vector out(sample.size(), 0);
  for (std::size_t i = 0; i < sample.size(); ++i) out[i] = sample.treated[i] ? sample.weight_of(i) : 0;
  return out;
}

}  // namespace

Result<Effect> change_effect(const Sample& sample) {
  auto fitted = fit_nuisance(sample);
  if (!fitted.ok()) return fitted.error();
  const auto& f = fitted.value();
  const Vector treated = in_arm(sample);
  const double treated_total = sum_of(treated);
  const double odds_total = sum_of(f.odds);
  const double treated_rest = dot(treated, f.residual) / treated_total;
  const double comparison_rest = dot(f.odds, f.residual) / odds_total;

  Effect effect;
  effect.estimate = treated_rest - comparison_rest;
  effect.treated_mean = dot(treated, sample.y) / treated_total;
  effect.comparison_mean = effect.treated_mean - effect.estimate;
  // How the two means move with the line (by the means of x in each) and with the score.
  Vector line_target = transposed_product(sample.x, treated);
  const Vector odds_mean = transposed_product(sample.x, f.odds);
  for (std::size_t c = 0; c < line_target.size(); ++c)
    line_target[c] = line_target[c] / treated_total - odds_mean[c] / odds_total;
  Vector moved = f.odds;
  for (std::size_t i = 0; i < sample.size(); ++i) moved[i] *= (f.residual[i] - comparison_rest) / odds_total;
  const Vector through_line = product(sample.x, product(f.line_bread, line_target));
  const Vector through_score = product(sample.x, product(f.score_bread, transposed_product(sample.x, moved)));
  effect.influence.resize(sample.size());
  effect.weights.resize(sample.size());
  for (std::size_t i = 0; i < sample.size(); ++i) {
    effect.influence[i] = treated[i] * (f.residual[i] - treated_rest) / treated_total - moved[i] -
                          f.line_weight[i] * f.residual[i] * through_line[i] - f.score[i] * through_score[i];
    effect.weights[i] = treated[i] + f.odds[i];
    ++(sample.treated[i] ? effect.n_treated : effect.n_comparison);
  }
  effect.variance = influence_variance(effect.influence, sample.cluster);
  return effect;
}

double band_critical_value(const std::vector<std::vector<double>>& sums, double confidence, int draw_count,
                           std::uint64_t seed) {
  double critical = normal_quantile(0.5 + confidence / 2);
  if (sums.empty()) return critical;
  Vector error;
  for (const auto& row : sums) error.push_back(std::sqrt(dot(row, row)));
  Vector largest;
  for (int d = 0; d < draw_count; ++d) {
    RandomStream random(seed, {static_cast<std::uint64_t>(d)});
    Vector drawn(sums.size(), 0);
    std::uint64_t bits = 0;
    for (std::size_t c = 0; c < sums[0].size(); ++c) {
      if (c % 64 == 0) bits = random.next();
      const double sign = (bits >> (c % 64)) & 1U ? 1.0 : -1.0;
      for (std::size_t k = 0; k < sums.size(); ++k) drawn[k] += sign * sums[k][c];
    }
    double top = 0;
    for (std::size_t k = 0; k < sums.size(); ++k) {
      if (error[k] > 0) top = std::max(top, std::fabs(drawn[k]) / error[k]);
    }
    largest.push_back(top);
  }
  if (largest.empty()) return critical;
  std::sort(largest.begin(), largest.end());
  return std::max(critical,
                  largest[static_cast<std::size_t>(confidence * static_cast<double>(largest.size() - 1))]);
}

std::optional<double> joint_zero_p(const std::vector<double>& estimates,
                                   const std::vector<std::vector<double>>& sums) {
  const std::size_t m = estimates.size();
  if (m == 0) return std::nullopt;
  Matrix covariance(m, m);
  for (std::size_t a = 0; a < m; ++a) {
    for (std::size_t b = 0; b < m; ++b) covariance.at(a, b) = dot(sums[a], sums[b]);
  }
  if (pivot_ratio(covariance) <= 1e-14) return std::nullopt;
  return chi_squared_tail(dot(estimates, solve_symmetric(covariance, estimates)), static_cast<double>(m));
}

}  // namespace kinfold::evaluation
