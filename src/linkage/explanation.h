// Why a pair weighs what it does: one step for each comparison, from the prior to the answer.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kinfold::linkage {

/// One step from the prior to the answer.
struct ExplainedComparison {
  std::string comparison;
  std::string level;  ///< The level's test, "missing" where a value is; "" for what joins the steps.
  double m = 0.0;     ///< 0 where missing.
  double u = 0.0;
  double weight_bits = 0.0;  ///< log2 of m over u.
  double term_frequency_bits =
      0.0;  ///< Added because the agreeing value is rare, or taken off because it is common.
};

/// A waterfall: prior_bits and every step's bits add up to log odds of `probability`.
struct PairExplanation {
  double prior_bits = 0.0;  ///< log2 odds that two random records match.
  std::vector<ExplainedComparison> steps;
  double moved_bits = 0.0;  ///< Given back because whoever moves house changes several of these at once;
                            ///< never below log2 of who stays.
  double related_bits =
      0.0;  ///< Taken off because relatives would agree like this too; above 0 by the related rate at most.
  double weight_bits = 0.0;  ///< The pair's weight: all of the above but the prior.
  double probability = 0.0;  ///< Of the pair by itself, whatever other candidates there are.
};

/// Rows of the left and the right table; both of the left one where one file is deduplicated.
using RowPair = std::pair<std::uint32_t, std::uint32_t>;

}  // namespace kinfold::linkage
