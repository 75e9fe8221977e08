#include <algorithm>
#include <cmath>

#include "disclosure/solver_internal.h"
#include "disclosure/system.h"

namespace kinfold::disclosure {
namespace {

/// The compact integer programme of Fischetti and Salazar (2001), section 3: one 0-1 choice a cell, and for
/// every sensitive cell two alternative tables that may differ from the truth only where cells are
/// hidden. Columns: the choices, then for each sensitive cell its upper and its lower alternative.
class Programme {
 public:
  explicit Programme(const System& system) : system_(system) {
    for (CellIndex c = 0; c < system.cells.size(); ++c) {
      const auto& cell = system.cells[c];
      choice_.push_back(cell.shown && cell.can_hide ? static_cast<int>(hideable_.size()) : -1);
      if (choice_.back() >= 0) hideable_.push_back(c);
      if (cell.sensitive) sensitive_.push_back(c);
    }
  }

  bool fits() const;
  void build();
  IntegerOutcome solve(const Suppression& start, int node_count_max) const;
  const std::vector<CellIndex>& hideable() const { return hideable_; }

 private:
  int add_column(double low, double high, double cost, bool integer);
  int add_row(double low, double high);
  void put(int row, int column, double value) {
    entries_[static_cast<std::size_t>(column)].push_back({row, value});
  }
  int add_alternative(CellIndex target, bool up);
  double reach(CellIndex target) const;

  const System& system_;
  std::vector<int> choice_;
  std::vector<CellIndex> hideable_, sensitive_;
  std::vector<std::vector<std::pair<int, double>>> entries_;
  std::vector<double> low_, high_, cost_, row_low_, row_high_;
  std::vector<bool> integer_;
};

bool Programme::fits() const {
  constexpr std::size_t kColumnCountMax = 20'000;
  return sensitive_.size() * 2 * system_.cells.size() <= kColumnCountMax;
}

int Programme::add_column(double low, double high, double cost, bool integer) {
  low_.push_back(low);
  high_.push_back(high);
  cost_.push_back(cost);
  integer_.push_back(integer);
  entries_.emplace_back();
  return static_cast<int>(low_.size()) - 1;
}

int Programme::add_row(double low, double high) {
  row_low_.push_back(low);
  row_high_.push_back(high);
  return static_cast<int>(row_low_.size()) - 1;
}

// No cell of a cheapest alternative moves further than this; it keeps the programme's coefficients small.
double Programme::reach(CellIndex target) const {
  const auto& need = system_.cells[target].need;
  return 3 * std::max({need.above + need.below, need.width, 1.0});
}

/// \returns the column of the target's own deviation.
int Programme::add_alternative(CellIndex target, bool up) {
  const auto& need = system_.cells[target].need;
  const double far = reach(target);
  const int first = static_cast<int>(low_.size());
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    const auto& cell = system_.cells[c];
    double low = std::max(cell.lower - cell.value, -far);
    double high = std::min(cell.upper - cell.value, far);
    if (cell.shown && choice_[c] < 0) {
      low = std::max(low, cell.shown_low - cell.value);
      high = std::min(high, cell.shown_high - cell.value);
    }
    if (c == target) (up ? low : high) = up ? need.above : -need.below;
    const int column = add_column(low, high, 0, false);
    if (choice_[c] < 0) continue;
    const int above = add_row(-kUnbounded, 0);  // deviation <= high * choice
    put(above, column, 1);
    put(above, choice_[c], -high);
    const int below = add_row(0, kUnbounded);  // deviation >= low * choice
    put(below, column, 1);
    put(below, choice_[c], -low);
  }
  for (const auto& relation : system_.relations) {
    const int row = add_row(0, 0);
    for (const auto& term : relation.terms) put(row, first + static_cast<int>(term.cell), term.coefficient);
  }
  return first + static_cast<int>(target);
}

void Programme::build() {
  for (const auto c : hideable_) add_column(0, 1, system_.cells[c].cost, true);
  for (const auto target : sensitive_) {
    const int up = add_alternative(target, true);
    const int down = add_alternative(target, false);
    const int width = add_row(system_.cells[target].need.width, kUnbounded);
    put(width, up, 1);
    put(width, down, -1);
  }
}

IntegerOutcome Programme::solve(const Suppression& start, int node_count_max) const {
  SparseColumns columns;
  columns.row_count = static_cast<int>(row_low_.size());
  for (const auto& column : entries_) {
    for (const auto& [row, value] : column) {
      columns.rows.push_back(row);
      columns.values.push_back(value);
    }
    columns.end_column();
  }
  std::vector<double> choices;
  for (const auto c : hideable_) {
    choices.push_back(std::binary_search(start.hidden.begin(), start.hidden.end(), c) ? 1 : 0);
  }
  IntegerProblem problem{&columns,  low_,      high_,          cost_,  row_low_,
                         row_high_, &integer_, node_count_max, choices};
  return minimise_integer(problem);
}

}  // namespace

Result<Suppression> suppress_exact(const System& system, const Suppression& start, int node_count_max) {
  if (!start.exposed.empty()) return start;  // no choice protects them: nothing to be exact about
  Programme programme(system);
  if (!programme.fits()) return start;
  programme.build();
  const auto outcome = programme.solve(start, node_count_max);
  Suppression best = start;
  best.bound = std::min(start.cost, std::max(0.0, outcome.bound));
  if (outcome.solution.empty()) return best;
  Suppression found;
  for (std::size_t i = 0; i < programme.hideable().size(); ++i) {
    if (outcome.solution[i] < 0.5) continue;
    found.hidden.push_back(programme.hideable()[i]);
    found.cost += system.cells[found.hidden.back()].cost;
  }
  if (found.cost > start.cost) return best;
  // The programme works in floating point: the audit decides whether its choice holds.
  System chosen = system;
  for (const auto c : found.hidden) chosen.cells[c].shown = false;
  auto audited = audit(chosen);
  if (!audited.ok()) return audited.error();
  if (!audited.value().safe()) return best;
  found.bound = std::min(found.cost, std::max(0.0, outcome.bound));
  found.optimal = outcome.optimal;
  found.witnesses = std::move(audited.value().witnesses);
  return found;
}

}  // namespace kinfold::disclosure
