#include "linkage/group_keys_internal.h"

#include <algorithm>

#include "base/parallel.h"
#include "linkage/shared_keys_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kGroupsManyMin = 200'000;
constexpr std::size_t kAhead = 8;

// Bits of the fields in which the records differ, where missing is a value too; beyond 64 fields all do.
std::uint64_t differing_fields(const Records& records, const std::uint32_t* group, std::size_t size) {
  const std::size_t count = records.fields.size();
  if (count > 64) return ~std::uint64_t{0};
  std::uint64_t differing = 0;
  const auto* first = records.of(group[0]);
  for (std::size_t n = 1; n < size; ++n) {
    const auto* other = records.of(group[n]);
    for (std::size_t field = 0; field < count; ++field)
      differing |= std::uint64_t{first[field] != other[field]} << field;
  }
  return differing;
}

// The keys of one rule that groups have, one entry each.
class KeyCollector {
 public:
  KeyCollector(const GroupRule& rule, const Blocker& blocker, const Groups& groups)
      : rule_(rule), blocker_(blocker), groups_(groups) {}

  void reserve(std::size_t count) { entries_.reserve(count); }
  bool empty() const { return entries_.empty(); }
  // Every way of taking the parts of a key from the groups' records.
  void add_all(const std::vector<std::uint32_t>& listed) {
    for_each_key(listed, [&](std::uint32_t key, std::uint32_t g) { add(key, g); });
  }
  void add_met(const std::vector<std::uint32_t>& listed) {
    for_each_key(listed, [&](std::uint32_t key, std::uint32_t g) {
      if (is_met(key)) add(key, g);
    });
  }
  // Those that no record of a group has by itself: of groups whose records differ in two parts of the key.
  void add_new(const GroupLists& lists) {
    std::vector<std::uint32_t> mixed;
    for (std::size_t n = 0; n < lists.several.size(); ++n)
      if (rule_.maker.part_count_in(lists.differing[n]) > 1) mixed.push_back(lists.several[n]);
    for_each_key(mixed, [&](std::uint32_t key, std::uint32_t g) {
      const auto* records = groups_.of(g);
      const bool own = std::any_of(records, records + groups_.size(g),
                                   [&](std::uint32_t record) { return own_key(record) == key; });
      if (!own) add(key, g);
    });
  }
  // Of groups of one record.
  void add_own(const std::vector<std::uint32_t>& listed) {
    for (const auto g : listed)
      if (const auto key = own_key(*groups_.of(g)); key != 0) add(key, g);
  }
  // Those that a record has by itself and that were met.
  void add_own_met(const std::vector<std::uint32_t>& listed) {
    for (std::size_t n = 0; n < listed.size(); ++n) {
      const auto ahead = listed[std::min(n + kAhead, listed.size() - 1)];
      for (std::size_t k = 0; k < groups_.size(ahead); ++k)
        __builtin_prefetch(blocker_.single_keys(groups_.of(ahead)[k]));
      const auto* records = groups_.of(listed[n]);
      for (std::size_t k = 0; k < groups_.size(listed[n]); ++k) {
        const auto key = own_key(records[k]);
        if (key == 0 || !is_met(key)) continue;
        const bool again =
            std::any_of(records, records + k, [&](auto other) { return own_key(other) == key; });
        if (!again) add(key, listed[n] | kOwnKey);
      }
    }
  }
  // From here on a key is met if one of those so far may be it.
  void remember() {
    met_.assign((std::size_t{1} << kFilterBits) / 64, 0);
    for (const auto entry : entries_)
      met_[entry >> (64 - kFilterBits + 6)] |= std::uint64_t{1} << (entry >> (64 - kFilterBits) & 63);
  }
  LargeVector<std::uint64_t> shared() && {
    keep_shared_keys(entries_);
    return std::move(entries_);
  }

 private:
  static constexpr std::uint32_t kFilterBits = 21;  // 256 KiB stay near the processor.

  void add(std::uint32_t key, std::uint32_t g) {
    entries_.push_back(static_cast<std::uint64_t>(key) << 32 | g);
  }
  bool is_met(std::uint32_t key) const {
    return (met_[key >> (32 - kFilterBits + 6)] >> (key >> (32 - kFilterBits) & 63) & 1) != 0;
  }
  std::uint32_t own_key(std::uint32_t record) const {
    return blocker_.single_key(record, static_cast<std::uint32_t>(rule_.blocker_rule));
  }
  template <typename Take>
  void for_each_key(const std::vector<std::uint32_t>& listed, Take&& take) {
    for (std::size_t n = 0; n < listed.size(); ++n) {
      const auto ahead = listed[std::min(n + kAhead, listed.size() - 1)];
      rule_.maker.prefetch(groups_.of(ahead), groups_.size(ahead));
      rule_.maker.keys_of(groups_.of(listed[n]), groups_.size(listed[n]), keys_);
      for (const auto key : keys_) take(key, listed[n]);
    }
  }

  const GroupRule& rule_;
  const Blocker& blocker_;
  const Groups& groups_;
  LargeVector<std::uint64_t> entries_;
  std::vector<std::uint64_t> met_;  // By a key's highest bits.
  std::vector<std::uint32_t> keys_;
};

}  // namespace

bool is_many(const Groups& groups) { return groups.count() >= kGroupsManyMin; }

GroupLists list_groups(const Groups& groups, const Records& records, std::size_t thread_count) {
  GroupLists lists;
  for (std::uint32_t g = 0; g < groups.count(); ++g)
    (groups.size(g) > 1 ? lists.several : lists.single).push_back(g);
  lists.differing.resize(lists.several.size());
  parallel_chunks(lists.several.size(), 16384, thread_count,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    for (std::size_t n = begin; n < end; ++n) {
                      const auto ahead = lists.several[std::min(n + kAhead, end - 1)];
                      for (std::size_t k = 0; k < groups.size(ahead); ++k)
                        __builtin_prefetch(records.of(groups.of(ahead)[k]));
                      const auto g = lists.several[n];
                      lists.differing[n] = differing_fields(records, groups.of(g), groups.size(g));
                    }
                  });
  return lists;
}

LargeVector<std::uint64_t> group_keys(const GroupRule& rule, const Blocker& blocker, const Groups& groups,
                                      const GroupLists& lists) {
  KeyCollector keys(rule, blocker, groups);
  const bool known = rule.blocker_rule >= 0;
  keys.reserve(lists.several.size());
  if (is_many(groups) && known) {
    keys.add_new(lists);
    if (keys.empty()) return {};  // As under any rule of one field.
    keys.remember();
    keys.add_own_met(lists.several);
    keys.add_own_met(lists.single);
    return std::move(keys).shared();
  }
  keys.add_all(lists.several);
  if (is_many(groups)) {
    // Two single records were compared as records already.
    keys.remember();
    keys.add_met(lists.single);
  } else if (known) {
    keys.add_own(lists.single);
  } else {
    keys.add_all(lists.single);
  }
  return std::move(keys).shared();
}

}  // namespace kinfold::linkage
