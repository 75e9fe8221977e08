// Who shares a key with whom: blocks of records, and of groups of records.
#pragma once

#include <cstdint>
#include <vector>

#include "linkage/bucket_sort_internal.h"

namespace kinfold::linkage {

/// Those of the entries (32 bits of key, then 32 of a number) whose key another entry has too: by key, and
/// those of one key as they came. Keys are hashes: entries with different keys are taken to be spread evenly
/// over all keys there can be.
LargeVector<std::uint64_t> shared_keys(NumberParts entries);

}  // namespace kinfold::linkage
