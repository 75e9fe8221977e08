// Before a release leaves the trusted party: how easily somebody in it could be singled out, and coarsening,
// suppression and leaving out until the charter's limits hold.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "charter/release_limits.h"
#include "research/release.h"
#include "table/table.h"

namespace kinfold::research {

using charter::ReleaseLimits;

/// Counts of people (families for households) by how they stand out.
struct RiskCounts {
  std::uint64_t person_count = 0;
  std::uint64_t class_count = 0;           ///< Distinct combinations of the quasi-identifiers.
  std::uint64_t smallest_class = 0;        ///< k: persons in the smallest.
  std::uint64_t fewest_families = 0;       ///< Families in the class with the fewest.
  std::uint64_t fewest_problem_sets = 0;   ///< l: of the class with the fewest.
  std::uint64_t unique_count = 0;          ///< Persons alone in their class.
  std::uint64_t below_count = 0;           ///< Persons in classes that break a limit.
  std::uint64_t special_unique_count = 0;  ///< Persons alone in a combination of at most two key variables.
  std::uint64_t minimal_unique_count = 0;  ///< Minimal sample uniques of at most two variables.
  std::uint64_t household_count = 0;
  std::uint64_t lone_household_count = 0;  ///< Families like no other in council, size, adults, children.
  std::uint64_t rare_household_count = 0;  ///< Families that break the limit.
};

/// What was found, what was done, and what it cost.
struct Protection {
  RiskCounts before, after;
  std::vector<std::string> age_bands;  ///< "0 to 4" ...; empty: single years.
  std::vector<std::pair<std::string, std::uint64_t>>
      suppressed;                    ///< Column, values hidden; in order of columns.
  std::uint64_t left_out_count = 0;  ///< Persons.
  double lost_share = 0;  ///< Quasi-identifier values hidden or left out, of all that were there; [0, 1].
  int round_count = 0;

  /// measure, before, after: for the person who makes the release and for those who receive it.
  table::Table summary() const;
  /// One sentence for each thing that was lost.
  std::vector<std::string> words() const;
};

/// The same counts for any people table. \retval kInvalid if a column is missing.
Result<RiskCounts> measure_risk(const table::Table& people, const ReleaseLimits& limits);

/// Brings `release` within the limits, or changes nothing where it is already.
///
/// In this order, until nothing breaks a limit: ages are put into bands (the finest that leaves few people to
/// hide; no band crosses 10 or 18; the released age is the middle); members of households like few others are
/// left out; people in small classes lose the least useful value that puts them into a large enough one;
/// people who are alone in a small combination lose a value of it. What no hiding can mend is left out. A
/// hidden value is a class of its own, not a match for everything: somebody who knows the person looks among
/// those, too. The dictionary says what was done. Deterministic. Source: Sweeney (2002) for k-anonymity;
/// Machanavajjhala et al. (2007) for l-diversity; Elliot, Manning and Ford (2002), "A computational algorithm
/// for handling the special uniques problem". \retval kInvalid if a column is missing; kRefused if nobody
/// would be left.
Result<Protection> protect_release(Release& release, const ReleaseLimits& limits);

}  // namespace kinfold::research
