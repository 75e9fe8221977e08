// Which groups of records share a blocking key, for the second look.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "linkage/block_internal.h"
#include "linkage/keys_internal.h"
#include "linkage/prospect_internal.h"

namespace kinfold::linkage {

/// A file of so many groups is large: only what a group of several records knows is looked at again.
bool is_many(const Groups& groups);

/// One blocking rule as the groups meet under it.
struct GroupRule {
  RuleKeyMaker maker;
  int blocker_rule = -1;  ///< Of the blocker, where it has every record's key under this rule; else -1.
};

struct GroupLists {
  std::vector<std::uint32_t> several, single;  ///< Groups of several records, and of one.
  std::vector<std::uint64_t> differing;  ///< By group of several: the fields in which its records differ.
};
GroupLists list_groups(const Groups& groups, const Records& records, std::size_t thread_count);

/// By rule: (key, group) of keys that several groups have, by key, as 32 bits each. Within a key groups of
/// several records come first. In a large file, under a rule of the blocker, what two records share was
/// compared, and the pairs that are worth it are kept: there a group that has a key from one record alone
/// comes last, has the bit kOwnKey, and can only be met by one that has it from several. `cluster`: each
/// record's group.
std::vector<LargeVector<std::uint64_t>> group_keys(std::span<const GroupRule> rules, const Blocker& blocker,
                                                   const Groups& groups,
                                                   const std::vector<std::uint32_t>& cluster,
                                                   const GroupLists& lists, std::size_t thread_count);

inline constexpr std::uint32_t kOwnKey = std::uint32_t{1} << 31;
inline std::uint32_t group_of(std::uint64_t entry) { return static_cast<std::uint32_t>(entry) & ~kOwnKey; }
inline bool is_own_key(std::uint64_t entry) { return (entry & kOwnKey) != 0; }

}  // namespace kinfold::linkage
