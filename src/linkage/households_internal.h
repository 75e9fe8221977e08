// Between two files that hold nobody twice: how many of the people of one household have a partner, where
// others of it are in the other file.
#pragma once

#include <optional>
#include <vector>

#include "linkage/household_sizes_internal.h"
#include "linkage/score_internal.h"

namespace kinfold::linkage {

/// That nearly everybody has a partner is not known well enough to tell twenty from a hundred.
constexpr double kPartnerShareMax = 0.95;

/// A field by whose values people of one household are found (their address), and how many pairs of a left
/// and a right record have one value of it, in the whole of the files. Refers to the records.
struct HouseholdClue {
  const Records* records = nullptr;
  std::size_t field = 0;
  HouseholdSizes sizes;
  double pair_count = 0.0;
  double stranger_count = 0.0;          ///< Of those pairs, by the model's u.
  std::optional<double> related_share;  ///< Model::household_related_share.
  /// Of pairs of one household those of one person, by the model's rates, where `related_share` is not known:
  /// the model then has too few relatives.
  std::optional<double> match_share;
};

/// How many relatives there are, whether a rule finds them or not.
struct RelativesCount {
  double share = 0.0;  ///< Model::household_related_share.
  double rate = 0.0;   ///< Of all pairs.
};

/// Counts relatives by how many pairs with one address have one surname as well. Neither the pairs that rules
/// find nor u say it: relatives whom no rule finds are in u. Of the comparisons marked as shared in a
/// household, the one that changes on moving and the one that does not are asked whose equal values speak
/// most for relatives. \returns none where the model has no such two, relatives have one surname no more
/// often than strangers, there are fewer than 50 such pairs, or `records` are one file or not the whole of
/// two.
std::optional<RelativesCount> count_relatives(const Records& records, const Comparer& comparer,
                                              const EmModel& model);

/// Of the comparisons marked as shared in a household and as changing on moving, the one whose equal values
/// speak most for relatives against strangers; none where it is less than one to ten. Decoys do not count.
std::optional<HouseholdClue> household_clue(const Scorer& scorer, const DecoyFlags& decoys);

/// By record, how many partners it is expected to have (`probability` is that of `kept`). Decoys count for
/// nobody.
std::vector<double> expected_partners(std::size_t record_count, const KeptPairs& kept,
                                      const std::vector<double>& probability, const DecoyFlags& decoys);

/// Of people with a relative in the other file the share with a partner there. Of pairs of relatives (one
/// value of the clue, neither one person nor strangers) the share whose records are both matched with
/// somebody else is the product of both sides' shares, of which this is the root. Found among all relatives
/// alike, so values that are wrong or missing do not bias it. How many are relatives
/// HouseholdClue::related_share says; where it is none, what the model's u leaves. `probability`: of `kept`,
/// so far. `strangers`: the product where nobody is related. \returns none where fewer than 50 pairs tell.
std::optional<double> household_partner_share(const HouseholdClue& clue, const KeptPairs& kept,
                                              const std::vector<double>& probability,
                                              const DecoyFlags& decoys, double strangers);

}  // namespace kinfold::linkage
