// Where "now" comes from: an argument, so that a test or the demo can move it.
#pragma once

#include <chrono>

#include "base/date.h"

namespace kinfold {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  Date today() const { return date_of(now()); }
};

class SystemClock final : public Clock {
 public:
  Instant now() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count()};
  }
};

/// Stands still until it is set. There is no way to reach it from the command line: a clock that
/// anybody can set would undo every expiry.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant now) : now_(now) {}
  Instant now() const override { return now_; }
  void set(Instant now) { now_ = now; }
  void advance_seconds(std::int64_t seconds) { now_.seconds += seconds; }

 private:
  Instant now_;
};

}  // namespace kinfold
