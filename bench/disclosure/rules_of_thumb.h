// Secondary suppression as it is done without linear programmes: what our methods are compared with.
#pragma once

#include <algorithm>
#include <vector>

#include "disclosure/tables.h"

namespace kinfold::disclosure {

inline void hide(System& system, CellIndex c, std::vector<CellIndex>& hidden) {
  if (!system.cells[c].shown) return;
  system.cells[c].shown = false;
  hidden.push_back(c);
}

/// No sum with a single hidden figure: the smallest other of the sum is hidden with it, until there is none.
inline std::vector<CellIndex> smallest_neighbour(const CountTable& table) {
  auto system = table.system;
  std::vector<CellIndex> hidden;
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& relation : system.relations) {
      const auto open = std::count_if(relation.terms.begin(), relation.terms.end(),
                                      [&](const Term& term) { return !system.cells[term.cell].shown; });
      if (open != 1) continue;
      const Term* smallest = nullptr;
      for (const auto& term : relation.terms) {
        if (!system.cells[term.cell].shown) continue;
        if (smallest == nullptr || system.cells[term.cell].value < system.cells[smallest->cell].value)
          smallest = &term;
      }
      if (smallest == nullptr) continue;
      hide(system, smallest->cell, hidden);
      changed = true;
    }
  }
  return hidden;
}

/// Around each small count the cheapest box with it in a corner, each of whose corners has room for what the
/// rule asks. Source: Repsilber (1994), "Preservation of confidentiality in aggregated data", for the method
/// (GHMITER in tau-Argus); one pass, without its bookkeeping of boxes that meet.
inline std::vector<CellIndex> hypercube(const CountTable& table) {
  auto system = table.system;
  std::vector<CellIndex> hidden;
  const auto dimension_count = table.shape.sizes.size();
  const auto corner = [&](CellIndex a, CellIndex b, unsigned mask) {
    auto at = table.at[a];
    for (std::size_t d = 0; d < dimension_count; ++d) {
      if ((mask >> d & 1U) != 0) at[d] = table.at[b][d];
    }
    return table.cell_at.at(at);
  };
  for (CellIndex c = 0; c < system.cells.size(); ++c) {
    if (!system.cells[c].sensitive || !table.is_inner(c)) continue;
    CellIndex best = c;
    double best_cost = kUnbounded;
    for (CellIndex opposite = 0; opposite < system.cells.size(); ++opposite) {
      if (!table.is_inner(opposite)) continue;
      bool apart = true;
      for (std::size_t d = 0; d < dimension_count; ++d)
        apart = apart && table.at[c][d] != table.at[opposite][d];
      if (table.shape.area > 0 &&
          table.at[c][0] / table.shape.area != table.at[opposite][0] / table.shape.area)
        continue;
      double cost = 0;
      for (unsigned mask = 1; apart && mask < (1U << dimension_count); ++mask) {
        const auto& cell = system.cells[corner(c, opposite, mask)];
        cost += cell.shown ? cell.cost : 0;
        if (!cell.sensitive && cell.value < system.cells[c].need.width) apart = false;
      }
      if (!apart || cost >= best_cost) continue;
      best_cost = cost;
      best = opposite;
    }
    if (best == c) continue;
    for (unsigned mask = 1; mask < (1U << dimension_count); ++mask)
      hide(system, corner(c, best, mask), hidden);
  }
  return hidden;
}

/// Every category of the first dimension that holds a small count goes as a whole, and one more where it is
/// the only one.
inline std::vector<CellIndex> whole_rows(const CountTable& table) {
  auto system = table.system;
  std::vector<CellIndex> hidden;
  const auto size = static_cast<std::size_t>(table.shape.sizes[0]);
  std::vector<bool> goes(size);
  std::vector<double> people(size);
  for (CellIndex c = 0; c < system.cells.size(); ++c) {
    if (!table.is_inner(c)) continue;
    const auto row = static_cast<std::size_t>(table.at[c][0]);
    goes[row] = goes[row] || system.cells[c].sensitive;
    people[row] += system.cells[c].value;
  }
  if (std::count(goes.begin(), goes.end(), true) == 1) {
    std::size_t smallest = size;
    for (std::size_t row = 0; row < size; ++row) {
      if (!goes[row] && (smallest == size || people[row] < people[smallest])) smallest = row;
    }
    goes[smallest] = true;
  }
  for (CellIndex c = 0; c < system.cells.size(); ++c) {
    const auto row = static_cast<std::size_t>(table.at[c][0]);
    if (row < size && goes[row]) hide(system, c, hidden);
  }
  return hidden;
}

}  // namespace kinfold::disclosure
