// Builds a release: one row per person, one per person and quarter, and the dictionary.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "table/table.h"

namespace kinfold::research {

inline constexpr int kFirstQuarter = -8;  ///< Two years before the start of support.
inline constexpr int kLastQuarter = 7;    ///< To two years after it.
inline constexpr int kQuarterCount = kLastQuarter - kFirstQuarter + 1;

enum class VariableKind {
  kSpell,   ///< Has days: an open end runs on; overlapping spells count a day once.
  kEvent,   ///< Is counted, on its start date.
  kMeasure  ///< Has a value: the mean of the values whose dates touch the quarter.
};

/// Completed years of age, both ends included.
struct AgeRange {
  int low = 0;
  int high = 200;
};

/// One variable that the charter lets a department return.
struct Variable {
  std::string name;
  VariableKind kind = VariableKind::kEvent;
  std::string meaning;  ///< For the dictionary.
  /// The charter's window, both days included. A quarter that is not wholly inside it is NULL.
  std::optional<Date> window_first;
  std::optional<Date> window_last;
  AgeRange eligible;  ///< Ages at which this variable can apply to somebody.
};

/// What one department returned, with references already turned into person keys.
struct DepartmentReturn {
  std::string department;  ///< Party id, as in `linked_<department>`.
  std::vector<Variable> variables;
  table::Table links;   ///< person (int64), grade (string: strong, good, weak, none).
  table::Table events;  ///< person (int64), variable, start_date, end_date, value (double).
};

/// Everything a release is made of. No identity may be in it: the trusted party, who holds the dates
/// of birth, gives `age_at_start` and `gender` as attributes and leaves the rest where it is.
struct ReleaseInputs {
  /// One row per person and submission: person (int64, the same for the same person in every
  /// submission), family (int64, unique within an authority), authority, relation, group, start_date,
  /// end_date (optional), gender, age_at_start (int64, completed years), one date column
  /// `problem_<id>` each. Row order does not matter.
  table::Table attributes;
  std::vector<DepartmentReturn> returns;
  /// Meanings of the `problem_<id>` columns for the dictionary, by column name; may be empty.
  std::vector<std::pair<std::string, std::string>> problem_meanings;
};

/// Uniform 64-bit numbers; the caller passes a cryptographic source, tests a seeded one.
using RandomSource = std::function<std::uint64_t()>;

/// A reason for which rows were left out, and how many.
struct SetAside {
  std::string what;  ///< "attributes", or "events of dwp".
  std::string reason;
  std::uint64_t row_count = 0;
};

struct Release {
  table::Table people;  ///< Sorted by `person`, which is random: no order to read anything from.
  table::Table panel;   ///< Sorted by `person`, `quarter`; kQuarterCount rows a person.
  table::Table dictionary;
  std::uint64_t attribute_row_count = 0;
  /// Rows that fell to a person already counted (see build_release).
  std::uint64_t repeated_row_count = 0;
  std::vector<SetAside> set_aside;
};

/// Builds a release as docs/formats/data.md lays it out.
///
/// A person is counted once. Of several rows the one kept has, in this order: the group furthest into
/// the programme (programme, waiting, assessed: somebody who was supported is not a comparison), the
/// earliest start date, the lower authority id, the lower family key. A problem counts as shown if any of the
/// person's rows shows it on or before the start date of the row kept.
///
/// Not linked is missing (NULL), never zero; zero is linked with no record. A measure with no value
/// in a quarter is NULL too: the mean of nothing is not 0. Age in quarter q is age_at_start +
/// floor(q / 4): whole years, since no date of birth gets here. A person whom no variable of a
/// department can apply to at any age in the panel is `not_eligible` there, whatever the link says.
///
/// The result depends on the inputs as sets of rows and on `random`, not on the order of the rows.
/// \retval kInvalid naming the missing column or unknown grade, and the remedy.
/// Complexity: O(rows log rows + people * quarters * variables).
Result<Release> build_release(const ReleaseInputs& inputs, const RandomSource& random);

}  // namespace kinfold::research
