// How easily somebody could be singled out in a release: k-anonymity on quasi-identifiers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "table/table.h"

namespace kinfold::research {

struct RiskOptions {
  /// Columns of the people table that somebody outside might know; missing ones are an error.
  std::vector<std::string> quasi_identifiers = {"authority", "gender", "age_at_start", "relation"};
  std::uint64_t k = 10;       ///< The smallest class that is accepted.
};

struct Risk {
  std::uint64_t person_count = 0;
  std::uint64_t class_count = 0;        ///< Distinct combinations of the quasi-identifiers.
  std::uint64_t smallest_class = 0;     ///< k of k-anonymity; 0 when there is nobody.
  std::uint64_t unique_count = 0;       ///< Persons alone in their class.
  std::uint64_t below_k_count = 0;      ///< Persons in classes smaller than `k`.
  double mean_risk = 0;                 ///< Prosecutor risk: classes / persons, in [0, 1].
  table::Table by_size;                 ///< class_size (1, 2, 3-4, 5-9, 10 or more), persons, classes.
};

/// NULL is a value of its own. Source: Sweeney (2002), "k-anonymity: a model for protecting
/// privacy"; Skinner and Elliot (2002) for the mean prosecutor risk.
/// \retval kInvalid if a quasi-identifier is not a column.
Result<Risk> assess_risk(const table::Table& people, const RiskOptions& options = {});

}  // namespace kinfold::research
