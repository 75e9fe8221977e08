// How common values are, from a table of some population.
#pragma once

#include <string>

#include "base/result.h"
#include "linkage/model.h"
#include "table/table.h"

namespace kinfold::linkage {

/// Takes a table with a column `value` (else the first), and one `count` (whole numbers) or `share` (0 to 1),
/// for the field's values: they are brought into the field's standard form, and those that become one are
/// added up. A share is kept as a count in four thousand million. \retval kInvalid naming row and column,
/// never a value.
Status take_frequencies(Field& field, const table::Table& table);
/// The same from a CSV or Parquet file; Field::frequencies.file is its path.
Status take_frequencies(Field& field, const std::string& path);

}  // namespace kinfold::linkage
