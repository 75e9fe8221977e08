// Random tables of counts with all margins, of any number of dimensions, the first perhaps in areas.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "disclosure/system.h"
#include "unit/disclosure/tables.h"

namespace kinfold::disclosure {

struct Shape {
  std::vector<int> sizes;  ///< Categories a dimension, without the total.
  int area = 0;            ///< Categories of the first dimension in an area; 0: no areas.
};

struct CountTable {
  Shape shape;
  std::vector<std::vector<int>>
      at;  ///< Of each cell. sizes[d]: the total; beyond, areas of the first dimension.
  std::map<std::vector<int>, CellIndex> cell_at;
  System system;

  bool is_inner(CellIndex c) const {
    for (std::size_t d = 0; d < shape.sizes.size(); ++d) {
      if (at[c][d] >= shape.sizes[d]) return false;
    }
    return true;
  }
};

/// Labels that add up to label `whole` of dimension d; empty for a category.
inline std::vector<int> parts_of(const Shape& shape, std::size_t d, int whole) {
  std::vector<int> parts;
  const int size = shape.sizes[d];
  const bool areas = d == 0 && shape.area > 0;
  const int area_count = areas ? (size + shape.area - 1) / shape.area : 0;
  if (whole == size && areas) {
    for (int a = 0; a < area_count; ++a) parts.push_back(size + 1 + a);
  } else if (whole == size) {
    for (int label = 0; label < size; ++label) parts.push_back(label);
  } else if (whole > size) {
    const int first = (whole - size - 1) * shape.area;
    for (int label = first; label < std::min(size, first + shape.area); ++label) parts.push_back(label);
  }
  return parts;
}

/// `typical`: the logarithm of a usual count. Counts below ten are sensitive and hidden.
inline CountTable count_table(const Shape& shape, double typical, std::uint64_t seed) {
  CountTable table;
  table.shape = shape;
  RandomStream rng(seed);
  const auto dimension_count = shape.sizes.size();
  std::vector<int> at(dimension_count, 0);
  const std::function<void(std::size_t)> visit = [&](std::size_t d) {
    if (d == dimension_count) {
      table.cell_at[at] = static_cast<CellIndex>(table.at.size());
      table.at.push_back(at);
      return;
    }
    int label_count = shape.sizes[d] + 1;
    if (d == 0 && shape.area > 0) label_count += (shape.sizes[d] + shape.area - 1) / shape.area;
    for (at[d] = 0; at[d] < label_count; ++at[d]) visit(d + 1);
    at[d] = 0;
  };
  visit(0);
  std::vector<double> value(table.at.size(), -1);
  const std::function<double(CellIndex)> value_of = [&](CellIndex c) {
    if (value[c] >= 0) return value[c];
    for (std::size_t d = 0; d < dimension_count; ++d) {
      const auto parts = parts_of(shape, d, table.at[c][d]);
      if (parts.empty()) continue;
      value[c] = 0;
      for (const auto label : parts) {
        auto part = table.at[c];
        part[d] = label;
        value[c] += value_of(table.cell_at.at(part));
      }
      return value[c];
    }
    return value[c];
  };
  for (CellIndex c = 0; c < value.size(); ++c) {
    if (table.is_inner(c)) value[c] = std::floor(std::exp(typical + rng.normal()));
  }
  for (CellIndex c = 0; c < value.size(); ++c) {
    SystemCell cell;
    cell.value = cell.shown_low = cell.shown_high = value_of(c);
    cell.cost = 1 + cell.value;
    cell.sensitive = cell.value < 10;
    cell.shown = !cell.sensitive;
    if (cell.sensitive) cell.need = {std::min(cell.value, 1.0), std::max(1.0, 10 - cell.value), 10};
    table.system.cells.push_back(cell);
    for (std::size_t d = 0; d < dimension_count; ++d) {
      Relation sum{{{c, 1}}};
      for (const auto label : parts_of(shape, d, table.at[c][d])) {
        auto part = table.at[c];
        part[d] = label;
        sum.terms.push_back({table.cell_at.at(part), -1});
      }
      if (sum.terms.size() > 1) table.system.relations.push_back(std::move(sum));
    }
  }
  return table;
}

/// The same as a table that an author would hand in.
inline Output output_of(const CountTable& table) {
  std::vector<std::string> names;
  for (std::size_t d = 0; d < table.shape.sizes.size(); ++d) names.push_back("d" + std::to_string(d));
  const auto label = [&](std::size_t d, int at) {
    const int size = table.shape.sizes[d];
    return at == size ? std::string("Total")
                      : (at < size ? "c" : "area ") + std::to_string(at < size ? at : at - size - 1);
  };
  std::vector<CountRow> rows;
  for (CellIndex c = 0; c < table.at.size(); ++c) {
    std::vector<std::string> labels;
    for (std::size_t d = 0; d < names.size(); ++d) labels.push_back(label(d, table.at[c][d]));
    rows.emplace_back(labels, static_cast<std::int64_t>(table.system.cells[c].value));
  }
  auto output = counts_output("bench", names, rows);
  for (auto& column : output.layout) {
    if (column.column != "d0" || table.shape.area == 0) continue;
    for (int i = 0; i < table.shape.sizes[0]; ++i)
      column.parent[label(0, i)] = label(0, table.shape.sizes[0] + 1 + i / table.shape.area);
  }
  return output;
}

}  // namespace kinfold::disclosure
