#include "evaluation/linear.h"

#include <algorithm>
#include <cmath>

#include "evaluation/eigen_internal.h"

namespace kinfold::evaluation {
namespace {

constexpr double kRankTolerance = 1e-7;

MatrixXd meat_by_unit(const MatrixXd& scores) { return scores.transpose() * scores; }

MatrixXd meat_by_cluster(const MatrixXd& scores, std::span<const std::uint32_t> clusters, std::size_t cluster_count) {
  MatrixXd sums = MatrixXd::Zero(static_cast<Index>(cluster_count), scores.cols());
  for (std::size_t i = 0; i < clusters.size(); ++i) sums.row(clusters[i]) += scores.row(static_cast<Index>(i));
  return sums.transpose() * sums;
}

/// e_i scaled for the leverage correction asked for.
VectorXd scaled_residuals(Covariance kind, const MatrixXd& wx, const Eigen::Map<const MatrixXd>& x,
                          const MatrixXd& bread, const VectorXd& residual) {
  VectorXd scaled = residual;
  if (kind != Covariance::kHc2 && kind != Covariance::kHc3) return scaled;
  const VectorXd leverage = ((wx * bread).array() * x.array()).rowwise().sum();
  for (Index i = 0; i < scaled.size(); ++i) {
    const double rest = std::max(1.0 - leverage[i], 1e-12);
    scaled[i] /= kind == Covariance::kHc2 ? std::sqrt(rest) : rest;
  }
  return scaled;
}

}  // namespace

std::vector<std::size_t> independent_columns(const Matrix& x) {
  std::vector<VectorXd> basis;
  std::vector<std::size_t> kept;
  for (std::size_t c = 0; c < x.cols; ++c) {
    VectorXd rest = as_eigen(x).col(static_cast<Index>(c));
    const double length = rest.norm();
    if (length == 0) continue;
    for (const auto& direction : basis) rest -= direction.dot(rest) * direction;
    for (const auto& direction : basis) rest -= direction.dot(rest) * direction;  // twice is enough (Kahan)
    const double rest_length = rest.norm();
    if (rest_length <= kRankTolerance * length) continue;
    basis.push_back(rest / rest_length);
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
  const auto ex = as_eigen(x);
  const Eigen::Map<const VectorXd> ey(y.data(), static_cast<Index>(y.size()));
  VectorXd w = VectorXd::Ones(ex.rows());
  if (!options.weights.empty()) {
    w = Eigen::Map<const VectorXd>(options.weights.data(), static_cast<Index>(options.weights.size()));
  }
  const VectorXd root = w.cwiseSqrt();
  const Eigen::ColPivHouseholderQR<MatrixXd> qr(root.asDiagonal() * ex);
  if (qr.rank() < ex.cols()) return invalid("regression: covariates depend on one another; take one of them out");
  const VectorXd beta = qr.solve(root.cwiseProduct(ey));
  const MatrixXd wx = w.asDiagonal() * ex;
  const MatrixXd bread = (ex.transpose() * wx).ldlt().solve(MatrixXd::Identity(ex.cols(), ex.cols()));
  const VectorXd residual = ey - ex * beta;

  LinearFit fit;
  fit.coefficients = to_vector(beta);
  fit.residuals = to_vector(residual);
  fit.residual_df = x.rows - x.cols;
  const double n = static_cast<double>(x.rows);
  const double df = static_cast<double>(fit.residual_df);
  if (options.covariance == Covariance::kClassic) {
    fit.covariance = to_matrix(bread * (w.dot(residual.cwiseAbs2()) / df));
    return fit;
  }
  const MatrixXd scores = scaled_residuals(options.covariance, wx, ex, bread, residual).asDiagonal() * wx;
  double factor = options.covariance == Covariance::kHc1 ? n / df : 1.0;
  MatrixXd meat;
  if (options.covariance == Covariance::kCluster) {
    if (options.clusters.size() != x.rows) return internal_error("fit_linear: clusters and rows differ");
    const std::size_t count = *std::max_element(options.clusters.begin(), options.clusters.end()) + std::size_t{1};
    if (count < 2) return invalid("regression: one cluster only; standard errors need at least two");
    meat = meat_by_cluster(scores, options.clusters, count);
    const double groups = static_cast<double>(count);
    factor = groups / (groups - 1) * (n - 1) / df;
  } else {
    meat = meat_by_unit(scores);
  }
  fit.covariance = to_matrix(factor * bread * meat * bread);
  return fit;
}

}  // namespace kinfold::evaluation
