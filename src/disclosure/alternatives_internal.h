// Alternative tables: complete tables that agree with what is shown, in which a cell lies further from the
// truth.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "disclosure/solver_internal.h"
#include "disclosure/system.h"

namespace kinfold::disclosure {

inline constexpr double kMoved = 1e-7;            // A deviation smaller than this is the solver's noise.
inline constexpr double kHiddenCostShare = 1e-4;  // Hidden cells are nearly free: short paths among them.

/// One thing the audit will ask for: cell `cell` can lie `amount` above (or below) the truth.
struct Demand {
  CellIndex cell = 0;
  bool up = true;
  double amount = 0;
};

/// How far a cell may move. `free`: hidden, or shown only within a range.
inline double room_up(const SystemCell& cell, bool free) {
  if (cell.shown && !free && !cell.can_hide) return std::max(0.0, cell.shown_high - cell.value);
  return cell.upper - cell.value;
}
inline double room_down(const SystemCell& cell, bool free) {
  if (cell.shown && !free && !cell.can_hide) return std::max(0.0, cell.value - cell.shown_low);
  return cell.value - cell.lower;
}
inline double price_of(const SystemCell& cell, bool free) {
  return free || !cell.can_hide ? kHiddenCostShare : cell.cost;
}

/// One linear programme over the whole system: each cell goes up by y+ or down by y-, relations keep to zero.
class Alternatives {
 public:
  explicit Alternatives(const System& system);
  void hide(CellIndex cell);
  bool is_free(CellIndex cell) const { return free_[cell]; }
  /// The cheapest alternative that meets all demands at once; empty if there is none.
  Result<Witness> find(std::span<const Demand> demands);

 private:
  static int up(CellIndex cell) { return static_cast<int>(2 * cell); }
  static int down(CellIndex cell) { return static_cast<int>(2 * cell + 1); }
  LinearProgram build();
  void release(CellIndex cell);
  bool is_whole(std::span<const double> solution) const;
  std::vector<double> whole_solution(std::span<const Demand> demands) const;
  void bound(int column, double low, double high);
  void price(int column, double cost);

  const System& system_;
  std::vector<bool> free_;
  SparseColumns columns_;
  std::vector<double> low_, high_, cost_;  ///< By column, as in program_.
  LinearProgram program_;
};

/// The same for one demand in a large system: the programme is confined to a block around the target, the
/// cells in which the lines (relations) through a few cheap cells beside it meet. In a table of D dimensions
/// that is a sub-table with the same D dimensions. Not thread-safe.
class LocalAlternatives {
 public:
  explicit LocalAlternatives(const System& system);
  void hide(CellIndex cell) { free_[cell] = true; }
  /// Empty where none was found near: Alternatives has the last word.
  Result<Witness> find(const Demand& demand);

 private:
  std::vector<CellIndex> block_around(CellIndex target, std::size_t picked_max) const;
  std::vector<CellIndex> beside(CellIndex target, std::uint32_t relation, std::size_t picked_max) const;
  Result<Witness> solve(const Demand& demand, const std::vector<CellIndex>& block) const;

  const System& system_;
  std::vector<bool> free_;
  std::vector<std::vector<std::pair<std::uint32_t, double>>> entries_;  ///< By cell: relation, coefficient.
};

}  // namespace kinfold::disclosure
