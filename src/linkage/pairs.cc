#include "linkage/pairs.h"

#include "linkage/insight_internal.h"
#include "linkage/run_internal.h"

namespace kinfold::linkage {
Result<std::vector<PairExplanation>> explain_pairs(const table::Table& left, const table::Table* right,
                                                   const Model& fitted, const std::vector<RowPair>& pairs) {
  if (!fitted.fitted)
    return invalid("only a fitted model can weigh pairs; link first and take the model that comes out");
  auto encoded = encode(left, right, fitted, {1, false});
  if (!encoded.ok()) return encoded.error();
  const Records& records = encoded.value();
  const auto comparer = Comparer::create(records, fitted);
  if (!comparer.ok()) return comparer.error();
  const Scorer scorer(records, comparer.value(), given_model(comparer.value(), fitted),
                      fitted.settings.term_frequency_by_u);
  const auto record_of = records_by_row(records);
  const std::size_t right_first = right == nullptr ? 0 : records.left_count;
  std::vector<PairExplanation> explained;
  for (const auto& [one, other] : pairs) {
    if (one >= records.left_count || right_first + other >= records.count) {
      return invalid("a pair names a row that its table does not have; rows are counted from 0");
    }
    explained.push_back(explain_records(scorer, record_of[one], record_of[right_first + other]));
  }
  return explained;
}

}  // namespace kinfold::linkage
