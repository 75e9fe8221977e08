// Stable sort by an integer key, in time linear in the number of items.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace kinfold::linkage {

/// Sorts by the low `kBits` bits of key(item), which is unsigned. Digits that all items share cost one look
/// only.
template <int kBits, typename Items, typename Key>
void radix_sort(Items& items, Key&& key) {
  using T = typename Items::value_type;
  constexpr int kDigitBits = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
  constexpr int kDigits = (kBits + kDigitBits - 1) / kDigitBits;
  std::vector<std::array<std::size_t, kBuckets>> counts(kDigits);
  const auto digit = [&](const T& item, int d) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(key(item)) >> (d * kDigitBits)) &
           (kBuckets - 1);
  };
  for (const auto& item : items) {
    for (int d = 0; d < kDigits; ++d) ++counts[static_cast<std::size_t>(d)][digit(item, d)];
  }
  Items other;
  for (int d = 0; d < kDigits; ++d) {
    auto& count = counts[static_cast<std::size_t>(d)];
    if (items.empty() || count[digit(items.front(), d)] == items.size()) continue;
    std::size_t next = 0;
    for (auto& c : count) next += std::exchange(c, next);
    other.resize(items.size());
    for (const auto& item : items) other[count[digit(item, d)]++] = item;
    items.swap(other);
  }
}

}  // namespace kinfold::linkage
