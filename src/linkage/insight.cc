#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/parallel.h"
#include "linkage/insight_internal.h"
#include "linkage/run_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kRecordsPerChunk = 16384;
// Beyond a hundred bits nothing is left to tell.
constexpr int kSelfBitsMax = 100;

// By whole bits, from -kSelfBitsMax on.
using SelfWeights = std::array<SelfWeight, 2 * kSelfBitsMax + 1>;

std::vector<SelfWeight> self_weights(const Scorer& scorer, std::size_t thread_count) {
  const auto& records = scorer.records();
  std::vector<SelfWeights> parts((records.count + kRecordsPerChunk - 1) / kRecordsPerChunk);
  parallel_chunks(records.count, kRecordsPerChunk, thread_count,
                  [&](std::size_t chunk, std::size_t begin, std::size_t end) {
                    for (std::size_t n = begin; n < end; ++n) {
                      const auto record = static_cast<std::uint32_t>(n);
                      const double bits = std::fmin(
                          std::fmax(scorer.score(record, record).log_odds_bits, -kSelfBitsMax), kSelfBitsMax);
                      auto& weight = parts[chunk][static_cast<std::size_t>(std::floor(bits) + kSelfBitsMax)];
                      ++(n < records.left_count ? weight.left_count : weight.right_count);
                    }
                  });
  std::vector<SelfWeight> weights;
  for (int bits = -kSelfBitsMax; bits <= kSelfBitsMax; ++bits) {
    SelfWeight all{bits, 0, 0};
    for (const auto& part : parts) {
      const auto& own = part[static_cast<std::size_t>(bits + kSelfBitsMax)];
      all.left_count += own.left_count;
      all.right_count += own.right_count;
    }
    if (all.left_count + all.right_count > 0) weights.push_back(all);
  }
  return weights;
}

double bits_of_probability(double probability) {
  const double p = std::clamp(probability, 1e-15, 1.0 - 1e-15);
  return std::log2(p / (1.0 - p));
}

// Pairs nearest to the threshold, each of another agreement pattern: half of them linked where there are
// such.
std::vector<const ScoredPair*> doubtful(const LinkResult& result, std::size_t count_max) {
  const double line = bits_of_probability(result.threshold_probability);
  std::vector<const ScoredPair*> nearest;
  for (const bool linked : {true, false}) {
    // Of each pattern the nearest pair, so that six pairs show six things.
    std::vector<std::pair<double, const ScoredPair*>> of_pattern;
    const auto distance = [&](const ScoredPair& pair) {
      return std::abs(bits_of_probability(pair.probability) - line);
    };
    for (const auto& pair : result.pairs) {
      if (pair.linked != linked) continue;
      if (pair.pattern >= of_pattern.size()) of_pattern.resize(std::size_t{pair.pattern} + 1);
      auto& [nearest_so_far, own] = of_pattern[pair.pattern];
      const double here = distance(pair);
      if (own == nullptr || here < nearest_so_far) nearest_so_far = here, own = &pair;
    }
    std::vector<const ScoredPair*> some;
    for (const auto& [there, pair] : of_pattern)
      if (pair != nullptr) some.push_back(pair);
    std::stable_sort(some.begin(), some.end(),
                     [&](const auto* a, const auto* b) { return distance(*a) < distance(*b); });
    const std::size_t room = linked ? (count_max + 1) / 2 : count_max - nearest.size();
    some.resize(std::min(room, some.size()));
    nearest.insert(nearest.end(), some.begin(), some.end());
  }
  std::stable_sort(nearest.begin(), nearest.end(),
                   [](const auto* a, const auto* b) { return a->probability > b->probability; });
  return nearest;
}

}  // namespace

std::vector<std::uint32_t> records_by_row(const Records& records) {
  std::vector<std::uint32_t> record_of(records.count);
  for (std::uint32_t n = 0; n < records.count; ++n)
    record_of[records.row[n] + (n < records.left_count ? 0 : records.left_count)] = n;
  return record_of;
}

PairExplanation explain_records(const Scorer& scorer, std::uint32_t left, std::uint32_t right) {
  const auto& comparer = scorer.comparer();
  const auto& model = scorer.model();
  const auto* a = scorer.records().of(left);
  const auto* b = scorer.records().of(right);
  Levels levels{};
  comparer.compare(a, b, levels);
  const PairScore score = scorer.score(levels, scorer.pattern_weight(levels), a, b);
  PairExplanation explanation;
  explanation.prior_bits = std::log2(model.match_rate / (1.0 - model.match_rate));
  double stayed = 0.0;
  double moved = 0.0;
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
      const auto ratio = scorer.field_ratio(n, levels[n], a[field], b[field]);
      const double whole = ratio.match * std::numbers::log2e;
      step.weight_bits = std::log2(std::max(step.m, 1e-12) / std::max(step.u, 1e-12));
      step.term_frequency_bits = whole - step.weight_bits;
      stayed += ratio.match;
      moved += ratio.moved;
    }
    explanation.steps.push_back(std::move(step));
  }
  explanation.weight_bits = score.weight_bits;
  const double match = scorer.match_of(stayed, moved);
  explanation.moved_bits = (match - stayed) * std::numbers::log2e;
  explanation.related_bits = score.weight_bits - match * std::numbers::log2e;
  explanation.probability = probability_of_bits(score.log_odds_bits);
  return explanation;
}

std::vector<FieldCompleteness> completeness_of(const Records& records) {
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  std::vector<FieldCompleteness> all;
  for (const auto& field : records.fields) {
    const std::uint64_t left_missing = field.left_count[0];
    const std::uint64_t right_missing = field.count[0] - field.left_count[0];
    FieldCompleteness own;
    own.field = field.field.name;
    own.left_share = 1.0 - share(left_missing, records.left_count);
    own.right_share =
        records.two_files() ? 1.0 - share(right_missing, records.count - records.left_count) : 0.0;
    std::uint64_t commonest = 0;
    for (std::size_t code = 1; code < field.count.size(); ++code) {
      own.distinct_count += field.count[code] > 0;
      commonest = std::max<std::uint64_t>(commonest, field.count[code]);
    }
    own.commonest_share = share(commonest, records.count - field.count[0]);
    all.push_back(std::move(own));
  }
  return all;
}

Insight look_into(const Scorer& scorer, const LinkResult& result, const LinkOptions& options,
                  std::size_t thread_count) {
  const auto& records = scorer.records();
  const auto record_of = records_by_row(records);
  const std::size_t right_first = records.two_files() ? records.left_count : 0;
  Insight insight;
  insight.completeness = completeness_of(records);
  insight.self_weights = self_weights(scorer, thread_count);
  const auto add = [&](RowPair rows, bool linked, bool asked) {
    insight.explained.push_back(
        {rows, linked, asked,
         explain_records(scorer, record_of[rows.first], record_of[right_first + rows.second])});
  };
  for (const auto& rows : options.explain_rows) {
    const auto found = std::find_if(result.pairs.begin(), result.pairs.end(), [&](const ScoredPair& pair) {
      return RowPair{pair.left, pair.right} == rows ||
             (!records.two_files() && RowPair{pair.right, pair.left} == rows);
    });
    add(rows, found != result.pairs.end() && found->linked, true);
  }
  for (const auto* pair : doubtful(result, options.doubtful_explained_max))
    add({pair->left, pair->right}, pair->linked, false);
  return insight;
}

Result<Insight> insight_of(const table::Table& left, const table::Table* right, const LinkResult& result,
                           const LinkOptions& options) {
  const std::size_t thread_count = options.thread_count == 0 ? default_thread_count() : options.thread_count;
  auto encoded = encode(left, right, result.model, {thread_count, true});
  if (!encoded.ok()) return encoded.error();
  const Records& records = encoded.value();
  if (!result.model.fitted) return Insight{completeness_of(records), {}, {}};
  const auto comparer = Comparer::create(records, result.model);
  if (!comparer.ok()) return comparer.error();
  const Scorer scorer(records, comparer.value(), given_model(comparer.value(), result.model),
                      result.model.settings.term_frequency_by_u);
  return look_into(scorer, result, options, thread_count);
}

}  // namespace kinfold::linkage
