// Sees from a few numbers that most pairs cannot reach the floor, before their values are compared.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/large_vector.h"
#include "linkage/level_bound_internal.h"
#include "linkage/score_internal.h"
#include "linkage/tile_internal.h"

namespace kinfold::linkage {

/// Upper bounds of Scorer::FieldRatio's match and moved, from codes and what is kept of each value. Refers to
/// the scorer. Thread-safe.
class RatioBounds {
 public:
  RatioBounds(const Scorer& scorer, std::size_t thread_count);

  std::size_t comparison_count() const { return looks_.size(); }
  const LevelBound::Look& look(std::size_t comparison, std::uint32_t code) const {
    return looks_[comparison][code];
  }
  const LevelBound& bound(std::size_t comparison) const { return bound_[comparison]; }
  /// at_level() by place in bound(comparison).levels().
  const float* by_place(std::size_t comparison) const { return by_place_[comparison].data(); }
  /// Of two values that are not the same code, at this level or a later one.
  float at_level(std::size_t comparison, std::uint8_t level) const { return best_[comparison][level]; }
  /// Comparisons of which something is known beyond codes, the most telling first.
  const std::vector<std::size_t>& order() const { return order_; }

 private:
  void find_order(const Records& records, const Comparer& comparer);

  std::vector<LevelBound> bound_;
  std::vector<LargeVector<LevelBound::Look>> looks_;  ///< By comparison and code.
  std::vector<std::vector<float>> best_;              ///< By comparison and level.
  std::vector<std::vector<float>> by_place_;
  std::vector<std::size_t> order_;
};

/// Drops pairs that are below the floor for certain. Refers to the scorer and the bounds. Thread-safe.
class Screen {
 public:
  Screen(const Scorer& scorer, const RatioBounds& bounds, double floor_bits,
         bool wide_vectors = has_wide_vectors());
  /// The processor has vectors of eight 64-bit numbers and counts their bits (x86-64 servers since 2021).
  /// Without, a few pairs fewer are let through that come to nothing.
  static bool has_wide_vectors();

  /// Calls visit(rule, left, right) for the pairs of work chunk `chunk` that may reach the floor, each once,
  /// and adds to first[rule] how many pairs there were.
  template <typename Visit>
  void for_each_pair(const Blocker& blocker, std::size_t chunk, std::vector<std::uint64_t>& first,
                     Visit&& visit) const;

 private:
  // What is known of the values of a tile's side, beside its codes; by comparison and record.
  struct Side {
    explicit Side(std::size_t comparison_count)
        : bits(comparison_count * TileSide::kRoom),
          more(bits.size()),
          size(bits.size()),
          again(bits.size()),
          first(bits.size()),
          equal(bits.size()) {}
    std::vector<std::uint64_t> bits, more;
    std::vector<std::uint32_t> size, again;
    std::vector<std::uint8_t> first;
    std::vector<float> equal;
  };
  void load(const TileSide& tile, Side& side) const;

  struct Row {
    const TileRow& tile;
    const Side& left;
    const Side& right;
  };
  using Open = std::array<std::uint16_t, TileSide::kCountMax>;
  // Which of the row's pairs may reach the floor; returns how many.
  std::size_t possible(const Row& row, Open& open) const {
    return wide_vectors_ ? possible_in_wide_vectors(row, open) : possible_one_by_one(row, open);
  }
  std::size_t possible_in_wide_vectors(const Row& row, Open& open) const;
  std::size_t possible_one_by_one(const Row& row, Open& open) const;
  struct Loops;

  const Scorer* scorer_;
  const RatioBounds& bounds_;
  std::size_t count_;  ///< Comparisons.
  bool wide_vectors_;
  float base_ = 0.0F;   ///< Prior, natural log odds.
  float floor_ = 0.0F;  ///< Natural log odds, less what rounding may do.
};

template <typename Visit>
void Screen::for_each_pair(const Blocker& blocker, std::size_t chunk, std::vector<std::uint64_t>& first,
                           Visit&& visit) const {
  const auto& records = scorer_->records();
  TileSide left(blocker, records, scorer_->comparer());
  TileSide right = left;
  Side left_side(count_);
  Side right_side(count_);
  Open open;
  for_each_row(
      blocker, chunk, left, right, [](std::uint32_t, std::uint32_t) { return true; },
      [&](std::uint32_t rule, std::uint32_t one, std::uint32_t other) {
        ++first[rule];
        visit(rule, one, other);
      },
      [&](const TileSide& side) { load(side, &side == &left ? left_side : right_side); },
      [&](const TileRow& tile) {
        for (std::size_t k = 0; k < tile.count; ++k) first[tile.rule] += tile.found[k] == 0;
        const Row row{tile, left_side, &tile.right == &left ? left_side : right_side};
        const std::size_t count = possible(row, open);
        for (std::size_t n = 0; n < count; ++n) {
          const auto [one, other] = tile.pair(open[n]);
          visit(tile.rule, one, other);
        }
      });
}

}  // namespace kinfold::linkage
