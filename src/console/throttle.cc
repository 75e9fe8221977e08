#include "console/throttle.h"

#include <algorithm>

namespace kinfold::console {

bool Throttle::take(const std::string& key) {
  const std::lock_guard guard(mutex_);
  const auto now = clock_.now().seconds;
  const double rate = static_cast<double>(tries_max_) / static_cast<double>(seconds_);
  const auto filled = [&](const Bucket& bucket) {
    return std::min<double>(tries_max_, bucket.tries + rate * static_cast<double>(now - bucket.at));
  };
  if (buckets_.size() >= kKeysMax)
    std::erase_if(buckets_, [&](const auto& each) { return filled(each.second) >= tries_max_; });
  // Somebody with that many addresses is not let in by being forgotten: new ones wait.
  if (buckets_.size() >= kKeysMax && buckets_.find(key) == buckets_.end()) return false;
  auto [found, fresh] = buckets_.try_emplace(key, Bucket{static_cast<double>(tries_max_), now});
  auto& bucket = found->second;
  bucket.tries = filled(bucket);
  bucket.at = now;
  if (bucket.tries < 1) return false;
  bucket.tries -= 1;
  return true;
}

}  // namespace kinfold::console
