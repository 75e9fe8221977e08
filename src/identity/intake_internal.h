// Private to intake: which column of a council's file is which, and what one line of it says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "identity/identity.h"
#include "identity/intake.h"
#include "table/table.h"

namespace kinfold::identity {

/// Kinfold's columns of a council's file, in the order of docs/formats/data.md.
enum class Field : std::uint8_t {
  kFamily,
  kPerson,
  kForenames,
  kMiddleNames,
  kSurname,
  kDateOfBirth,
  kGender,
  kAddress,
  kPostcode,
  kNino,
  kRelation,
  kGroup,
  kStartDate,
  kEndDate,
  kObjected
};
inline constexpr std::size_t kFieldCount = 15;

/// Where each field is in the file; -1: nowhere.
struct ColumnMap {
  std::vector<int> field;          ///< [kFieldCount]
  std::vector<int> address_lines;  ///< Address in several columns, in order.
  std::vector<int> problem;        ///< One per problem of the criteria.
  std::uint64_t unused_column_count = 0;
  int of(Field which) const { return field[static_cast<std::size_t>(which)]; }
};

/// \retval kInvalid if a needed column is missing or there are two of one. Headings that were not
///         understood are never quoted: where the heading line is missing they are people's data.
Result<ColumnMap> map_columns(const table::Table& file, const Eligibility& eligibility);

/// What one line says, in Kinfold's terms.
struct Row {
  std::uint64_t line = 0;
  LineFate fate = LineFate::kKept;
  bool has_family = false;
  std::string family;  ///< The council's number, in one spelling.
  std::string person;
  Identity identity;
  std::string relation;
  std::string group;
  std::optional<Date> start_date;
  std::optional<Date> end_date;
  std::vector<std::optional<Date>> problems;
  std::string name_key;  ///< Standardised names, for telling the same person; "" if unknown.
};

/// Where a line's notes go.
struct NoteSink {
  std::vector<LineNote>& rejects;
  std::vector<LineNote>& warnings;
};

/// Never fails: what is wrong becomes notes, and the fate says whether the line goes on.
Row read_row(const table::Table& file, const ColumnMap& columns, std::size_t row, std::uint64_t line,
             Date today, NoteSink notes);

/// Valid UTF-8 without control and direction characters, blanks made one, trimmed.
std::string clean_text(std::string_view text);

/// One family's problems over the rows given, for eligibility. Index: problem.
inline int problem_count(const std::vector<bool>& shown) {
  int count = 0;
  for (const bool one : shown) count += one ? 1 : 0;
  return count;
}

}  // namespace kinfold::identity
