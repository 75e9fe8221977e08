// Nearest-neighbour matching on one number (a score): sorted once, then two pointers or union-find.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "evaluation/plan.h"

namespace kinfold::evaluation {

/// Comparison units sorted by score, ties in the order given. Reused for every outcome.
struct SortedScores {
  std::vector<std::uint32_t> order;  ///< Positions in the caller's array.
  std::vector<double> score;         ///< Ascending.
};
SortedScores sort_scores(std::span<const double> score);

/// The matches of each unit: positions [begin, end) of SortedScores, empty where there is none within the
/// caliper.
struct MatchRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t count() const { return end - begin; }
};

struct NearestOptions {
  std::uint32_t neighbours = 1;
  std::optional<double> caliper;  ///< Largest distance allowed, in units of the score.
  /// Distances that differ by no more are ties. Scores equal in exact arithmetic differ by rounding.
  double tie_tolerance = 1e-10;
};

/// With replacement: every unit of `from` gets its `neighbours` nearest in `pool` and all that tie with the
/// last of them, so that the result does not depend on the order of rows. Where the pool is smaller
/// than that, all of it. In one dimension the matches are a run of the sorted pool.
/// Time O(n log n + m) for n units and a pool of m already sorted. Source: Abadie and Imbens (2006),
/// section 2.
std::vector<MatchRange> match_with_replacement(std::span<const double> from, const SortedScores& pool,
                                               const NearestOptions& options);

inline constexpr std::uint32_t kUnmatched = 0xFFFFFFFF;

struct GreedyOptions {
  MatchOrder order = MatchOrder::kLargest;
  std::optional<double> caliper;  ///< In units of the score.
  std::uint32_t ratio = 1;        ///< Rounds: in each, every unit of `from` takes one more.
  /// Whether a unit of `from` may have one of `pool` (positions); empty: always.
  std::function<bool(std::uint32_t, std::uint32_t)> allowed;
};

/// Without replacement, greedy: units of `from` in `order` take the nearest unit of `pool` still free.
/// Ties: among units to be matched, the one given first; of two free pool units as near, the one with the
/// lower score; among equal scores, the one given first. So the caller's order decides ties, and
/// callers put units in an order of their own (evaluate() sorts by content).
/// \returns pairs of positions in `from` and `pool`, in the order in which they were made.
/// Time O((n + m) log(n + m)) a round: union-find to the left and to the right; kClosest uses a heap with
/// lazy deletion.
std::vector<std::pair<std::uint32_t, std::uint32_t>> match_greedy(std::span<const double> from,
                                                                  std::span<const double> pool,
                                                                  const GreedyOptions& options);

/// One to one, everybody allowed: for every unit of `from` the position in `pool`, or kUnmatched.
std::vector<std::uint32_t> match_without_replacement(std::span<const double> from,
                                                     std::span<const double> pool, MatchOrder order,
                                                     std::optional<double> caliper);

}  // namespace kinfold::evaluation
