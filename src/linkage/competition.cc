#include "linkage/competition_internal.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace kinfold::linkage {
namespace {

constexpr int kRounds = 20;
// That nearly everybody has a partner is not known well enough to tell twenty from a hundred.
constexpr double kShareMax = 0.95;
constexpr double kBitsMax = 50.0;  // Beyond it sums of odds lose what is small.
constexpr double kDamping = 0.5;   // Rings of candidates would swing.

double odds_of(const KeptPair& pair) { return std::exp2(std::min(pair.log_odds_bits, kBitsMax)); }

// A pair of which a record has other candidates, and what the rest of its candidates leave of either record:
// 1 all, 0 nothing.
struct Entangled {
  std::size_t pair;
  std::uint32_t left, right;
  double odds;
  bool decoy;
  double left_free = 1.0;
  double right_free = 1.0;
};

// One half of a round: each pair hears from one of its records what its other pairs, as their other records
// see them, leave of it. To right records decoys say nothing.
void hear(std::vector<Entangled>& pairs, double factor, bool left, std::vector<double>& sum) {
  const auto at = left ? &Entangled::left : &Entangled::right;
  const auto own = left ? &Entangled::left_free : &Entangled::right_free;
  const auto others = left ? &Entangled::right_free : &Entangled::left_free;
  const auto said = [&](const Entangled& pair) {
    return pair.decoy && !left ? 0.0 : factor * pair.odds * pair.*others;
  };
  for (const auto& pair : pairs) sum[pair.*at] = 0.0;
  for (const auto& pair : pairs) sum[pair.*at] += said(pair);
  for (auto& pair : pairs) {
    const double rest = std::max(0.0, sum[pair.*at] - said(pair));
    pair.*own = kDamping * pair.*own + (1.0 - kDamping) / (1.0 + rest);
  }
}

double probability_of(double odds) { return odds / (1.0 + odds); }

}  // namespace

std::vector<double> one_to_one_probabilities(const std::vector<KeptPair>& kept, std::size_t record_count,
                                             const std::pair<double, double>& file_sizes,
                                             const std::optional<PartnerShares>& shares,
                                             const DecoyFlags& decoys) {
  std::vector<std::uint32_t> degree(record_count, 0);
  for (const auto& pair : kept) ++degree[pair.left], ++degree[pair.right];
  std::vector<Entangled> entangled;
  std::vector<double> alone;  // Odds of pairs whose records have no other candidate.
  for (std::size_t n = 0; n < kept.size(); ++n) {
    const auto& pair = kept[n];
    const bool decoy = !decoys.empty() && decoys[pair.left];
    if (degree[pair.left] > 1 || degree[pair.right] > 1) {
      entangled.push_back({n, pair.left, pair.right, odds_of(pair), decoy});
    } else if (!decoy) {
      alone.push_back(odds_of(pair));
    }
  }
  const auto left_size = file_sizes.first + 1.0;
  const auto right_size = file_sizes.second + 1.0;
  PartnerShares partners = shares.value_or(PartnerShares{0.0, 0.0});
  const auto factor = [&] {
    return 1.0 / ((1.0 - std::min(kShareMax, partners.first)) * (1.0 - std::min(kShareMax, partners.second)));
  };
  std::vector<double> sum(record_count, 0.0);
  for (int round = 0; round < kRounds; ++round) {
    const double raised = factor();
    hear(entangled, raised, true, sum);
    hear(entangled, raised, false, sum);
    if (shares) continue;
    double expected = 0.0;
    for (const double odds : alone) expected += probability_of(raised * odds);
    for (const auto& pair : entangled) {
      if (!pair.decoy) expected += probability_of(raised * pair.odds * pair.left_free * pair.right_free);
    }
    partners = {expected / left_size, expected / right_size};
  }
  const double raised = factor();
  std::vector<double> probability;
  probability.reserve(kept.size());
  for (const auto& pair : kept) probability.push_back(probability_of(raised * odds_of(pair)));
  for (const auto& pair : entangled) {
    probability[pair.pair] = probability_of(raised * pair.odds * pair.left_free * pair.right_free);
  }
  return probability;
}

std::vector<std::size_t> decoy_links(const std::vector<KeptPair>& kept, const DecoyFlags& decoys,
                                     const std::vector<double>& probability, double threshold,
                                     const std::vector<std::size_t>& taken) {
  std::unordered_map<std::uint32_t, double> held;  // Bits of the pair that a right record is linked by.
  for (const auto n : taken) held[kept[n].right] = kept[n].log_odds_bits;
  std::unordered_map<std::uint32_t, std::size_t> best;
  for (std::size_t n = 0; n < kept.size(); ++n) {
    if (!decoys[kept[n].left] || probability[n] < threshold) continue;
    const auto at = held.find(kept[n].right);
    if (at != held.end() && at->second >= kept[n].log_odds_bits) continue;
    const auto [own, fresh] = best.try_emplace(kept[n].left, n);
    if (!fresh && kept[own->second].log_odds_bits < kept[n].log_odds_bits) own->second = n;
  }
  std::vector<std::size_t> links;
  for (const auto& [record, n] : best) links.push_back(n);
  std::sort(links.begin(), links.end());
  return links;
}

}  // namespace kinfold::linkage
