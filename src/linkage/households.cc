#include "linkage/households_internal.h"

#include <algorithm>
#include <cmath>

namespace kinfold::linkage {
namespace {

constexpr double kRelativesToStrangersMin = 0.1;
constexpr double kRelativePairsMin = 50.0;

bool is_decoy(const DecoyFlags& decoys, std::uint32_t record) { return !decoys.empty() && decoys[record]; }

// How many records of either file have each value of a field.
struct SideCounts {
  std::vector<double> left, right;
};

SideCounts count_sides(const Records& records, std::size_t field, const DecoyFlags& decoys) {
  const std::size_t value_count = records.fields[field].values.size();
  SideCounts counts{std::vector<double>(value_count), std::vector<double>(value_count)};
  for (std::uint32_t record = 0; record < records.count; ++record)
    if (!is_decoy(decoys, record))
      (record < records.left_count ? counts.left : counts.right)[records.of(record)[field]] += 1.0;
  return counts;
}

// Pairs of a left and a right record that both have a value, and of those the ones that have the same.
struct PairCounts {
  double filled = 0.0;
  double same = 0.0;
};

PairCounts count_pairs(const Records& records, std::size_t field, const DecoyFlags& decoys) {
  if (records.census != nullptr) {
    const FieldCensus& whole = *records.census->find(records.fields[field].field.name);
    return {whole.left_total * whole.right_total, whole.same_total};
  }
  const SideCounts counts = count_sides(records, field, decoys);
  double left = 0.0;
  double right = 0.0;
  PairCounts pairs;
  for (std::size_t code = 1; code < counts.left.size(); ++code) {
    left += counts.left[code];
    right += counts.right[code];
    pairs.same += counts.left[code] * counts.right[code];
  }
  pairs.filled = left * right;
  return pairs;
}

}  // namespace

std::optional<HouseholdClue> household_clue(const Scorer& scorer, const DecoyFlags& decoys) {
  const EmModel& model = scorer.model();
  const Comparer& comparer = scorer.comparer();
  std::optional<HouseholdClue> clue;
  double best = kRelativesToStrangersMin;
  double strangers = 0.0;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    const Comparison& comparison = comparer.comparison(n);
    // A census counts the values of those fields only whose rare values weigh more.
    if (!comparison.shared_in_household || !comparison.changes_on_moving ||
        comparison.levels.front().when != "exact" || comparison.levels.front().term_frequency <= 0.0)
      continue;
    const double ratio = model.related_rate * model.related[n][0] / model.u[n][0];
    if (ratio <= best) continue;
    best = ratio;
    strangers = model.u[n][0];
    clue = HouseholdClue{&scorer.records(), comparer.field_of(n), 0.0, 0.0,
                         model.match_rate / (model.match_rate + model.related_rate)};
  }
  if (!clue) return clue;
  const PairCounts pairs = count_pairs(*clue->records, clue->field, decoys);
  clue->pair_count = pairs.same;
  clue->stranger_count = strangers * pairs.filled;
  return clue;
}

std::optional<double> household_partner_share(const HouseholdClue& clue, const std::vector<KeptPair>& kept,
                                              const std::vector<double>& probability,
                                              const DecoyFlags& decoys, double strangers) {
  const Records& records = *clue.records;
  const auto value_of = [&](std::uint32_t record) { return records.of(record)[clue.field]; };
  std::vector<double> matched(records.count, 0.0);  // By record: the probability that it has a partner.
  for (std::size_t n = 0; n < kept.size(); ++n) {
    if (is_decoy(decoys, kept[n].left)) continue;
    matched[kept[n].left] += probability[n];
    matched[kept[n].right] += probability[n];
  }
  std::vector<double> right(records.fields[clue.field].values.size(), 0.0);
  for (auto record = static_cast<std::uint32_t>(records.left_count); record < records.count; ++record)
    right[value_of(record)] += matched[record];
  // Summed by record and by pair, and never by value: the numbers of values depend on which records are here.
  double both = 0.0;
  for (std::uint32_t record = 0; record < records.left_count; ++record)
    if (value_of(record) != 0) both += matched[record] * right[value_of(record)];
  double matches = 0.0;
  for (std::size_t n = 0; n < kept.size(); ++n) {
    const auto& pair = kept[n];
    if (is_decoy(decoys, pair.left) || value_of(pair.left) == 0 ||
        value_of(pair.left) != value_of(pair.right))
      continue;
    const double p = probability[n];
    matches += p;
    both += (matched[pair.left] - p) * (matched[pair.right] - p) - matched[pair.left] * matched[pair.right];
  }
  const double relatives = clue.pair_count - clue.stranger_count - matches;
  if (relatives < kRelativePairsMin) return std::nullopt;
  const double product = (both - strangers * clue.stranger_count) / relatives;
  return std::sqrt(std::clamp(product, strangers, 1.0));
}

}  // namespace kinfold::linkage
