// Between two files that hold nobody twice: what a record's other candidates, or their absence, say of a
// pair.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "linkage/households_internal.h"

namespace kinfold::linkage {

/// Of the left and of the right file's records, which share has a partner in the other file.
using PartnerShares = std::pair<double, double>;

/// Posterior probability of each pair given all candidates of both records, where every record has one
/// partner at most: the sum over all one-to-one assignments, by sum-product messages (Bethe's approximation,
/// exact where the candidates form no ring). A pair's odds are against two records of whom each may be
/// matched elsewhere; where it is known who else there is, they rise by one over the share of records
/// without a partner, on either side. Those shares are estimated with the messages unless given. Each decoy
/// is weighed as if it were the only one, and none counts against anybody. Forty rounds over the pairs.
///
/// Whoever has relatives in the other file is more likely to be there (or as likely, where people were drawn
/// one by one). So where a pair, if not of one person, is of relatives (KeptPair::related_share), what
/// relatives_divisors() counts among such people takes the place of everybody's shares. Without `households`
/// relatives count as strangers.
///
/// `file_sizes`: Records::whole_sizes(). `record_count`: of the records that `kept` numbers, those of both
/// files together. Source: Huang and Jebara (2009), "Approximating the permanent with belief propagation",
/// arXiv:0908.1769.
std::vector<double> one_to_one_probabilities(const KeptPairs& kept, std::size_t record_count,
                                             const std::pair<double, double>& file_sizes,
                                             const std::optional<PartnerShares>& shares,
                                             const DecoyFlags& decoys = {},
                                             const std::optional<HouseholdClue>& households = {});

/// The pairs by which decoys would be linked, each by itself: its heaviest one that reaches the threshold,
/// unless its right record is taken by a heavier pair. `taken`: indexes of the real pairs that are linked.
std::vector<std::size_t> decoy_links(const KeptPairs& kept, const DecoyFlags& decoys,
                                     const std::vector<double>& probability, double threshold,
                                     const std::vector<std::size_t>& taken);

}  // namespace kinfold::linkage
