// The linear programme over the whole system.
#include <cmath>

#include "disclosure/alternatives_internal.h"

namespace kinfold::disclosure {

Alternatives::Alternatives(const System& system)
    : system_(system), free_(system.cells.size()), program_(build()) {
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    const double cost = price_of(system_.cells[c], free_[c]);
    price(up(c), cost);
    price(down(c), cost);
  }
}

void Alternatives::hide(CellIndex cell) {
  free_[cell] = true;
  release(cell);
}

void Alternatives::bound(int column, double low, double high) {
  low_[static_cast<std::size_t>(column)] = low;
  high_[static_cast<std::size_t>(column)] = high;
  program_.set_bounds(column, low, high);
}

void Alternatives::price(int column, double cost) {
  cost_[static_cast<std::size_t>(column)] = cost;
  program_.set_cost(column, cost);
}

LinearProgram Alternatives::build() {
  std::vector<std::vector<std::pair<int, double>>> entries(system_.cells.size());
  for (std::size_t r = 0; r < system_.relations.size(); ++r) {
    for (const auto& term : system_.relations[r].terms) {
      entries[term.cell].push_back({static_cast<int>(r), term.coefficient});
    }
  }
  columns_.row_count = static_cast<int>(system_.relations.size());
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    free_[c] = !system_.cells[c].shown;
    for (const double sign : {1.0, -1.0}) {
      for (const auto& [row, value] : entries[c]) {
        columns_.rows.push_back(row);
        columns_.values.push_back(sign * value);
      }
      columns_.end_column();
      low_.push_back(0);
      high_.push_back(sign > 0 ? room_up(system_.cells[c], free_[c]) : room_down(system_.cells[c], free_[c]));
    }
  }
  cost_.resize(high_.size());
  const std::vector<double> zero(system_.relations.size(), 0.0);
  return {columns_, low_, high_, zero, zero};
}

void Alternatives::release(CellIndex cell) {
  bound(up(cell), 0, room_up(system_.cells[cell], free_[cell]));
  bound(down(cell), 0, room_down(system_.cells[cell], free_[cell]));
  if (!free_[cell]) return;
  price(up(cell), kHiddenCostShare);
  price(down(cell), kHiddenCostShare);
}

Result<Witness> Alternatives::find(std::span<const Demand> demands) {
  const auto room = [&](const Demand& demand) {
    const auto& cell = system_.cells[demand.cell];
    return demand.up ? room_up(cell, free_[demand.cell]) : room_down(cell, free_[demand.cell]);
  };
  for (const auto& demand : demands) {
    if (room(demand) < demand.amount) return Witness{};
  }
  for (const auto& demand : demands) {
    bound(up(demand.cell), demand.up ? demand.amount : 0, demand.up ? room(demand) : 0);
    bound(down(demand.cell), demand.up ? 0 : demand.amount, demand.up ? 0 : room(demand));
  }
  const auto outcome = program_.minimise_afresh();
  std::vector<double> solution(program_.solution().begin(), program_.solution().end());
  if (outcome == LinearProgram::Outcome::kOptimal && !is_whole(solution)) {
    if (auto whole = whole_solution(demands); !whole.empty()) solution = std::move(whole);
  }
  for (const auto& demand : demands) release(demand.cell);
  if (outcome == LinearProgram::Outcome::kInfeasible) return Witness{};
  if (outcome != LinearProgram::Outcome::kOptimal) {
    return internal_error("disclosure: the linear programme of the suppression could not be solved");
  }
  Witness witness;
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    const double moved =
        solution[static_cast<std::size_t>(up(c))] - solution[static_cast<std::size_t>(down(c))];
    if (std::abs(moved) >= kMoved) witness.push_back({c, moved});
  }
  return witness;
}

bool Alternatives::is_whole(std::span<const double> solution) const {
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    if (!system_.cells[c].integer) continue;
    for (const int column : {up(c), down(c)}) {
      const double value = solution[static_cast<std::size_t>(column)];
      if (std::abs(value - std::nearbyint(value)) > kMoved) return false;
    }
  }
  return true;
}

// Three and more dimensions can have corners that are no whole tables; an attacker would know.
std::vector<double> Alternatives::whole_solution(std::span<const Demand> demands) const {
  constexpr std::size_t kCellCountMax = 3000;
  if (system_.cells.size() > kCellCountMax || demands.size() > 8) return {};
  std::vector<bool> integer(low_.size());
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    integer[static_cast<std::size_t>(up(c))] = integer[static_cast<std::size_t>(down(c))] =
        system_.cells[c].integer;
  }
  const std::vector<double> zero(system_.relations.size(), 0.0);
  return minimise_integer({&columns_, low_, high_, cost_, zero, zero, &integer, 200, {}, false}).solution;
}

}  // namespace kinfold::disclosure
