// Recursion by the definitions in RFC 6962 section 2.1: a tree over n > 1 leaves splits at the
// largest power of two below n.
#include "verify/merkle.h"

namespace kinfold_verify {
namespace {

Hash node(const Hash& left, const Hash& right) {
  std::string message(1, '\x01');
  message.append(reinterpret_cast<const char*>(left.data()), left.size());
  message.append(reinterpret_cast<const char*>(right.data()), right.size());
  return sha256(message);
}

std::uint64_t split(std::uint64_t size) {
  std::uint64_t half = 1;
  while (half < size - half) half *= 2;
  return half;
}

/// Takes hashes off the end of a path, which begins at the leaf and ends at the root.
class Path {
 public:
  explicit Path(const std::vector<Hash>& hashes) : hashes_(hashes), left_(hashes.size()) {}
  std::optional<Hash> take() {
    if (left_ == 0) return std::nullopt;
    return hashes_[--left_];
  }
  bool empty() const { return left_ == 0; }

 private:
  const std::vector<Hash>& hashes_;
  std::size_t left_;
};

std::optional<Hash> climb(const Hash& leaf_hash, std::uint64_t index, std::uint64_t size, Path& path) {
  if (size == 1) return leaf_hash;
  const auto sibling = path.take();
  if (!sibling) return std::nullopt;
  const auto half = split(size);
  const bool in_left = index < half;
  const auto inner = climb(leaf_hash, in_left ? index : index - half, in_left ? half : size - half, path);
  if (!inner) return std::nullopt;
  return in_left ? node(*inner, *sibling) : node(*sibling, *inner);
}

/// Roots over the first leaves and over all `second` of this subtree. `known`: the old tree ends
/// exactly with the whole tree's left edge, so its root is the one we hold already.
std::optional<std::pair<Hash, Hash>> climb_both(std::uint64_t first, std::uint64_t second, bool known,
                                                const Hash& first_root, Path& path) {
  if (first == second) {
    if (known) return std::pair(first_root, first_root);
    const auto here = path.take();
    if (!here) return std::nullopt;
    return std::pair(*here, *here);
  }
  const auto sibling = path.take();
  if (!sibling) return std::nullopt;
  const auto half = split(second);
  if (first <= half) {
    const auto inner = climb_both(first, half, known, first_root, path);
    if (!inner) return std::nullopt;
    return std::pair(inner->first, node(inner->second, *sibling));
  }
  const auto inner = climb_both(first - half, second - half, false, first_root, path);
  if (!inner) return std::nullopt;
  return std::pair(node(*sibling, inner->first), node(*sibling, inner->second));
}

}  // namespace

Hash leaf(std::string_view line) { return sha256(std::string(1, '\0') + std::string(line)); }

Hash root(const std::vector<Hash>& leaves, std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return sha256("");
  if (end - begin == 1) return leaves[begin];
  const auto half = split(end - begin);
  return node(root(leaves, begin, begin + half), root(leaves, begin + half, end));
}

std::optional<Hash> root_from_inclusion(const Hash& leaf_hash, std::uint64_t index, std::uint64_t size,
                                        const std::vector<Hash>& hashes) {
  if (index >= size || size > (1ULL << 62)) return std::nullopt;
  Path path(hashes);
  const auto found = climb(leaf_hash, index, size, path);
  return path.empty() ? found : std::nullopt;
}

std::optional<std::pair<Hash, Hash>> roots_from_consistency(std::uint64_t first, std::uint64_t second,
                                                            const Hash& first_root,
                                                            const std::vector<Hash>& hashes) {
  if (first == 0 || first > second || second > (1ULL << 62)) return std::nullopt;
  Path path(hashes);
  const auto found = climb_both(first, second, true, first_root, path);
  return path.empty() ? found : std::nullopt;
}

}  // namespace kinfold_verify
