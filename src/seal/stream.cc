#include "seal/stream.h"

#include <algorithm>
#include <cstring>

namespace kinfold::seal {

Source source_of(ByteView bytes) {
  return [bytes, at = std::size_t{0}](std::span<std::byte> out) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(out.size(), bytes.size() - at);
    if (count > 0) std::memcpy(out.data(), bytes.data() + at, count);
    at += count;
    return count;
  };
}

}  // namespace kinfold::seal
