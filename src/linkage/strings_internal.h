// Distinct texts numbered in order of arrival: one block of bytes, one open table.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/large_vector.h"
#include "linkage/values_internal.h"

namespace kinfold::linkage {

class StringTable {
 public:
  StringTable() : slots_(1024, 0), offset_{0} {}

  std::uint32_t size() const { return static_cast<std::uint32_t>(offset_.size() - 1); }
  /// Valid until the next add().
  std::string_view at(std::uint32_t number) const {
    return {bytes_.data() + offset_[number], offset_[number + 1] - offset_[number]};
  }

  /// The text's number, and whether it is new.
  std::pair<std::uint32_t, bool> add(std::string_view text) { return add(text, hash_text(text)); }
  /// `hash` is hash_text(text): for callers who asked for the slot ahead with prefetch().
  std::pair<std::uint32_t, bool> add(std::string_view text, std::uint64_t hash) {
    std::size_t slot = slot_of(hash, slots_.size());
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
      const auto number = static_cast<std::uint32_t>(slots_[slot]) - 1;
      if (slots_[slot] >> 32 == hash >> 32 && same_text(at(number), text)) return {number, false};
    }
    const std::uint32_t number = size();
    slots_[slot] = (hash >> 32) << 32 | (number + 1);
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    offset_.push_back(bytes_.size());
    if (size() * 2ULL > slots_.size()) grow();
    return {number, true};
  }
  /// In three steps, each of which asks for the memory that the next one reads: the slot, where its text
  /// begins, the text.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[slot_of(hash, slots_.size())]); }
  void prefetch_offset(std::uint64_t hash) const { __builtin_prefetch(&offset_[number_near(hash)]); }
  void prefetch_text(std::uint64_t hash) const {
    __builtin_prefetch(bytes_.data() + offset_[number_near(hash)]);
  }

  /// The texts end to end and where each begins; the table is spent afterwards.
  LargeVector<char> release_bytes() { return std::move(bytes_); }
  LargeVector<std::uint64_t> release_offsets() { return std::move(offset_); }

 private:
  // Most are short: a call costs more than the comparison.
  static bool same_text(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    std::uint64_t differing = 0;
    for (std::size_t at = 0; at < a.size(); at += 8) {
      const std::size_t count = std::min<std::size_t>(8, a.size() - at);
      differing |= bytes_as_number(a.data() + at, count) ^ bytes_as_number(b.data() + at, count);
    }
    return differing == 0;
  }
  // Slots follow from the half of the hash that a slot keeps, so that growing needs no text.
  static std::size_t slot_of(std::uint64_t hash, std::size_t slot_count) {
    return static_cast<std::size_t>(hash >> 32) & (slot_count - 1);
  }
  // Of the first text that will be looked at; 0 where there is none.
  std::uint32_t number_near(std::uint64_t hash) const {
    const auto held = static_cast<std::uint32_t>(slots_[slot_of(hash, slots_.size())]);
    return held == 0 ? 0 : held - 1;
  }
  void grow() {
    LargeVector<std::uint64_t> wider(slots_.size() * 2, 0);
    for (const auto held : slots_) {
      if (held == 0) continue;
      std::size_t slot = slot_of(held, wider.size());
      while (wider[slot] != 0) slot = (slot + 1) & (wider.size() - 1);
      wider[slot] = held;
    }
    slots_ = std::move(wider);
  }

  LargeVector<std::uint64_t> slots_;  // 32 bits of hash, 32 of number + 1; 0: free.
  LargeVector<std::uint64_t> offset_;
  LargeVector<char> bytes_;
};

}  // namespace kinfold::linkage
