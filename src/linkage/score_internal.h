// The fitted model as numbers: what a pattern, and a pair with its values, weighs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/large_vector.h"
#include "linkage/block_internal.h"
#include "linkage/compare_internal.h"
#include "linkage/compared_pairs_internal.h"
#include "linkage/em.h"
#include "linkage/link.h"

namespace kinfold::linkage {

/// Log densities (natural) of one pattern under the classes, rates included.
struct PatternWeight {
  double match = 0.0;
  double related = 0.0;
  double related_name = 0.0;
  double unrelated = 0.0;  ///< With namesakes.
  double bonus_max = 0.0;  ///< The most that rare values can add to match - unrelated.
};

struct PairScore {
  double weight_bits = 0.0;    ///< log2 P(pair | match) / P(pair | not a match).
  double log_odds_bits = 0.0;  ///< Posterior: weight and prior.
  double related_share = 0.0;  ///< Posterior that the two belong together, if they are not one person.
};

/// Scores pairs under a fitted model. Thread-safe.
class Scorer {
 public:
  Scorer(const Records& records, const Comparer& comparer, const EmModel& model,
         bool term_frequency_by_u = false);

  PatternWeight pattern_weight(const Levels& levels) const;
  /// `levels` are those of the pair, `weight` is theirs.
  PairScore score(const Levels& levels, const PatternWeight& weight, const std::uint32_t* a,
                  const std::uint32_t* b) const;
  PairScore score(std::uint32_t left, std::uint32_t right) const;

  /// Log likelihood ratios against strangers (natural), of one comparison at one level of two values:
  /// one person, who stayed or moved; people who belong together.
  struct FieldRatio {
    double match = 0.0;  ///< Who stayed, where it changes on moving.
    double moved = 0.0;
    double related = 0.0;
  };
  /// From sums of FieldRatio's: stayed or moved.
  double match_of(double stayed, double moved) const;
  FieldRatio field_ratio(std::size_t comparison, std::uint8_t level, std::uint32_t code_a,
                         std::uint32_t code_b) const;
  const EmModel& model() const { return model_; }
  bool term_frequency_by_u() const { return by_u_; }
  /// Log odds (natural) of a match against unrelated people before anything is compared.
  double prior_nats() const;
  /// The most that field_ratio()'s match and moved can be at one level, whatever the values.
  double level_nats_max(std::size_t comparison, std::uint8_t level) const;

  const Records& records() const { return *records_; }
  const Comparer& comparer() const { return *comparer_; }

 private:
  double term_frequency_nats(std::size_t comparison, std::uint8_t level, std::uint32_t code_a,
                             std::uint32_t code_b) const;
  /// The most that a rare value can add at a level.
  double rarest_nats(std::size_t comparison, std::uint8_t level) const;

  // How common the values of a comparison, or of a part of its field, are.
  struct Rarity {
    std::vector<std::uint32_t>
        of_parts;  ///< Counts by code of the comparison's field, where a part's values count.
    const std::uint32_t* count = nullptr;  ///< By code.
    double scale = 1.0;                    ///< What a value's share is measured against x values in all.
    std::uint32_t own = 0;                 ///< Of a value's records, those that do not say how common it is.
    std::vector<double> nats;              ///< By count, of which most are small.
    double of(std::uint32_t value_count) const {
      return value_count < nats.size() ? nats[value_count] : nats_of(value_count);
    }
    double nats_of(std::uint32_t value_count) const {
      return std::log(scale / static_cast<double>(std::max(value_count, own + 1) - own));
    }
  };
  struct Frequency {
    double power = 0.0;  ///< Level::term_frequency.
    const Rarity* rarity = nullptr;
  };
  std::unique_ptr<Rarity> rarity_of(std::size_t comparison, const std::string& part) const;
  std::optional<std::size_t> exact_level(std::size_t comparison, const std::string& part) const;

  const Records* records_;
  const Comparer* comparer_;
  EmModel model_;
  bool by_u_ = false;
  LevelShares log_m_, log_moved_, log_related_, log_u_;
  double prior_of_all_ = 0.0;  ///< Log odds of a match against any other pair.
  std::vector<std::unique_ptr<Rarity>> rarities_;
  std::vector<std::vector<Frequency>> frequency_;  ///< By comparison and level.
};

/// Shares of each level among all pairs there are: exact agreement from value counts, the rest from
/// random pairs (all of them where there are few). `observed` false where no random pair showed it.
struct RandomShares {
  LevelShares share;
  std::vector<std::vector<bool>> observed;
  double pair_count = 0.0;
};
RandomShares random_shares(const Records& records, const Comparer& comparer, const Settings& settings,
                           std::size_t thread_count);

/// Counts patterns over the blocked pairs. Where these are many, over a fixed random part: whole blocks
/// first, then of those pairs that agree on equally many values so many as bounds the work, each counting for
/// what it stands for. Pairs that agree on much are few, so most count; a share among matches is then known
/// to about half a percent.
std::vector<PatternCount> count_patterns(const Records& records, const Comparer& comparer,
                                         const Blocker& blocker, std::uint64_t seed,
                                         std::size_t thread_count);

class RatioBounds;

/// A kept pair, records in canonical numbers.
struct KeptPair {  // Nothing is set by itself: a large vector's items are touched first by who writes them.
  std::uint32_t left;
  std::uint32_t right;
  double weight_bits;
  double log_odds_bits;
  std::uint64_t pattern_key;
  double related_share;  ///< PairScore's.
};
using KeptPairs = LargeVector<KeptPair>;

/// Every blocked pair with posterior log odds of at least `floor_bits`, by (left, right). Adds up expected
/// matches and pairs per rule in `yields`.
KeptPairs score_pairs(const Scorer& scorer, const RatioBounds& bounds, const Blocker& blocker,
                      double floor_bits, std::vector<RuleYield>& yields, std::size_t thread_count,
                      Progress* progress);

/// The same of pairs that were compared already.
KeptPairs score_compared(const Scorer& scorer, const ComparedPairs& compared, double floor_bits,
                         std::vector<RuleYield>& yields, std::size_t thread_count, Progress* progress);

double probability_of_bits(double log_odds_bits);

}  // namespace kinfold::linkage
