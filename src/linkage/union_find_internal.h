// Which of n things hang together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace kinfold::linkage {

/// Disjoint sets of 0 .. n-1, each named by its smallest member. `Number` holds n.
/// Source: Tarjan and van Leeuwen (1984), path halving.
template <typename Number>
class UnionFind {
 public:
  explicit UnionFind(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), Number{0});
  }
  Number find(Number n) {
    while (parent_[n] != n) n = parent_[n] = parent_[parent_[n]];
    return n;
  }
  /// Asks for the memory that find(n) reads first.
  void prefetch(Number n) const { __builtin_prefetch(&parent_[n]); }
  void join(Number a, Number b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<Number> parent_;
};

}  // namespace kinfold::linkage
