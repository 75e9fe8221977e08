// A department's register: a small TOML says where its people and events are and what their columns
// are called.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "table/io.h"
#include "table/table.h"

namespace kinfold::site {

struct Register {
  std::string people_path;
  std::vector<std::string>
      people_columns;  ///< Its own names of the identity columns that it has, the id among them,
  std::vector<std::string> identity_columns;  ///< and Kinfold's, in the same order.
  std::string events_path;
  std::string event_id, event_variable, event_start, event_end, event_value;  ///< Its own column names.
};

/// \retval kInvalid naming file, key and remedy; kIo.
Result<Register> read_register(const std::string& path);

/// Streams its people, `rows_per_part` at a time: `id` (string) and Kinfold's names of the identity columns.
/// \retval kInvalid naming file, column and remedy; kIo. Also from next().
Result<std::unique_ptr<table::BatchReader>> open_people(const Register& register_, std::size_t rows_per_part);

/// What the charter lets this department return.
struct EventFilter {
  std::map<std::string, bool, std::less<>> is_spell;  ///< By variable; a variable that is not here stays.
  std::optional<Date> window_from;                    ///< Spells are cut to the window, what begins
  std::optional<Date> window_until;                   ///< outside it stays.
};

/// Streams the events of these register ids: `reference`, `variable`, `start_date`, `end_date`,
/// `value`, where `references[i]` stands in for `ids[i]`. Sorted by reference, variable, start date.
Result<table::Table> events_of(const Register& register_, const std::vector<std::string>& ids,
                               const std::vector<std::string>& references, const EventFilter& filter);

}  // namespace kinfold::site
