// Alternatives within a block: what is far from the target in a large table stays out of the programme.
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "disclosure/alternatives_internal.h"

namespace kinfold::disclosure {

LocalAlternatives::LocalAlternatives(const System& system)
    : system_(system), free_(system.cells.size()), entries_(system.cells.size()) {
  for (std::size_t c = 0; c < system.cells.size(); ++c) free_[c] = !system.cells[c].shown;
  for (std::uint32_t r = 0; r < system.relations.size(); ++r) {
    for (const auto& term : system.relations[r].terms) entries_[term.cell].push_back({r, term.coefficient});
  }
}

// Hidden cells first, then the cheapest: those the alternative would rather move.
std::vector<CellIndex> LocalAlternatives::beside(CellIndex target, std::uint32_t relation,
                                                 std::size_t picked_max) const {
  std::vector<std::pair<double, CellIndex>> line;
  for (const auto& term : system_.relations[relation].terms) {
    const auto& cell = system_.cells[term.cell];
    const bool free = free_[term.cell];
    if (term.cell == target || room_up(cell, free) + room_down(cell, free) <= 0) continue;
    // A free cell with nothing in it can only go up: of less use.
    line.push_back({price_of(cell, free) + (cell.value < 1 ? kHiddenCostShare : 0), term.cell});
  }
  const auto count = std::min(picked_max, line.size());
  std::partial_sort(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(count), line.end());
  std::vector<CellIndex> picked;
  for (std::size_t i = 0; i < count; ++i) picked.push_back(line[i].second);
  return picked;
}

std::vector<CellIndex> LocalAlternatives::block_around(CellIndex target, std::size_t picked_max) const {
  constexpr std::size_t kBlockMax = 4000;
  constexpr int kDimensionMax = 6;
  std::vector<CellIndex> block{target};
  std::unordered_set<CellIndex> inside{target};
  for (const auto& [r, coefficient] : entries_[target]) {
    for (const auto c : beside(target, r, picked_max)) {
      if (inside.insert(c).second) block.push_back(c);
    }
  }
  std::unordered_map<CellIndex, int> line_count;
  std::unordered_set<std::uint32_t> lines;
  std::size_t done = 0;
  for (int dimension = 1; dimension < kDimensionMax && done < block.size() && block.size() < kBlockMax;
       ++dimension) {
    std::vector<CellIndex> met;
    for (const auto until = block.size(); done < until; ++done) {
      for (const auto& [r, coefficient] : entries_[block[done]]) {
        if (!lines.insert(r).second) continue;
        for (const auto& term : system_.relations[r].terms) {
          if (++line_count[term.cell] == 2) met.push_back(term.cell);
        }
      }
    }
    for (const auto c : met) {
      if (inside.insert(c).second) block.push_back(c);
    }
  }
  return block;
}

Result<Witness> LocalAlternatives::solve(const Demand& demand, const std::vector<CellIndex>& block) const {
  std::unordered_map<std::uint32_t, int> row_of;
  SparseColumns columns;
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> cost;
  for (const auto c : block) {
    for (const bool up : {true, false}) {
      for (const auto& [r, coefficient] : entries_[c]) {
        columns.rows.push_back(row_of.emplace(r, static_cast<int>(row_of.size())).first->second);
        columns.values.push_back(up ? coefficient : -coefficient);
      }
      columns.end_column();
      const bool target = c == demand.cell;
      const double room = up ? room_up(system_.cells[c], free_[c]) : room_down(system_.cells[c], free_[c]);
      low.push_back(target && up == demand.up ? demand.amount : 0);
      high.push_back(target && up != demand.up ? 0 : room);
      cost.push_back(price_of(system_.cells[c], free_[c]));
    }
  }
  columns.row_count = static_cast<int>(row_of.size());
  const std::vector<double> zero(row_of.size(), 0.0);
  LinearProgram program(columns, low, high, zero, zero);
  for (std::size_t i = 0; i < cost.size(); ++i) program.set_cost(static_cast<int>(i), cost[i]);
  const auto outcome = program.minimise_afresh();
  if (outcome != LinearProgram::Outcome::kOptimal) return Witness{};
  std::vector<double> solution(program.solution().begin(), program.solution().end());
  std::vector<bool> integer;
  bool whole = true;
  for (std::size_t i = 0; i < solution.size(); ++i) {
    integer.push_back(system_.cells[block[i / 2]].integer);
    whole = whole && (!integer[i] || std::abs(solution[i] - std::nearbyint(solution[i])) < kMoved);
  }
  if (!whole) {  // people come in whole numbers: an attacker would know
    constexpr int kNodeCountMax = 50;
    auto found =
        minimise_integer({&columns, low, high, cost, zero, zero, &integer, kNodeCountMax, {}, false});
    if (!found.solution.empty()) solution = std::move(found.solution);
  }
  Witness witness;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const double moved = solution[2 * i] - solution[2 * i + 1];
    if (std::abs(moved) >= kMoved) witness.push_back({block[i], moved});
  }
  std::sort(witness.begin(), witness.end());
  return witness;
}

Result<Witness> LocalAlternatives::find(const Demand& demand) {
  const auto& cell = system_.cells[demand.cell];
  const bool free = free_[demand.cell];
  if ((demand.up ? room_up(cell, free) : room_down(cell, free)) < demand.amount) return Witness{};
  for (const std::size_t picked_max : {5U, 9U}) {
    auto found = solve(demand, block_around(demand.cell, picked_max));
    if (!found.ok() || !found.value().empty()) return found;
  }
  return Witness{};
}

}  // namespace kinfold::disclosure
