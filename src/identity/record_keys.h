// How the vault's records are sealed: one key for each record, kept apart from the vault's file, so
// that one person can be made unreadable in every copy of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "holding/records.h"
#include "seal/bytes.h"

namespace kinfold::identity {

/// The place of a record's key in the holding; from 1, never given out twice.
using RecordNumber = std::uint64_t;

/// What the vault and the case store need of holding::RecordRing; tests of theirs use one of their
/// own, without a door. The contracts are the ring's.
class RecordKeys {
 public:
  virtual ~RecordKeys() = default;
  /// Seals under a fresh key.
  virtual Result<std::pair<RecordNumber, seal::Bytes>> add(seal::ByteView plain) = 0;
  /// Many records, each under a fresh key.
  virtual Result<holding::AddedRecords> add_all(std::span<const seal::PlainBytes> bodies,
                                                std::size_t thread_count) = 0;
  /// Seals another body under the key of a record.
  virtual Result<seal::Bytes> seal(RecordNumber record, seal::ByteView plain) = 0;
  virtual Result<seal::PlainBytes> open(RecordNumber record, seal::ByteView sealed) = 0;
  /// Keys added so far are on the disk when it returns: before the rows that need them.
  virtual Status sync() = 0;
  /// There is no way back.
  virtual Status forget(std::span<const RecordNumber> records) = 0;
  virtual bool readable(RecordNumber record) = 0;
};

/// The ring that the door opened. It must outlive what is made here.
std::unique_ptr<RecordKeys> keys_of(holding::RecordRing& ring);

}  // namespace kinfold::identity
