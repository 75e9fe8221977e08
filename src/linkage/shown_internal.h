// What of a record is shown to people who judge it: the fields that the model reads, under the model's names.
#pragma once

#include <string>
#include <vector>

#include "linkage/model.h"
#include "table/table.h"

namespace kinfold::linkage {

/// A field and where its values stand. Refers to columns of the tables, which must outlive it.
struct ShownField {
  std::string name;
  /// Usually one column; year, month and day where a file holds a date in three, latitude and longitude of a
  /// place. Empty: this file does not have it.
  std::vector<const table::Column*> left;
  std::vector<const table::Column*> right;  ///< As `left` where one file is deduplicated.
};

/// In the model's order. A field that is only derived from another is not among them.
std::vector<ShownField> shown_fields(const table::Table& left, const table::Table* right, const Model& model);

/// "" where there is no column or no value; parts of a date are joined by a hyphen, those of a place by a
/// comma.
std::string shown_text(const std::vector<const table::Column*>& columns, std::size_t row);

/// The id of a row as the file has it, or the row's number (1 is the first) where it has none.
std::string id_text(const table::Column* id, std::size_t row);

}  // namespace kinfold::linkage
