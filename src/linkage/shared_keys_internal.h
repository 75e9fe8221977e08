// Who shares a key with whom: blocks of records, and of groups of records.
#pragma once

#include <cstdint>
#include <vector>

#include "base/large_vector.h"

namespace kinfold::linkage {

/// Of entries (32 bits of key, then 32 of a number) leaves those whose key another entry has too: by key, and
/// those of one key as they came. Keys are hashes: entries with different keys are taken to be spread evenly
/// over all keys there can be.
void keep_shared_keys(LargeVector<std::uint64_t>& entries);

}  // namespace kinfold::linkage
