// Numbers brought together by their highest bits, within the processor's nearest memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/large_vector.h"

namespace kinfold::linkage {

/// Stable distribution by so many of the highest bits.
class BucketSort {
 public:
  static constexpr int kDigitBitsMax = 11;

  /// So many bits that a digit's buckets hold `bucket_size` numbers each, if these are spread evenly.
  static int digit_bits(std::size_t count, std::size_t bucket_size) {
    int bits = 0;
    while (bits < kDigitBitsMax && (count >> bits) > bucket_size) ++bits;
    return bits;
  }

  /// Distributes by the `bits` bits below the `above` highest ones; at(n) is where bucket n begins in `to`
  /// then. for_each(visit) calls visit(number) for all of them, twice the same.
  template <typename ForEach>
  void distribute(ForEach&& for_each, int above, int bits, std::uint64_t* to) {
    const auto bucket_of = [&](std::uint64_t number) {
      return bits == 0 ? std::size_t{0} : static_cast<std::size_t>(number << above >> (64 - bits));
    };
    const std::size_t buckets = std::size_t{1} << bits;
    std::fill(begins_.begin(), begins_.begin() + static_cast<std::ptrdiff_t>(buckets + 1), 0U);
    for_each([&](std::uint64_t number) { ++begins_[bucket_of(number)]; });
    std::uint32_t next = 0;
    for (std::size_t n = 0; n <= buckets; ++n) next += std::exchange(begins_[n], next);
    for_each([&](std::uint64_t number) { to[begins_[bucket_of(number)]++] = number; });
    for (std::size_t n = buckets; n > 0; --n) begins_[n] = begins_[n - 1];
    begins_[0] = 0;
  }
  std::uint32_t at(std::size_t bucket) const { return begins_[bucket]; }

 private:
  std::array<std::uint32_t, (std::size_t{1} << kDigitBitsMax) + 1> begins_;
};

/// Numbers by their highest bits, in parts that fit into the nearest memory. Threads may work on different
/// parts.
class NumberParts {
 public:
  /// Numbers with the same `bits_max` highest bits are in one part.
  explicit NumberParts(const LargeVector<std::uint64_t>& numbers, int bits_max = 64)
      : NumberParts(
            numbers.size(), [&](auto&& visit) { std::for_each(numbers.begin(), numbers.end(), visit); },
            bits_max) {}
  /// Of at most `count_max` numbers, which need not lie anywhere: for_each as of distribute().
  template <typename ForEach>
  NumberParts(std::size_t count_max, ForEach&& for_each, int bits_max = 64)
      : bits_(std::min(bits_max, BucketSort::digit_bits(count_max, kPartSize))), numbers_(count_max) {
    BucketSort parts;
    parts.distribute(for_each, 0, bits_, numbers_.data());
    for (std::size_t part = 0; part <= count(); ++part) at_.push_back(parts.at(part));
  }
  std::size_t count() const { return std::size_t{1} << bits_; }
  int bits() const { return bits_; }  ///< That all numbers of a part share.
  std::uint64_t* begin(std::size_t part) { return numbers_.data() + at_[part]; }
  std::size_t size(std::size_t part) const { return at_[part + 1] - at_[part]; }

  /// What a thread works with.
  struct Desk {
    BucketSort buckets;
    std::vector<std::uint64_t> numbers;
  };
  /// Calls visit(begin, end) for buckets of the first `size` numbers of a part, from the lowest up: between
  /// them all numbers are in order, within one they are as they came. Numbers whose highest bits are spread
  /// evenly come in buckets of about one. The part's own place may be written over meanwhile.
  template <typename Visit>
  void for_each_bucket(std::size_t part, std::size_t size, Desk& desk, Visit&& visit) {
    desk.numbers.resize(std::max(desk.numbers.size(), size));
    const int bits = BucketSort::digit_bits(size, 1);
    const auto* const from = begin(part);
    desk.buckets.distribute([&](auto&& take) { std::for_each(from, from + size, take); }, bits_, bits,
                            desk.numbers.data());
    for (std::size_t n = 0; n < std::size_t{1} << bits; ++n) {
      if (desk.buckets.at(n) < desk.buckets.at(n + 1))
        visit(desk.numbers.data() + desk.buckets.at(n), desk.numbers.data() + desk.buckets.at(n + 1));
    }
  }
  /// The first `count` of the numbers as they lie now.
  LargeVector<std::uint64_t> first(std::size_t count) && {
    numbers_.resize(count);
    return std::move(numbers_);
  }

 private:
  static constexpr std::size_t kPartSize = 2048;  // 16 KiB.
  int bits_;
  LargeVector<std::uint64_t> numbers_;
  std::vector<std::size_t> at_;
};

/// Stable, for buckets; most are short. `before(a, b)`: a comes first.
template <typename Before>
void sort_bucket(std::uint64_t* begin, std::uint64_t* end, Before&& before) {
  constexpr std::ptrdiff_t kInsertedMax = 64;
  if (end - begin > kInsertedMax) return std::stable_sort(begin, end, before);
  for (auto* next = begin + 1; next < end; ++next) {
    const std::uint64_t number = *next;
    auto* at = next;
    for (; at > begin && before(number, at[-1]); --at) *at = at[-1];
    *at = number;
  }
}

}  // namespace kinfold::linkage
