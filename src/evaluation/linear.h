// Linear regression with the standard errors that evaluators ask for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "evaluation/matrix.h"

namespace kinfold::evaluation {

/// Columns of `x` that are not a linear combination of columns before them, by modified Gram-Schmidt:
/// a column whose rest is below 1e-7 of its length is left out, as R's lm does.
std::vector<std::size_t> independent_columns(const Matrix& x);
Matrix take_columns(const Matrix& x, const std::vector<std::size_t>& columns);

enum class Covariance {
  kClassic,  ///< Residual variance, homoskedastic.
  kHc0,
  kHc1,
  kHc2,
  kHc3,     ///< MacKinnon and White (1985).
  kCluster  ///< Liang and Zeger (1986) with Stata's G/(G-1) (n-1)/(n-k).
};

struct LinearFit {
  std::vector<double> coefficients;  ///< Shape [cols].
  Matrix covariance;                 ///< Shape [cols, cols].
  std::vector<double> residuals;     ///< Shape [rows].
  std::size_t residual_df = 0;
  double std_error(std::size_t k) const;
};

struct LinearOptions {
  Covariance covariance = Covariance::kHc1;
  std::span<const double> weights;          ///< Empty: all 1. Not negative.
  std::span<const std::uint32_t> clusters;  ///< kCluster: one a row, 0 ... G-1.
};

/// Fits y = x b by least squares. `x` has full column rank (see independent_columns) and holds the
/// intercept, if there is to be one.
/// \retval kInvalid if shapes differ, there are not more rows than columns, rank is short, or there is one
/// cluster.
Result<LinearFit> fit_linear(const Matrix& x, std::span<const double> y, const LinearOptions& options = {});

}  // namespace kinfold::evaluation
