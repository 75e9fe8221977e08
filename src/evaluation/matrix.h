// A dense matrix for the public headers; Eigen stays inside the .cc files.
#pragma once

#include <cstddef>
#include <vector>

namespace kinfold::evaluation {

/// Column-major, shape [rows, cols]. No missing values: callers leave incomplete units out.
struct Matrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t col_count)
      : rows(row_count), cols(col_count), values(row_count * col_count) {}
  double& at(std::size_t row, std::size_t col) { return values[col * rows + row]; }
  double at(std::size_t row, std::size_t col) const { return values[col * rows + row]; }
  double* column(std::size_t col) { return values.data() + col * rows; }
  const double* column(std::size_t col) const { return values.data() + col * rows; }
};

}  // namespace kinfold::evaluation
