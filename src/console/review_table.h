// Records that a reviewer has before them: in memory, for half an hour at most, then wiped.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "site/review.h"

namespace kinfold::console {

/// Thread-safe.
class ReviewTable {
 public:
  static constexpr std::int64_t kSecondsMax = 30 * 60;

  explicit ReviewTable(const Clock& clock) : clock_(clock) {}
  ReviewTable(const ReviewTable&) = delete;
  ~ReviewTable();
  void lay_out(const std::string& session, std::vector<site::ReviewSet> sets);
  /// What is next, and how many are left with it.
  std::optional<std::pair<site::ReviewSet, std::size_t>> next(const std::string& session);
  void done(const std::string& session, const std::string& set);
  void clear(const std::string& session);

 private:
  struct Sitting {
    std::vector<site::ReviewSet> sets;
    Instant begun;
  };
  void clear_late_locked();

  std::mutex mutex_;
  const Clock& clock_;
  std::map<std::string, Sitting> sittings_;
};

}  // namespace kinfold::console
