// Views of bytes as libsodium takes them, and its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kinfold::seal {

template <std::size_t N>
const unsigned char* u8(std::span<const std::byte, N> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
template <std::size_t N>
unsigned char* u8(std::span<std::byte, N> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

/// Starts libsodium once; a machine without randomness ends the program, for nothing is safe there.
void require_sodium();

}  // namespace kinfold::seal
