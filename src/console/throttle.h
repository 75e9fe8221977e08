// How often somebody may try: a bucket of tries that fills again, for each client address or account.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace kinfold::console {

/// Thread-safe. Forgets who has a full bucket; holds at most kKeysMax others.
class Throttle {
 public:
  Throttle(int tries_max, std::int64_t seconds_to_fill, const Clock& clock)
      : tries_max_(tries_max), seconds_(seconds_to_fill), clock_(clock) {}
  /// Takes one try. \returns whether there was one; where not, the caller answers 429.
  bool take(const std::string& key);

  static constexpr std::size_t kKeysMax = 20'000;

 private:
  struct Bucket {
    double tries = 0;
    std::int64_t at = 0;
  };
  std::mutex mutex_;
  int tries_max_;
  std::int64_t seconds_;
  const Clock& clock_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace kinfold::console
