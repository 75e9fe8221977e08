// Merkle trees of RFC 6962, written a second time and another way than the ledger's, so that the two
// check each other in the tests.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "verify/notes.h"

namespace kinfold_verify {

Hash leaf(std::string_view line);
Hash root(const std::vector<Hash>& leaves, std::uint64_t begin, std::uint64_t end);
/// The root that a path leads to; empty if the path does not fit the place.
std::optional<Hash> root_from_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                        const std::vector<Hash>& path);
/// Both roots that a path leads to, older first; empty if it does not fit the sizes.
std::optional<std::pair<Hash, Hash>> roots_from_consistency(std::uint64_t first, std::uint64_t second,
                                                            const Hash& first_root,
                                                            const std::vector<Hash>& path);

}  // namespace kinfold_verify
