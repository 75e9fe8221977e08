// Between two files that hold nobody twice: how many of the people of one household have a partner, where
// others of it are in the other file.
#pragma once

#include <optional>
#include <vector>

#include "linkage/score_internal.h"

namespace kinfold::linkage {

/// Records of the left file that cannot match (estimate_from_decoys()): by record, empty where there is none.
using DecoyFlags = std::vector<bool>;

/// A field by whose values people of one household are found (their address), and how many pairs of a left
/// and a right record have one value of it. Refers to the records.
struct HouseholdClue {
  const Records* records = nullptr;
  std::size_t field = 0;
  double pair_count = 0.0;
  double stranger_count = 0.0;  ///< Of those pairs, by the model's u.
  double match_share = 0.0;     ///< Of pairs of one household those of one person, by the model's rates.
};

/// Of the comparisons marked as shared in a household and as changing on moving, the one whose equal values
/// speak most for relatives against strangers; none where it is less than one to ten. Decoys do not count.
std::optional<HouseholdClue> household_clue(const Scorer& scorer, const DecoyFlags& decoys);

/// Of people with a relative in the other file the share with a partner there. Of pairs of relatives (one
/// value of the clue, neither one person nor strangers) it is the share whose records are both matched with
/// somebody else: the product of both sides' shares, of which this is the root. Found among matches and
/// relatives alike, so values that are wrong or missing do not bias it. `probability`: of `kept`, so far.
/// `strangers`: the same product where nobody is related. \returns none where fewer than 50 pairs tell.
std::optional<double> household_partner_share(const HouseholdClue& clue, const std::vector<KeptPair>& kept,
                                              const std::vector<double>& probability,
                                              const DecoyFlags& decoys, double strangers);

}  // namespace kinfold::linkage
