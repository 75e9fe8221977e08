// The short way for CSV files without anything to interpret: no quotation mark, every line with the same
// number of fields. Private to this room; whatever is not plain goes to DuckDB's reader, errors included.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/table.h"

namespace kinfold::table {

/// The lines of `body` (what follows the header; ended by LF or CRLF) as text columns, empty fields null.
/// Only the columns whose number is in `wanted`, in that order. `body` is read twice, once to see how much
/// memory it takes; the columns borrow what they share. Nothing if any line is not plain: not UTF-8, a
/// quotation mark, a lone carriage return, a NUL, a blank line, too many or too few fields; or if `body`
/// changed.
std::optional<Table> parse_plain_csv(std::string_view body, const std::vector<std::string>& names,
                                     const std::vector<std::size_t>& wanted, char delimiter,
                                     std::size_t thread_count);

}  // namespace kinfold::table
