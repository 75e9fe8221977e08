#include "ledger/tree.h"

#include <bit>
#include <cstring>

namespace kinfold::ledger {
namespace {

Digest hash_with_tag(std::uint8_t tag, seal::ByteView first, seal::ByteView second) {
  seal::Bytes message;
  message.reserve(1 + first.size() + second.size());
  message.push_back(std::byte{tag});
  message.insert(message.end(), first.begin(), first.end());
  message.insert(message.end(), second.begin(), second.end());
  return seal::sha256(message);
}

/// The largest power of two below `size`; size > 1.
std::uint64_t split_at(std::uint64_t size) { return std::bit_floor(size - 1); }

void add_consistency(std::span<const Digest> leaves, std::uint64_t first, bool whole,
                     std::vector<Digest>& path) {
  if (first == leaves.size()) {
    if (!whole) path.push_back(tree_root(leaves));
    return;
  }
  const auto half = split_at(leaves.size());
  if (first <= half) {
    add_consistency(leaves.first(half), first, whole, path);
    path.push_back(tree_root(leaves.subspan(half)));
  } else {
    add_consistency(leaves.subspan(half), first - half, false, path);
    path.push_back(tree_root(leaves.first(half)));
  }
}

}  // namespace

Digest leaf_hash(std::string_view line) { return hash_with_tag(0, seal::as_bytes(line), {}); }

Digest node_hash(const Digest& left, const Digest& right) {
  return hash_with_tag(1, std::as_bytes(std::span(left.bytes)), std::as_bytes(std::span(right.bytes)));
}

Digest tree_root(std::span<const Digest> leaves) {
  TreeFrontier frontier;
  for (const auto& leaf : leaves) frontier.append(leaf);
  return frontier.root();
}

void TreeFrontier::append(const Digest& leaf) {
  Digest node = leaf;
  // Each trailing 1 of the size is a full subtree of the same height, waiting for its sibling.
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    node = node_hash(peaks_.back(), node);
    peaks_.pop_back();
  }
  peaks_.push_back(node);
  ++size_;
}

Digest TreeFrontier::root() const {
  if (peaks_.empty()) return seal::sha256({});
  Digest node = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) node = node_hash(peaks_[i], node);
  return node;
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::uint64_t index) {
  if (leaves.size() <= 1) return {};
  const auto half = split_at(leaves.size());
  std::vector<Digest> path;
  if (index < half) {
    path = inclusion_path(leaves.first(half), index);
    path.push_back(tree_root(leaves.subspan(half)));
  } else {
    path = inclusion_path(leaves.subspan(half), index - half);
    path.push_back(tree_root(leaves.first(half)));
  }
  return path;
}

std::vector<Digest> consistency_path(std::span<const Digest> leaves, std::uint64_t first) {
  std::vector<Digest> path;
  add_consistency(leaves, first, true, path);
  return path;
}

bool check_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                     std::span<const Digest> path, const Digest& root) {
  if (index >= size) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Digest hash = leaf;
  for (const auto& sibling : path) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

bool check_consistency(std::uint64_t first, const Digest& first_root, std::uint64_t second,
                       const Digest& second_root, std::span<const Digest> path) {
  if (first == 0 || first > second) return false;
  if (first == second) return path.empty() && first_root == second_root;
  std::vector<Digest> nodes;
  if (std::has_single_bit(first)) nodes.push_back(first_root);
  nodes.insert(nodes.end(), path.begin(), path.end());
  if (nodes.empty()) return false;
  std::uint64_t node = first - 1;
  std::uint64_t last = second - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  Digest first_hash = nodes[0];
  Digest second_hash = nodes[0];
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      first_hash = node_hash(nodes[i], first_hash);
      second_hash = node_hash(nodes[i], second_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      second_hash = node_hash(second_hash, nodes[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && first_hash == first_root && second_hash == second_root;
}

}  // namespace kinfold::ledger
