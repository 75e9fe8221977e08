// How long work of known stages will still take, from what the stages so far took.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinfold {

/// Stages in order with what each costs beside the others, in any unit. Stages that take place more than
/// once, or are not in the plan, end the forecast: nothing is said rather than something wrong.
class StagePlan {
 public:
  StagePlan() = default;
  explicit StagePlan(std::vector<std::pair<std::string, double>> stages) : stages_(std::move(stages)) {}

  void begin(std::string_view stage) {
    if (lost_) return;
    std::size_t at = started_ ? at_ + 1 : 0;
    while (at < stages_.size() && stages_[at].first != stage) ++at;
    lost_ = at == stages_.size();
    at_ = at;
    started_ = true;
  }

  /// Of the whole plan, done when `stage_share` of the current stage is.
  std::optional<double> share_done(double stage_share) const {
    if (lost_ || !started_) return std::nullopt;
    double done = stage_share * stages_[at_].second;
    double all = 0.0;
    for (std::size_t n = 0; n < stages_.size(); ++n) {
      all += stages_[n].second;
      if (n < at_) done += stages_[n].second;
    }
    return all > 0.0 ? std::optional(done / all) : std::nullopt;
  }

  /// Nothing until enough is done to say.
  std::optional<double> seconds_left(double seconds_spent, double stage_share) const {
    const auto done = share_done(stage_share);
    if (!done || *done < kShareMin || seconds_spent < kSecondsMin) return std::nullopt;
    return seconds_spent * (1.0 - *done) / *done;
  }

 private:
  static constexpr double kShareMin = 0.1;
  static constexpr double kSecondsMin = 1.0;

  std::vector<std::pair<std::string, double>> stages_;
  std::size_t at_ = 0;
  bool started_ = false;
  bool lost_ = false;
};

}  // namespace kinfold
