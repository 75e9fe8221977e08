// Progress of long work: rooms report counts, the command line draws them.
#pragma once

#include <cstdint>
#include <string_view>

namespace kinfold {

/// Calls come from one thread at a time. Stage names are fixed text, never data.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void begin(std::string_view stage, std::uint64_t total_count) = 0;
  virtual void advance(std::uint64_t done_count) = 0;  ///< Absolute, not an increment.
  virtual void end() = 0;
};

class NoProgress final : public Progress {
 public:
  void begin(std::string_view, std::uint64_t) override {}
  void advance(std::uint64_t) override {}
  void end() override {}
};

}  // namespace kinfold
