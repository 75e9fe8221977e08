#include "linkage/competition_internal.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "linkage/relatives_internal.h"

namespace kinfold::linkage {
namespace {

constexpr int kRounds = 20;
constexpr int kMoreRounds = 10;     // Once more is known of households: twice.
constexpr double kBitsMax = 50.0;   // Beyond it sums of odds lose what is small.
constexpr double kSureBits = 30.0;  // What is left to 1 is a billionth.
constexpr double kDamping = 0.5;    // Rings of candidates would swing.

double odds_of(const KeptPair& pair) { return std::exp2(std::min(pair.log_odds_bits, kBitsMax)); }

double probability_of(double odds) { return odds / (1.0 + odds); }

// What divides the odds of a pair of strangers, if it is not one person, whose records are not known to have
// other candidates: where both have a partner as a rule, it is little.
double strangers_divisor(const PartnerShares& partners) {
  return (1.0 - std::min(kPartnerShareMax, partners.first)) *
         (1.0 - std::min(kPartnerShareMax, partners.second));
}

// A pair of which a record has other candidates, and what the rest of its candidates leave of either record:
// 1 all, 0 nothing.
struct Entangled {
  std::size_t pair;
  std::uint32_t left, right;
  bool decoy;
  double plain;
  double raised = 0.0;  // The plain odds over what divides them.
  double left_free = 1.0;
  double right_free = 1.0;

  double odds() const { return raised * left_free * right_free; }
};

// A pair whose records have no other candidate.
struct Alone {
  std::size_t pair;
  double plain;
};

// One half of a round: each pair hears from one of its records what its other pairs, as their other records
// see them, leave of it. To right records decoys say nothing.
void hear(std::vector<Entangled>& pairs, bool left, std::vector<double>& sum) {
  const auto at = left ? &Entangled::left : &Entangled::right;
  const auto own = left ? &Entangled::left_free : &Entangled::right_free;
  const auto others = left ? &Entangled::right_free : &Entangled::left_free;
  const auto said = [&](const Entangled& pair) {
    return pair.decoy && !left ? 0.0 : pair.raised * pair.*others;
  };
  for (const auto& pair : pairs) sum[pair.*at] = 0.0;
  for (const auto& pair : pairs) sum[pair.*at] += said(pair);
  for (auto& pair : pairs) {
    const double rest = std::max(0.0, sum[pair.*at] - said(pair));
    pair.*own = kDamping * pair.*own + (1.0 - kDamping) / (1.0 + rest);
  }
}

// The pairs of two files and the messages between them.
class Messages {
 public:
  Messages(const KeptPairs& kept, std::size_t record_count, const DecoyFlags& decoys)
      : kept_(kept), sum_(record_count, 0.0) {
    std::vector<std::uint32_t> degree(record_count, 0);
    for (const auto& pair : kept) ++degree[pair.left], ++degree[pair.right];
    for (std::size_t n = 0; n < kept.size(); ++n) {
      const auto& pair = kept[n];
      const bool decoy = is_decoy(decoys, pair.left);
      if (degree[pair.left] > 1 || degree[pair.right] > 1) {
        entangled_.push_back({n, pair.left, pair.right, decoy, odds_of(pair)});
      } else if (!decoy) {
        if (pair.log_odds_bits >= kSureBits)
          sure_count_ += 1.0;
        else
          alone_.push_back({n, odds_of(pair)});
      }
    }
  }

  // What divides the odds of each pair where it is of relatives: without it they count as strangers.
  void know_relatives(std::vector<double> divisors) { relatives_ = std::move(divisors); }

  void pass(double strangers) {
    for (auto& pair : entangled_) pair.raised = pair.plain / divisor(pair.pair, strangers);
    hear(entangled_, true, sum_);
    hear(entangled_, false, sum_);
  }
  // Pairs of one person, decoys apart.
  double expected(double strangers) const {
    double sum = sure_count_;
    for (const auto& pair : alone_) sum += probability_of(pair.plain / divisor(pair.pair, strangers));
    for (const auto& pair : entangled_)
      if (!pair.decoy) sum += probability_of(pair.odds());
    return sum;
  }
  void tell(double strangers, std::vector<double>& probability) const {
    for (std::size_t n = 0; n < kept_.size(); ++n)
      probability[n] = probability_of(odds_of(kept_[n]) / divisor(n, strangers));
    for (const auto& pair : entangled_)
      probability[pair.pair] =
          probability_of(pair.plain / divisor(pair.pair, strangers) * pair.left_free * pair.right_free);
  }

 private:
  double divisor(std::size_t n, double strangers) const {
    if (relatives_.empty()) return strangers;
    const double related = kept_[n].related_share;
    return related * relatives_[n] + (1.0 - related) * strangers;
  }

  const KeptPairs& kept_;
  std::vector<Entangled> entangled_;
  std::vector<Alone> alone_;
  double sure_count_ = 0.0;        // More of them, which no competition makes less than sure.
  std::vector<double> sum_;        // By record.
  std::vector<double> relatives_;  // By pair.
};

}  // namespace

std::vector<double> one_to_one_probabilities(const KeptPairs& kept, std::size_t record_count,
                                             const std::pair<double, double>& file_sizes,
                                             const std::optional<PartnerShares>& shares,
                                             const DecoyFlags& decoys,
                                             const std::optional<HouseholdClue>& households) {
  Messages messages(kept, record_count, decoys);
  PartnerShares partners = shares.value_or(PartnerShares{0.0, 0.0});
  double strangers = strangers_divisor(partners);
  const auto rounds = [&](int count) {
    for (int round = 0; round < count; ++round) {
      messages.pass(strangers);
      if (!shares) {
        const double expected = messages.expected(strangers);
        partners = {expected / (file_sizes.first + 1.0), expected / (file_sizes.second + 1.0)};
      }
      strangers = strangers_divisor(partners);
    }
  };
  std::vector<double> probability(kept.size());
  rounds(kRounds);
  messages.tell(strangers, probability);
  for (int again = 0; households && again < 2; ++again) {
    const auto share =
        household_partner_share(*households, kept, probability, decoys, partners.first * partners.second);
    if (!share) break;
    messages.know_relatives(relatives_divisors(*households, kept, probability, decoys, *share));
    rounds(kMoreRounds);
    messages.tell(strangers, probability);
  }
  return probability;
}

std::vector<std::size_t> decoy_links(const KeptPairs& kept, const DecoyFlags& decoys,
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
