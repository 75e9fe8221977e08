// One record to one record, so that the sum of weights is greatest.
#pragma once

#include <cstdint>
#include <vector>

namespace kinfold::linkage {

struct WeightedPair {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  double weight = 0.0;  ///< Only pairs above 0 are ever taken.
};

struct Assignment {
  std::vector<std::size_t> taken;          ///< Indexes into `pairs`, increasing.
  std::size_t greedy_component_count = 0;  ///< Components too large for the exact method.
};

/// Picks pairs so that no left and no right occurs twice and the sum of weights is greatest, component
/// by component of the pairs' graph: successive shortest augmenting paths (Kuhn 1955; Edmonds and Karp
/// 1972). A component of more than `exact_edge_count_max` pairs is taken greedily from the heaviest down.
/// Ties fall to the lower left, then the lower right. Deterministic.
Assignment assign_one_to_one(const std::vector<WeightedPair>& pairs,
                             std::size_t exact_edge_count_max = 200'000);

}  // namespace kinfold::linkage
