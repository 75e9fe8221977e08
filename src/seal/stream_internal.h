// Buffered reading from a Source, with a look ahead for the end.
#pragma once

#include <algorithm>
#include <cstring>

#include "seal/stream.h"

namespace kinfold::seal {

class Reader {
 public:
  explicit Reader(const Source& source) : source_(source), buffer_(kBufferBytes) {}

  /// Fewer than asked only at the end.
  Result<std::size_t> read(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      if (begin_ == end_) {
        if (auto status = fill(); !status.ok()) return status.error();
        if (begin_ == end_) break;
      }
      const std::size_t count = std::min(out.size() - done, end_ - begin_);
      std::memcpy(out.data() + done, buffer_.data() + begin_, count);
      begin_ += count;
      done += count;
    }
    return done;
  }

  Result<bool> at_end() {
    if (begin_ == end_) {
      if (auto status = fill(); !status.ok()) return status.error();
    }
    return begin_ == end_;
  }

 private:
  static constexpr std::size_t kBufferBytes = 64 * 1024;

  Status fill() {
    begin_ = end_ = 0;
    while (!ended_ && end_ < buffer_.size()) {
      auto count = source_(std::span(buffer_).subspan(end_));
      if (!count.ok()) return count.error();
      if (count.value() == 0) ended_ = true;
      end_ += count.value();
    }
    return {};
  }

  const Source& source_;
  PlainBytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
};

}  // namespace kinfold::seal
