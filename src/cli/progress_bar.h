// Progress on stderr: a bar with the time left on a terminal, one line a stage elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "base/progress.h"

namespace kinfold::cli {

class ProgressBar final : public Progress {
 public:
  /// `quiet` draws nothing (for --json to a pipe with nobody watching).
  explicit ProgressBar(bool quiet);
  void begin(std::string_view stage, std::uint64_t total_count) override;
  void advance(std::uint64_t done_count) override;
  void end() override;

 private:
  using SteadyClock = std::chrono::steady_clock;
  double seconds_since_begin() const;
  void draw(std::uint64_t done_count) const;

  bool quiet_;
  bool terminal_;
  std::string stage_;
  std::uint64_t total_count_ = 0;
  SteadyClock::time_point begun_;
  SteadyClock::time_point drawn_;
};

}  // namespace kinfold::cli
