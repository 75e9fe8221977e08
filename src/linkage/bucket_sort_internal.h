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
  /// then.
  void distribute(const std::uint64_t* from, std::size_t count, int above, int bits, std::uint64_t* to) {
    const auto bucket_of = [&](std::uint64_t number) {
      return bits == 0 ? std::size_t{0} : static_cast<std::size_t>(number << above >> (64 - bits));
    };
    const std::size_t buckets = std::size_t{1} << bits;
    std::fill(begins_.begin(), begins_.begin() + static_cast<std::ptrdiff_t>(buckets + 1), 0U);
    for (std::size_t n = 0; n < count; ++n) ++begins_[bucket_of(from[n])];
    std::uint32_t next = 0;
    for (std::size_t n = 0; n <= buckets; ++n) next += std::exchange(begins_[n], next);
    for (std::size_t n = 0; n < count; ++n) to[begins_[bucket_of(from[n])]++] = from[n];
    for (std::size_t n = buckets; n > 0; --n) begins_[n] = begins_[n - 1];
    begins_[0] = 0;
  }
  std::uint32_t at(std::size_t bucket) const { return begins_[bucket]; }

 private:
  std::array<std::uint32_t, (std::size_t{1} << kDigitBitsMax) + 1> begins_;
};

/// Calls visit(begin, end) for buckets of `numbers`, from the lowest up: between them all numbers are in
/// order, within one they are as they came. Numbers whose highest bits are spread evenly come in buckets of
/// about one. `numbers` may be written over as far as they were visited. Before a part of them is put into
/// buckets, sift(begin, count, bits) says how many of it are wanted and moves these to its front; all of the
/// part have the same `bits` highest bits.
template <typename Sift, typename Visit>
void for_each_bucket(const LargeVector<std::uint64_t>& numbers, Sift&& sift, Visit&& visit) {
  constexpr std::size_t kPartSize = 2048;  // 16 KiB.
  LargeVector<std::uint64_t> parted(numbers.size());
  std::vector<std::uint64_t> own;
  BucketSort parts;
  BucketSort buckets;
  const int coarse = BucketSort::digit_bits(numbers.size(), kPartSize);
  parts.distribute(numbers.data(), numbers.size(), 0, coarse, parted.data());
  for (std::size_t part = 0; part < std::size_t{1} << coarse; ++part) {
    auto* begin = parted.data() + parts.at(part);
    const std::size_t count =
        sift(begin, static_cast<std::size_t>(parts.at(part + 1) - parts.at(part)), coarse);
    own.resize(std::max(own.size(), count));
    const int fine = BucketSort::digit_bits(count, 1);
    buckets.distribute(begin, count, coarse, fine, own.data());
    for (std::size_t n = 0; n < std::size_t{1} << fine; ++n) {
      if (buckets.at(n) < buckets.at(n + 1))
        visit(own.data() + buckets.at(n), own.data() + buckets.at(n + 1));
    }
  }
}

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
