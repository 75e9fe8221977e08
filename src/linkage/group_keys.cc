#include "linkage/group_keys_internal.h"

#include <algorithm>

#include "base/parallel.h"
#include "linkage/key_filter.h"
#include "linkage/shared_keys_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kGroupsManyMin = 200'000;
constexpr std::size_t kAhead = 8;
constexpr std::size_t kRecordsPerChunk = 65536;

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
      : rule_(&rule), blocker_(&blocker), groups_(&groups) {}

  const LargeVector<std::uint64_t>& entries() const { return entries_; }
  void reserve(std::size_t count) { entries_.reserve(count); }
  // Every way of taking the parts of a key from the groups' records.
  void add_all(const std::vector<std::uint32_t>& listed) {
    for_each_key(listed, [&](std::uint32_t key, std::uint32_t g) { add(key, g); });
  }
  // Those of them that were added before, and a few others.
  void add_met(const std::vector<std::uint32_t>& listed) {
    KeyFilter met(1, entries_.size());
    for (const auto entry : entries_) met.add(0, static_cast<std::uint32_t>(entry >> 32));
    for_each_key(listed, [&](std::uint32_t key, std::uint32_t g) {
      if (met.may_have(0, key)) add(key, g);
    });
  }
  // Those that no record of a group has by itself: of groups whose records differ in two parts of the key.
  void add_new(const GroupLists& lists) {
    std::vector<std::uint32_t> mixed;
    for (std::size_t n = 0; n < lists.several.size(); ++n)
      if (rule_->maker.part_count_in(lists.differing[n]) > 1) mixed.push_back(lists.several[n]);
    for_each_key(mixed, [&](std::uint32_t key, std::uint32_t g) {
      const auto* records = groups_->of(g);
      if (!one_has(records, records + groups_->size(g), key)) add(key, g);
    });
  }
  // Of groups of one record.
  void add_own(const std::vector<std::uint32_t>& listed) {
    for (const auto g : listed)
      if (const auto key = own_key(*groups_->of(g)); key != 0) add(key, g);
  }
  // A key that a record of a group has by itself, unless one before it in the group has it too.
  void take_own(std::uint32_t key, std::uint32_t record, std::uint32_t g,
                std::vector<std::uint64_t>& taken) const {
    if (!one_has(groups_->of(g), std::find(groups_->of(g), groups_->of(g) + groups_->size(g), record), key))
      taken.push_back(entry_of(key, g | kOwnKey));
  }
  void add(const std::vector<std::uint64_t>& taken) {
    for (const auto entry : taken) entries_.push_back(entry);
  }
  LargeVector<std::uint64_t> shared() && {
    NumberParts parts(entries_);
    LargeVector<std::uint64_t>().swap(entries_);
    return shared_keys(std::move(parts));
  }

 private:
  static std::uint64_t entry_of(std::uint32_t key, std::uint32_t g) {
    return static_cast<std::uint64_t>(key) << 32 | g;
  }
  void add(std::uint32_t key, std::uint32_t g) { entries_.push_back(entry_of(key, g)); }
  std::uint32_t own_key(std::uint32_t record) const {
    return blocker_->single_key(record, static_cast<std::uint32_t>(rule_->blocker_rule));
  }
  bool one_has(const std::uint32_t* begin, const std::uint32_t* end, std::uint32_t key) const {
    return std::any_of(begin, end, [&](std::uint32_t record) { return own_key(record) == key; });
  }
  template <typename Take>
  void for_each_key(const std::vector<std::uint32_t>& listed, Take&& take) {
    for (std::size_t n = 0; n < listed.size(); ++n) {
      const auto ahead = listed[std::min(n + kAhead, listed.size() - 1)];
      rule_->maker.prefetch(groups_->of(ahead), groups_->size(ahead));
      rule_->maker.keys_of(groups_->of(listed[n]), groups_->size(listed[n]), keys_);
      for (const auto key : keys_) take(key, listed[n]);
    }
  }

  const GroupRule* rule_;
  const Blocker* blocker_;
  const Groups* groups_;
  LargeVector<std::uint64_t> entries_;
  std::vector<std::uint32_t> keys_;
};

// To the keys that groups have only together, those of the records that have them by themselves: all rules in
// one look at each record.
void add_own_met(std::vector<KeyCollector>& all, std::span<const GroupRule> rules, const Blocker& blocker,
                 const std::vector<std::uint32_t>& cluster, std::size_t thread_count) {
  struct Waiting {
    KeyCollector* keys;
    std::size_t place;  // Among a record's keys.
  };
  std::vector<Waiting> waiting;
  std::size_t most = 0;
  for (std::size_t n = 0; n < all.size(); ++n) {
    if (rules[n].blocker_rule < 0 || all[n].entries().empty()) continue;  // As under any rule of one field.
    waiting.push_back(
        {&all[n], blocker.single_keys_before(static_cast<std::uint32_t>(rules[n].blocker_rule))});
    most = std::max(most, all[n].entries().size());
  }
  KeyFilter met(waiting.size(), 4 * most);  // To look up a record's group for nothing takes long.
  for (std::size_t n = 0; n < waiting.size(); ++n)
    for (const auto entry : waiting[n].keys->entries()) met.add(n, static_cast<std::uint32_t>(entry >> 32));
  using Taken = std::vector<std::vector<std::uint64_t>>;  // By rule.
  std::vector<Taken> parts((cluster.size() + kRecordsPerChunk - 1) / kRecordsPerChunk);
  parallel_chunks(cluster.size(), kRecordsPerChunk, thread_count,
                  [&](std::size_t chunk, std::size_t begin, std::size_t end) {
                    Taken taken(waiting.size());
                    for (std::size_t n = begin; n < end; ++n) {
                      const auto record = static_cast<std::uint32_t>(n);
                      const auto* keys = blocker.single_keys(record);
                      for (std::size_t rule = 0; rule < waiting.size(); ++rule) {
                        const auto key = keys[waiting[rule].place];
                        if (key != 0 && met.may_have(rule, key))
                          waiting[rule].keys->take_own(key, record, cluster[record], taken[rule]);
                      }
                    }
                    parts[chunk] = std::move(taken);
                  });
  for (const auto& part : parts)
    for (std::size_t rule = 0; rule < part.size(); ++rule) waiting[rule].keys->add(part[rule]);
}

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

std::vector<LargeVector<std::uint64_t>> group_keys(std::span<const GroupRule> rules, const Blocker& blocker,
                                                   const Groups& groups,
                                                   const std::vector<std::uint32_t>& cluster,
                                                   const GroupLists& lists, std::size_t thread_count) {
  const bool many = is_many(groups);
  std::vector<KeyCollector> keys;
  for (const auto& rule : rules) keys.emplace_back(rule, blocker, groups);
  parallel_chunks(rules.size(), 1, thread_count, [&](std::size_t, std::size_t n, std::size_t) {
    const bool known = rules[n].blocker_rule >= 0;
    keys[n].reserve(lists.several.size());
    if (many && known) {
      keys[n].add_new(lists);
      return;
    }
    keys[n].add_all(lists.several);
    if (many)
      keys[n].add_met(lists.single);  // Two single records were compared as records already.
    else if (known)
      keys[n].add_own(lists.single);
    else
      keys[n].add_all(lists.single);
  });
  if (many) add_own_met(keys, rules, blocker, cluster, thread_count);
  std::vector<LargeVector<std::uint64_t>> shared(rules.size());
  parallel_chunks(rules.size(), 1, thread_count,
                  [&](std::size_t, std::size_t n, std::size_t) { shared[n] = std::move(keys[n]).shared(); });
  return shared;
}

}  // namespace kinfold::linkage
