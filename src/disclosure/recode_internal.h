// Coarser tables: what would mend a table whose figures fail a rule, found by trying.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "disclosure/check.h"

namespace kinfold::disclosure {

/// `output` with labels of dimension `column` renamed by `group_of` (labels that are not in it stay) and rows
/// that have become the same added up. Counts and sums are added; families and authorities may be the same
/// ones in both rows, so the largest stands for the fewest there can be; means are weighted by what they rest
/// on, and other statistics keep a value only so that their contributors are judged.
Output merge_rows(const Output& output, std::size_t column,
                  const std::map<std::string, std::string>& group_of);

/// What mends single figures, by position of the finding, and the table as a whole (the cheapest first).
struct Proposals {
  std::map<std::pair<std::size_t, std::size_t>, std::string> remedy_of;  ///< (row, column) -> words.
  std::vector<Recoding> recodings;
};

/// Tables of more rows than this takes are left alone.
bool may_propose(const Output& output);

/// Tries neighbouring categories (in the order of the table; subcategories among themselves) along each
/// dimension, as far as `kRowWorkMax` rows in all allow. Each proposal has been judged by the rules as a
/// table of its own.
Proposals propose_recodings(const Output& output, const CheckedOutput& checked, const Rules& rules);

}  // namespace kinfold::disclosure
