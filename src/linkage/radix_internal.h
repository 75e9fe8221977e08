// Stable sort by an integer key, in time linear in the number of items.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/parallel.h"

namespace kinfold::linkage {

/// Sorts `count` items by the low `kBits` bits of key(item), which is unsigned; `spare` has room for as many.
/// Digits that all items share cost one look only.
template <int kBits, typename T, typename Key>
void radix_sort(T* items, std::size_t count, T* spare, Key&& key) {
  constexpr int kDigitBits = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
  constexpr int kDigits = (kBits + kDigitBits - 1) / kDigitBits;
  std::vector<std::array<std::size_t, kBuckets>> counts(kDigits);
  const auto digit = [&](const T& item, int d) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(key(item)) >> (d * kDigitBits)) &
           (kBuckets - 1);
  };
  for (std::size_t n = 0; n < count; ++n) {
    for (int d = 0; d < kDigits; ++d) ++counts[static_cast<std::size_t>(d)][digit(items[n], d)];
  }
  T* from = items;
  T* to = spare;
  for (int d = 0; d < kDigits; ++d) {
    auto& places = counts[static_cast<std::size_t>(d)];
    if (count == 0 || places[digit(from[0], d)] == count) continue;
    std::size_t next = 0;
    for (auto& place : places) next += std::exchange(place, next);
    for (std::size_t n = 0; n < count; ++n) to[places[digit(from[n], d)]++] = from[n];
    std::swap(from, to);
  }
  if (from != items) std::copy(from, from + count, items);
}

/// All of `items`, stretch by stretch on `thread_count` threads, and the stretches merged.
template <int kBits, typename Items, typename Key>
void radix_sort(Items& items, Key&& key, std::size_t thread_count = 1) {
  constexpr std::size_t kWorthAThread = 16384;
  const std::size_t stretch =
      std::max(kWorthAThread, (items.size() + thread_count - 1) / std::max<std::size_t>(1, thread_count));
  Items spare(items.size());
  parallel_chunks(items.size(), stretch, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    radix_sort<kBits>(items.data() + begin, end - begin, spare.data() + begin, key);
  });
  const auto before = [&](const auto& a, const auto& b) { return key(a) < key(b); };
  for (std::size_t sorted = stretch; sorted < items.size(); sorted *= 2) {
    parallel_chunks(
        items.size(), 2 * sorted, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
          auto* middle = items.data() + std::min(begin + sorted, end);
          std::merge(items.data() + begin, middle, middle, items.data() + end, spare.data() + begin, before);
        });
    items.swap(spare);
  }
}

}  // namespace kinfold::linkage
