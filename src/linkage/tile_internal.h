// Parts of blocks small enough for the processor's nearest memory, their records' numbers side by side.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "linkage/block_internal.h"
#include "linkage/compare_internal.h"

namespace kinfold::linkage {

/// One side of a tile: the keys and codes of its records, each kind of number in a row of its own.
class TileSide {
 public:
  static constexpr std::size_t kCountMax = Blocker::kTileMax;

  TileSide(const Blocker& blocker, const Records& records, const Comparer& comparer)
      : blocker_(&blocker), records_(&records), key_(blocker.single_key_count() * kCountMax) {
    for (std::size_t n = 0; n < comparer.comparison_count(); ++n) field_.push_back(comparer.field_of(n));
    code_.resize(field_.size() * kCountMax);
  }

  void prefetch(std::uint32_t record) const {
    __builtin_prefetch(records_->of(record));
    __builtin_prefetch(blocker_->single_keys(record));
  }
  void load(std::span<const std::uint32_t> records) {
    record_ = records;
    const std::size_t keys = blocker_->single_key_count();
    for (const auto record : records) prefetch(record);
    for (std::size_t at = 0; at < records.size(); ++at) {
      const auto* codes = records_->of(records[at]);
      const auto* own = blocker_->single_keys(records[at]);
      for (std::size_t n = 0; n < field_.size(); ++n) code_[n * kCountMax + at] = codes[field_[n]];
      for (std::size_t n = 0; n < keys; ++n) key_[n * kCountMax + at] = own[n];
    }
  }
  std::size_t count() const { return record_.size(); }
  /// [begin, end) with a few numbers more on both sides, so that loops over the rows of a side take whole
  /// vectors. What is found out about records that are not asked for means nothing.
  static std::pair<std::size_t, std::size_t> padded(std::size_t begin, std::size_t end) {
    constexpr std::size_t kVector = 16;
    return {begin / kVector * kVector, (end + kVector - 1) / kVector * kVector};
  }
  std::uint32_t record(std::size_t at) const { return record_[at]; }
  const std::uint32_t* codes(std::size_t comparison) const { return code_.data() + comparison * kCountMax; }
  const std::uint32_t* keys(std::size_t rule) const { return key_.data() + rule * kCountMax; }

 private:
  const Blocker* blocker_;
  const Records* records_;
  std::span<const std::uint32_t> record_;
  std::vector<std::size_t> field_;
  std::vector<std::uint32_t> key_, code_;
};

/// Calls visit_row(rule, left, i, right, begin, found) for the rows of every tile of work chunk `chunk`:
/// record i of `left` meets records [begin, right.count()) of `right`, of which those with found[j] == 0 have
/// this for their first rule. Tiles of a few pairs are not worth that: of them visit_pair(rule, left, right)
/// gets the pairs whose first rule it is. Blocks for which wanted(rule, key) is false are left out.
/// `loaded(side)` is called whenever a side was loaded anew.
template <typename Wanted, typename VisitPair, typename Loaded, typename VisitRow>
void for_each_row(const Blocker& blocker, std::size_t chunk, TileSide& left, TileSide& right, Wanted&& wanted,
                  VisitPair&& visit_pair, Loaded&& loaded, VisitRow&& visit_row) {
  constexpr std::size_t kSmall = 3;  // Records on each side.
  std::array<std::uint32_t, TileSide::kCountMax> found{};
  blocker.for_each_tile(
      chunk,
      [&](const Blocker::Tile& tile) {
        if (!wanted(tile.rule, tile.key)) return;
        if (tile.left_is_new && tile.left.size() <= kSmall && tile.right.size() <= kSmall) {
          for (std::size_t i = 0; i < tile.left.size(); ++i) {
            for (std::size_t j = tile.triangle ? i + 1 : 0; j < tile.right.size(); ++j) {
              if (blocker.is_first(tile.rule, tile.key, tile.left[i], tile.right[j]))
                visit_pair(tile.rule, tile.left[i], tile.right[j]);
            }
          }
          return;
        }
        if (tile.left_is_new) {
          left.load(tile.left);
          loaded(left);
        }
        if (!tile.triangle) {
          right.load(tile.right);
          loaded(right);
        }
        const TileSide& other = tile.triangle ? left : right;
        const std::size_t before = blocker.single_keys_before(tile.rule);
        const std::size_t count = other.count();
        for (std::size_t i = 0; i < left.count(); ++i) {
          const std::size_t begin = tile.triangle ? i + 1 : 0;
          const auto [from, to] = TileSide::padded(begin, count);
          for (std::size_t j = from; j < to; ++j) found[j] = 0;
          for (std::size_t rule = 0; rule < before; ++rule) {
            const std::uint32_t key = left.keys(rule)[i];
            if (key == 0) continue;
            const std::uint32_t* keys = other.keys(rule);
            for (std::size_t j = from; j < to; ++j) found[j] |= static_cast<std::uint32_t>(keys[j] == key);
          }
          if (blocker.has_rules_of_many()) {
            for (std::size_t j = begin; j < count; ++j) {
              if (found[j] == 0)
                found[j] =
                    blocker.is_first_of_many(tile.rule, tile.key, left.record(i), other.record(j)) ? 0 : 1;
            }
          }
          visit_row(tile.rule, left, i, other, begin, found.data());
        }
      },
      [&](std::uint32_t record) { left.prefetch(record); });
}

}  // namespace kinfold::linkage
