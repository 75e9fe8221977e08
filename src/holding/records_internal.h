// The opened state of a ring: made by the door, and by nothing else. Private to the room.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "holding/door.h"
#include "holding/key_slots_internal.h"

namespace kinfold::holding {

struct RecordRing::State {
  State(KeySlots key_file, const Key& holding_key)
      : slots(std::move(key_file)),
        wrapping(derive(holding_key, KeyUse::kWrapRecords)),
        tokens(derive(holding_key, KeyUse::kTokens)) {}

  KeySlots slots;
  Key wrapping;
  Key tokens;
  Holding holding;
  ledger::Entry entry;  ///< As the opening was entered; its end says what came of it.
  ledger::Ledger* ledger = nullptr;
  const Clock* clock = nullptr;
  bool unsynced = false;
  bool closed = false;
  std::uint64_t added = 0;
  std::uint64_t forgotten = 0;
  mutable std::atomic<std::uint64_t> opened{0};
};

}  // namespace kinfold::holding
