// What the two ways of estimating linkage error share.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/random.h"
#include "linkage/estimate.h"

namespace kinfold::linkage {

/// A draw from the beta distribution: two gammas (Marsaglia and Tsang 2000).
double draw_beta(RandomStream& random, double a, double b);

/// The middle 95 % of draws, widened to `value`.
ShareEstimate interval_of(std::vector<double> draws, double value);

struct PrecisionRecall {
  ShareEstimate precision;
  ShareEstimate recall;
};
/// From strata as they were judged. `prior`: shape of `strata`, or empty: where the share of pairs of one
/// person is looked for in a stratum before anybody judged it (the same stratum of everybody, for a
/// subgroup).
PrecisionRecall precision_and_recall(const std::vector<Stratum>& strata, std::uint64_t seed,
                                     const std::vector<double>& prior = {});

/// A column's values by row, numbered in order of first row; "" where it is empty.
struct Grouping {
  std::string column;
  std::vector<std::string> values;
  std::vector<std::uint32_t> of_row;
};
/// \retval kInvalid if the column is missing or has more than `values_max` values.
Result<Grouping> group_rows(const table::Table& table, const std::string& column, std::size_t values_max);

nlohmann::ordered_json estimate_json(const ClericalEstimate& estimate);
nlohmann::ordered_json estimate_json(const std::vector<DecoyEstimate>& estimates);

}  // namespace kinfold::linkage
