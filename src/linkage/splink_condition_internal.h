// The SQL conditions of Splink's levels, as far as they have a counterpart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linkage/model.h"

namespace kinfold::linkage {

/// What a condition compares of either record: a column, or what an expression takes out of it.
struct SqlTerm {
  std::string column;
  std::string other_column;  ///< Of a place: its longitude.
  FieldKind kind = FieldKind::kAsWritten;
  std::string extract;  ///< Field::extract.
  bool operator==(const SqlTerm&) const = default;
};

/// A condition as a tree: tests joined by and, or, not.
struct SqlCondition {
  enum class Kind { kTest, kNull, kAnd, kOr, kNot, kElse };
  Kind kind = Kind::kElse;
  std::vector<SqlCondition> children;
  SqlTerm term;                         ///< kTest; kNull: missing in the left or the right record.
  std::string test;                     ///< kTest: as it stands in a level's `when`.
  std::optional<SqlTerm> swapped_with;  ///< kTest: the two have changed places.
  bool left = false;                    ///< kNull.
};

/// Nothing for a condition without a counterpart, or one longer than any that people write.
std::optional<SqlCondition> read_sql_condition(std::string_view sql);

}  // namespace kinfold::linkage
