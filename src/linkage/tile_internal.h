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
  static constexpr std::size_t kVector = 16;     ///< Numbers that loops over a row take at once.
  static constexpr std::size_t kCircleMax = 32;  ///< Records of a circle (below).
  /// Numbers of one row: as many records as there may be, the first half of a circle once more, and
  /// what loops read beyond a row's end.
  static constexpr std::size_t kRoom = kCountMax + kCircleMax / 2;

  TileSide(const Blocker& blocker, const Records& records, const Comparer& comparer)
      : blocker_(&blocker), records_(&records), key_(blocker.single_key_count() * kRoom) {
    for (std::size_t n = 0; n < comparer.comparison_count(); ++n) field_.push_back(comparer.field_of(n));
    code_.resize(field_.size() * kRoom);
  }

  void prefetch(std::uint32_t record) const {
    __builtin_prefetch(records_->of(record));
    __builtin_prefetch(blocker_->single_keys(record));
  }
  /// Records that meet one another stand in a `circle`, the last 32 of them at most: each meets the half of
  /// them that comes next, after the last one the first again. So their rows are of one length and fill whole
  /// vectors, which those of a triangle, one shorter than the other, do not.
  void load(std::span<const std::uint32_t> records, bool circle) {
    record_ = records;
    circle_ = circle ? std::min(records.size(), kCircleMax) : 0;
    const std::size_t keys = blocker_->single_key_count();
    for (const auto record : records) prefetch(record);
    for (std::size_t at = 0; at < records.size(); ++at) {
      const auto* codes = records_->of(records[at]);
      const auto* own = blocker_->single_keys(records[at]);
      for (std::size_t n = 0; n < field_.size(); ++n) code_[n * kRoom + at] = codes[field_[n]];
      for (std::size_t n = 0; n < keys; ++n) key_[n * kRoom + at] = own[n];
    }
    for (std::size_t n = 0; n < field_.size(); ++n) close_circle(code_.data() + n * kRoom);
    for (std::size_t n = 0; n < keys; ++n) close_circle(key_.data() + n * kRoom);
  }
  std::size_t count() const { return record_.size(); }
  std::size_t circle() const { return circle_; }
  /// Writes the first half of the circle behind the last record.
  template <typename Number>
  void close_circle(Number* row) const {
    if (circle_ != 0) std::copy_n(row + (count() - circle_), circle_ / 2, row + count());
  }
  std::uint32_t record(std::size_t at) const { return record_[at]; }
  const std::uint32_t* codes(std::size_t comparison) const { return code_.data() + comparison * kRoom; }
  const std::uint32_t* keys(std::size_t rule) const { return key_.data() + rule * kRoom; }

 private:
  const Blocker* blocker_;
  const Records* records_;
  std::span<const std::uint32_t> record_;
  std::size_t circle_ = 0;
  std::vector<std::size_t> field_;
  std::vector<std::uint32_t> key_, code_;
};

/// One record of the left side and those of the right side that it meets.
struct TileRow {
  std::uint32_t rule;
  const TileSide& left;
  std::size_t record;
  const TileSide& right;
  std::size_t begin;  ///< Of the right side; some beyond its last record where there is a circle.
  std::size_t count;
  const std::uint32_t* found;  ///< By number from `begin` on; not 0: an earlier rule finds this pair.

  /// Count, and a few numbers more, so that loops take whole vectors. What is found out about records that
  /// are not asked for means nothing.
  std::size_t lanes() const {
    return (count + TileSide::kVector - 1) / TileSide::kVector * TileSide::kVector;
  }
  /// Records `record` and begin + k, in a triangle the one that comes before the other first.
  std::pair<std::uint32_t, std::uint32_t> pair(std::size_t k) const {
    const std::size_t other = begin + k;
    if (other < right.count()) return {left.record(record), right.record(other)};
    return {right.record(other - right.circle()), left.record(record)};
  }
};

/// How many of the records after it a record meets that is number `at` of the circle.
inline std::size_t met_in_circle(std::size_t at, std::size_t circle) {
  return (circle - 1) / 2 + (circle % 2 == 0 && at < circle / 2 ? 1 : 0);
}

/// Calls visit_row(row) for the rows of every tile of work chunk `chunk`. Tiles of a few pairs are not worth
/// that: of them visit_pair(rule, left, right) gets the pairs whose first rule it is. Blocks for which
/// wanted(rule, key) is false are left out. `loaded(side)` is called whenever a side was loaded anew.
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
          left.load(tile.left, tile.triangle);
          loaded(left);
        }
        if (!tile.triangle) {
          right.load(tile.right, false);
          loaded(right);
        }
        const TileSide& other = tile.triangle ? left : right;
        const std::size_t before = blocker.single_keys_before(tile.rule);
        const std::size_t line =
            tile.triangle ? left.count() - left.circle() : left.count();  // Before the circle.
        for (std::size_t i = 0; i < left.count(); ++i) {
          const std::size_t begin = tile.triangle ? i + 1 : 0;
          const std::size_t count = i < line ? other.count() - begin : met_in_circle(i - line, left.circle());
          if (count == 0) continue;
          const TileRow row{tile.rule, left, i, other, begin, count, found.data()};
          const std::size_t lanes = row.lanes();
          std::fill_n(found.begin(), lanes, 0U);
          for (std::size_t rule = 0; rule < before; ++rule) {
            const std::uint32_t key = left.keys(rule)[i];
            if (key == 0) continue;
            const std::uint32_t* keys = other.keys(rule) + begin;
            for (std::size_t k = 0; k < lanes; ++k) found[k] |= static_cast<std::uint32_t>(keys[k] == key);
          }
          if (blocker.has_rules_of_many()) {
            for (std::size_t k = 0; k < count; ++k) {
              if (found[k] != 0) continue;
              const auto [a, b] = row.pair(k);
              found[k] = blocker.is_first_of_many(tile.rule, tile.key, a, b) ? 0 : 1;
            }
          }
          visit_row(row);
        }
      },
      [&](std::uint32_t record) { left.prefetch(record); });
}

}  // namespace kinfold::linkage
