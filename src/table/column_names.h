// Which columns a file has, before any of it is read; and what is said of one that is not there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kinfold::table {

/// The names of a CSV or Parquet file's columns, in its order; no value is read. \retval as read_file.
Result<std::vector<std::string>> column_names(const std::string& path);

/// What is said of a column that is not among `known`: the nearest name, and what there is.
Error no_such_column(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace kinfold::table
