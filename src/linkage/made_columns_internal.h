// Dates that a file holds in three columns, places that it holds in two.
#pragma once

#include <optional>

#include "linkage/model.h"
#include "table/table.h"

namespace kinfold::linkage {

/// One column of dates ("1950-03-01") out of a file's year, month and day columns, where it has all three
/// (Field::date_parts). A part that is not a number of at most four digits leaves the row empty.
std::optional<table::Column> date_from_parts(const table::Table& table, const Field& field);

/// One column of places ("51.5,-0.12") out of a file's columns of latitude and longitude, where it has both
/// (Field::place_parts). A row that lacks either is empty.
std::optional<table::Column> place_from_parts(const table::Table& table, const Field& field);

}  // namespace kinfold::linkage
