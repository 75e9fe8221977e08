#include "linkage/assign.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>
#include <unordered_map>

#include "linkage/union_find_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr double kFar = std::numeric_limits<double>::infinity();

// Heaviest first; ties by left, then right.
void greedy(const std::vector<WeightedPair>& pairs, std::vector<std::size_t> edges,
            std::vector<std::size_t>& taken) {
  std::sort(edges.begin(), edges.end(), [&](std::size_t a, std::size_t b) {
    if (pairs[a].weight != pairs[b].weight) return pairs[a].weight > pairs[b].weight;
    return pairs[a].left != pairs[b].left ? pairs[a].left < pairs[b].left : pairs[a].right < pairs[b].right;
  });
  std::unordered_map<std::uint32_t, bool> used_left;
  std::unordered_map<std::uint32_t, bool> used_right;
  for (const auto edge : edges) {
    if (used_left[pairs[edge].left] || used_right[pairs[edge].right]) continue;
    used_left[pairs[edge].left] = used_right[pairs[edge].right] = true;
    taken.push_back(edge);
  }
}

// Successive shortest paths with potentials on one component. Every left may also stay alone at
// cost 0, so only gains are taken.
class Exact {
 public:
  Exact(const std::vector<WeightedPair>& pairs, const std::vector<std::size_t>& edges) : pairs_(pairs) {
    std::unordered_map<std::uint32_t, std::size_t> left_index;
    std::unordered_map<std::uint32_t, std::size_t> right_index;
    for (const auto edge : edges) {
      const auto l = left_index.try_emplace(pairs[edge].left, left_index.size()).first->second;
      const auto r = right_index.try_emplace(pairs[edge].right, right_index.size()).first->second;
      if (l == adjacent_.size()) adjacent_.emplace_back();
      adjacent_[l].push_back({r, edge});
    }
    left_price_.assign(adjacent_.size(), 0.0);
    right_price_.assign(right_index.size(), 0.0);
    edge_of_right_.assign(right_index.size(), kNone);
    left_of_right_.assign(right_index.size(), kNone);
    right_of_left_.assign(adjacent_.size(), kNone);
    distance_.assign(right_index.size(), kFar);
    from_left_.assign(right_index.size(), kNone);
    from_edge_.assign(right_index.size(), kNone);
    done_.assign(right_index.size(), 0);
    // Reduced costs (price_left - weight - price_right) start at or above 0.
    for (std::size_t l = 0; l < adjacent_.size(); ++l) {
      for (const auto& [r, edge] : adjacent_[l])
        left_price_[l] = std::max(left_price_[l], pairs[edge].weight);
    }
  }

  void run(std::vector<std::size_t>& taken) {
    for (std::size_t l = 0; l < adjacent_.size(); ++l) augment(l);
    for (const auto edge : edge_of_right_)
      if (edge != kNone) taken.push_back(edge);
  }

 private:
  struct Arc {
    std::size_t right;
    std::size_t edge;
  };

  // Dijkstra over rights from the free left `start`. The path ends at a free right, or at a left that
  // gives its partner up and stays alone (its price is then the cost of doing so).
  void augment(std::size_t start) {
    for (const auto right : touched_) {
      distance_[right] = kFar;
      done_[right] = 0;
    }
    touched_.clear();
    std::priority_queue<std::pair<double, std::size_t>, std::vector<std::pair<double, std::size_t>>,
                        std::greater<>>
        queue;
    double best = left_price_[start];  // Stay alone.
    std::size_t best_right = kNone;
    std::size_t alone = start;
    std::vector<std::pair<std::size_t, double>> reached = {{start, 0.0}};
    const auto relax = [&](std::size_t left, double sofar) {
      for (const auto& arc : adjacent_[left]) {
        if (done_[arc.right] != 0) continue;  // Rounding must not reopen what is settled.
        const double cost = sofar + left_price_[left] - pairs_[arc.edge].weight + right_price_[arc.right];
        if (cost >= distance_[arc.right]) continue;
        if (distance_[arc.right] == kFar) touched_.push_back(arc.right);
        distance_[arc.right] = cost;
        from_left_[arc.right] = left;
        from_edge_[arc.right] = arc.edge;
        queue.emplace(cost, arc.right);
      }
    };
    relax(start, 0.0);
    std::vector<std::size_t> settled;
    while (!queue.empty()) {
      const auto [cost, right] = queue.top();
      queue.pop();
      if (done_[right] != 0 || cost > distance_[right]) continue;
      if (cost >= best) break;
      done_[right] = 1;
      settled.push_back(right);
      if (left_of_right_[right] == kNone) {
        best = cost;
        best_right = right;
        alone = kNone;
        break;
      }
      const std::size_t left = left_of_right_[right];
      reached.emplace_back(left, cost);
      if (cost + left_price_[left] < best) {
        best = cost + left_price_[left];
        best_right = right;
        alone = left;
      }
      relax(left, cost);
    }
    for (const auto& [left, cost] : reached)
      if (cost < best) left_price_[left] -= best - cost;
    for (const auto right : settled)
      if (distance_[right] < best) right_price_[right] += best - distance_[right];
    if (alone == start) return;
    if (alone != kNone) right_of_left_[alone] = kNone;
    // Walk back: each right on the path changes to the left that it was reached from.
    for (std::size_t right = best_right;;) {
      const std::size_t left = from_left_[right];
      const std::size_t previous = right_of_left_[left];
      left_of_right_[right] = left;
      edge_of_right_[right] = from_edge_[right];
      right_of_left_[left] = right;
      if (left == start) break;
      right = previous;
    }
  }

  const std::vector<WeightedPair>& pairs_;
  std::vector<std::vector<Arc>> adjacent_;
  std::vector<double> left_price_, right_price_, distance_;
  std::vector<std::size_t> edge_of_right_, left_of_right_, right_of_left_, from_left_, from_edge_, touched_;
  std::vector<char> done_;
};

}  // namespace

Assignment assign_one_to_one(const std::vector<WeightedPair>& pairs, std::size_t exact_edge_count_max) {
  std::uint32_t left_max = 0;
  std::uint32_t right_max = 0;
  for (const auto& pair : pairs) {
    left_max = std::max(left_max, pair.left);
    right_max = std::max(right_max, pair.right);
  }
  const std::size_t left_count = static_cast<std::size_t>(left_max) + 1;
  UnionFind<std::size_t> sets(left_count + right_max + 1);
  for (const auto& pair : pairs)
    if (pair.weight > 0.0) sets.join(pair.left, left_count + pair.right);
  std::vector<std::pair<std::size_t, std::size_t>> by_component;
  for (std::size_t n = 0; n < pairs.size(); ++n) {
    if (pairs[n].weight > 0.0) by_component.emplace_back(sets.find(pairs[n].left), n);
  }
  std::sort(by_component.begin(), by_component.end(), [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    const auto& p = pairs[a.second];
    const auto& q = pairs[b.second];
    return p.left != q.left ? p.left < q.left : p.right < q.right;
  });
  Assignment assignment;
  for (std::size_t begin = 0; begin < by_component.size();) {
    std::size_t end = begin;
    std::vector<std::size_t> edges;
    while (end < by_component.size() && by_component[end].first == by_component[begin].first)
      edges.push_back(by_component[end++].second);
    begin = end;
    if (edges.size() == 1) {
      assignment.taken.push_back(edges[0]);
    } else if (edges.size() <= exact_edge_count_max) {
      Exact(pairs, edges).run(assignment.taken);
    } else {
      ++assignment.greedy_component_count;
      greedy(pairs, edges, assignment.taken);
    }
  }
  std::sort(assignment.taken.begin(), assignment.taken.end());
  return assignment;
}

}  // namespace kinfold::linkage
