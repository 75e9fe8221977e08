#include "evaluation/nearest.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

namespace kinfold::evaluation {
namespace {

/// Positions of the free neighbours of a slot in a sorted pool; taking a slot joins it to its neighbour.
class FreeSlots {
 public:
  explicit FreeSlots(std::uint32_t count) : left_(count + 2), right_(count + 2) {
    std::iota(left_.begin(), left_.end(), 0U);
    std::iota(right_.begin(), right_.end(), 0U);
  }
  /// Slots are 1 ... count; 0 and count + 1 are the ends.
  std::uint32_t at_or_left(std::uint32_t slot) { return find(left_, slot); }
  std::uint32_t at_or_right(std::uint32_t slot) { return find(right_, slot); }
  void take(std::uint32_t slot) {
    left_[slot] = slot - 1;
    right_[slot] = slot + 1;
  }

 private:
  static std::uint32_t find(std::vector<std::uint32_t>& parent, std::uint32_t slot) {
    while (parent[slot] != slot) {
      parent[slot] = parent[parent[slot]];  // path halving
      slot = parent[slot];
    }
    return slot;
  }
  std::vector<std::uint32_t> left_;
  std::vector<std::uint32_t> right_;
};

/// Sorted pool with the free slots of it.
class Pool {
 public:
  explicit Pool(std::span<const double> score)
      : sorted_(sort_scores(score)),
        free_(static_cast<std::uint32_t>(score.size())),
        count_(static_cast<std::uint32_t>(score.size())) {}

  struct Near {
    std::uint32_t slot = 0;  // 0: none free
    double distance = 0;
  };
  /// `split` is how many pool scores are below the unit's own. Nothing beyond `limit` is looked at.
  template <typename Allowed>
  Near nearest(double score, std::uint32_t split, double limit, const Allowed& allowed) {
    std::uint32_t above = free_.at_or_right(split + 1);
    while (above <= count_ && at(above) - score <= limit && !allowed(original(above)))
      above = free_.at_or_right(above + 1);
    std::uint32_t below = free_.at_or_left(split);
    while (below > 0 && score - at(below) <= limit && !allowed(original(below)))
      below = free_.at_or_left(below - 1);
    const double distance_above = above <= count_ ? at(above) - score : INFINITY;
    const double distance_below = below > 0 ? score - at(below) : INFINITY;
    if (std::min(distance_above, distance_below) > limit || (above > count_ && below == 0)) return {};
    if (distance_above < distance_below) return {above, distance_above};
    std::uint32_t first = first_free_of_run(below);
    while (first < below && !allowed(original(first))) first = free_.at_or_right(first + 1);
    return {first, distance_below};
  }
  void take(std::uint32_t slot) { free_.take(slot); }
  std::uint32_t original(std::uint32_t slot) const { return sorted_.order[slot - 1]; }
  std::uint32_t split(double score) const {
    return static_cast<std::uint32_t>(std::lower_bound(sorted_.score.begin(), sorted_.score.end(), score) -
                                      sorted_.score.begin());
  }

 private:
  double at(std::uint32_t slot) const { return sorted_.score[slot - 1]; }
  /// Among equal scores the one given first, which is the leftmost that is free.
  std::uint32_t first_free_of_run(std::uint32_t slot) {
    const auto begin = std::lower_bound(sorted_.score.begin(), sorted_.score.begin() + slot, at(slot));
    return free_.at_or_right(static_cast<std::uint32_t>(begin - sorted_.score.begin()) + 1);
  }

  SortedScores sorted_;
  FreeSlots free_;
  std::uint32_t count_;
};

std::vector<std::uint32_t> visiting_order(std::span<const double> from, MatchOrder order) {
  std::vector<std::uint32_t> visit(from.size());
  std::iota(visit.begin(), visit.end(), 0U);
  if (order == MatchOrder::kLargest) {
    std::stable_sort(visit.begin(), visit.end(), [&](auto a, auto b) { return from[a] > from[b]; });
  } else if (order == MatchOrder::kSmallest) {
    std::stable_sort(visit.begin(), visit.end(), [&](auto a, auto b) { return from[a] < from[b]; });
  }
  return visit;
}

struct Candidate {
  double distance;
  std::uint32_t unit;
  std::uint32_t slot;
  bool operator>(const Candidate& other) const {
    return distance > other.distance || (distance == other.distance && unit > other.unit);
  }
};

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

template <typename Allowed>
void closest_round(std::span<const double> from, Pool& pool, double limit, const Allowed& allowed,
                   Pairs& pairs) {
  std::vector<Candidate> start;
  std::vector<std::uint32_t> split(from.size());
  const auto look = [&](std::uint32_t i) {
    return pool.nearest(from[i], split[i], limit, [&](std::uint32_t other) { return allowed(i, other); });
  };
  for (std::uint32_t i = 0; i < from.size(); ++i) {
    split[i] = pool.split(from[i]);
    const auto near = look(i);
    if (near.slot != 0) start.push_back({near.distance, i, near.slot});
  }
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> heap(std::greater<>{},
                                                                              std::move(start));
  while (!heap.empty()) {
    const Candidate best = heap.top();
    heap.pop();
    const auto near = look(best.unit);
    if (near.slot == 0) continue;
    if (near.slot != best.slot) {  // taken meanwhile: come back at its new distance
      heap.push({near.distance, best.unit, near.slot});
      continue;
    }
    pool.take(near.slot);
    pairs.emplace_back(best.unit, pool.original(near.slot));
  }
}

template <typename Allowed>
Pairs match_in_rounds(std::span<const double> from, std::span<const double> pool_scores,
                      const GreedyOptions& options, const Allowed& allowed) {
  Pool pool(pool_scores);
  const double limit = options.caliper.value_or(INFINITY);
  const auto visit = visiting_order(from, options.order);
  Pairs pairs;
  for (std::uint32_t round = 0; round < options.ratio; ++round) {
    if (options.order == MatchOrder::kClosest) {
      closest_round(from, pool, limit, allowed, pairs);
      continue;
    }
    for (const auto unit : visit) {
      const auto near = pool.nearest(from[unit], pool.split(from[unit]), limit,
                                     [&](std::uint32_t other) { return allowed(unit, other); });
      if (near.slot == 0) continue;
      pool.take(near.slot);
      pairs.emplace_back(unit, pool.original(near.slot));
    }
  }
  return pairs;
}

}  // namespace

SortedScores sort_scores(std::span<const double> score) {
  struct Keyed {
    double score;
    std::uint32_t at;
  };
  std::vector<Keyed> keyed(score.size());
  for (std::uint32_t i = 0; i < score.size(); ++i) keyed[i] = {score[i], i};
  std::sort(keyed.begin(), keyed.end(), [](const Keyed& a, const Keyed& b) {
    return a.score < b.score || (a.score == b.score && a.at < b.at);
  });
  SortedScores sorted;
  sorted.order.reserve(keyed.size());
  sorted.score.reserve(keyed.size());
  for (const auto& one : keyed) {
    sorted.order.push_back(one.at);
    sorted.score.push_back(one.score);
  }
  return sorted;
}

std::vector<MatchRange> match_with_replacement(std::span<const double> from, const SortedScores& pool,
                                               const NearestOptions& options) {
  const auto& score = pool.score;
  const auto count = static_cast<std::uint32_t>(score.size());
  const std::uint32_t wanted = std::min(options.neighbours, count);
  std::vector<MatchRange> ranges(from.size());
  if (wanted == 0) return ranges;
  const auto visit = sort_scores(from);
  std::uint32_t low = 0;  // window [low, low + wanted) of nearest scores moves right only
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  for (std::size_t v = 0; v < visit.order.size(); ++v) {
    const double own = visit.score[v];
    while (low + wanted < count && score[low + wanted] - own < own - score[low]) ++low;
    const double far = std::max(std::fabs(own - score[low]), std::fabs(score[low + wanted - 1] - own));
    double reach = far + options.tie_tolerance;
    if (options.caliper) reach = std::min(reach, *options.caliper);
    // Runs of equal scores can be as long as the pool: search for their ends, do not walk.
    first = static_cast<std::uint32_t>(std::partition_point(score.begin(), score.begin() + low + wanted,
                                                            [&](double s) { return own - s > reach; }) -
                                       score.begin());
    last = static_cast<std::uint32_t>(
        std::partition_point(score.begin() + low, score.end(), [&](double s) { return s - own <= reach; }) -
        score.begin());
    if (last < first) last = first;
    ranges[visit.order[v]] = {first, last};
  }
  return ranges;
}

Pairs match_greedy(std::span<const double> from, std::span<const double> pool, const GreedyOptions& options) {
  if (options.allowed) return match_in_rounds(from, pool, options, options.allowed);
  return match_in_rounds(from, pool, options, [](std::uint32_t, std::uint32_t) { return true; });
}

std::vector<std::uint32_t> match_without_replacement(std::span<const double> from,
                                                     std::span<const double> pool, MatchOrder order,
                                                     std::optional<double> caliper) {
  std::vector<std::uint32_t> matched(from.size(), kUnmatched);
  for (const auto& [unit, other] : match_greedy(from, pool, {order, caliper, 1, {}})) matched[unit] = other;
  return matched;
}

}  // namespace kinfold::evaluation
