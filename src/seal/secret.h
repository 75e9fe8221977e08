// Memory for keys: locked, guarded, wiped, moved but never copied, and nothing can print it.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "base/result.h"
#include "seal/bytes.h"

namespace kinfold::seal {

/// A key of any length in locked memory with guard pages (libsodium's allocator). The memory is
/// wiped before it is given back, and left out of core dumps. Not thread-safe to move while read.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t byte_count);  ///< Zeroed.
  static SecretBytes random(std::size_t byte_count);
  /// Takes a copy; the caller wipes its own.
  static SecretBytes copy_of(ByteView bytes);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  SecretBytes clone() const;
  std::size_t size() const { return byte_count_; }
  bool empty() const { return byte_count_ == 0; }
  std::span<std::byte> bytes() { return {memory_, byte_count_}; }
  ByteView bytes() const { return {memory_, byte_count_}; }

 private:
  std::byte* memory_ = nullptr;
  std::size_t byte_count_ = 0;
};

/// A key of exactly N bytes.
template <std::size_t N>
class Secret {
 public:
  Secret() : held_(N) {}
  static Secret random() {
    Secret secret;
    fill_random(secret.bytes());
    return secret;
  }
  Secret clone() const {
    Secret secret;
    secret.held_ = held_.clone();
    return secret;
  }
  std::span<std::byte, N> bytes() { return std::span<std::byte, N>(held_.bytes().data(), N); }
  std::span<const std::byte, N> bytes() const {
    return std::span<const std::byte, N>(held_.bytes().data(), N);
  }

 private:
  SecretBytes held_;
};

/// Starts libsodium (safe to call again). Everything in this room calls it where needed.
Status start_crypto();

/// Before keys are unlocked: libsodium locks the memory of each where the system lets it, and says nothing
/// where it does not (a limit of locked memory that is spent, or 0). \retval kRefused if memory cannot be
/// locked while swap is on: keys could be written to a disk.
Status keys_stay_in_memory();
/// Whether /proc/swaps, whose text this is, names anything.
bool names_a_swap(std::string_view proc_swaps);

/// For programs that handle keys, before anything else: no core dumps, not dumpable or traceable by
/// other processes of the same user, umask 077. Locking all memory is left to the operator (it
/// needs a limit raised); keys themselves are locked one by one.
/// \retval kIo if the system refuses; the program should stop.
Status harden_process();

}  // namespace kinfold::seal
