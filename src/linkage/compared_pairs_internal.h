// All candidate pairs with their agreement patterns, where they are few enough to be kept.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/large_vector.h"
#include "base/progress.h"
#include "linkage/block_internal.h"
#include "linkage/compare_internal.h"
#include "linkage/em.h"

namespace kinfold::linkage {

/// Whether all candidate pairs of so many records are compared when a model is fitted, and not a sample of
/// them.
bool pairs_are_few(std::uint64_t pair_count, std::uint64_t record_count);

/// Compared once, for estimation and scores alike.
class ComparedPairs {
 public:
  struct Pair {
    std::uint64_t pattern_key;
    std::uint32_t left;
    std::uint32_t right;
    std::uint32_t rule;        ///< The first that finds it, as Blocker::yields() numbers them.
    std::uint32_t rule_count;  ///< How many do.
  };

  /// Nothing where the rules find more pairs than it is worth to keep: those are streamed from the blocks,
  /// twice. Else the blocker's blocks are given back. The stage "pairs" of the progress report.
  static std::optional<ComparedPairs> of(const Records& records, const Comparer& comparer, Blocker& blocker,
                                         std::size_t thread_count, Progress* progress);

  const LargeVector<Pair>& pairs() const { return pairs_; }  ///< By (left, right), each once.
  std::vector<PatternCount> count_patterns(const Comparer& comparer) const;

 private:
  LargeVector<Pair> pairs_;
};

}  // namespace kinfold::linkage
