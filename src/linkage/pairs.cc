#include "linkage/pairs.h"

#include <cmath>
#include <numbers>

#include "linkage/run_internal.h"

namespace kinfold::linkage {
namespace {

PairExplanation explain(const Scorer& scorer, std::uint32_t left, std::uint32_t right) {
  const auto& comparer = scorer.comparer();
  const auto& model = scorer.model();
  const auto* a = scorer.records().of(left);
  const auto* b = scorer.records().of(right);
  Levels levels{};
  comparer.compare(a, b, levels);
  const PairScore score = scorer.score(levels, scorer.pattern_weight(levels), a, b);
  PairExplanation explanation;
  explanation.prior_bits = std::log2(model.match_rate / (1.0 - model.match_rate));
  double sum = 0.0;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    ExplainedComparison step;
    step.comparison = comparer.comparison(n).name;
    if (levels[n] == kMissingLevel) {
      step.level = "missing";
    } else {
      const auto& level = comparer.comparison(n).levels[levels[n]];
      const std::size_t field = comparer.field_of(n);
      step.level = level.when;
      step.m = model.m[n][levels[n]];
      step.u = model.u[n][levels[n]];
      const double whole = scorer.field_ratio(n, levels[n], a[field], b[field]).match * std::numbers::log2e;
      step.weight_bits = std::log2(std::max(step.m, 1e-12) / std::max(step.u, 1e-12));
      step.term_frequency_bits = whole - step.weight_bits;
      sum += whole;
    }
    explanation.steps.push_back(std::move(step));
  }
  explanation.weight_bits = score.weight_bits;
  explanation.related_bits = score.weight_bits - sum;
  explanation.probability = probability_of_bits(score.log_odds_bits);
  return explanation;
}

}  // namespace

Result<std::vector<PairExplanation>> explain_pairs(const table::Table& left, const table::Table* right, const Model& fitted,
                                                   const std::vector<RowPair>& pairs) {
  if (!fitted.fitted) return invalid("only a fitted model can weigh pairs; link first and take the model that comes out");
  auto encoded = encode(left, right, fitted, {1, false});
  if (!encoded.ok()) return encoded.error();
  const Records& records = encoded.value();
  const auto comparer = Comparer::create(records, fitted);
  if (!comparer.ok()) return comparer.error();
  const Scorer scorer(records, comparer.value(), given_model(comparer.value(), fitted), fitted.settings.term_frequency_by_u);
  std::vector<std::uint32_t> record_of(records.count);  // By row, the right table's after the left's.
  for (std::uint32_t n = 0; n < records.count; ++n) record_of[records.row[n] + (n < records.left_count ? 0 : records.left_count)] = n;
  const std::size_t right_first = right == nullptr ? 0 : records.left_count;
  std::vector<PairExplanation> explained;
  for (const auto& [one, other] : pairs) {
    if (one >= records.left_count || right_first + other >= records.count) {
      return invalid("a pair names a row that its table does not have; rows are counted from 0");
    }
    explained.push_back(explain(scorer, record_of[one], record_of[right_first + other]));
  }
  return explained;
}

}  // namespace kinfold::linkage
