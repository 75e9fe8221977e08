#include "linkage/prospect_internal.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kinfold::linkage {
namespace {

constexpr double kRounding = 0.01;  // Natural log; far more than adding up floats loses.

// Most groups are small.
float log_of_size(std::size_t size) {
  static const auto known = [] {
    std::array<float, 16> logs{};
    for (std::size_t n = 1; n < logs.size(); ++n) logs[n] = std::log(static_cast<float>(n));
    return logs;
  }();
  return size < known.size() ? known[size] : std::log(static_cast<float>(size));
}

}  // namespace

void GroupLooks::prefetch(std::uint32_t group) const {
  __builtin_prefetch(scorer_->records().of(*groups_->of(group)));
}

void GroupLooks::add(std::uint32_t group) {
  if (bounds_ == nullptr) return;
  const auto count = static_cast<std::uint32_t>(std::min(groups_->size(group), kMembersLookedAtMax));
  const std::size_t first = items_.size();
  parts_.push_back({first, count, log_of_size(groups_->size(group))});
  items_.resize(first + count * bounds_->comparison_count());
  for (std::size_t member = 0; member < count; ++member) {
    const auto* codes = scorer_->records().of(groups_->of(group)[member]);
    for (std::size_t n = 0; n < bounds_->comparison_count(); ++n) {
      const auto code = codes[scorer_->comparer().field_of(n)];
      items_[first + n * count + member].code = code;
      __builtin_prefetch(&bounds_->look(n, code));
    }
  }
}

void GroupLooks::load() {
  for (const auto& part : parts_) {
    for (std::size_t at = 0; at < part.count * bounds_->comparison_count(); ++at) {
      auto& item = items_[part.first + at];
      item.look = bounds_->look(at / part.count, item.code);
    }
  }
}

double log_nobody(const Scorer& scorer, const Groups& groups) {
  const auto [left, right] = scorer.records().whole_sizes();
  const double alone =
      left + right - static_cast<double>(scorer.records().count);  // Of the files, where these are a part.
  const double partners = scorer.model().match_rate * (left + right);
  return std::log(static_cast<double>(groups.count()) + alone) - std::log(std::min(1.0, partners));
}

Prospect::Prospect(const Scorer& scorer, const Groups& groups, double probability_min)
    : scorer_(&scorer),
      groups_(&groups),
      needed_(static_cast<float>(log_nobody(scorer, groups) +
                                 std::log(probability_min / std::max(1e-12, 1.0 - probability_min)) -
                                 kRounding)),
      hopeful_(groups.count(), 0) {}

// The mean over all pairs of values is at most that of the best pair: first by which codes are equal alone,
// then comparison after comparison by what is known of the values.
bool Prospect::may_win(const GroupLooks& looks, std::size_t small, std::size_t large) const {
  if (bounds_ == nullptr) return true;
  const std::size_t a_count = looks.parts_[small].count;
  const std::size_t b_count = looks.parts_[large].count;
  const auto* a = looks.items_.data() + looks.parts_[small].first;
  const auto* b = looks.items_.data() + looks.parts_[large].first;
  const std::size_t count = bounds_->comparison_count();
  constexpr float kNone = -1e30F;
  std::array<float, kComparisonCountMax>
      open;  // What is hoped of values that differ, where that is more than equal ones give.
  float sum = looks.parts_[large].log_size;
  for (std::size_t n = 0; n < count; ++n) {
    float equal = kNone;
    float other = kNone;
    for (std::size_t i = n * a_count; i < (n + 1) * a_count; ++i) {
      for (std::size_t j = n * b_count; j < (n + 1) * b_count; ++j) {
        if (a[i].code == 0 || b[j].code == 0) continue;
        if (a[i].code == b[j].code)
          equal = std::max(equal, a[i].look.equal);
        else
          other = std::max(other, bounds_->at_level(n, a[i].look.first));
      }
    }
    open[n] = other > equal ? other : kNone;
    const float most = std::max(equal, other);
    if (most > kNone) sum += most;
  }
  for (const auto n : bounds_->order()) {
    if (sum < needed_) return false;
    if (open[n] <= kNone) continue;
    float most = -1e30F;
    for (std::size_t i = n * a_count; i < (n + 1) * a_count; ++i) {
      for (std::size_t j = n * b_count; j < (n + 1) * b_count; ++j) {
        if (a[i].code == 0 || b[j].code == 0) continue;
        most = std::max(most, a[i].code == b[j].code
                                  ? a[i].look.equal
                                  : bounds_->at_level(n, bounds_->bound(n).best(a[i].look, b[j].look)));
      }
    }
    sum += most - open[n];
  }
  return sum >= needed_;
}

}  // namespace kinfold::linkage
