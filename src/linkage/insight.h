// What a run shows of its records and pairs beyond the answer: for the report and for whoever asks why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linkage/explanation.h"

namespace kinfold::linkage {

/// How much of a field is there, in its standard form.
struct FieldCompleteness {
  std::string field;
  double left_share = 0.0;           ///< Of the left file's records, those with a value.
  double right_share = 0.0;          ///< 0 where one file is deduplicated.
  std::uint64_t distinct_count = 0;  ///< Distinct values, both files together.
  /// Share of the commonest value among the records that have one: 1 where all hold the same.
  double commonest_share = 0.0;
};

/// Records by what each would weigh against itself: the most that any partner could reach.
struct SelfWeight {
  int bits = 0;  ///< log2 of the posterior odds, rounded down.
  std::uint64_t left_count = 0;
  std::uint64_t right_count = 0;
};

struct ExplainedPair {
  RowPair rows;
  bool linked = false;
  bool asked = false;  ///< By LinkOptions::explain_rows; else one of those nearest to the threshold.
  PairExplanation explanation;
};

struct Insight {
  std::vector<FieldCompleteness> completeness;
  std::vector<SelfWeight> self_weights;  ///< Ascending by bits.
  std::vector<ExplainedPair> explained;  ///< Those asked for first, then from the most to the least probable.
};

}  // namespace kinfold::linkage
