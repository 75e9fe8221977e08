#include "disclosure/solver_internal.h"

#include <Cbc_C_Interface.h>
#include <Clp_C_Interface.h>

#include <cfloat>
#include <cmath>
#include <numeric>

#include "base/stop.h"

namespace kinfold::disclosure {

struct LinearProgram::State {
  Clp_Simplex* model = nullptr;
  int column_count = 0;
  int row_count = 0;
  bool solved = false;
  ~State() {
    if (model != nullptr) Clp_deleteModel(model);
  }
};

namespace {

// Clp reads +-DBL_MAX as no bound.
double bound(double value) {
  if (value == INFINITY) return DBL_MAX;
  if (value == -INFINITY) return -DBL_MAX;
  return value;
}

std::vector<double> bounds(std::span<const double> values) {
  std::vector<double> out;
  out.reserve(values.size());
  for (const double value : values) out.push_back(bound(value));
  return out;
}

constexpr double kBoundNoise = 1e-6;
constexpr int kBasic = 1;  // ClpSimplex::Status
constexpr int kAtLowerBound = 3;

LinearProgram::Outcome outcome_of(Clp_Simplex* model) {
  using Outcome = LinearProgram::Outcome;
  if (Clp_isProvenOptimal(model)) return Outcome::kOptimal;
  if (Clp_isProvenPrimalInfeasible(model)) return Outcome::kInfeasible;
  if (Clp_isProvenDualInfeasible(model)) return Outcome::kNoBound;
  return Outcome::kFailed;
}

}  // namespace

LinearProgram::LinearProgram(const SparseColumns& columns, std::span<const double> low,
                             std::span<const double> high, std::span<const double> row_low,
                             std::span<const double> row_high)
    : state_(std::make_unique<State>()) {
  state_->model = Clp_newModel();
  state_->column_count = columns.column_count();
  state_->row_count = columns.row_count;
  Clp_setLogLevel(state_->model, 0);
  const std::vector<double> costs(low.size(), 0.0);
  Clp_loadProblem(state_->model, state_->column_count, state_->row_count, columns.starts.data(),
                  columns.rows.data(), columns.values.data(), bounds(low).data(), bounds(high).data(),
                  costs.data(), bounds(row_low).data(), bounds(row_high).data());
}

LinearProgram::LinearProgram(LinearProgram&&) noexcept = default;
LinearProgram::~LinearProgram() = default;

void LinearProgram::set_bounds(int column, double low, double high) {
  Clp_columnLower(state_->model)[column] = bound(low);
  Clp_columnUpper(state_->model)[column] = bound(high);
}

void LinearProgram::set_cost(int column, double cost) { Clp_objective(state_->model)[column] = cost; }

LinearProgram::Outcome LinearProgram::solve(double sense) {
  stop_point();
  Clp_Simplex* model = state_->model;
  Clp_setObjSense(model, sense);
  if (!state_->solved) {
    Clp_initialSolve(model);
    state_->solved = true;
  } else {
    Clp_primal(model, 0);
  }
  auto outcome = outcome_of(model);
  // A warm start can end in a corner that the simplex method does not get out of: begin again without one.
  for (int algorithm = 0; outcome == Outcome::kFailed && algorithm < 2; ++algorithm) {
    start_from_slacks();
    if (algorithm == 0) {
      Clp_dual(model, 0);
    } else {
      Clp_primal(model, 0);
    }
    outcome = outcome_of(model);
  }
  return outcome;
}

LinearProgram::Outcome LinearProgram::minimise_afresh() {
  stop_point();
  Clp_Simplex* model = state_->model;
  Clp_setObjSense(model, 1.0);
  start_from_slacks();
  Clp_dual(model, 0);
  state_->solved = true;
  const auto outcome = outcome_of(model);
  return outcome == Outcome::kFailed ? solve(1.0) : outcome;
}

void LinearProgram::start_from_slacks() {
  for (int column = 0; column < state_->column_count; ++column)
    Clp_setColumnStatus(state_->model, column, kAtLowerBound);
  for (int row = 0; row < state_->row_count; ++row) Clp_setRowStatus(state_->model, row, kBasic);
}

LinearProgram::Outcome LinearProgram::minimise() { return solve(1.0); }
LinearProgram::Outcome LinearProgram::maximise() { return solve(-1.0); }

double LinearProgram::objective() const { return Clp_objectiveValue(state_->model); }

std::span<const double> LinearProgram::solution() const {
  return {Clp_primalColumnSolution(state_->model), static_cast<std::size_t>(state_->column_count)};
}

std::span<const double> LinearProgram::row_duals() const {
  return {Clp_dualRowSolution(state_->model), static_cast<std::size_t>(state_->row_count)};
}

IntegerOutcome minimise_integer(const IntegerProblem& problem) {
  stop_point();
  const auto& columns = *problem.columns;
  const int column_count = columns.column_count();
  // Bounds of whole numbers are whole, but for the noise of an earlier solution.
  std::vector<double> low = bounds(problem.low);
  std::vector<double> high = bounds(problem.high);
  for (std::size_t c = 0; c < low.size(); ++c) {
    if (!(*problem.integer)[c]) continue;
    if (low[c] != -DBL_MAX) low[c] = std::ceil(low[c] - kBoundNoise);
    if (high[c] != DBL_MAX) high[c] = std::floor(high[c] + kBoundNoise);
    if (low[c] > high[c]) return IntegerOutcome{{}, 0, false, true};
  }
  Cbc_Model* model = Cbc_newModel();
  Cbc_setLogLevel(model, 0);
  Cbc_setParameter(model, "logLevel", "0");
  // Pre-processing can cross a column's bounds by the tolerance: then an assertion inside Clp ends the
  // process (coin-or/Clp issue 173). Programmes that are solved by the thousand go without it.
  if (!problem.preprocess) Cbc_setParameter(model, "preprocess", "off");
  Cbc_loadProblem(model, column_count, columns.row_count, columns.starts.data(), columns.rows.data(),
                  columns.values.data(), low.data(), high.data(), problem.cost.data(),
                  bounds(problem.row_low).data(), bounds(problem.row_high).data());
  for (int c = 0; c < column_count; ++c) {
    if ((*problem.integer)[static_cast<std::size_t>(c)]) Cbc_setInteger(model, c);
  }
  Cbc_setMaximumNodes(model, problem.node_count_max);
  if (!problem.start.empty()) {
    std::vector<int> index(problem.start.size());
    std::iota(index.begin(), index.end(), 0);
    Cbc_setMIPStartI(model, static_cast<int>(index.size()), index.data(), problem.start.data());
  }
  Cbc_solve(model);
  IntegerOutcome outcome;
  outcome.optimal = Cbc_isProvenOptimal(model) != 0;
  outcome.infeasible = Cbc_isProvenInfeasible(model) != 0;
  outcome.bound = Cbc_getBestPossibleObjValue(model);
  const double* best = Cbc_bestSolution(model);
  if (best != nullptr && !outcome.infeasible) outcome.solution.assign(best, best + column_count);
  Cbc_deleteModel(model);
  return outcome;
}

}  // namespace kinfold::disclosure
