// Probabilities of pairs within one file, set right by the groups that the file falls into.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "linkage/score_internal.h"

namespace kinfold::linkage {

/// A pair's log odds as a number that rises with them, and its place among the kept pairs.
struct PairByOdds {
  std::uint64_t odds;
  std::uint32_t pair;
};
/// From the lowest log odds up.
LargeVector<PairByOdds> order_by_odds(const KeptPairs& kept);

struct GroupCalibration {
  std::vector<double> probability;  ///< One for each pair; never falls as the pair's own weight rises.
  std::string
      note;  ///< What the groups say of each tenth of the model's probabilities; "" where they say nothing.
};

/// The model's fields are not as independent as it takes them to be, and its probabilities of pairs by
/// themselves are off where they are in doubt. Groups of three and more records know better: whether two
/// records are in one is decided mostly by their other pairs. So the share of pairs in one group at each
/// weight is what such a pair's probability is.
///
/// Pairs of two groups are not all different people: such a pair counts as far as the mean of all pairs
/// between the two groups says (pairs that were not kept as -6 bits). Pairs whose records have no others to
/// speak for them count as far as the model says. Isotonic regression on the weight. Time O(pairs log pairs).
/// Source: pool adjacent violators, Ayer et al. (1955), Annals of Mathematical Statistics 26, 641-647;
/// isotonic calibration, Zadrozny and Elkan (2002), KDD.
/// `plain` are the model's own probabilities, `order` is order_by_odds(kept).
GroupCalibration calibrate_by_groups(const KeptPairs& kept, const std::vector<double>& plain,
                                     const LargeVector<PairByOdds>& order,
                                     const std::vector<std::uint32_t>& cluster, std::size_t thread_count);

}  // namespace kinfold::linkage
