// The order of a file's records: their ids' or their values', never the file's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "table/table.h"

namespace kinfold::linkage {

/// The text of a cell as people would write it; a whole number kept as a double loses its ".0".
std::string cell_text(const table::Column& column, std::size_t row);

/// Puts rows in the order of their ids' bytes. The position of the first row whose id is that of the row
/// before it, or 0. Most ids differ in their first eight bytes: those are sorted as numbers.
std::size_t sort_by_id(const table::Column& id, std::vector<std::uint32_t>& order);

/// Rows in the order of what the model reads of them, by hash: ids may be drawn at random and must then not
/// decide ties. Rows that are alike in all of it are interchangeable and stay as they lie.
void sort_by_values(const std::vector<const table::Column*>& columns, std::vector<std::uint32_t>& order);

}  // namespace kinfold::linkage
