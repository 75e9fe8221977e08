#include <algorithm>
#include <cmath>
#include <numeric>

#include "disclosure/solver_internal.h"
#include "disclosure/system.h"

namespace kinfold::disclosure {
namespace {

constexpr double kMoved = 1e-7;            // A deviation smaller than this is the solver's noise.
constexpr double kHiddenCostShare = 1e-4;  // Hidden cells are nearly free: short paths among them.

/// One thing the audit will ask for: cell `cell` can lie `amount` above (or below) the truth.
struct Demand {
  CellIndex cell = 0;
  bool up = true;
  double amount = 0;
};

/// Finds alternative tables: each cell goes up by y+ or down by y-, relations keep to zero.
class Alternatives {
 public:
  explicit Alternatives(const System& system)
      : system_(system), free_(system.cells.size()), program_(build()) {}

  void hide(CellIndex cell) {
    free_[cell] = true;
    release(cell);
  }
  void fix(CellIndex cell) {
    program_.set_bounds(up(cell), 0, 0);
    program_.set_bounds(down(cell), 0, 0);
  }
  void release(CellIndex cell);
  /// The cheapest alternative that meets the demand; empty if there is none.
  Result<std::vector<double>> find(const Demand& demand);
  bool is_free(CellIndex cell) const { return free_[cell]; }

 private:
  static int up(CellIndex cell) { return static_cast<int>(2 * cell); }
  static int down(CellIndex cell) { return static_cast<int>(2 * cell + 1); }
  LinearProgram build();
  double room_up(CellIndex cell) const;
  double room_down(CellIndex cell) const;

  const System& system_;
  std::vector<bool> free_;  ///< Hidden, or shown only within a range.
  LinearProgram program_;
};

double Alternatives::room_up(CellIndex c) const {
  const auto& cell = system_.cells[c];
  if (cell.shown && !free_[c] && !cell.can_hide) return std::max(0.0, cell.shown_high - cell.value);
  return cell.upper - cell.value;
}

double Alternatives::room_down(CellIndex c) const {
  const auto& cell = system_.cells[c];
  if (cell.shown && !free_[c] && !cell.can_hide) return std::max(0.0, cell.value - cell.shown_low);
  return cell.value - cell.lower;
}

LinearProgram Alternatives::build() {
  std::vector<std::vector<std::pair<int, double>>> entries(system_.cells.size());
  for (std::size_t r = 0; r < system_.relations.size(); ++r) {
    for (const auto& term : system_.relations[r].terms) {
      entries[term.cell].push_back({static_cast<int>(r), term.coefficient});
    }
  }
  SparseColumns columns;
  columns.row_count = static_cast<int>(system_.relations.size());
  std::vector<double> high;
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    free_[c] = !system_.cells[c].shown;
    for (const double sign : {1.0, -1.0}) {
      for (const auto& [row, value] : entries[c]) {
        columns.rows.push_back(row);
        columns.values.push_back(sign * value);
      }
      columns.end_column();
      high.push_back(sign > 0 ? room_up(c) : room_down(c));
    }
  }
  const std::vector<double> low(high.size(), 0.0);
  const std::vector<double> zero(system_.relations.size(), 0.0);
  LinearProgram program(columns, low, high, zero, zero);
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    const auto& cell = system_.cells[c];
    const bool costs_nothing = !cell.shown || !cell.can_hide;
    program.set_cost(up(c), costs_nothing ? kHiddenCostShare : cell.cost);
    program.set_cost(down(c), costs_nothing ? kHiddenCostShare : cell.cost);
  }
  return program;
}

void Alternatives::release(CellIndex cell) {
  program_.set_bounds(up(cell), 0, room_up(cell));
  program_.set_bounds(down(cell), 0, room_down(cell));
  if (!free_[cell]) return;
  program_.set_cost(up(cell), kHiddenCostShare);
  program_.set_cost(down(cell), kHiddenCostShare);
}

Result<std::vector<double>> Alternatives::find(const Demand& demand) {
  const double room = demand.up ? room_up(demand.cell) : room_down(demand.cell);
  if (room < demand.amount) return std::vector<double>{};
  program_.set_bounds(up(demand.cell), demand.up ? demand.amount : 0, demand.up ? room : 0);
  program_.set_bounds(down(demand.cell), demand.up ? 0 : demand.amount, demand.up ? 0 : room);
  const auto outcome = program_.minimise();
  release(demand.cell);
  if (outcome == LinearProgram::Outcome::kInfeasible) return std::vector<double>{};
  if (outcome != LinearProgram::Outcome::kOptimal) {
    return internal_error("disclosure: the linear programme of the suppression could not be solved");
  }
  std::vector<double> deviation(system_.cells.size());
  const auto solution = program_.solution();
  for (CellIndex c = 0; c < deviation.size(); ++c) {
    deviation[c] = solution[static_cast<std::size_t>(up(c))] - solution[static_cast<std::size_t>(down(c))];
  }
  return deviation;
}

class Heuristic {
 public:
  explicit Heuristic(const System& system)
      : system_(system), alternatives_(system), low_(system.cells.size()), high_(system.cells.size()) {}

  Result<Suppression> run();

 private:
  Status protect(CellIndex cell);
  Result<bool> meet(const Demand& demand);
  Status give_back();
  Result<bool> can_spare(CellIndex cell);
  void keep(const std::vector<double>& deviation);

  const System& system_;
  Alternatives alternatives_;
  std::vector<double> low_, high_;  ///< Deviations reached by alternatives so far.
  std::vector<CellIndex> hidden_;
  std::vector<CellIndex> exposed_;
};

void Heuristic::keep(const std::vector<double>& deviation) {
  for (CellIndex c = 0; c < deviation.size(); ++c) {
    if (std::abs(deviation[c]) < kMoved) continue;
    low_[c] = std::min(low_[c], deviation[c]);
    high_[c] = std::max(high_[c], deviation[c]);
    const auto& cell = system_.cells[c];
    if (cell.shown && cell.can_hide && !alternatives_.is_free(c)) {
      alternatives_.hide(c);
      hidden_.push_back(c);
    }
  }
}

Result<bool> Heuristic::meet(const Demand& demand) {
  const double reached = demand.up ? high_[demand.cell] : -low_[demand.cell];
  if (reached >= demand.amount - kMoved) return true;  // by what was found for another cell
  auto deviation = alternatives_.find(demand);
  if (!deviation.ok()) return deviation.error();
  if (deviation.value().empty()) return false;
  keep(deviation.value());
  return true;
}

Status Heuristic::protect(CellIndex c) {
  const auto& need = system_.cells[c].need;
  bool ok = true;
  for (const bool up : {true, false}) {
    const double amount = up ? need.above : need.below;
    if (amount <= 0) continue;
    auto met = meet({c, up, amount});
    if (!met.ok()) return met.error();
    ok = ok && met.value();
  }
  // The sliding width: further up, and where there is no room up, further down.
  if (ok && high_[c] - low_[c] < need.width - kMoved) {
    auto met = meet({c, true, need.width + low_[c]});
    if (met.ok() && !met.value()) met = meet({c, false, need.width - high_[c]});
    if (!met.ok()) return met.error();
    ok = met.value();
  }
  if (!ok) exposed_.push_back(c);
  return {};
}

// Hides as little as still meets every demand: the audit on the result is the judge of that.
Result<bool> Heuristic::can_spare(CellIndex cell) {
  System without = system_;
  for (const auto h : hidden_) without.cells[h].shown = h == cell;
  auto audited = audit(without);
  if (!audited.ok()) return audited.error();
  return audited.value().exposed.size() <= exposed_.size();
}

Status Heuristic::give_back() {
  constexpr std::size_t kWorkMax = 40'000;  // cells times hidden cells: about a second of audits
  if (hidden_.size() * system_.cells.size() > kWorkMax) return {};
  std::sort(hidden_.begin(), hidden_.end(), [&](CellIndex a, CellIndex b) {
    return std::pair(-system_.cells[a].cost, a) < std::pair(-system_.cells[b].cost, b);
  });
  for (std::size_t i = 0; i < hidden_.size();) {
    auto spare = can_spare(hidden_[i]);
    if (!spare.ok()) return spare.error();
    if (spare.value()) {
      hidden_.erase(hidden_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return {};
}

Result<Suppression> Heuristic::run() {
  std::vector<CellIndex> sensitive;
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    if (system_.cells[c].sensitive) sensitive.push_back(c);
  }
  // The hardest first: what protects them often protects the rest.
  std::stable_sort(sensitive.begin(), sensitive.end(), [&](CellIndex a, CellIndex b) {
    const auto hardness = [&](CellIndex c) {
      const auto& need = system_.cells[c].need;
      return std::max(need.above + need.below, need.width);
    };
    return hardness(a) > hardness(b);
  });
  for (const auto c : sensitive) {
    if (auto status = protect(c); !status.ok()) return status.error();
  }
  if (auto status = give_back(); !status.ok()) return status.error();
  std::sort(hidden_.begin(), hidden_.end());
  Suppression result;
  result.hidden = hidden_;
  result.exposed = exposed_;
  for (const auto c : hidden_) result.cost += system_.cells[c].cost;
  return result;
}

}  // namespace

Result<Suppression> suppress_heuristic(const System& system) { return Heuristic(system).run(); }

}  // namespace kinfold::disclosure
