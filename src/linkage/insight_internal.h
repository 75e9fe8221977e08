// Gathers the insight of a run while its records and scorer are in memory.
#pragma once

#include "linkage/insight.h"
#include "linkage/link.h"
#include "linkage/score_internal.h"

namespace kinfold::linkage {

/// The record of each row, the right table's rows after the left's.
std::vector<std::uint32_t> records_by_row(const Records& records);

PairExplanation explain_records(const Scorer& scorer, std::uint32_t left, std::uint32_t right);

std::vector<FieldCompleteness> completeness_of(const Records& records);

/// Time O(records + kept pairs); the same on any number of threads.
Insight look_into(const Scorer& scorer, const LinkResult& result, const LinkOptions& options,
                  std::size_t thread_count);

}  // namespace kinfold::linkage
