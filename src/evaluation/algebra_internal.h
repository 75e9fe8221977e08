// The linear algebra of this room over plain vectors. Eigen stays inside algebra.cc: its expressions cost
// half a minute of compiling in every file that writes them, and every sum here runs in one order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evaluation/matrix.h"

namespace kinfold::evaluation {

using Vector = std::vector<double>;

double dot(std::span<const double> a, std::span<const double> b);
double sum_of(std::span<const double> a);
/// The p quantile of at least one value, between neighbours in proportion (type 7 of Hyndman and Fan 1996).
double quantile_of_sorted(std::span<const double> sorted, double p);
/// Element by element; shapes equal.
Vector times(std::span<const double> a, std::span<const double> b);
/// a += factor * b.
void add_to(Vector& a, double factor, std::span<const double> b);

/// x b, each row alone and its columns in order: units with the same covariates get the same bits wherever
/// they stand, which is what makes ties ties.
Vector product(const Matrix& x, std::span<const double> b);
/// x' v.
Vector transposed_product(const Matrix& x, std::span<const double> v);
Matrix product(const Matrix& a, const Matrix& b);
/// x' diag(w) x; w empty: all 1.
Matrix weighted_gram(const Matrix& x, std::span<const double> w);

/// The inverse of a symmetric matrix by pivoted LDL'; infinities and NaN where it is singular.
Matrix inverse_of_symmetric(const Matrix& m);
Vector solve_symmetric(const Matrix& m, std::span<const double> v);
/// Smallest pivot of LDL' over the largest; 0 or less: not positive definite.
double pivot_ratio(const Matrix& m);
/// l with l l' = m for a covariance that may be singular; empty if m is no covariance.
std::optional<Matrix> square_root(const Matrix& m);

struct LeastSquares {
  Vector beta;
  std::size_t rank = 0;
};
/// Minimises sum w (y - x b)^2 by QR with column pivots.
LeastSquares least_squares(const Matrix& x, std::span<const double> w, std::span<const double> y);

}  // namespace kinfold::evaluation
