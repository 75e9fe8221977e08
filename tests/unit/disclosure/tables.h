// Small tables of counts for the tests.
#pragma once

#include <string>
#include <vector>

#include "disclosure/table.h"

namespace kinfold::disclosure {

/// One row: its labels, then its count.
struct CountRow {
  std::vector<std::string> labels;
  std::int64_t count;
  CountRow(std::string a, std::int64_t n) : labels{std::move(a)}, count(n) {}
  CountRow(std::string a, std::string b, std::int64_t n) : labels{std::move(a), std::move(b)}, count(n) {}
  CountRow(std::vector<std::string> all, std::int64_t n) : labels(std::move(all)), count(n) {}
};

inline Output counts_output(std::string id, const std::vector<std::string>& dimensions,
                            const std::vector<CountRow>& rows) {
  table::Table table;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    auto& column = table.add(dimensions[d], table::ColumnType::kString);
    for (const auto& row : rows) column.append_string(row.labels[d]);
  }
  auto& n = table.add("n", table::ColumnType::kInt64);
  for (const auto& row : rows) n.append_int(row.count);
  auto layout = guess_layout(table);
  return {std::move(id), "Title", {}, std::move(table), std::move(layout)};
}

}  // namespace kinfold::disclosure
