// A file of wrapped keys in slots of 72 bytes. A wrapped key lies here and nowhere else, never in a
// database: so no journal keeps a copy, and overwriting the slot destroys the key. Private to the room.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "holding/cipher_internal.h"
#include "seal/files.h"

namespace kinfold::holding {

/// Slots are numbered from 1 (slot 0 is the file's head) and never given out twice. Reading is
/// thread-safe; everything else is not.
class KeySlots {
 public:
  /// Makes the file, durably, if it is not there.
  static Result<KeySlots> open(const std::string& path);

  std::uint64_t slot_count() const { return count_; }
  /// The next slots get `keys`, in one write; durable only after sync(). \returns the first of them.
  Result<std::uint64_t> add(std::span<const WrappedKey> keys);
  Status sync();
  /// Empty if it was destroyed, or never written.
  Result<std::optional<WrappedKey>> read(std::uint64_t slot) const;
  /// Random bytes over them, flushed, then zeros, flushed, then read back.
  Status destroy(std::span<const std::uint64_t> slots);

 private:
  KeySlots(seal::FileHandle file, std::string path, std::uint64_t count)
      : file_(std::move(file)), path_(std::move(path)), count_(count) {}
  Status put(std::uint64_t slot, ByteView bytes);

  seal::FileHandle file_;
  std::string path_;
  std::uint64_t count_ = 0;  // slots, without the head
};

}  // namespace kinfold::holding
