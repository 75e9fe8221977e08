// Records that are opened one by one under keys of their own, each of which can be destroyed alone:
// the vault, the objections and the cases are made of these.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "seal/bytes.h"

namespace kinfold::holding {

/// The place of a record's key in the holding's key file; never given out twice.
struct RecordId {
  std::uint64_t number = 0;  ///< From 1.
  auto operator<=>(const RecordId&) const = default;
};

struct AddedRecords {
  RecordId first;
  std::vector<seal::Bytes> sealed;  ///< In the order given.
};

/// A keyed hash of a text, for looking up without the text. 128 bits.
using Token = std::array<std::uint8_t, 16>;

/// What Door::open_records hands out: the opened key of one holding of records. While one lives
/// its key is in locked memory; let it go as soon as the act is done.
///
/// Bodies may lie anywhere (the vault puts them into SQLite). Each is XChaCha20-Poly1305 under the
/// record's own random key, and bound to the holding and the record. The record's key lies, wrapped
/// under the holding's key, in `record-keys` in the holding's folder and nowhere else: a backup
/// that leaves that file out (docs/threat-model.md) can never again show a forgotten person.
///
/// Writing: add() or add_all() as many as you like, sync(), and only then commit the rows that hold the
/// bodies. Thread-safe: open(), seal(), token(). Everything else needs the ring to itself.
class RecordRing {
 public:
  RecordRing(RecordRing&&) noexcept;
  RecordRing& operator=(RecordRing&&) noexcept;
  ~RecordRing();  ///< As close(), but can report nothing.

  /// Seals under a fresh key. \returns the record's id and its sealed body.
  Result<std::pair<RecordId, seal::Bytes>> add(seal::ByteView plain);
  /// Many, on `thread_count` threads (0: all cores): bodies[i] under a fresh key, that of record first + i.
  Result<AddedRecords> add_all(std::span<const seal::PlainBytes> bodies, std::size_t thread_count);
  /// Seals a new version of a record under the key that it has.
  /// \retval kRefused if its key was destroyed.
  Result<seal::Bytes> seal(RecordId record, seal::ByteView plain) const;
  /// \retval kRefused if the record's key was destroyed, or the holding has expired since;
  ///         kInvalid if body and record do not belong together or the body was altered.
  Result<seal::PlainBytes> open(RecordId record, seal::ByteView sealed) const;

  /// Makes the keys of everything added so far durable.
  Status sync();
  /// Destroys these records' keys: overwritten in place and flushed before it returns. Forgetting
  /// twice is no error. Written to the ledger as a count.
  Status forget(std::span<const RecordId> records);
  bool readable(RecordId record) const;

  /// The same for the same holding, domain and text; useless without the holding's key. `domain`
  /// keeps one use apart from another ("surname-block", "objection").
  Token token(std::string_view domain, std::string_view text) const;

  std::uint64_t added_count() const;
  std::uint64_t opened_count() const;

  /// Syncs, writes how many records were opened, added and forgotten to the ledger, wipes the key.
  Status close();

  struct State;
  explicit RecordRing(std::unique_ptr<State> state);  // made by Door alone: State is private to the room

 private:
  std::unique_ptr<State> state_;
};

}  // namespace kinfold::holding
