// Merkle tree over the ledger's lines. Source: Laurie, Langley, Kasper (2013), RFC 6962, section 2.1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "seal/bytes.h"

namespace kinfold::ledger {

using seal::Digest;

Digest leaf_hash(std::string_view line);
Digest node_hash(const Digest& left, const Digest& right);
/// MTH of section 2.1; the empty tree is SHA-256 of nothing. O(n).
Digest tree_root(std::span<const Digest> leaves);

/// Grows one leaf at a time and knows its root in O(log n).
class TreeFrontier {
 public:
  void append(const Digest& leaf);
  std::uint64_t size() const { return size_; }
  Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;  // roots of full subtrees, largest first
};

/// PATH(index, D[n]) of 2.1.1. Requires index < leaves.size().
std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::uint64_t index);
/// PROOF(first, D[n]) of 2.1.2. Requires 0 < first <= leaves.size().
std::vector<Digest> consistency_path(std::span<const Digest> leaves, std::uint64_t first);

/// Both are for outside input: any size, any path. Source: RFC 9162, sections 2.1.3.2 and 2.1.4.2.
bool check_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                     std::span<const Digest> path, const Digest& root);
bool check_consistency(std::uint64_t first, const Digest& first_root, std::uint64_t second,
                       const Digest& second_root, std::span<const Digest> path);

}  // namespace kinfold::ledger
