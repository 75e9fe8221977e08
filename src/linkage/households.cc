#include "linkage/households_internal.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kinfold::linkage {
namespace {

constexpr double kRelativesToStrangersMin = 0.1;
constexpr double kRelativePairsMin = 50.0;

// Pairs of a left and a right record that both have a value, and of those the ones that have the same.
struct PairCounts {
  double filled = 0.0;
  double same = 0.0;
};

PairCounts count_pairs(const Records& records, std::size_t field, const HouseholdSizes& sizes) {
  if (records.census != nullptr) {
    const FieldCensus& whole = *records.census->find(records.fields[field].field.name);
    return {whole.left_total * whole.right_total, whole.same_total};
  }
  double left = 0.0;
  double right = 0.0;
  PairCounts pairs;
  for (std::size_t value = 1; value < sizes.left.size(); ++value) {
    left += sizes.left[value];
    right += sizes.right[value];
    pairs.same += static_cast<double>(sizes.left[value]) * sizes.right[value];
  }
  pairs.filled = left * right;
  return pairs;
}

// Of the comparisons that people of a household share and that change on moving or do not, the one whose
// equal values speak most for relatives against strangers; nothing where none does by more than `ratio_min`.
std::optional<std::size_t> most_telling(const Comparer& comparer, const EmModel& model,
                                        bool changes_on_moving, double ratio_min) {
  std::optional<std::size_t> best;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    const Comparison& comparison = comparer.comparison(n);
    // A census counts the values of those fields only whose rare values weigh more.
    if (!comparison.shared_in_household || comparison.changes_on_moving != changes_on_moving ||
        comparison.levels.front().when != "exact" || comparison.levels.front().term_frequency <= 0.0)
      continue;
    const double ratio = model.related_rate * model.related[n][0] / model.u[n][0];
    if (ratio <= ratio_min) continue;
    ratio_min = ratio;
    best = n;
  }
  return best;
}

// Pairs of a left and a right record that both have a place and a name.
struct NamedPairs {
  double all = 0.0;
  double same_place = 0.0;
  double same_both = 0.0;
};

NamedPairs count_named_pairs(const Records& records, std::size_t place, std::size_t name) {
  // Names of left records by place, those of one place in order.
  std::vector<std::uint32_t> at(records.fields[place].values.size() + 1);
  const auto has_both = [&](std::size_t record) {
    return records.of(record)[place] != 0 && records.of(record)[name] != 0;
  };
  for (std::size_t record = 0; record < records.left_count; ++record)
    if (has_both(record)) ++at[records.of(record)[place] + 1];
  std::partial_sum(at.begin(), at.end(), at.begin());
  std::vector<std::uint32_t> names(at.back());
  auto next = at;
  for (std::size_t record = 0; record < records.left_count; ++record)
    if (has_both(record)) names[next[records.of(record)[place]]++] = records.of(record)[name];
  const auto names_at = [&](std::uint32_t where) {
    return std::pair{names.begin() + at[where], names.begin() + at[where + 1]};
  };
  for (std::uint32_t where = 1; where + 1 < at.size(); ++where) {
    const auto [begin, end] = names_at(where);
    if (end - begin > 1) std::sort(begin, end);
  }
  NamedPairs pairs;
  for (std::size_t record = records.left_count; record < records.count; ++record) {
    if (!has_both(record)) continue;
    pairs.all += static_cast<double>(names.size());
    const auto [begin, end] = names_at(records.of(record)[place]);
    pairs.same_place += static_cast<double>(end - begin);
    const auto [first, last] = std::equal_range(begin, end, records.of(record)[name]);
    pairs.same_both += static_cast<double>(last - first);
  }
  return pairs;
}

bool are_whole(const Records& records) {
  return records.whole_sizes() == std::pair{static_cast<double>(records.left_count),
                                            static_cast<double>(records.count - records.left_count)};
}

}  // namespace

std::vector<double> expected_partners(std::size_t record_count, const KeptPairs& kept,
                                      const std::vector<double>& probability, const DecoyFlags& decoys) {
  std::vector<double> expected(record_count, 0.0);
  for (std::size_t n = 0; n < kept.size(); ++n) {
    if (is_decoy(decoys, kept[n].left)) continue;
    expected[kept[n].left] += probability[n];
    expected[kept[n].right] += probability[n];
  }
  return expected;
}

std::optional<RelativesCount> count_relatives(const Records& records, const Comparer& comparer,
                                              const EmModel& model) {
  if (!records.two_files() || !are_whole(records)) return std::nullopt;
  const auto place = most_telling(comparer, model, true, kRelativesToStrangersMin);
  const auto name = most_telling(comparer, model, false, 0.0);
  if (!place || !name) return std::nullopt;
  // Relatives that some rule finds have one name more often than the rest, but no two people's name is
  // written alike more often than one person's.
  const double relatives = std::min(model.related[*name][0], model.m[*name][0]);
  const double strangers = model.u[*name][0];
  const NamedPairs pairs = count_named_pairs(records, comparer.field_of(*place), comparer.field_of(*name));
  const double matches = model.match_rate * pairs.all * match_share(model, *place, 0);
  const double others = pairs.same_place - matches;
  if (others < kRelativePairsMin || relatives <= strangers) return std::nullopt;
  const double alike = (pairs.same_both - matches * model.m[*name][0]) / others;
  const double share = std::clamp((alike - strangers) / (relatives - strangers), 0.0, 1.0);
  return RelativesCount{share, share * others / (pairs.all * model.related[*place][0])};
}

std::optional<HouseholdClue> household_clue(const Scorer& scorer, const DecoyFlags& decoys) {
  const EmModel& model = scorer.model();
  const Records& records = scorer.records();
  const auto place = most_telling(scorer.comparer(), model, true, kRelativesToStrangersMin);
  if (!place) return std::nullopt;
  HouseholdClue clue;
  clue.records = &records;
  clue.field = scorer.comparer().field_of(*place);
  clue.sizes = household_sizes(records, clue.field, decoys);
  const PairCounts pairs = count_pairs(records, clue.field, clue.sizes);
  clue.pair_count = pairs.same;
  clue.stranger_count = model.u[*place][0] * pairs.filled;
  clue.related_share = model.household_related_share;
  if (!clue.related_share) clue.match_share = model.match_rate / (model.match_rate + model.related_rate);
  return clue;
}

std::optional<double> household_partner_share(const HouseholdClue& clue, const KeptPairs& kept,
                                              const std::vector<double>& probability,
                                              const DecoyFlags& decoys, double strangers) {
  const Records& records = *clue.records;
  const auto value_of = [&](std::uint32_t record) { return records.of(record)[clue.field]; };
  const auto matched = expected_partners(records.count, kept, probability, decoys);
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
  const double others = clue.pair_count - matches;
  const double relatives = clue.related_share ? *clue.related_share * others : others - clue.stranger_count;
  if (relatives < kRelativePairsMin) return std::nullopt;
  const double product = (both - strangers * (others - relatives)) / relatives;
  return std::sqrt(std::clamp(product, strangers, 1.0));
}

}  // namespace kinfold::linkage
