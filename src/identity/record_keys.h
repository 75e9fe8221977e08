// How the vault's records are sealed: one key for each record, kept apart from the vault's file, so
// that one person can be made unreadable in every copy of it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace kinfold::identity {

/// Random; says nothing. A person's id, or that of a set of references.
using RecordId = std::array<std::uint8_t, 16>;

/// Keys of records under a holding's key: the door gives it out, and only while it is open.
class RecordKeys {
 public:
  virtual ~RecordKeys() = default;
  /// Makes keys for these records, all or none, safely on disk when it returns.
  virtual Status create(std::span<const RecordId> records) = 0;
  /// Authenticated encryption under the record's key; `record` is bound in.
  virtual Result<std::vector<std::uint8_t>> seal(const RecordId& record,
                                                 std::span<const std::uint8_t> plain) = 0;
  /// \retval kRefused if the record's key was destroyed, or the bytes were altered.
  virtual Result<std::vector<std::uint8_t>> open(const RecordId& record,
                                                 std::span<const std::uint8_t> sealed) = 0;
  /// There is no way back. Destroying a key that is not there is no error.
  virtual Status destroy(std::span<const RecordId> records) = 0;
  /// Every record that has a key, so that keys whose records never came to be can be dropped.
  virtual Result<std::vector<RecordId>> list() = 0;
};

}  // namespace kinfold::identity
