// Eigen over our matrices; included by .cc files only.
#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wnull-dereference"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/LU>
#include <Eigen/QR>
#pragma GCC diagnostic pop

#include "evaluation/matrix.h"

namespace kinfold::evaluation {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

inline Eigen::Map<const MatrixXd> as_eigen(const Matrix& m) {
  return {m.values.data(), static_cast<Index>(m.rows), static_cast<Index>(m.cols)};
}
inline Eigen::Map<const VectorXd> as_eigen(const std::vector<double>& v) {
  return {v.data(), static_cast<Index>(v.size())};
}
inline std::vector<double> to_vector(const VectorXd& v) { return {v.data(), v.data() + v.size()}; }
inline Matrix to_matrix(const MatrixXd& m) {
  Matrix out(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
  std::copy(m.data(), m.data() + m.size(), out.values.begin());
  return out;
}

/// Row products in the order of the columns, each row alone: units with the same covariates get the
/// same bits wherever they stand, which is what makes ties ties.
inline VectorXd row_products(const Matrix& x, const VectorXd& beta) {
  VectorXd eta = VectorXd::Zero(static_cast<Index>(x.rows));
  for (std::size_t c = 0; c < x.cols; ++c) {
    const double* column = x.column(c);
    const double b = beta[static_cast<Index>(c)];
    for (std::size_t r = 0; r < x.rows; ++r) {
      const double product = column[r] * b;
      eta[static_cast<Index>(r)] += product;
    }
  }
  return eta;
}

}  // namespace kinfold::evaluation
