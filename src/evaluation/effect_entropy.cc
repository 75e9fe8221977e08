// The ATT by entropy balancing.
#include <algorithm>
#include <cmath>

#include "evaluation/algebra_internal.h"
#include "evaluation/effect.h"

namespace kinfold::evaluation {
namespace {

/// Covariates of the comparison units, centred at the treated mean and scaled, so that Newton's steps are of
/// one size.
struct Constraints {
  std::vector<std::uint32_t> unit;
  Vector base;  // the units' own weights
  Matrix c;     // [comparison units, cols - 1]
};

Constraints constraints_of(const Sample& sample) {
  Constraints out;
  Vector treated(sample.size(), 0);
  for (std::uint32_t i = 0; i < sample.size(); ++i) {
    if (sample.treated[i]) {
      treated[i] = sample.weight_of(i);
    } else {
      out.unit.push_back(i);
      out.base.push_back(sample.weight_of(i));
    }
  }
  const double m = sum_of(treated);
  out.c = Matrix(out.unit.size(), sample.x.cols - 1);
  for (std::size_t k = 0; k < out.c.cols; ++k) {
    const double* column = sample.x.column(k + 1);
    const double mean = dot({column, sample.size()}, treated) / m;
    double squares = 0;
    for (std::size_t r = 0; r < out.unit.size(); ++r) {
      out.c.at(r, k) = column[out.unit[r]] - mean;
      squares += out.base[r] * out.c.at(r, k) * out.c.at(r, k);
    }
    const double scale = std::sqrt(squares / sum_of(out.base));
    for (std::size_t r = 0; scale > 0 && r < out.unit.size(); ++r) out.c.at(r, k) /= scale;
  }
  return out;
}

struct Weights {
  Vector w;            // sums to 1
  double log_sum = 0;  // the value that is minimised
};

Weights weights_at(const Constraints& of, const Vector& lambda) {
  Weights out{product(of.c, lambda), 0};
  const double top = *std::max_element(out.w.begin(), out.w.end());
  for (std::size_t r = 0; r < out.w.size(); ++r) out.w[r] = of.base[r] * std::exp(out.w[r] - top);
  const double sum = sum_of(out.w);
  for (auto& v : out.w) v /= sum;
  out.log_sum = std::log(sum) + top;
  return out;
}

double largest(const Vector& v) {
  double out = 0;
  for (const double one : v) out = std::max(out, std::fabs(one));
  return out;
}

Vector moved(Vector lambda, double length, const Vector& step) {
  add_to(lambda, -length, step);
  return lambda;
}

/// The covariate to blame: one whose treated mean no comparison unit reaches, else the furthest off.
Error cannot_balance(const Sample& sample, const Constraints& of, const Vector& gradient) {
  std::size_t blamed = 0;
  double worst = -1;
  for (std::size_t k = 0; k < of.c.cols; ++k) {
    const auto [low, high] = std::minmax_element(of.c.column(k), of.c.column(k) + of.c.rows);
    const double off = *low > 0 || *high < 0 ? INFINITY : std::fabs(gradient[k]);
    if (off > worst) {
      worst = off;
      blamed = k + 1;
    }
  }
  return invalid(
      "entropy balancing: no weights make the means of the comparison units equal to those of the treated; "
      "the furthest off is " +
      (blamed < sample.names.size() ? sample.names[blamed] : std::string("a covariate")) +
      "; take it out or narrow the population");
}

/// Newton with a line search on the convex dual.
Result<Vector> balance(const Sample& sample, const Constraints& of) {
  Vector lambda(of.c.cols, 0);
  Weights now = weights_at(of, lambda);
  Vector gradient = transposed_product(of.c, now.w);
  for (int round = 0; round < 200; ++round) {
    if (largest(gradient) < 1e-12) return std::move(now.w);
    Matrix hessian = weighted_gram(of.c, now.w);
    for (std::size_t a = 0; a < hessian.cols; ++a) {
      for (std::size_t b = 0; b < hessian.rows; ++b) hessian.at(b, a) -= gradient[a] * gradient[b];
    }
    const Vector step = solve_symmetric(hessian, gradient);
    double length = 1;
    Weights next = weights_at(of, moved(lambda, length, step));
    while (length > 1e-6 && !(next.log_sum <= now.log_sum - 1e-4 * length * dot(gradient, step))) {
      length /= 2;
      next = weights_at(of, moved(lambda, length, step));
    }
    if (length <= 1e-6) break;
    lambda = moved(lambda, length, step);
    now = std::move(next);
    gradient = transposed_product(of.c, now.w);
  }
  const bool good = largest(gradient) < 1e-8 && std::isfinite(largest(lambda));
  if (good) return std::move(now.w);
  return cannot_balance(sample, of, gradient);
}

}  // namespace

Result<Effect> entropy_effect(const Sample& sample) {
  const auto of = constraints_of(sample);
  auto balanced = balance(sample, of);
  if (!balanced.ok()) return balanced.error();
  Vector w(sample.size(), 0), treated(sample.size(), 0);
  for (std::size_t r = 0; r < of.unit.size(); ++r) w[of.unit[r]] = balanced.value()[r];
  Effect effect;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    treated[i] = sample.treated[i] ? sample.weight_of(i) : 0;
    ++(sample.treated[i] ? effect.n_treated : effect.n_comparison);
  }
  const double m = sum_of(treated);
  // Balanced weights: what moves the estimate is the residual on x, and the treated units' own means.
  auto line = least_squares(sample.x, w, sample.y);
  if (line.rank < sample.x.cols) {
    return invalid(
        "entropy balancing: covariates depend on one another among the comparison units; take some out");
  }
  Vector residual = sample.y;
  add_to(residual, -1, product(sample.x, line.beta));
  const double centre = dot(treated, residual) / m;
  effect.treated_mean = dot(treated, sample.y) / m;
  effect.comparison_mean = dot(w, sample.y);
  effect.estimate = effect.treated_mean - effect.comparison_mean;
  effect.influence.resize(sample.size());
  effect.weights.resize(sample.size());
  for (std::size_t i = 0; i < sample.size(); ++i) {
    effect.influence[i] = treated[i] * (residual[i] - centre) / m - w[i] * residual[i];
    effect.weights[i] = treated[i] + w[i] * m;
  }
  effect.variance = influence_variance(effect.influence, sample.cluster);
  return effect;
}

}  // namespace kinfold::evaluation
