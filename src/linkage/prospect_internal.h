// Which small groups may find a group to join, seen from bounds before anything is compared.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "linkage/screen_internal.h"

namespace kinfold::linkage {

/// Of a larger group only so many records are looked at.
inline constexpr std::size_t kMembersLookedAtMax = 64;

// Records of each group, one after the other.
struct Groups {
  std::vector<std::uint32_t> offset;
  std::vector<std::uint32_t> record;
  std::size_t count() const { return offset.size() - 1; }
  std::size_t size(std::uint32_t group) const { return offset[group + 1] - offset[group]; }
  const std::uint32_t* of(std::uint32_t group) const { return record.data() + offset[group]; }
  void prefetch(std::uint32_t group) const { __builtin_prefetch(&offset[group]); }
};

/// What is known of the values of some groups' records, side by side. Refers to all that it is made from.
class GroupLooks {
 public:
  GroupLooks(const RatioBounds* bounds, const Scorer& scorer, const Groups& groups)
      : bounds_(bounds), scorer_(&scorer), groups_(&groups) {}
  void clear() {
    items_.clear();
    parts_.clear();
  }
  /// A group's looks are there after load(), which is called once for all groups that were added.
  void add(std::uint32_t group);
  void load();
  /// Asks for the memory that add() reads.
  void prefetch(std::uint32_t group) const;

 private:
  friend class Prospect;
  struct Item {
    std::uint32_t code = 0;
    LevelBound::Look look;
  };
  struct Part {
    std::size_t first = 0;    // Item.
    std::uint32_t count = 0;  // Records.
    float log_size = 0.0F;    // Of the whole group.
  };
  const RatioBounds* bounds_;
  const Scorer* scorer_;
  const Groups* groups_;
  std::vector<Item> items_;  // Of each group, comparison after comparison.
  std::vector<Part> parts_;
};

/// Log odds (natural) that a small group belongs to nobody known, against one record that is as like it as a
/// stranger. Of a file with few duplicates most belong to nobody known.
double log_nobody(const Scorer& scorer, const Groups& groups);

/// Whether a group can be chosen for a small one; before there are bounds any can. Thread-safe but for
/// take().
class Prospect {
 public:
  Prospect(const Scorer& scorer, const Groups& groups, double probability_min);
  /// Must outlive this and the looks that are made from now on.
  void take(const RatioBounds& bounds) { bounds_ = &bounds; }

  GroupLooks no_looks() const { return {bounds_, *scorer_, *groups_}; }
  /// False: beside "nobody known" the `large`-th group in `looks` is too improbable to be chosen for the
  /// `small`-th.
  bool may_win(const GroupLooks& looks, std::size_t small, std::size_t large) const;

  void hope_for(std::uint32_t small) { std::atomic_ref(hopeful_[small]).store(1, std::memory_order_relaxed); }
  bool is_hopeful(std::uint32_t small) const {
    return std::atomic_ref(const_cast<std::uint8_t&>(hopeful_[small])).load(std::memory_order_relaxed) != 0;
  }

 private:
  const RatioBounds* bounds_ = nullptr;
  const Scorer* scorer_;
  const Groups* groups_;
  float needed_;                       // Natural log of the likelihood ratio, less what rounding may do.
  std::vector<std::uint8_t> hopeful_;  // By group.
};

}  // namespace kinfold::linkage
