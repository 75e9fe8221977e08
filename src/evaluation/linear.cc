#include "evaluation/linear.h"

#include <algorithm>
#include <cmath>

#include "evaluation/algebra_internal.h"

namespace kinfold::evaluation {
namespace {

constexpr double kRankTolerance = 1e-7;

double norm(std::span<const double> v) { return std::sqrt(dot(v, v)); }

/// Rows of x times the residual of each, summed by cluster.
Matrix cluster_scores(const Matrix& x, std::span<const double> residual,
                      std::span<const std::uint32_t> clusters, std::size_t cluster_count) {
  Matrix sums(cluster_count, x.cols);
  for (std::size_t c = 0; c < x.cols; ++c) {
    for (std::size_t i = 0; i < x.rows; ++i) sums.at(clusters[i], c) += residual[i] * x.at(i, c);
  }
  return sums;
}

/// e_i scaled for the leverage correction asked for.
Vector scaled_residuals(Covariance kind, const Matrix& x, std::span<const double> w, const Matrix& bread,
                        const Vector& residual) {
  Vector scaled = residual;
  if (kind != Covariance::kHc2 && kind != Covariance::kHc3) return scaled;
  Vector leverage(x.rows, 0);
  for (std::size_t c = 0; c < x.cols; ++c) {
    const Vector row = product(x, {bread.column(c), bread.rows});
    for (std::size_t i = 0; i < x.rows; ++i) leverage[i] += w[i] * row[i] * x.at(i, c);
  }
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    const double rest = std::max(1.0 - leverage[i], 1e-12);
    scaled[i] /= kind == Covariance::kHc2 ? std::sqrt(rest) : rest;
  }
  return scaled;
}

Matrix sandwich(const Matrix& bread, const Matrix& meat, double factor) {
  Matrix out = product(product(bread, meat), bread);
  for (auto& v : out.values) v *= factor;
  return out;
}

}  // namespace

std::vector<std::size_t> independent_columns(const Matrix& x) {
  std::vector<Vector> basis;
  std::vector<std::size_t> kept;
  for (std::size_t c = 0; c < x.cols; ++c) {
    Vector rest(x.column(c), x.column(c) + x.rows);
    const double length = norm(rest);
    if (length == 0) continue;
    for (int pass = 0; pass < 2; ++pass) {  // twice is enough (Kahan)
      for (const auto& direction : basis) add_to(rest, -dot(direction, rest), direction);
    }
    const double rest_length = norm(rest);
    if (rest_length <= kRankTolerance * length) continue;
    for (auto& v : rest) v /= rest_length;
    basis.push_back(std::move(rest));
    kept.push_back(c);
  }
  return kept;
}

Matrix take_columns(const Matrix& x, const std::vector<std::size_t>& columns) {
  Matrix out(x.rows, columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::copy_n(x.column(columns[c]), x.rows, out.column(c));
  }
  return out;
}

double LinearFit::std_error(std::size_t k) const { return std::sqrt(covariance.at(k, k)); }

Result<LinearFit> fit_linear(const Matrix& x, std::span<const double> y, const LinearOptions& options) {
  if (y.size() != x.rows || (!options.weights.empty() && options.weights.size() != x.rows)) {
    return internal_error("fit_linear: shapes differ");
  }
  if (x.rows <= x.cols) {
    return invalid("regression: " + std::to_string(x.rows) + " units for " + std::to_string(x.cols) +
                   " coefficients; take covariates out");
  }
  const Vector w =
      options.weights.empty() ? Vector(x.rows, 1.0) : Vector(options.weights.begin(), options.weights.end());
  auto solved = least_squares(x, w, y);
  if (solved.rank < x.cols)
    return invalid("regression: covariates depend on one another; take one of them out");
  const Matrix bread = inverse_of_symmetric(weighted_gram(x, w));

  LinearFit fit;
  fit.coefficients = std::move(solved.beta);
  fit.residuals.assign(y.begin(), y.end());
  add_to(fit.residuals, -1, product(x, fit.coefficients));
  fit.residual_df = x.rows - x.cols;
  const double n = static_cast<double>(x.rows);
  const double df = static_cast<double>(fit.residual_df);
  if (options.covariance == Covariance::kClassic) {
    fit.covariance = bread;
    const double variance = dot(times(w, fit.residuals), fit.residuals) / df;
    for (auto& v : fit.covariance.values) v *= variance;
    return fit;
  }
  const Vector scaled = times(w, scaled_residuals(options.covariance, x, w, bread, fit.residuals));
  if (options.covariance != Covariance::kCluster) {
    fit.covariance = sandwich(bread, weighted_gram(x, times(scaled, scaled)),
                              options.covariance == Covariance::kHc1 ? n / df : 1.0);
    return fit;
  }
  if (options.clusters.size() != x.rows) return internal_error("fit_linear: clusters and rows differ");
  const std::size_t count =
      *std::max_element(options.clusters.begin(), options.clusters.end()) + std::size_t{1};
  if (count < 2) return invalid("regression: one cluster only; standard errors need at least two");
  const double groups = static_cast<double>(count);
  const Matrix meat = weighted_gram(cluster_scores(x, scaled, options.clusters, count), {});
  fit.covariance = sandwich(bread, meat, groups / (groups - 1) * (n - 1) / df);
  return fit;
}

}  // namespace kinfold::evaluation
