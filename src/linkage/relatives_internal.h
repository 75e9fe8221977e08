// Between two files that hold nobody twice: what it says of a pair of relatives that neither of them is known
// to have a partner.
#pragma once

#include <vector>

#include "linkage/households_internal.h"

namespace kinfold::linkage {

/// For each pair, what divides its odds where its records, if not of one person, are of relatives
/// (KeptPair::related_share): against two people of whom each may have another partner speaks that neither
/// has one. `partner_share` is household_partner_share(); whoever lacks values is found less often. Where
/// people have one value of the clue (1 to 6 of them in either file), households of that size say it: if
/// matches are p of all pairs of a match or relatives, and s and t of the left and right people have a
/// partner, each pair's odds before competition are p (1 - p) / ((1 - s) (1 - t)): from p = o a b / (1 + o a
/// b) with a = (1 - s) / (1 - p) left of either record by its other candidates (Bethe's approximation for
/// alike pairs). Without HouseholdClue::related_share (1 - partner_share)^2 / (1 - match_share)^2 for all.
std::vector<double> relatives_divisors(const HouseholdClue& clue, const KeptPairs& kept,
                                       const std::vector<double>& probability, const DecoyFlags& decoys,
                                       double partner_share);

}  // namespace kinfold::linkage
