#include "linkage/records_internal.h"
#include "linkage/shown_internal.h"

namespace kinfold::linkage {

namespace {

// A whole date or place comes before its parts, a date's parts before the year alone.
std::vector<const table::Column*> columns_of(const table::Table& table, const Field& field) {
  const auto* whole = find_column(table, field.columns);
  const auto* year = find_column(table, field.date_parts.year);
  const auto* month = find_column(table, field.date_parts.month);
  const auto* day = find_column(table, field.date_parts.day);
  if (year != nullptr && month != nullptr && day != nullptr && (whole == nullptr || whole == year))
    return {year, month, day};
  const auto* latitude = find_column(table, field.place_parts.latitude);
  const auto* longitude = find_column(table, field.place_parts.longitude);
  if (latitude != nullptr && longitude != nullptr && whole == nullptr) return {latitude, longitude};
  return whole == nullptr ? std::vector<const table::Column*>{} : std::vector{whole};
}

}  // namespace

std::vector<ShownField> shown_fields(const table::Table& left, const table::Table* right,
                                     const Model& model) {
  std::vector<ShownField> fields;
  for (const auto& field : model.fields) {
    ShownField own{field.name, columns_of(left, field), columns_of(right == nullptr ? left : *right, field)};
    if (!own.left.empty() || !own.right.empty()) fields.push_back(std::move(own));
  }
  return fields;
}

std::string shown_text(const std::vector<const table::Column*>& columns, std::size_t row) {
  std::string text;
  const char* between = columns.size() == 2 ? ", " : "-";  // A place has two, a date three.
  for (const auto* column : columns) text += (text.empty() ? "" : between) + column->text_at(row);
  return text;
}

std::string id_text(const table::Column* id, std::size_t row) {
  return id == nullptr ? std::to_string(row + 1) : id->text_at(row);
}

}  // namespace kinfold::linkage
