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
  enum class Outcome { kOptimal, kInfeasible, kNoBound, kFailed };

  /// Rows between row_low and row_high.
  LinearProgram(const SparseColumns& columns, std::span<const double> low, std::span<const double> high,
                std::span<const double> row_low, std::span<const double> row_high);
  LinearProgram(LinearProgram&&) noexcept;
  ~LinearProgram();

  void set_bounds(int column, double low, double high);
  void set_cost(int column, double cost);
  Outcome minimise();
  /// The dual simplex method from the basis of slacks: for costs that are not negative and lower bounds that
  /// are nearly all zero, where the solution lies a few pivots away from it.
  Outcome minimise_afresh();
  Outcome maximise();
  double objective() const;
  std::span<const double> solution() const;
  std::span<const double> row_duals() const;

 private:
  struct State;
  Outcome solve(double sense);
  void start_from_slacks();
  std::unique_ptr<State> state_;
};

struct IntegerOutcome {
  std::vector<double> solution;  ///< Empty if none was found.
  double bound = 0;              ///< No solution is cheaper.
  bool optimal = false;
  bool infeasible = false;
};
struct IntegerProblem {
  const SparseColumns* columns = nullptr;
  std::span<const double> low, high, cost, row_low, row_high;
  const std::vector<bool>* integer = nullptr;  ///< By column.
  int node_count_max = 1000;
  std::span<const double> start = {};  ///< A solution's first columns, to start from; may be empty.
  bool preprocess = false;  ///< CBC simplifies the programme first: worth it for large ones with 0-1 choices.
};
/// Minimises with CBC, one thread, no time limit: the same on every run.
IntegerOutcome minimise_integer(const IntegerProblem& problem);

}  // namespace kinfold::disclosure
