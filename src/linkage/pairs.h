// Single pairs under a fitted model: what they weigh, and why.
#pragma once

#include <vector>

#include "base/result.h"
#include "linkage/explanation.h"
#include "linkage/model.h"
#include "table/table.h"

namespace kinfold::linkage {

/// Explains pairs of rows (of `left` and `right`; both of `left` where `right` is null), whether or not a
/// blocking rule finds them. Term frequencies are those of the tables given.
/// \retval kInvalid if the model is not fitted, a row does not exist, or no field of the model is there.
/// Encoding the tables takes most of the time: ask for many pairs at once.
Result<std::vector<PairExplanation>> explain_pairs(const table::Table& left, const table::Table* right,
                                                   const Model& fitted, const std::vector<RowPair>& pairs);

}  // namespace kinfold::linkage
