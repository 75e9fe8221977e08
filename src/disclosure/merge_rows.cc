#include <algorithm>
#include <functional>

#include "disclosure/check_internal.h"
#include "disclosure/recode_internal.h"

namespace kinfold::disclosure {
namespace {

using table::Column;
using table::ColumnType;

/// The values of one column in the rows that become one; rows without a value do not count.
std::vector<double> values_of(const Column& column, const std::vector<std::size_t>& rows) {
  std::vector<double> values;
  for (const auto row : rows) {
    if (!column.is_null(row)) values.push_back(column.number_at(row));
  }
  return values;
}

double sum_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

/// Mean of `column` over the rows, weighted by the column that it is of.
double weighted(const Output& output, const Column& column, const std::string& of,
                const std::vector<std::size_t>& rows) {
  const auto* base = output.table.find(of);
  const bool weighs = base != nullptr && base->type() != ColumnType::kString;
  double sum = 0;
  double weight_sum = 0;
  for (const auto row : rows) {
    if (column.is_null(row) || (weighs && base->is_null(row))) continue;
    const double weight = weighs ? base->number_at(row) : 1;
    sum += weight * column.number_at(row);
    weight_sum += weight;
  }
  return weight_sum > 0 ? sum / weight_sum : 0;
}

/// The contribution of this rank among all that the rows state; 0 where they state fewer.
double largest_of(const Output& output, const ColumnLayout& layout, const std::vector<std::size_t>& rows) {
  std::vector<double> contributions;
  for (const auto& other : output.layout) {
    if (other.role != Role::kLargest || other.of != layout.of) continue;
    const auto values = values_of(*output.table.find(other.column), rows);
    contributions.insert(contributions.end(), values.begin(), values.end());
  }
  std::sort(contributions.begin(), contributions.end(), std::greater<>());
  const auto rank = static_cast<std::size_t>(layout.largest_rank);
  return rank <= contributions.size() ? contributions[rank - 1] : 0;
}

double merged(const Output& output, const Column& column, const ColumnLayout& layout,
              const std::vector<std::size_t>& rows) {
  auto values = values_of(column, rows);
  switch (layout.role) {
    case Role::kCount:
    case Role::kPart:
    case Role::kContributors:
      return layout.level == Level::kPerson ? sum_of(values)
                                            : *std::max_element(values.begin(), values.end());
    case Role::kSum:
    case Role::kResidualDf:
    case Role::kAtRisk: return sum_of(values);
    case Role::kLargest: return largest_of(output, layout, rows);
    case Role::kStructuralZero: return *std::min_element(values.begin(), values.end());
    default: return weighted(output, column, layout.of, rows);
  }
}

void append_number(Column& column, double value) {
  switch (column.type()) {
    case ColumnType::kInt64: column.append_int(static_cast<std::int64_t>(value)); break;
    case ColumnType::kDouble: column.append_double(value); break;
    case ColumnType::kBool: column.append_bool(value != 0); break;
    default: column.append_null();
  }
}

}  // namespace

Output merge_rows(const Output& output, std::size_t column,
                  const std::map<std::string, std::string>& group_of) {
  std::map<std::string, std::size_t> place;
  std::vector<std::vector<std::size_t>> groups;
  const auto label_of = [&](std::size_t row) {
    const auto text = output.table.columns()[column].text_at(row);
    const auto found = group_of.find(text);
    return found == group_of.end() ? text : found->second;
  };
  for (std::size_t row = 0; row < output.table.row_count(); ++row) {
    std::string key = label_of(row);
    for (std::size_t c = 0; c < output.table.column_count(); ++c) {
      const auto* layout = layout_of(output, c);
      const bool tells_apart =
          layout != nullptr && (layout->role == Role::kDimension || layout->role == Role::kText);
      if (c != column && tells_apart) key += '\x1f' + output.table.columns()[c].text_at(row);
    }
    const auto [found, is_new] = place.emplace(std::move(key), groups.size());
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(row);
  }
  Output coarser{output.id, output.title, output.population, {}, output.layout};
  for (std::size_t c = 0; c < output.table.column_count(); ++c) {
    const auto& from = output.table.columns()[c];
    const auto* layout = layout_of(output, c);
    auto& into = coarser.table.add(from.name(), c == column ? ColumnType::kString : from.type());
    for (const auto& rows : groups) {
      const bool copied = rows.size() == 1 || layout == nullptr || layout->role == Role::kDimension ||
                          layout->role == Role::kText || from.type() == ColumnType::kString ||
                          from.type() == ColumnType::kDate;
      if (c == column) {
        into.append_string(label_of(rows[0]));
      } else if (copied) {
        into.append_from(from, rows[0]);
      } else if (values_of(from, rows).empty()) {
        into.append_null();
      } else {
        append_number(into, merged(output, from, *layout, rows));
      }
    }
  }
  return coarser;
}

}  // namespace kinfold::disclosure
