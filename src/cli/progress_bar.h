// Progress on stderr: a bar with the time left on a terminal, one line a stage elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "base/progress.h"
#include "base/stage_plan.h"

namespace kinfold::cli {

class ProgressBar final : public Progress {
 public:
  /// `quiet` draws nothing (for --json to a pipe with nobody watching).
  explicit ProgressBar(bool quiet);
  /// With it the time left is forecast for all stages, not for the current one alone.
  void set_plan(StagePlan plan) { plan_ = std::move(plan); }
  void begin(std::string_view stage, std::uint64_t total_count) override;
  void advance(std::uint64_t done_count) override;
  void end() override;

 private:
  using SteadyClock = std::chrono::steady_clock;
  double seconds_since_begin() const;
  std::string left_text(double stage_share) const;  ///< "" where nothing can be said.
  void draw(std::uint64_t done_count) const;

  bool quiet_;
  bool terminal_;
  std::string stage_;
  StagePlan plan_;
  SteadyClock::time_point created_ = SteadyClock::now();
  std::uint64_t total_count_ = 0;
  SteadyClock::time_point begun_;
  SteadyClock::time_point drawn_;
};

}  // namespace kinfold::cli
