// Keys of holdings and records, and what they encrypt. Private to this room: the architecture test
// holds that nothing outside includes it, so the door is the only way in.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "seal/secret.h"
#include "seal/stream.h"

namespace kinfold::holding {

using seal::Bytes;
using seal::ByteView;
using seal::PlainBytes;
using Key = seal::Secret<32>;

inline constexpr std::size_t kWrappedKeyBytes = 24 + 32 + 16;  // nonce, key, tag
using WrappedKey = std::array<std::byte, kWrappedKeyBytes>;

/// What one key is turned into for one use (libsodium's crypto_kdf).
enum class KeyUse : std::uint64_t { kWrapHoldings = 1, kWrapRecords = 2, kTokens = 3, kName = 4 };
Key derive(const Key& key, KeyUse use);

/// Random bytes for keys and nonces, drawn from the system in blocks: each draw is a call into it. What was
/// given out is wiped here. Not thread-safe.
class Randomness {
 public:
  explicit Randomness(std::size_t block_bytes = 0) : block_(block_bytes), at_(block_bytes) {}
  void fill(std::span<std::byte> out);

 private:
  PlainBytes block_;
  std::size_t at_;  ///< Given out up to here.
};

/// XChaCha20-Poly1305. `facts` are bound: with other facts the key does not open.
WrappedKey wrap(const Key& wrapping, ByteView key, ByteView facts, Randomness& random);
/// False if the wrapped key, the wrapping key or the facts are not the ones it was wrapped with.
bool unwrap(const WrappedKey& wrapped, const Key& wrapping, ByteView facts, std::span<std::byte> key);

/// 16 hex digits that tell keys apart and say nothing of them.
std::string key_name(const Key& key);

/// A body under one key and the facts it belongs to: nonce, ciphertext, tag.
Bytes seal_body(ByteView key, ByteView plain, ByteView facts, Randomness& random);
Result<PlainBytes> open_body(ByteView key, ByteView sealed, ByteView facts);

/// A whole file in 64 KiB chunks (secretstream), each authenticated, with a marked end.
Status seal_stream(const Key& key, const seal::Source& plain, const seal::Sink& out);
/// Chunk after chunk as it is asked for, each after it was authenticated; whole only once it has given its
/// end. \retval kInvalid if it was altered, cut short or added to; also from the source.
Result<seal::Source> open_stream(const Key& key, seal::Source sealed);

}  // namespace kinfold::holding
