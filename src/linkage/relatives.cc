#include "linkage/relatives_internal.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kinfold::linkage {
namespace {

// What so few pairs or records of a kind say is known to a factor of e, about as much as kinds differ: so
// many more, like all others, are added.
constexpr double kLikeAll = 20.0;

double without_partner(double share) { return 1.0 - std::min(kPartnerShareMax, share); }

// How often records that lack so many values have a partner, over how often all have one. Of records with a
// candidate, as others may not be here.
class PartnersByMissing {
 public:
  PartnersByMissing(const Records& records, const KeptPairs& kept, const std::vector<double>& expected,
                    const DecoyFlags& decoys)
      : records_(records) {
    std::vector<bool> has_candidate(records.count, false);
    for (const auto& pair : kept)
      if (!is_decoy(decoys, pair.left)) has_candidate[pair.left] = has_candidate[pair.right] = true;
    std::array<std::array<Mean, kKinds>, 2> kinds;
    std::array<Mean, 2> all;
    for (std::uint32_t record = 0; record < records.count; ++record) {
      if (!has_candidate[record]) continue;
      const std::size_t side = side_of(record);
      for (auto* mean : {&kinds[side][kind_of(record)], &all[side]})
        mean->count += 1.0, mean->sum += expected[record];
    }
    for (std::size_t side = 0; side < 2; ++side) {
      const double usual = all[side].sum / std::max(1.0, all[side].count);
      for (std::size_t kind = 0; kind < kKinds; ++kind) {
        const Mean& own = kinds[side][kind];
        ratio_[side][kind] =
            usual > 0.0 ? (own.sum + kLikeAll * usual) / (own.count + kLikeAll) / usual : 1.0;
      }
    }
  }
  double ratio(std::uint32_t record) const { return ratio_[side_of(record)][kind_of(record)]; }

 private:
  static constexpr std::size_t kKinds = 4;  // None, one, two, more missing.
  struct Mean {
    double count = 0.0;
    double sum = 0.0;
  };
  std::size_t side_of(std::uint32_t record) const { return record < records_.left_count ? 0 : 1; }
  std::size_t kind_of(std::uint32_t record) const {
    const auto* codes = records_.of(record);
    const auto missing = std::count(codes, codes + records_.fields.size(), 0U);
    return std::min<std::size_t>(kKinds - 1, static_cast<std::size_t>(missing));
  }

  const Records& records_;
  std::array<std::array<double, kKinds>, 2> ratio_{};
};

// Households of one size.
struct OfSize {
  double weight = 0.0;  // Of what they say, against what all do.
  double match = 0.0;   // Of pairs of a match or relatives the matches.
  double left = 0.0;    // Shares of people with a partner.
  double right = 0.0;
};

class PartnersBySize {
 public:
  PartnersBySize(const HouseholdClue& clue, const KeptPairs& kept, const std::vector<double>& probability,
                 const std::vector<double>& expected, const DecoyFlags& decoys)
      : clue_(clue) {
    std::array<double, kClasses> left{}, right{}, matches{};
    double all_matches = 0.0;
    for (std::size_t n = 0; n < kept.size(); ++n) {
      if (is_decoy(decoys, kept[n].left) || !same_household(kept[n])) continue;
      all_matches += probability[n];
      if (const auto size = class_of(kept[n].left)) matches[*size] += probability[n];
    }
    for (std::uint32_t record = 0; record < clue.records->count; ++record) {
      if (is_decoy(decoys, record)) continue;
      if (const auto size = class_of(record))
        (record < clue.records->left_count ? left : right)[*size] += expected[record];
    }
    const double relatives = *clue.related_share * (clue.pair_count - all_matches);
    const double usual = all_matches / (all_matches + relatives);
    match_odds_ = all_matches / relatives;
    for (std::size_t size = 0; size < kClasses; ++size) {
      const auto& total = clue.sizes.total[size];
      if (total.pairs <= 0.0 || all_matches <= 0.0) continue;
      const double own_relatives = *clue.related_share * std::max(0.0, total.pairs - matches[size]);
      // One pair more that is like all others, so that no share is 0.
      of_size_[size] = {total.pairs / (total.pairs + kLikeAll),
                        (matches[size] + usual) / (matches[size] + own_relatives + 1.0),
                        left[size] / total.left, right[size] / total.right};
    }
  }
  bool same_household(const KeptPair& pair) const {
    return value_of(pair.left) != 0 && value_of(pair.left) == value_of(pair.right);
  }
  const OfSize& of(const KeptPair& pair) const {
    static constexpr OfSize kUnknown;
    const auto size = same_household(pair) ? class_of(pair.left) : std::nullopt;
    return size ? of_size_[*size] : kUnknown;
  }
  // `left_ratio`, `right_ratio`: of PartnersByMissing.
  double divisor(const OfSize& size, double left_ratio, double right_ratio) const {
    // Whoever has a partner other than this pair's.
    const auto other = [&](double share, double ratio) {
      return without_partner(size.match + std::max(0.0, share - size.match) * ratio);
    };
    const double match = std::min(kPartnerShareMax, size.match);
    return match_odds_ * other(size.left, left_ratio) * other(size.right, right_ratio) /
           (match * (1.0 - match));
  }

 private:
  static constexpr std::size_t kClasses = HouseholdSizes::kMax * HouseholdSizes::kMax;
  std::uint32_t value_of(std::uint32_t record) const { return clue_.records->of(record)[clue_.field]; }
  std::optional<std::size_t> class_of(std::uint32_t record) const {
    return clue_.sizes.class_of_value(value_of(record));
  }

  const HouseholdClue& clue_;
  double match_odds_ = 0.0;  // Against relatives, of all pairs of one household, as in the model.
  std::array<OfSize, kClasses> of_size_{};
};

}  // namespace

std::vector<double> relatives_divisors(const HouseholdClue& clue, const KeptPairs& kept,
                                       const std::vector<double>& probability, const DecoyFlags& decoys,
                                       double partner_share) {
  if (!clue.related_share) {
    const double root = without_partner(partner_share) /
                        (1.0 - std::min({kPartnerShareMax, partner_share, clue.match_share.value_or(0.0)}));
    return std::vector<double>(kept.size(), root * root);
  }
  const auto expected = expected_partners(clue.records->count, kept, probability, decoys);
  const PartnersByMissing missing(*clue.records, kept, expected, decoys);
  const PartnersBySize sizes(clue, kept, probability, expected, decoys);
  std::vector<double> divisors;
  divisors.reserve(kept.size());
  for (const auto& pair : kept) {
    const double left = missing.ratio(pair.left);
    const double right = missing.ratio(pair.right);
    const double like_all = without_partner(partner_share * left) * without_partner(partner_share * right);
    const OfSize& size = sizes.of(pair);
    divisors.push_back(size.weight > 0.0 ? std::pow(like_all, 1.0 - size.weight) *
                                               std::pow(sizes.divisor(size, left, right), size.weight)
                                         : like_all);
  }
  return divisors;
}

}  // namespace kinfold::linkage
