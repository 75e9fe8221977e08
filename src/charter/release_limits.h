// `[release_limits]` of a charter: what a research dataset must keep to before it leaves the trusted party.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kinfold::charter {

/// The defaults ask for nothing. docs/formats/charter.md has the keys.
struct ReleaseLimits {
  /// Columns of `people` that somebody outside might know, the most useful first: those at the end are given
  /// up first.
  std::vector<std::string> quasi_identifiers = {"authority", "age_at_start", "gender", "relation"};
  std::uint64_t person_min = 1;  ///< k: fewest persons alike in all of them.
  std::uint64_t family_min = 1;  ///< Fewest families that those belong to: ten children may be two families.
  std::uint64_t problem_set_min = 1;  ///< l: fewest different sets of problems among them.
  std::uint64_t household_min = 1;    ///< Fewest families alike in council, size, adults and children.
  /// Nobody may be alone in a combination of so many of: the columns above, the family's size, each problem.
  /// At most 3; 0: not asked.
  int unique_depth = 0;
  /// While more than this share of people would need a value hidden, ages are coarsened further.
  double suppressed_share_max = 0.05;

  bool ask_anything() const {
    return person_min > 1 || family_min > 1 || problem_set_min > 1 || household_min > 1 || unique_depth > 0;
  }
};

}  // namespace kinfold::charter
