// Random tables of counts with all their margins, and an attacker who sees only what is published.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "disclosure/system.h"
#include "unit/disclosure/tables.h"

namespace kinfold::disclosure {

struct RandomTable {
  Output output;
  std::vector<int> sizes;            ///< Categories a dimension, without the total.
  std::vector<std::vector<int>> at;  ///< Of each row; sizes[d] is the total.
  std::vector<double> value;         ///< Of each row.
  std::map<std::vector<int>, std::size_t> row_at;
};

inline RandomTable random_table(std::uint64_t seed, int dimension_count_max = 4, int size_max = 4) {
  RandomStream rng(seed, {17});
  RandomTable table;
  const int dimension_count = rng.between(1, dimension_count_max);
  if (dimension_count == 4) size_max = std::min(size_max, 3);  // 256 cells with all margins
  for (int d = 0; d < dimension_count; ++d) table.sizes.push_back(rng.between(2, size_max));
  std::vector<int> at(table.sizes.size(), 0);
  const std::function<void(std::size_t)> visit = [&](std::size_t d) {
    if (d == at.size()) {
      table.row_at[at] = table.at.size();
      table.at.push_back(at);
      return;
    }
    for (at[d] = 0; at[d] <= table.sizes[d]; ++at[d]) visit(d + 1);
    at[d] = 0;
  };
  visit(0);
  table.value.assign(table.at.size(), 0);
  const double typical = 2.0 + 2.5 * rng.uniform();  // log of a usual count: from sparse to well filled
  for (std::size_t row = 0; row < table.at.size(); ++row) {
    bool inner = true;
    for (std::size_t d = 0; d < table.sizes.size(); ++d) inner = inner && table.at[row][d] < table.sizes[d];
    if (!inner) continue;
    const double count = std::floor(std::exp(typical + 1.2 * rng.normal()));
    for (std::size_t mask = 0; mask < (std::size_t{1} << table.sizes.size()); ++mask) {
      auto margin = table.at[row];
      for (std::size_t d = 0; d < table.sizes.size(); ++d) {
        if ((mask >> d & 1) != 0) margin[d] = table.sizes[d];
      }
      table.value[table.row_at[margin]] += count;
    }
  }
  std::vector<std::string> names;
  for (std::size_t d = 0; d < table.sizes.size(); ++d) names.push_back("d" + std::to_string(d));
  std::vector<CountRow> rows;
  for (std::size_t row = 0; row < table.at.size(); ++row) {
    std::vector<std::string> labels;
    for (std::size_t d = 0; d < table.sizes.size(); ++d) {
      labels.push_back(table.at[row][d] == table.sizes[d] ? "Total" : "c" + std::to_string(table.at[row][d]));
    }
    rows.emplace_back(labels, static_cast<std::int64_t>(table.value[row]));
  }
  table.output = counts_output("random", names, rows);
  return table;
}

/// The sums of a complete table, each as the row of the total and the rows that add up to it.
inline std::vector<std::pair<std::size_t, std::vector<std::size_t>>> sums_of(const RandomTable& table) {
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> sums;
  for (std::size_t row = 0; row < table.at.size(); ++row) {
    for (std::size_t d = 0; d < table.sizes.size(); ++d) {
      if (table.at[row][d] != table.sizes[d]) continue;
      std::vector<std::size_t> parts;
      for (int c = 0; c < table.sizes[d]; ++c) {
        auto part = table.at[row];
        part[d] = c;
        parts.push_back(table.row_at.at(part));
      }
      sums.push_back({row, parts});
    }
  }
  return sums;
}

struct Bounds {
  double low = 0;
  double high = 0;
};

/// What somebody with a pencil finds out: each sum bounds each of its members, again and again.
inline std::vector<Bounds> propagate(const RandomTable& table, const std::vector<bool>& shown) {
  std::vector<Bounds> bounds;
  for (std::size_t row = 0; row < table.value.size(); ++row) {
    bounds.push_back(shown[row] ? Bounds{table.value[row], table.value[row]} : Bounds{0, kUnbounded});
  }
  const auto sums = sums_of(table);
  for (bool changed = true; changed;) {
    changed = false;
    const auto narrow = [&](std::size_t row, double low, double high) {
      if (low > bounds[row].low) bounds[row].low = low, changed = true;
      if (high < bounds[row].high) bounds[row].high = high, changed = true;
    };
    for (const auto& [total, parts] : sums) {
      double low = 0;
      double high = 0;
      for (const auto part : parts) low += bounds[part].low, high += bounds[part].high;
      narrow(total, low, high);
      for (const auto part : parts) {
        double others_high = 0;
        for (const auto other : parts) others_high += other == part ? 0 : bounds[other].high;
        narrow(part, bounds[total].low - others_high, bounds[total].high - (low - bounds[part].low));
        low = 0;
        for (const auto other : parts) low += bounds[other].low;
      }
    }
  }
  return bounds;
}

/// The same table as a system of its own, made without the room's encoding.
inline System independent_system(const RandomTable& table, const std::vector<bool>& shown) {
  System system;
  for (std::size_t row = 0; row < table.value.size(); ++row) {
    SystemCell cell;
    cell.value = cell.shown_low = cell.shown_high = table.value[row];
    cell.shown = shown[row];
    system.cells.push_back(cell);
  }
  for (const auto& [total, parts] : sums_of(table)) {
    Relation relation{{{static_cast<CellIndex>(total), 1}}};
    for (const auto part : parts) relation.terms.push_back({static_cast<CellIndex>(part), -1});
    system.relations.push_back(relation);
  }
  return system;
}

}  // namespace kinfold::disclosure
