// Clp behind a class: a linear programme over bounded columns with equality rows.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace kinfold::disclosure {

struct SparseColumns {
  std::vector<int> starts{0};
  std::vector<int> rows;
  std::vector<double> values;
  int row_count = 0;
  int column_count() const { return static_cast<int>(starts.size()) - 1; }
  void end_column() { starts.push_back(static_cast<int>(rows.size())); }
};

/// Keeps its basis between solves: change bounds or costs and solve again. Not thread-safe.
class LinearProgram {
 public:
  enum class Outcome { kOptimal, kInfeasible, kUnbounded, kFailed };

  /// Rows between row_low and row_high.
  LinearProgram(const SparseColumns& columns, std::span<const double> low, std::span<const double> high,
                std::span<const double> row_low, std::span<const double> row_high);
  LinearProgram(LinearProgram&&) noexcept;
  ~LinearProgram();

  void set_bounds(int column, double low, double high);
  void set_cost(int column, double cost);
  Outcome minimise();
  Outcome maximise();
  double objective() const;
  std::span<const double> solution() const;
  std::span<const double> row_duals() const;

 private:
  struct State;
  Outcome solve(double sense);
  std::unique_ptr<State> state_;
};

}  // namespace kinfold::disclosure
