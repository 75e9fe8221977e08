#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "linkage/estimate_internal.h"
#include "linkage/records_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kDrawCount = 2000;
constexpr std::array<double, 7> kBandBounds = {-2, 0, 2, 4, 7, 10, 16};
// What everybody shows may not make a subgroup sure of what nobody looked at there: coverage falls to .87
// without.
constexpr double kPriorMin = 0.3;
constexpr double kBitsMax = 60.0;
constexpr std::size_t kBandCount = kBandBounds.size() + 1;
constexpr std::size_t kNotCompared = 2 * kBandCount;  // The stratum after all bands, unlinked and linked.

double bits_of(double probability) {
  const double p = std::clamp(probability, 1e-15, 1.0 - 1e-15);
  return std::clamp(std::log2(p / (1.0 - p)), -kBitsMax, kBitsMax);
}

std::size_t stratum_of(const ScoredPair& pair) {
  const auto band = std::upper_bound(kBandBounds.begin(), kBandBounds.end(), bits_of(pair.probability)) -
                    kBandBounds.begin();
  return static_cast<std::size_t>(band) + (pair.linked ? kBandCount : 0);
}

std::vector<Stratum> empty_strata() {
  std::vector<Stratum> strata(kNotCompared + 1);
  for (std::size_t n = 0; n < kNotCompared; ++n) {
    const std::size_t band = n % kBandCount;
    strata[n].bits_low = band == 0 ? -kBitsMax : kBandBounds[band - 1];
    strata[n].bits_high = band + 1 == kBandCount ? kBitsMax : kBandBounds[band];
    strata[n].linked = n >= kBandCount;
  }
  strata[kNotCompared].linked = strata[kNotCompared].not_compared = true;
  return strata;
}

const ScoredPair* find_pair(const LinkResult& result, std::uint32_t left, std::uint32_t right) {
  const auto found = std::lower_bound(result.pairs.begin(), result.pairs.end(), std::pair{left, right},
                                      [](const ScoredPair& pair, const auto& rows) {
                                        return std::pair{pair.left, pair.right} < rows;
                                      });
  return found != result.pairs.end() && found->left == left && found->right == right ? &*found : nullptr;
}

// visit(left, right, stratum, probability) for every pair that was kept, and of one file for every pair that
// only its cluster joins (taken for one person: it has no probability of its own).
template <typename Visit>
void for_each_in_frame(const LinkResult& result, Visit&& visit) {
  for (const auto& pair : result.pairs) visit(pair.left, pair.right, stratum_of(pair), pair.probability);
  if (!result.right_cluster.empty()) return;
  std::vector<std::vector<std::uint32_t>> members(result.cluster_count);
  for (std::uint32_t row = 0; row < result.left_cluster.size(); ++row)
    members[result.left_cluster[row]].push_back(row);
  for (const auto& rows : members) {
    for (std::size_t a = 0; a < rows.size(); ++a) {
      for (std::size_t b = a + 1; b < rows.size(); ++b) {
        if (find_pair(result, rows[a], rows[b]) == nullptr) visit(rows[a], rows[b], kNotCompared, 1.0);
      }
    }
  }
}

std::optional<std::size_t> stratum_of_rows(const LinkResult& result, std::uint32_t left,
                                           std::uint32_t right) {
  if (const auto* pair = find_pair(result, left, right)) return stratum_of(*pair);
  const bool one_file = result.right_cluster.empty();
  if (one_file && left != right && result.left_cluster[left] == result.left_cluster[right])
    return kNotCompared;
  return std::nullopt;
}

void count_pair(Stratum& stratum, double probability) {
  ++stratum.pair_count;
  stratum.expected_same_share +=
      (probability - stratum.expected_same_share) / static_cast<double>(stratum.pair_count);
}

void count_verdict(Stratum& stratum, Verdict verdict) {
  ++stratum.judged_count;
  ++(verdict == Verdict::kSame        ? stratum.same_count
     : verdict == Verdict::kDifferent ? stratum.different_count
                                      : stratum.cannot_tell_count);
}

// Rows by what the pairs file calls them.
std::unordered_map<std::string, std::uint32_t> rows_by_id(const table::Table& table, const Model& model) {
  const auto* id = find_id(table, model);
  std::unordered_map<std::string, std::uint32_t> rows;
  for (std::uint32_t row = 0; row < table.row_count(); ++row)
    rows.emplace(id == nullptr ? std::to_string(row + 1) : id->text_at(row), row);
  return rows;
}

// Where 'cannot tell' goes: nowhere, or to the side that is bad or good for precision and recall alike.
enum class Doubt { kLeftOut, kBad, kGood };

struct Judged {
  double same, different;
};
Judged judged_of(const Stratum& stratum, Doubt doubt) {
  Judged judged{static_cast<double>(stratum.same_count), static_cast<double>(stratum.different_count)};
  if (doubt == Doubt::kLeftOut) return judged;
  ((doubt == Doubt::kGood) == stratum.linked ? judged.same : judged.different) +=
      static_cast<double>(stratum.cannot_tell_count);
  return judged;
}

struct Totals {
  double linked = 0.0, linked_same = 0.0, same = 0.0;
  void add(const Stratum& stratum, double same_count) {
    same += same_count;
    if (!stratum.linked) return;
    linked += static_cast<double>(stratum.pair_count);
    linked_same += same_count;
  }
  double precision() const { return linked > 0.0 ? linked_same / linked : 1.0; }
  double recall() const { return same > 0.0 ? std::min(1.0, linked_same / same) : 1.0; }
};

Totals plain_totals(const std::vector<Stratum>& strata, Doubt doubt) {
  Totals totals;
  for (const auto& stratum : strata) {
    const auto [same, different] = judged_of(stratum, doubt);
    const double share = same + different > 0.0 ? same / (same + different) : stratum.expected_same_share;
    totals.add(stratum, share * static_cast<double>(stratum.pair_count));
  }
  return totals;
}

// What was judged is known; of the rest the share is drawn from its posterior, and then how many of them
// there are.
Totals drawn_totals(const std::vector<Stratum>& strata, Doubt doubt, const std::vector<double>& prior,
                    RandomStream& random) {
  Totals totals;
  for (std::size_t n = 0; n < strata.size(); ++n) {
    if (strata[n].pair_count == 0) continue;
    const auto [same, different] = judged_of(strata[n], doubt);
    const double rest = std::max(0.0, static_cast<double>(strata[n].pair_count) - same - different);
    const double before = prior.empty() ? 0.5 : std::clamp(prior[n], kPriorMin, 1.0 - kPriorMin);
    const double share = draw_beta(random, same + before, different + 1.0 - before);
    const double spread = std::sqrt(rest * share * (1.0 - share));
    totals.add(strata[n], same + std::clamp(rest * share + spread * random.normal(), 0.0, rest));
  }
  return totals;
}

}  // namespace

double draw_beta(RandomStream& random, double a, double b) {
  const auto gamma = [&](double shape) {
    const double boost = shape < 1.0 ? std::pow(1.0 - random.uniform(), 1.0 / shape) : 1.0;
    const double d = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
    for (;;) {
      const double x = random.normal();
      const double v = std::pow(1.0 + x / std::sqrt(9.0 * d), 3.0);
      if (v > 0.0 && std::log(1.0 - random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
        return d * v * boost;
    }
  };
  const double one = gamma(a);
  const double other = gamma(b);
  return one + other > 0.0 ? one / (one + other) : a / (a + b);
}

ShareEstimate interval_of(std::vector<double> draws, double value) {
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double share) {
    return draws[static_cast<std::size_t>(share * static_cast<double>(draws.size() - 1))];
  };
  return {value, std::min(value, at(0.025)), std::max(value, at(0.975))};
}

PrecisionRecall precision_and_recall(const std::vector<Stratum>& strata, std::uint64_t seed,
                                     const std::vector<double>& prior) {
  const Totals plain = plain_totals(strata, Doubt::kLeftOut);
  PrecisionRecall all{{plain.precision(), 1.0, 0.0}, {plain.recall(), 1.0, 0.0}};
  for (const auto doubt : {Doubt::kLeftOut, Doubt::kBad, Doubt::kGood}) {
    std::vector<double> precision;
    std::vector<double> recall;
    for (std::size_t n = 0; n < kDrawCount; ++n) {
      RandomStream random(seed, {0x636c'6572, static_cast<std::uint64_t>(doubt), n});
      const Totals totals = drawn_totals(strata, doubt, prior, random);
      precision.push_back(totals.precision());
      recall.push_back(totals.recall());
    }
    const Totals own = plain_totals(strata, doubt);
    const auto widen = [](ShareEstimate& into, const ShareEstimate& from) {
      into.low = std::min(into.low, from.low);
      into.high = std::max(into.high, from.high);
    };
    widen(all.precision, interval_of(std::move(precision), own.precision()));
    widen(all.recall, interval_of(std::move(recall), own.recall()));
  }
  return all;
}

Result<Grouping> group_rows(const table::Table& table, const std::string& column, std::size_t values_max) {
  auto found = table.require(column);
  if (!found.ok()) return invalid("estimates by column, in the left file: " + found.error().message);
  Grouping grouping;
  grouping.column = column;
  std::unordered_map<std::string, std::uint32_t> numbers;
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    const std::string value = found.value()->text_at(row);
    const auto [at, fresh] = numbers.emplace(value, static_cast<std::uint32_t>(numbers.size()));
    if (fresh) grouping.values.push_back(value);
    if (grouping.values.size() > values_max) {
      return invalid("estimates by column: " + column + " has more than " + std::to_string(values_max) +
                     " values; name a column that makes groups");
    }
    grouping.of_row.push_back(at->second);
  }
  return grouping;
}

std::vector<Stratum> strata_of(const LinkResult& result) {
  auto strata = empty_strata();
  for_each_in_frame(result, [&](std::uint32_t, std::uint32_t, std::size_t stratum, double probability) {
    count_pair(strata[stratum], probability);
  });
  return strata;
}

namespace {

// Half in equal parts, so that every band is seen; half by how much a band's doubt weighs in the whole.
std::vector<std::size_t> allocate(const std::vector<Stratum>& strata, std::size_t pair_count) {
  std::vector<double> equal;
  std::vector<double> weight;
  for (const auto& stratum : strata) {
    const double p = std::clamp(stratum.expected_same_share, 0.02, 0.98);
    equal.push_back(stratum.pair_count > 0 ? 1.0 : 0.0);
    weight.push_back(static_cast<double>(stratum.pair_count) * std::sqrt(p * (1.0 - p)));
  }
  const double equal_sum = std::max(1e-9, std::accumulate(equal.begin(), equal.end(), 0.0));
  const double weight_sum = std::max(1e-9, std::accumulate(weight.begin(), weight.end(), 0.0));
  std::vector<std::size_t> counts;
  for (std::size_t n = 0; n < strata.size(); ++n) {
    const double wanted =
        static_cast<double>(pair_count) * 0.5 * (equal[n] / equal_sum + weight[n] / weight_sum);
    counts.push_back(
        std::min<std::size_t>(strata[n].pair_count, static_cast<std::size_t>(std::llround(wanted))));
  }
  // Rounding may have given some too many; what small strata could not use goes to the largest that still has
  // pairs.
  std::size_t given = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  for (; given > pair_count; --given) --*std::max_element(counts.begin(), counts.end());
  while (given < pair_count) {
    std::size_t best = strata.size();
    for (std::size_t n = 0; n < strata.size(); ++n) {
      if (counts[n] < strata[n].pair_count &&
          (best == strata.size() ||
           strata[n].pair_count - counts[n] > strata[best].pair_count - counts[best]))
        best = n;
    }
    if (best == strata.size()) break;
    const std::size_t more =
        std::min<std::size_t>(pair_count - given, strata[best].pair_count - counts[best]);
    counts[best] += more;
    given += more;
  }
  return counts;
}

}  // namespace

std::vector<SampledPair> draw_sample(const LinkResult& result, std::size_t pair_count, std::uint64_t seed) {
  const auto counts = allocate(strata_of(result), pair_count);
  struct Ranked {
    std::uint64_t rank;
    RowPair rows;
    bool operator<(const Ranked& other) const { return rank < other.rank; }
  };
  // The lowest ranks of each stratum, the greatest of them on top of a heap.
  std::vector<std::vector<Ranked>> chosen(counts.size());
  for_each_in_frame(result, [&](std::uint32_t left, std::uint32_t right, std::size_t stratum, double) {
    const Ranked own{mix64(mix64(seed ^ 0x5361'6d70) ^ (static_cast<std::uint64_t>(left) << 32 | right)),
                     {left, right}};
    auto& heap = chosen[stratum];
    if (counts[stratum] == 0 || (heap.size() == counts[stratum] && !(own < heap.front()))) return;
    if (heap.size() == counts[stratum]) {
      std::pop_heap(heap.begin(), heap.end());
      heap.pop_back();
    }
    heap.push_back(own);
    std::push_heap(heap.begin(), heap.end());
  });
  std::vector<std::pair<std::uint64_t, SampledPair>> all;
  for (std::size_t stratum = 0; stratum < chosen.size(); ++stratum) {
    for (const auto& own : chosen[stratum]) all.push_back({mix64(own.rank), {own.rows, stratum}});
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<SampledPair> sample;
  for (const auto& [order, pair] : all) sample.push_back(pair);
  return sample;
}

namespace {

struct JudgedPair {
  std::uint32_t left;
  std::size_t stratum;
  Verdict verdict;
};

std::vector<JudgedPair> judged_pairs(const table::Table& left, const table::Table* right,
                                     const LinkResult& result, const std::vector<Decision>& decisions,
                                     std::uint64_t& unknown_count) {
  const auto left_rows = rows_by_id(left, result.model);
  const auto right_rows = right == nullptr ? left_rows : rows_by_id(*right, result.model);
  std::vector<JudgedPair> judged;
  for (const auto& pair : settle(decisions)) {
    if (pair.drawn != Drawn::kSample) continue;
    const auto one = left_rows.find(pair.left_id);
    const auto other = right_rows.find(pair.right_id);
    std::optional<std::size_t> stratum;
    std::uint32_t row = 0;
    if (one != left_rows.end() && other != right_rows.end()) {
      const bool turn = right == nullptr && one->second > other->second;
      row = turn ? other->second : one->second;
      stratum = stratum_of_rows(result, row, turn ? one->second : other->second);
    }
    if (stratum)
      judged.push_back({row, *stratum, pair.verdict});
    else
      ++unknown_count;
  }
  return judged;
}

// The strata of each value of a column.
std::vector<std::vector<Stratum>> strata_by(const LinkResult& result, const Grouping& grouping,
                                            const std::vector<JudgedPair>& judged) {
  std::vector<std::vector<Stratum>> by_value(grouping.values.size(), empty_strata());
  for_each_in_frame(result, [&](std::uint32_t left, std::uint32_t, std::size_t stratum, double probability) {
    count_pair(by_value[grouping.of_row[left]][stratum], probability);
  });
  for (const auto& pair : judged)
    count_verdict(by_value[grouping.of_row[pair.left]][pair.stratum], pair.verdict);
  return by_value;
}

QualityEstimate quality_estimate(const std::vector<Stratum>& strata, std::uint64_t seed,
                                 const std::vector<double>& prior = {}) {
  QualityEstimate estimate;
  for (const auto& stratum : strata) {
    estimate.judged_count += stratum.judged_count;
    if (stratum.linked) estimate.linked_count += stratum.pair_count;
  }
  const auto both = precision_and_recall(strata, seed, prior);
  estimate.precision = both.precision;
  estimate.recall = both.recall;
  return estimate;
}

}  // namespace

Result<ClericalEstimate> estimate_from_decisions(const table::Table& left, const table::Table* right,
                                                 const LinkResult& result,
                                                 const std::vector<Decision>& decisions,
                                                 const EstimateOptions& options) {
  ClericalEstimate estimate;
  const auto judged = judged_pairs(left, right, result, decisions, estimate.unknown_count);
  if (judged.empty()) {
    return invalid(
        "no decision drawn as a sample is about a pair of this run; give decisions made on these files, with "
        "ids as the files have them");
  }
  estimate.strata = strata_of(result);
  for (const auto& pair : judged) count_verdict(estimate.strata[pair.stratum], pair.verdict);
  for (const auto& stratum : estimate.strata) estimate.cannot_tell_count += stratum.cannot_tell_count;
  estimate.estimates.push_back(quality_estimate(estimate.strata, options.seed));
  // A subgroup's stratum starts from what the same stratum of everybody showed, with the weight of one pair.
  std::vector<double> prior;
  for (const auto& stratum : estimate.strata) {
    prior.push_back((static_cast<double>(stratum.same_count) + 0.5) /
                    (static_cast<double>(stratum.same_count + stratum.different_count) + 1.0));
  }
  for (const auto& column : options.by_columns) {
    auto grouping = group_rows(left, column, options.values_max);
    if (!grouping.ok()) return grouping.error();
    const auto by_value = strata_by(result, grouping.value(), judged);
    for (std::size_t n = 0; n < by_value.size(); ++n) {
      auto own = quality_estimate(by_value[n], options.seed, prior);
      own.column = column;
      own.value = grouping.value().values[n];
      estimate.estimates.push_back(std::move(own));
    }
  }
  std::erase_if(estimate.strata, [](const Stratum& stratum) { return stratum.pair_count == 0; });
  return estimate;
}

}  // namespace kinfold::linkage
