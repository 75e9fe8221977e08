// How alike the treated and the comparison units are, before and after.
#pragma once

#include <cstdint>
#include <span>

namespace kinfold::evaluation {

struct Balance {
  double mean_treated = 0;
  double mean_comparison = 0;
  /// Difference of means over the standard deviation of the treated before matching, so that the yardstick
  /// does not change with the weights. 0 where both are constant and equal; infinite where they are constant
  /// and differ.
  double smd = 0;
  double variance_ratio = 0;  ///< Treated over comparison; 0 where it has no meaning (constant, or yes/no).
  double ecdf_mean = 0;       ///< Mean distance of the two distribution functions, over the values there are.
  double ecdf_max = 0;        ///< Kolmogorov and Smirnov's statistic.
};

/// `weights` one a unit, not negative; the same shape as `values` and `treated`. NaN values are left out.
/// Source: Stuart (2010), "Matching methods for causal inference", section 4; as R's MatchIt and cobalt.
Balance measure_balance(std::span<const double> values, std::span<const std::uint8_t> treated,
                        std::span<const double> weights);

/// Kish's effective sample size: (sum w)^2 / sum w^2; 0 for no weight at all.
double effective_sample_size(std::span<const double> weights);

}  // namespace kinfold::evaluation
