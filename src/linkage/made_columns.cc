#include "linkage/made_columns_internal.h"

#include <algorithm>
#include <cstdio>

#include "base/number.h"
#include "linkage/records_internal.h"

namespace kinfold::linkage {
namespace {

std::optional<int> number_at(const table::Column& column, std::size_t row) {
  if (column.is_null(row)) return std::nullopt;
  std::string text = column.text_at(row);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  const auto first = text.find_first_not_of(' ');
  const auto last = text.find_last_not_of(' ');
  if (first == std::string::npos || last - first >= 4) return std::nullopt;
  const auto number = parse_number<int>(std::string_view(text).substr(first, last - first + 1));
  return number && *number >= 0 ? number : std::nullopt;
}

}  // namespace

std::optional<table::Column> date_from_parts(const table::Table& table, const Field& field) {
  const auto* year = find_column(table, field.date_parts.year);
  const auto* month = find_column(table, field.date_parts.month);
  const auto* day = find_column(table, field.date_parts.day);
  if (year == nullptr || month == nullptr || day == nullptr) return std::nullopt;
  table::Column dates(field.name, table::ColumnType::kString);
  dates.reserve(table.row_count());
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    const auto y = number_at(*year, row);
    const auto m = number_at(*month, row);
    const auto d = number_at(*day, row);
    if (!y || !m || !d) {
      dates.append_null();
      continue;
    }
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", *y, *m, *d);
    dates.append_string(text);
  }
  return dates;
}

std::optional<table::Column> place_from_parts(const table::Table& table, const Field& field) {
  const auto* latitude = find_column(table, field.place_parts.latitude);
  const auto* longitude = find_column(table, field.place_parts.longitude);
  if (latitude == nullptr || longitude == nullptr) return std::nullopt;
  table::Column places(field.name, table::ColumnType::kString);
  places.reserve(table.row_count());
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    if (latitude->is_null(row) || longitude->is_null(row))
      places.append_null();
    else
      places.append_string(latitude->text_at(row) + "," + longitude->text_at(row));
  }
  return places;
}

}  // namespace kinfold::linkage
