// Who is who where a file says so: never used to link, only to measure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"
#include "linkage/link.h"
#include "table/table.h"

namespace kinfold::linkage {

/// A person for each row, "" where the truth does not say. Empty: there is no truth.
struct Truth {
  std::vector<std::string> left;
  std::vector<std::string> right;

  bool known() const { return !left.empty(); }
};

/// By the command's truth column and pattern; nothing where it names neither.
/// \retval kInvalid if a column is missing or the pattern is no regular expression.
Result<Truth> read_truth(const table::Table& left, const table::Table* right, const LinkCommand& command,
                         const Model& model);

/// Pairwise.
Quality measure(const LinkResult& result, const Truth& truth, bool two_files);

}  // namespace kinfold::linkage
