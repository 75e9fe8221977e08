// Pattern keys to values; open addressing, because it is asked once for every pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/random.h"

namespace kinfold::linkage {

template <typename T>
class PatternMap {
 public:
  PatternMap() : slots_(256) {}
  /// The value of `key`, and whether it is new (default-made).
  std::pair<T*, bool> find(std::uint64_t key) {
    std::size_t n = static_cast<std::size_t>(mix64(key)) & (slots_.size() - 1);
    while (slots_[n].used && slots_[n].key != key) n = (n + 1) & (slots_.size() - 1);
    if (slots_[n].used) return {&slots_[n].value, false};
    if (++count_ * 2 > slots_.size()) {
      grow();
      --count_;
      return find(key);
    }
    slots_[n].used = true;
    slots_[n].key = key;
    return {&slots_[n].value, true};
  }
  /// The value of a key that is there.
  const T& at(std::uint64_t key) const {
    std::size_t n = static_cast<std::size_t>(mix64(key)) & (slots_.size() - 1);
    while (slots_[n].key != key || !slots_[n].used) n = (n + 1) & (slots_.size() - 1);
    return slots_[n].value;
  }
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const auto& slot : slots_)
      if (slot.used) visit(slot.key, slot.value);
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    T value{};
    bool used = false;
  };
  void grow() {
    std::vector<Slot> before(slots_.size() * 4);
    before.swap(slots_);
    for (auto& slot : before) {
      if (!slot.used) continue;
      std::size_t n = static_cast<std::size_t>(mix64(slot.key)) & (slots_.size() - 1);
      while (slots_[n].used) n = (n + 1) & (slots_.size() - 1);
      slots_[n] = slot;
    }
  }
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace kinfold::linkage
