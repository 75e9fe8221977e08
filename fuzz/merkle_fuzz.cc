// LINKS: ledger verify
// The ledger's Merkle proofs against the verifier's, which were written another way: for any sizes and
// any path both must say the same.
#include <cstdlib>
#include <cstring>

#include "ledger/tree.h"
#include "verify/merkle.h"

using namespace kinfold;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 20) return 0;
  // Small sizes are where proofs can be right; large ones are where arithmetic can go wrong.
  std::uint64_t index = 0;
  std::uint64_t count = 0;
  std::memcpy(&index, data, 8);
  std::memcpy(&count, data + 8, 8);
  index >>= data[16] % 64;
  count >>= data[17] % 64;
  if (count > (1ULL << 62)) return 0;
  std::vector<ledger::Digest> leaves;
  for (int i = 0; i < 1 + data[18] % 40; ++i) leaves.push_back(ledger::leaf_hash(std::to_string(i)));
  std::vector<ledger::Digest> path;
  if (data[19] % 2 == 0) {
    count = leaves.size();
    index %= count;
    path = data[19] % 4 == 0 ? ledger::inclusion_path(leaves, index)
                             : ledger::consistency_path(leaves, index + 1);
  }
  for (std::size_t at = 20; at < size; ++at) {  // spoil the path, or make one up
    if (data[at] % 3 == 0 && !path.empty()) path.pop_back();
    if (data[at] % 3 == 1) path.push_back(leaves[data[at] % leaves.size()]);
    if (data[at] % 3 == 2 && !path.empty()) path[data[at] % path.size()].bytes[0] ^= data[at];
    if (path.size() > 80) break;
  }
  std::vector<kinfold_verify::Hash> same;
  for (const auto& digest : path) same.push_back(digest.bytes);
  const auto root = ledger::tree_root(leaves);
  const auto& leaf = leaves[index % leaves.size()];
  const auto theirs = kinfold_verify::root_from_inclusion(leaf.bytes, index, count, same);
  if (ledger::check_inclusion(leaf, index, count, path, root) != (theirs == root.bytes)) std::abort();
  const auto first = index % leaves.size() + 1;
  const auto first_root = ledger::tree_root(std::span(leaves).first(first));
  const auto roots = kinfold_verify::roots_from_consistency(first, count, first_root.bytes, same);
  const bool agreed = roots && roots->first == first_root.bytes && roots->second == root.bytes;
  if (ledger::check_consistency(first, first_root, count, root, path) != agreed) std::abort();
  return 0;
}
