// The attack suite: what somebody who sees only what is published can do, without the room's own code.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include "unit/disclosure/random_tables.h"

namespace kinfold::disclosure {

/// Adding and subtracting alone: the relations are solved for what is hidden (elimination with pivots), and
/// each cell whose value that fixes is returned with the value.
inline std::vector<std::pair<CellIndex, double>> solve_by_differencing(const System& system) {
  std::vector<int> column_of(system.cells.size(), -1);
  std::vector<CellIndex> hidden;
  for (CellIndex c = 0; c < system.cells.size(); ++c) {
    if (system.cells[c].shown) continue;
    column_of[c] = static_cast<int>(hidden.size());
    hidden.push_back(c);
  }
  const auto width = hidden.size() + 1;  // the last column: minus what is shown
  std::vector<std::vector<double>> rows;
  for (const auto& relation : system.relations) {
    std::vector<double> row(width, 0.0);
    for (const auto& term : relation.terms) {
      if (column_of[term.cell] >= 0) {
        row[static_cast<std::size_t>(column_of[term.cell])] += term.coefficient;
      } else {
        row[width - 1] -= term.coefficient * system.cells[term.cell].value;
      }
    }
    rows.push_back(std::move(row));
  }
  std::size_t rank = 0;
  std::vector<std::size_t> pivot_of;
  for (std::size_t column = 0; column + 1 < width && rank < rows.size(); ++column) {
    std::size_t best = rank;
    for (std::size_t r = rank; r < rows.size(); ++r) {
      if (std::abs(rows[r][column]) > std::abs(rows[best][column])) best = r;
    }
    if (std::abs(rows[best][column]) < 1e-9) continue;
    std::swap(rows[rank], rows[best]);
    const double scale = rows[rank][column];
    for (auto& value : rows[rank]) value /= scale;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (r == rank || rows[r][column] == 0) continue;
      const double factor = rows[r][column];
      for (std::size_t k = 0; k < width; ++k) rows[r][k] -= factor * rows[rank][k];
    }
    pivot_of.push_back(column);
    ++rank;
  }
  std::vector<std::pair<CellIndex, double>> solved;
  for (std::size_t r = 0; r < rank; ++r) {
    bool alone = true;
    for (std::size_t k = 0; k + 1 < width; ++k)
      alone = alone && (k == pivot_of[r] || std::abs(rows[r][k]) < 1e-9);
    if (alone) solved.push_back({hidden[pivot_of[r]], rows[r][width - 1]});
  }
  return solved;
}

/// Zero margins: nothing is negative, so all that is left of a sum that is used up is zero. Again and
/// again, since each zero found may use up another sum.
inline std::set<CellIndex> zeros_from_margins(System system) {
  std::set<CellIndex> zeros;
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& relation : system.relations) {
      double rest = 0;
      bool one_way = true;
      double sign = 0;
      std::vector<CellIndex> hidden;
      for (const auto& term : relation.terms) {
        const auto& cell = system.cells[term.cell];
        if (cell.shown) {
          rest += term.coefficient * cell.value;
          continue;
        }
        hidden.push_back(term.cell);
        one_way = one_way && (sign == 0 || sign * term.coefficient > 0);
        sign = term.coefficient;
      }
      if (hidden.empty() || !one_way || std::abs(rest) > 1e-9) continue;
      for (const auto c : hidden) {
        zeros.insert(c);
        system.cells[c].shown = changed = true;
        system.cells[c].value = 0;
      }
    }
  }
  return zeros;
}

/// A table in which some of the people of each cell have something, published as a percentage.
/// Its cells come in three layers of `table.value.size()` each: all, those with it, those without.
struct PercentTable {
  RandomTable table;
  std::vector<double> with;     ///< Of each row.
  std::optional<int> decimals;  ///< The percentages are rounded to these.

  double percent(double part, double all) const {
    const double unit = decimals ? std::pow(10.0, *decimals) : 1;
    return decimals ? std::round(100 * part / all * unit) / unit : 100 * part / all;
  }
};

inline PercentTable percent_table(std::uint64_t seed, int dimension_count_max,
                                  std::optional<int> decimals = {}) {
  PercentTable out{random_table(seed, dimension_count_max, 3), {}, decimals};
  auto& table = out.table;
  RandomStream rng(seed, {18});
  out.with.assign(table.value.size(), 0);
  const double share = 0.05 + 0.9 * rng.uniform();
  for (std::size_t row = 0; row < table.at.size(); ++row) {
    bool inner = true;
    for (std::size_t d = 0; d < table.sizes.size(); ++d) inner = inner && table.at[row][d] < table.sizes[d];
    if (!inner) continue;
    double with = 0;
    for (int person = 0; person < static_cast<int>(table.value[row]); ++person)
      with += rng.chance(share) ? 1 : 0;
    for (std::size_t other = 0; other < table.at.size(); ++other) {
      bool within = true;
      for (std::size_t d = 0; d < table.sizes.size(); ++d) {
        within = within && (table.at[other][d] == table.sizes[d] || table.at[other][d] == table.at[row][d]);
      }
      if (within) out.with[other] += with;
    }
  }
  auto& percent = table.output.table.add("percent", table::ColumnType::kDouble);
  for (std::size_t row = 0; row < table.value.size(); ++row) {
    if (table.value[row] == 0) {
      percent.append_null();
    } else {
      percent.append_double(out.percent(out.with[row], table.value[row]));
    }
  }
  table.output.layout = guess_layout(table.output.table);
  for (auto& column : table.output.layout) {
    if (column.column == "percent") column.decimals = decimals;
  }
  return out;
}

/// What the percentages tell: with their base the count; without it, still the ratio of two unknowns.
inline System percent_system(const PercentTable& table, const std::vector<bool>& n_shown,
                             const std::vector<bool>& percent_shown) {
  const auto row_count = table.table.value.size();
  System system = independent_system(table.table, n_shown);
  const auto sums = system.relations;
  for (const int layer : {1, 2}) {
    for (std::size_t row = 0; row < row_count; ++row) {
      SystemCell cell;
      cell.value = cell.shown_low = cell.shown_high =
          layer == 1 ? table.with[row] : table.table.value[row] - table.with[row];
      cell.shown = false;
      system.cells.push_back(cell);
    }
    for (auto relation : sums) {
      for (auto& term : relation.terms)
        term.cell += static_cast<CellIndex>(static_cast<std::size_t>(layer) * row_count);
      system.relations.push_back(std::move(relation));
    }
  }
  for (std::size_t row = 0; row < row_count; ++row) {
    const auto all = static_cast<CellIndex>(row);
    const auto with = static_cast<CellIndex>(row_count + row);
    const auto without = static_cast<CellIndex>(2 * row_count + row);
    system.relations.push_back({{{all, 1}, {with, -1}, {without, -1}}});
    if (!percent_shown[row]) continue;
    if (table.decimals) {
      if (!n_shown[row]) continue;
      const double n = table.table.value[row];
      double low = table.with[row];
      double high = low;
      while (low > 0 && table.percent(low - 1, n) == table.percent(table.with[row], n)) --low;
      while (high < n && table.percent(high + 1, n) == table.percent(table.with[row], n)) ++high;
      system.cells[with].shown = system.cells[without].shown = true;
      system.cells[with].shown_low = low;
      system.cells[with].shown_high = high;
      system.cells[without].shown_low = n - high;
      system.cells[without].shown_high = n - low;
    } else if (n_shown[row]) {
      system.cells[with].shown = system.cells[without].shown = true;
    } else {
      system.relations.push_back({{{with, 1}, {all, -table.with[row] / table.table.value[row]}}});
    }
  }
  return system;
}

}  // namespace kinfold::disclosure
