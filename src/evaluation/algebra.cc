#include "evaluation/algebra_internal.h"

#include <algorithm>
#include <cmath>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wnull-dereference"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/QR>
#pragma GCC diagnostic pop

namespace kinfold::evaluation {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

Index index(std::size_t n) { return static_cast<Index>(n); }

MatrixXd to_eigen(const Matrix& m) {
  return Eigen::Map<const MatrixXd>(m.values.data(), index(m.rows), index(m.cols));
}
VectorXd to_eigen(std::span<const double> v) { return Eigen::Map<const VectorXd>(v.data(), index(v.size())); }

Matrix from_eigen(const MatrixXd& m) {
  Matrix out(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
  std::copy(m.data(), m.data() + m.size(), out.values.begin());
  return out;
}

Vector root_of(std::span<const double> w) {
  Vector out(w.begin(), w.end());
  for (auto& v : out) v = std::sqrt(v);
  return out;
}

/// Rows of x times a number each.
Matrix scaled_rows(const Matrix& x, std::span<const double> by) {
  Matrix out(x.rows, x.cols);
  for (std::size_t c = 0; c < x.cols; ++c) {
    for (std::size_t r = 0; r < x.rows; ++r) out.at(r, c) = by[r] * x.at(r, c);
  }
  return out;
}

/// The one product of matrices there is.
MatrixXd multiply_transposed(const Matrix& a, const Matrix& b) {
  const Eigen::Map<const MatrixXd> ea(a.values.data(), index(a.rows), index(a.cols));
  const Eigen::Map<const MatrixXd> eb(b.values.data(), index(b.rows), index(b.cols));
  return ea.transpose() * eb;
}

}  // namespace

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double sum_of(std::span<const double> a) {
  double sum = 0;
  for (const double v : a) sum += v;
  return sum;
}

double quantile_of_sorted(std::span<const double> sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const auto high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

Vector times(std::span<const double> a, std::span<const double> b) {
  Vector out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = a[i] * b[i];
  return out;
}

void add_to(Vector& a, double factor, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += factor * b[i];
}

Vector product(const Matrix& x, std::span<const double> b) {
  Vector out(x.rows, 0);
  for (std::size_t c = 0; c < x.cols; ++c) {
    const double* column = x.column(c);
    const double by = b[c];
    for (std::size_t r = 0; r < x.rows; ++r) {
      const double term = column[r] * by;
      out[r] += term;
    }
  }
  return out;
}

Vector transposed_product(const Matrix& x, std::span<const double> v) {
  Vector out(x.cols);
  for (std::size_t c = 0; c < x.cols; ++c) out[c] = dot({x.column(c), x.rows}, v);
  return out;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix turned(a.cols, a.rows);
  for (std::size_t r = 0; r < a.rows; ++r) {
    for (std::size_t c = 0; c < a.cols; ++c) turned.at(c, r) = a.at(r, c);
  }
  return from_eigen(multiply_transposed(turned, b));
}

Matrix weighted_gram(const Matrix& x, std::span<const double> w) {
  constexpr std::size_t kBlock =
      4096;  // rows at a time stay in the cache, and nothing of the size of x is copied
  Matrix out(x.cols, x.cols);
  for (std::size_t begin = 0; begin < x.rows; begin += kBlock) {
    const std::size_t rows = std::min(kBlock, x.rows - begin);
    Matrix plain(rows, x.cols), scaled(rows, x.cols);
    for (std::size_t c = 0; c < x.cols; ++c) {
      const double* column = x.column(c) + begin;
      for (std::size_t r = 0; r < rows; ++r) {
        plain.at(r, c) = column[r];
        scaled.at(r, c) = w.empty() ? column[r] : w[begin + r] * column[r];
      }
    }
    const MatrixXd part = multiply_transposed(scaled, plain);
    for (std::size_t k = 0; k < out.values.size(); ++k) out.values[k] += part.data()[k];
  }
  return out;
}

Matrix inverse_of_symmetric(const Matrix& m) {
  if (m.rows == 0) return m;
  const Eigen::LDLT<MatrixXd> ldlt(to_eigen(m));
  Matrix out(m.rows, m.cols);
  VectorXd unit = VectorXd::Zero(index(m.rows));
  for (std::size_t c = 0; c < m.cols; ++c) {
    unit[index(c)] = 1;
    const VectorXd column = ldlt.solve(unit);
    unit[index(c)] = 0;
    std::copy(column.data(), column.data() + column.size(), out.column(c));
  }
  return out;
}

Vector solve_symmetric(const Matrix& m, std::span<const double> v) {
  if (m.rows == 0) return {};
  const Eigen::LDLT<MatrixXd> ldlt(to_eigen(m));
  const VectorXd out = ldlt.solve(to_eigen(v));
  return {out.data(), out.data() + out.size()};
}

double pivot_ratio(const Matrix& m) {
  if (m.rows == 0) return 1;
  const Eigen::LDLT<MatrixXd> ldlt(to_eigen(m));
  const VectorXd d = ldlt.vectorD();
  const auto [low, high] = std::minmax_element(d.data(), d.data() + d.size());
  return *high > 0 ? *low / *high : 0;
}

std::optional<Matrix> square_root(const Matrix& m) {
  if (m.rows != m.cols) return std::nullopt;
  for (const double v : m.values) {
    if (!std::isfinite(v)) return std::nullopt;
  }
  if (m.rows == 0) return Matrix();
  const Eigen::LDLT<MatrixXd> ldlt(to_eigen(m));
  const VectorXd d = ldlt.vectorD();
  double largest = 1e-300;
  for (Index k = 0; k < d.size(); ++k) largest = std::max(largest, std::fabs(d[k]));
  const MatrixXd l = ldlt.matrixL();
  Matrix out(m.rows, m.cols);
  VectorXd column(d.size());
  for (Index k = 0; k < d.size(); ++k) {
    if (d[k] < -1e-8 * largest) return std::nullopt;
    const double scale = std::sqrt(std::max(0.0, d[k]));
    for (Index r = 0; r < d.size(); ++r) column[r] = l(r, k) * scale;
    const VectorXd back = ldlt.transpositionsP().transpose() * column;
    std::copy(back.data(), back.data() + back.size(), out.column(static_cast<std::size_t>(k)));
  }
  return out;
}

LeastSquares least_squares(const Matrix& x, std::span<const double> w, std::span<const double> y) {
  const Vector root = w.empty() ? Vector(x.rows, 1.0) : root_of(w);
  const Eigen::ColPivHouseholderQR<MatrixXd> qr(to_eigen(scaled_rows(x, root)));
  const VectorXd beta = qr.solve(to_eigen(times(root, y)));
  return {{beta.data(), beta.data() + beta.size()}, static_cast<std::size_t>(qr.rank())};
}

}  // namespace kinfold::evaluation
