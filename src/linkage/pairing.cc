#include "linkage/pairing_internal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "linkage/assign.h"
#include "linkage/partner_evidence_internal.h"

namespace kinfold::linkage {
namespace {

constexpr double kSureBits = 6.63;  // A probability of .99.
constexpr double kRepeatedShareMin = 0.02;
constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();

// The two surest partners of a record.
struct Partners {
  std::array<std::uint32_t, 2> record = {kNobody, kNobody};
  std::array<double, 2> bits = {kSureBits, kSureBits};

  void see(std::uint32_t other, double log_odds_bits) {
    if (log_odds_bits > bits[0]) {
      record = {other, record[0]};
      bits = {log_odds_bits, bits[0]};
    } else if (log_odds_bits > bits[1]) {
      record[1] = other;
      bits[1] = log_odds_bits;
    }
  }
};

enum class Alike { kYes, kUnknown, kNo };

// Whether two records that are sure partners have one forename and one date of birth, nearly. One person's
// seldom differ altogether. Twins' forenames do, and dates of fathers and sons of one name: where everybody
// has such a relative, these pass for sure partners.
Alike personally_alike(const Scorer& scorer, std::uint32_t a, std::uint32_t b) {
  const Comparer& comparer = scorer.comparer();
  Levels levels{};
  comparer.compare(scorer.records().of(a), scorer.records().of(b), levels);
  Alike alike = Alike::kYes;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    const auto kind = comparer.kind_of(n);
    if (kind != FieldKind::kForenames && kind != FieldKind::kDate) continue;
    if (levels[n] == kMissingLevel)
      alike = Alike::kUnknown;
    else if (levels[n] + std::size_t{1} == comparer.comparison(n).levels.size())
      return Alike::kNo;
  }
  return alike;
}

// Whether the file on the other side of `of` holds people more than once.
template <typename Of, typename Other>
bool holds_repeats(const Scorer& scorer, const KeptPairs& kept, Of of, Other other) {
  std::vector<Partners> partners(scorer.records().count);
  for (const auto& pair : kept) partners[pair.*of].see(pair.*other, pair.log_odds_bits);
  double sure = 0.0;
  std::array<double, 3> count{};
  for (const auto& own : partners) {
    if (own.record[0] == kNobody) continue;
    ++sure;
    if (own.record[1] == kNobody) continue;
    const auto [first, second] = std::minmax(own.record[0], own.record[1]);
    if (scorer.score(first, second).log_odds_bits >= kSureBits)
      ++count[static_cast<std::size_t>(personally_alike(scorer, first, second))];
  }
  const auto [yes, unknown, no] = count;
  const double repeated = yes + unknown * (yes + 1.0) / (yes + no + 1.0);
  return repeated > kRepeatedShareMin * sure;
}

double odds_of(const KeptPair& pair) { return std::exp2(std::min(pair.log_odds_bits, 500.0)); }

// Each record's heaviest pair; of equal ones the first in the order of pairs.
std::vector<std::size_t> best_of_each(const KeptPairs& kept, std::uint32_t KeptPair::*once,
                                      std::size_t record_count) {
  constexpr auto kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> best(record_count, kNone);
  for (std::size_t n = 0; n < kept.size(); ++n) {
    auto& own = best[kept[n].*once];
    if (own == kNone || kept[n].log_odds_bits > kept[own].log_odds_bits) own = n;
  }
  std::erase(best, kNone);
  std::sort(best.begin(), best.end());
  return best;
}

}  // namespace

std::vector<double> plain_probabilities(const KeptPairs& kept) {
  std::vector<double> probability;
  probability.reserve(kept.size());
  for (const auto& pair : kept) probability.push_back(probability_of_bits(pair.log_odds_bits));
  return probability;
}

std::vector<double> compete(const KeptPairs& kept, std::size_t record_count) {
  std::vector<double> sum(record_count, 0.0);
  for (const auto& pair : kept) {
    sum[pair.left] += odds_of(pair);
    sum[pair.right] += odds_of(pair);
  }
  std::vector<double> probability;
  for (const auto& pair : kept) {
    const double odds = odds_of(pair);
    probability.push_back(odds / (1.0 + std::max(odds, sum[pair.left] + sum[pair.right] - odds)));
  }
  return probability;
}

std::vector<std::size_t> assign(const KeptPairs& kept, std::vector<std::string>& notes) {
  std::vector<WeightedPair> weighted;
  for (const auto& pair : kept) weighted.push_back({pair.left, pair.right, pair.log_odds_bits + 10.0});
  const auto assignment = assign_one_to_one(weighted);
  if (assignment.greedy_component_count > 0) {
    notes.push_back(std::to_string(assignment.greedy_component_count) +
                    " groups of records were too large for the exact assignment and were assigned from the "
                    "heaviest pair down");
  }
  return assignment.taken;
}

Pairing detect_pairing(const Scorer& scorer, const KeptPairs& kept) {
  const bool right_repeats = holds_repeats(scorer, kept, &KeptPair::left, &KeptPair::right);
  const bool left_repeats = holds_repeats(scorer, kept, &KeptPair::right, &KeptPair::left);
  if (right_repeats) return left_repeats ? Pairing::kMany : Pairing::kOneToMany;
  return left_repeats ? Pairing::kManyToOne : Pairing::kOneToOne;
}

std::vector<double> pair_probabilities(const KeptPairs& kept, Pairing pairing, const Scorer& scorer,
                                       const std::optional<PartnerShares>& shares, const DecoyFlags& decoys) {
  if (pairing == Pairing::kMany) return plain_probabilities(kept);
  const Records& records = scorer.records();
  if (pairing == Pairing::kOneToOne) {
    constexpr int kRounds = 3;
    const auto clue = household_clue(scorer, decoys);
    const auto told_by = [&](const KeptPairs& pairs) {
      return one_to_one_probabilities(pairs, records.count, records.whole_sizes(), shares, decoys, clue);
    };
    auto probability = told_by(kept);
    PartnerEvidence evidence(scorer, kept, decoys);
    // Who brings Splink's model wants Splink's weights.
    for (int round = 0; round < kRounds && !scorer.term_frequency_by_u(); ++round)
      probability = told_by(evidence.odds_by(probability));
    return probability;
  }
  const auto once = pairing == Pairing::kOneToMany ? &KeptPair::right : &KeptPair::left;
  std::vector<double> sum(records.count, 0.0);
  for (const auto& pair : kept) sum[pair.*once] += odds_of(pair);
  std::vector<double> probability;
  probability.reserve(kept.size());
  for (const auto& pair : kept) probability.push_back(odds_of(pair) / (1.0 + sum[pair.*once]));
  return probability;
}

std::vector<std::size_t> pairs_allowed(const KeptPairs& kept, Pairing pairing, std::size_t record_count,
                                       std::vector<std::string>& notes) {
  if (pairing == Pairing::kOneToOne) return assign(kept, notes);
  if (pairing != Pairing::kMany)
    return best_of_each(kept, pairing == Pairing::kOneToMany ? &KeptPair::right : &KeptPair::left,
                        record_count);
  std::vector<std::size_t> all(kept.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::string_view pairing_name(Pairing pairing) {
  constexpr std::array<std::string_view, 5> kNames = {"auto", "one-to-one", "one-to-many", "many-to-one",
                                                      "many"};
  return kNames[static_cast<std::size_t>(pairing)];
}

std::optional<Pairing> pairing_of(std::string_view name) {
  for (const auto pairing :
       {Pairing::kAuto, Pairing::kOneToOne, Pairing::kOneToMany, Pairing::kManyToOne, Pairing::kMany}) {
    if (pairing_name(pairing) == name) return pairing;
  }
  return std::nullopt;
}

}  // namespace kinfold::linkage
