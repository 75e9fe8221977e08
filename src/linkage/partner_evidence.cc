#include "linkage/partner_evidence_internal.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kinfold::linkage {
namespace {

constexpr double kModelPairs = 20.0;  // As many pairs does the model's m count for.
constexpr double kShareMin = 1e-9;

}  // namespace

PartnerEvidence::PartnerEvidence(const Scorer& scorer, const KeptPairs& kept, const DecoyFlags& decoys)
    : scorer_(scorer), kept_(kept), decoys_(decoys), odds_(kept) {}

const KeptPairs& PartnerEvidence::odds_by(const std::vector<double>& probability) {
  const LevelShares bits = gained_bits(probability);
  Levels levels{};
  for (std::size_t n = 0; n < kept_.size(); ++n) {
    scorer_.comparer().decode(kept_[n].pattern_key, levels);
    double sum = 0.0;
    for (std::size_t c = 0; c < bits.size(); ++c)
      if (levels[c] != kMissingLevel) sum += bits[c][levels[c]];
    odds_[n].log_odds_bits = kept_[n].log_odds_bits + sum;
  }
  return odds_;
}

// By how many bits each level speaks more for a match than the model has it.
LevelShares PartnerEvidence::gained_bits(const std::vector<double>& probability) const {
  const LevelShares& m = scorer_.model().m;
  LevelShares count = m;
  for (auto& row : count)
    for (auto& share : row) share *= kModelPairs;
  Levels levels{};
  for (std::size_t n = 0; n < kept_.size(); ++n) {
    if (is_decoy(decoys_, kept_[n].left)) continue;
    scorer_.comparer().decode(kept_[n].pattern_key, levels);
    const double stayed = probability[n] * stayed_share(levels);
    for (std::size_t c = 0; c < count.size(); ++c)
      if (levels[c] != kMissingLevel) count[c][levels[c]] += stayed;
  }
  LevelShares bits = m;
  for (std::size_t c = 0; c < bits.size(); ++c) {
    const double total = std::accumulate(count[c].begin(), count[c].end(), 0.0);
    for (std::size_t level = 0; level < bits[c].size(); ++level)
      bits[c][level] =
          scorer_.comparer().comparison(c).changes_on_moving
              ? 0.0
              : std::log2(std::max(count[c][level] / total, kShareMin) / std::max(m[c][level], kShareMin));
  }
  return bits;
}

// Of matches with these levels the share who did not move: as in estimation, movers say nothing of m.
double PartnerEvidence::stayed_share(const Levels& levels) const {
  const EmModel& model = scorer_.model();
  if (model.moved_rate <= 0.0) return 1.0;
  double nats = std::log(model.moved_rate) - std::log1p(-model.moved_rate);
  for (std::size_t c = 0; c < model.m.size(); ++c)
    if (levels[c] != kMissingLevel)
      nats += std::log(std::max(model.moved[c][levels[c]], kShareMin)) -
              std::log(std::max(model.m[c][levels[c]], kShareMin));
  return 1.0 / (1.0 + std::exp(nats));
}

}  // namespace kinfold::linkage
