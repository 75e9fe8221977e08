// Bytes on their way: pulled from a source, pushed into a sink, never all of them in memory.
#pragma once

#include <functional>
#include <span>

#include "base/result.h"
#include "seal/bytes.h"

namespace kinfold::seal {

/// Fills `out`; fewer bytes than asked means the end.
using Source = std::function<Result<std::size_t>(std::span<std::byte> out)>;
using Sink = std::function<Status(ByteView bytes)>;
Source source_of(ByteView bytes);  ///< `bytes` must outlive it.
template <typename Container>
Sink sink_into(Container& out) {
  return [&out](ByteView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
    return Status();
  };
}

}  // namespace kinfold::seal
