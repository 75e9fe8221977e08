// Sees from a few numbers that most pairs cannot reach the floor, before their values are compared.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/large_vector.h"
#include "linkage/score_internal.h"
#include "linkage/tile_internal.h"

namespace kinfold::linkage {

/// How good a level two different values of one comparison can have at best, from what is kept of each: its
/// bytes where they are few, else bits of its signs and its length. Thread-safe.
class LevelBound {
 public:
  struct Look {
    std::uint64_t bits;
    std::uint64_t more;  ///< Bytes from the ninth on; beside signs the first few bytes.
    float equal;         ///< Room for what an equal value is worth (RatioBounds fills it).
    std::uint8_t size;
    std::uint8_t first;  ///< No value of another code is at a better level.
  };
  LevelBound(const Records& records, const Comparer& comparer, std::size_t comparison);

  /// False: nothing is known, every level is possible.
  bool useful() const { return kind_ != Kind::kNone; }
  Look look(const Value& value) const;
  /// The true level is this one or a later one. Neither value is missing.
  std::uint8_t best(const Look& a, const Look& b) const { return std::max(a.first, best_of_values(a, b)); }

 private:
  static constexpr std::size_t kSizeMax = 20;
  static constexpr std::size_t kWidth = kSizeMax + 1;
  static constexpr std::size_t kPrefixMax = 4;  ///< Winkler's.
  static constexpr std::size_t kBytesMax = 16;
  static constexpr std::uint8_t kOpen =
      255;  ///< Too long, or with blanks that do not count: nothing is known of the value.
  enum class Kind { kNone, kLetters, kBytes };

  static std::size_t place(std::size_t size_a, std::size_t size_b, std::size_t matched, std::size_t prefix) {
    return ((size_a * kWidth + size_b) * kWidth + matched) * (kPrefixMax + 1) + prefix;
  }
  std::uint8_t best_of_values(const Look& a, const Look& b) const {
    if (kind_ == Kind::kBytes) return best_of_bytes(a, b);
    if (a.size > kSizeMax || b.size > kSizeMax || a.bits == b.bits) return 0;
    const int only_a = __builtin_popcountll(a.bits & ~b.bits);
    const int only_b = __builtin_popcountll(b.bits & ~a.bits);
    const int matched = std::max(0, std::min(a.size - only_a, b.size - only_b));
    const auto prefix =
        static_cast<std::size_t>(__builtin_ctzll((a.more ^ b.more) | std::uint64_t{1} << (8 * kPrefixMax))) /
        8;
    return level_[place(a.size, b.size, static_cast<std::size_t>(matched), prefix)];
  }
  std::uint8_t best_of_bytes(const Look& a, const Look& b) const;
  std::uint8_t level_of_edits(std::size_t edits) const {
    return edit_level_[std::min<std::size_t>(edits, kBytesMax)];
  }

  Kind kind_ = Kind::kNone;
  bool swaps_ = false;                                    ///< Two neighbours may change places in one edit.
  bool blanks_count_ = false;                             ///< Values that differ in blanks alone are two.
  std::vector<std::uint8_t> level_;                       ///< By place().
  std::array<std::uint8_t, kBytesMax + 1> edit_level_{};  ///< Best level of so many edits or more.
};

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
  /// Of two values that are not the same code, at this level or a later one.
  float at_level(std::size_t comparison, std::uint8_t level) const { return best_[comparison][level]; }
  /// Comparisons of which something is known beyond codes, the most telling first.
  const std::vector<std::size_t>& order() const { return order_; }

 private:
  void find_order(const Records& records, const Comparer& comparer);

  std::vector<LevelBound> bound_;
  std::vector<LargeVector<LevelBound::Look>> looks_;  ///< By comparison and code.
  std::vector<std::vector<float>> best_;              ///< By comparison and level.
  std::vector<std::size_t> order_;
};

/// Drops pairs that are below the floor for certain. Refers to the scorer and the bounds. Thread-safe.
class Screen {
 public:
  Screen(const Scorer& scorer, const RatioBounds& bounds, double floor_bits);

  /// Calls visit(rule, left, right) for the pairs of work chunk `chunk` that may reach the floor, each once,
  /// and adds to first[rule] how many pairs there were.
  template <typename Visit>
  void for_each_pair(const Blocker& blocker, std::size_t chunk, std::vector<std::uint64_t>& first,
                     Visit&& visit) const;

 private:
  // What is known of the values of a tile's side, beside its codes.
  struct Side {
    explicit Side(std::size_t comparison_count) : look(comparison_count * TileSide::kCountMax) {}
    std::vector<LevelBound::Look> look;
  };
  void load(const TileSide& tile, Side& side) const;
  // The pairs of one record of the left side: what each can reach, and those that are still open.
  struct Row {
    std::array<float, TileSide::kCountMax> sum;
    std::array<std::uint16_t, TileSide::kCountMax> open;
  };
  // Of the `count` open pairs those that may reach the floor as far as comparison `n` tells; how many these
  // are.
  std::size_t keep_possible(std::size_t n, const TileSide& left, const Side& left_side, std::size_t i,
                            const TileSide& right, const Side& right_side, Row& row, std::size_t count) const;

  const Scorer* scorer_;
  const RatioBounds& bounds_;
  std::size_t count_;   ///< Comparisons.
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
  Row row;
  for_each_row(
      blocker, chunk, left, right, [](std::uint32_t, std::uint32_t) { return true; },
      [&](std::uint32_t rule, std::uint32_t one, std::uint32_t other) {
        ++first[rule];
        visit(rule, one, other);
      },
      [&](const TileSide& side) { load(side, &side == &left ? left_side : right_side); },
      [&](std::uint32_t rule, const TileSide& a, std::size_t i, const TileSide& b, std::size_t begin,
          const std::uint32_t* found) {
        const Side& b_side = &b == &left ? left_side : right_side;
        const auto [from, to] = TileSide::padded(begin, b.count());
        for (std::size_t j = from; j < to; ++j) row.sum[j] = base_;
        for (std::size_t n = 0; n < count_; ++n) {
          const std::uint32_t code = a.codes(n)[i];
          if (code == 0) continue;
          const std::uint32_t* codes = b.codes(n);
          const LevelBound::Look& look = left_side.look[n * TileSide::kCountMax + i];
          const float equal = look.equal;
          const float other = bounds_.at_level(n, look.first);
          for (std::size_t j = from; j < to; ++j)
            row.sum[j] += codes[j] == code ? equal : codes[j] == 0 ? 0.0F : other;
        }
        std::uint64_t pairs = 0;
        std::size_t open = 0;
        for (std::size_t j = begin; j < b.count(); ++j) {
          row.open[open] = static_cast<std::uint16_t>(j);
          open += static_cast<std::size_t>(found[j] == 0) & static_cast<std::size_t>(row.sum[j] >= floor_);
          pairs += found[j] == 0;
        }
        first[rule] += pairs;
        for (const auto n : bounds_.order()) open = keep_possible(n, a, left_side, i, b, b_side, row, open);
        for (std::size_t k = 0; k < open; ++k) visit(rule, a.record(i), b.record(row.open[k]));
      });
}

}  // namespace kinfold::linkage
