// The best level that two different values can have, seen from a few numbers that are kept of each.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "linkage/compare_internal.h"
#include "linkage/records_internal.h"

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
    std::uint8_t again;  ///< Beside signs: letters and blanks beyond those that have a bit.
  };
  enum class Kind { kNone, kSigns, kBytes };
  LevelBound(const Records& records, const Comparer& comparer, std::size_t comparison);

  Kind kind() const { return kind_; }
  /// False: nothing is known, every level is possible.
  bool useful() const { return kind_ != Kind::kNone; }
  Look look(const Value& value) const;
  /// The true level is this one or a later one. Neither value is missing.
  std::uint8_t best(const Look& a, const Look& b) const { return std::max(a.first, level_[place(a, b)]); }
  /// Where in levels() that level is, as far as no `first` says more.
  std::uint32_t place(const Look& a, const Look& b) const {
    return kind_ == Kind::kBytes ? edits_of_bytes(a, b) : place_of_signs(a, b);
  }
  const std::vector<std::uint8_t>& levels() const { return level_; }
  /// Two neighbours may change places in one edit.
  bool swaps() const { return swaps_; }

  // The same without branches or calls, so that a row of values can be looked at in one go. A value comes as
  // its Look or as anything that has the same names.

  /// Place of two lengths, of how many letters they have in common at most, and of how many they begin with.
  template <typename A, typename B>
  static std::uint32_t place_of_signs(const A& a, const B& b) {
    const std::uint32_t common =
        static_cast<std::uint32_t>(std::popcount(a.bits & b.bits)) + lesser(a.again, b.again);
    const auto other = static_cast<std::uint32_t>(a.more ^ b.more);
    const std::uint32_t prefix = ((other & 0xFFU) == 0U ? 1U : 0U) + ((other & 0xFFFFU) == 0U ? 1U : 0U) +
                                 ((other & 0xFF'FFFFU) == 0U ? 1U : 0U) + (other == 0U ? 1U : 0U);
    const std::uint32_t place = ((a.size * kWidth + b.size) * kWidth + common) * (kPrefixMax + 1) + prefix;
    return a.bits == b.bits ? 0U : place;
  }
  /// As many edits at least; 0 where nothing is known. May be less than place() beyond one edit.
  template <typename A, typename B>
  static std::uint32_t place_of_bytes(const A& a, const B& b, bool swaps) {
    const std::uint64_t low = filled(a.bits ^ b.bits);
    const std::uint64_t high = filled(a.more ^ b.more);
    // Bytes that are equal neither where they stand nor when those of one value move down by one place.
    const std::uint32_t apart_a = count(low & filled((a.bits >> 8 | a.more << 56) ^ b.bits)) +
                                  count(high & filled((a.more >> 8) ^ b.more));
    const std::uint32_t apart_b = count(low & filled((b.bits >> 8 | b.more << 56) ^ a.bits)) +
                                  count(high & filled((b.more >> 8) ^ a.more));
    const std::uint32_t differing = count(low) + count(high);
    const std::uint32_t replaced = swaps ? (differing + 1) / 2 : differing;
    // Otherwise two edits are one byte out and one in: between the two everything has moved by one place.
    const std::uint32_t of_one_size = replaced <= 2 ? replaced : lesser(apart_a, apart_b) <= 1 ? 2U : 3U;
    const std::uint32_t shorter = lesser(a.size, b.size);
    const std::uint32_t longer = a.size + b.size - shorter;
    const std::uint32_t gap = longer - shorter;
    const std::uint32_t one_longer = (a.size > b.size ? apart_a : apart_b) == 0 ? 1U : 2U;
    const std::uint32_t edits = gap == 0 ? of_one_size : gap == 1 ? one_longer : gap;
    return longer > kBytesMax ? 0U : edits;
  }

 private:
  static constexpr std::uint32_t kWidth = 22;     ///< Lengths of values; the last is of all that are longer.
  static constexpr std::uint32_t kPrefixMax = 4;  ///< Winkler's.
  static constexpr std::uint32_t kSizeMax = kWidth - 2;
  static constexpr std::uint32_t kBytesMax = 16;

  // The highest bit of each byte that is not zero.
  static std::uint64_t filled(std::uint64_t bytes) {
    constexpr std::uint64_t kRest = 0x7F7F'7F7F'7F7F'7F7F;
    return (((bytes & kRest) + kRest) | bytes) & ~kRest;
  }
  // Not std::min(): its references keep the compiler from taking many at once.
  static std::uint32_t lesser(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }
  static std::uint32_t count(std::uint64_t bits) { return static_cast<std::uint32_t>(std::popcount(bits)); }

  // Exact up to two edits for texts of one length, else a lower bound on the edits; 0 where nothing is known.
  std::uint32_t edits_of_bytes(const Look& a, const Look& b) const;
  void know_signs(const Comparer::Ladder& ladder);

  Kind kind_ = Kind::kNone;
  bool swaps_ = false;
  bool blanks_count_ = false;  ///< Values that differ in blanks alone are two.
  std::vector<std::uint8_t> level_;
};

}  // namespace kinfold::linkage
