// Bytes, text forms of bytes, digests and random ids: what the sealed side passes around.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kinfold::seal {

/// Overwrites memory so that the compiler cannot leave it out.
void wipe(void* memory, std::size_t byte_count);

/// Zeroes what it gives back: also the blocks that a vector leaves behind as it grows.
template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) {}  // NOLINT implicit by the allocator contract
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) {
    wipe(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  template <typename U>
  bool operator==(const WipingAllocator<U>&) const {
    return true;
  }
};

using Bytes = std::vector<std::byte>;
/// Decrypted data: wiped when it goes. Never written to disk.
using PlainBytes = std::vector<std::byte, WipingAllocator<std::byte>>;
using ByteView = std::span<const std::byte>;

ByteView as_bytes(std::string_view text);
std::string_view as_text(ByteView bytes);

/// Lower-case hexadecimal; the reader accepts nothing else, and only whole bytes.
std::string to_hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);
/// Standard alphabet (RFC 4648 section 4); the reader refuses non-canonical text.
std::string to_base64(ByteView bytes);
std::string to_base64_unpadded(ByteView bytes);
std::optional<Bytes> from_base64(std::string_view text);
std::optional<Bytes> from_base64_unpadded(std::string_view text);

struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
};
Digest sha256(ByteView bytes);
std::string to_hex(const Digest& digest);
std::optional<Digest> parse_digest(std::string_view hex);

/// 128 random bits that name a holding, a package, a case. Says nothing about what it names.
struct Id {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Id&) const = default;
  bool is_zero() const { return *this == Id{}; }
};
Id random_id();
/// The id that follows from a text (the start of its SHA-256): the same, however often a killed run is
/// repeated.
Id id_of(std::string_view text);
std::string to_hex(const Id& id);  ///< 32 characters
std::optional<Id> parse_id(std::string_view hex);

/// Cryptographic randomness (the operating system's, through libsodium).
void fill_random(std::span<std::byte> out);
/// Uniform in [0, bound); bound > 0.
std::uint64_t random_below(std::uint64_t bound);
/// A random permutation of 0 .. count-1: the row order of files that cross.
std::vector<std::size_t> random_order(std::size_t count);

}  // namespace kinfold::seal
