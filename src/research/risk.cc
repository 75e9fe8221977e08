#include "research/risk.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace kinfold::research {
namespace {

struct SizeBand {
  const char* label;
  std::uint64_t last;
};
constexpr std::array<SizeBand, 5> kBands = {{{"1", 1}, {"2", 2}, {"3-4", 4}, {"5-9", 9}, {"10 or more", UINT64_MAX}}};

std::unordered_map<std::string, std::uint64_t> count_classes(const std::vector<const table::Column*>& columns,
                                                             std::size_t row_count) {
  std::unordered_map<std::string, std::uint64_t> classes;
  std::string key;
  for (std::size_t row = 0; row < row_count; ++row) {
    key.clear();
    for (const auto* column : columns) {
      // Length first, so that no two combinations of values spell the same key.
      const std::string value = column->is_null(row) ? std::string() : column->text_at(row);
      key += column->is_null(row) ? "-" : std::to_string(value.size());
      key += ':';
      key += value;
    }
    ++classes[key];
  }
  return classes;
}

}  // namespace

Result<Risk> assess_risk(const table::Table& people, const RiskOptions& options) {
  std::vector<const table::Column*> columns;
  for (const auto& name : options.quasi_identifiers) {
    auto found = people.require(name);
    if (!found.ok()) return invalid("risk: " + found.error().message);
    columns.push_back(found.value());
  }
  Risk risk;
  risk.person_count = people.row_count();
  std::array<std::uint64_t, kBands.size()> persons{};
  std::array<std::uint64_t, kBands.size()> classes{};
  for (const auto& [key, size] : count_classes(columns, people.row_count())) {
    ++risk.class_count;
    risk.smallest_class = risk.class_count == 1 ? size : std::min(risk.smallest_class, size);
    if (size == 1) ++risk.unique_count;
    if (size < options.k) risk.below_k_count += size;
    std::size_t band = 0;
    while (size > kBands[band].last) ++band;
    persons[band] += size;
    ++classes[band];
  }
  if (risk.person_count > 0) {
    risk.mean_risk = static_cast<double>(risk.class_count) / static_cast<double>(risk.person_count);
  }
  table::Column label("class_size", table::ColumnType::kString);
  table::Column person_column("persons", table::ColumnType::kInt64), class_column("classes", table::ColumnType::kInt64);
  for (std::size_t b = 0; b < kBands.size(); ++b) {
    label.append_string(kBands[b].label);
    person_column.append_int(static_cast<std::int64_t>(persons[b]));
    class_column.append_int(static_cast<std::int64_t>(classes[b]));
  }
  std::vector<table::Column> all;
  all.push_back(std::move(label));
  all.push_back(std::move(person_column));
  all.push_back(std::move(class_column));
  risk.by_size = table::Table(std::move(all));
  return risk;
}

}  // namespace kinfold::research
