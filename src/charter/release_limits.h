// `[release_limits]` of a charter: what a research dataset must keep to before it leaves the trusted party.
#pragma once

#include <string>
#include <vector>

#include "charter/charter.h"

namespace kinfold::charter {

/// Fewest of each; the defaults ask for nothing. docs/formats/charter.md has the keys.
struct ReleaseLimits {
  std::vector<std::string> quasi_identifiers{"authority", "age_at_start", "gender", "relation"};
  int persons = 1;
  int families = 1;
  int problem_sets = 1;
  int households = 1;
  int unique_depth = 0;
  double suppressed_share_max = 0.05;
};

/// From the charter's text, which parse() has validated; the defaults for a charter built in memory.
Result<ReleaseLimits> release_limits(const Charter& charter);

}  // namespace kinfold::charter
