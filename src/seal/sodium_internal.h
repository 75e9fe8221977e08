// Views of bytes as libsodium takes them, and its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kinfold::seal {

/// libsodium declares some of its pointers never null, also where the length is 0.
inline unsigned char* never_null(std::byte* bytes) {
  static unsigned char nothing = 0;
  return bytes == nullptr ? &nothing : reinterpret_cast<unsigned char*>(bytes);
}
template <std::size_t N>
const unsigned char* u8(std::span<const std::byte, N> bytes) {
  return never_null(const_cast<std::byte*>(bytes.data()));
}
template <std::size_t N>
unsigned char* u8(std::span<std::byte, N> bytes) {
  return never_null(bytes.data());
}

/// Starts libsodium once; a machine without randomness ends the program, for nothing is safe there.
void require_sodium();

}  // namespace kinfold::seal
