#include "cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace kinfold::cli {
namespace {

constexpr int kBarWidth = 28;
constexpr auto kRedrawEvery = std::chrono::milliseconds(100);

}  // namespace

ProgressBar::ProgressBar(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressBar::begin(std::string_view stage, std::uint64_t total_count) {
  stage_ = stage;
  plan_.begin(stage);
  total_count_ = total_count;
  begun_ = SteadyClock::now();
  drawn_ = {};
  if (!quiet_ && terminal_) draw(0);
}

void ProgressBar::advance(std::uint64_t done_count) {
  if (quiet_ || !terminal_ || SteadyClock::now() - drawn_ < kRedrawEvery) return;
  drawn_ = SteadyClock::now();
  draw(done_count);
}

void ProgressBar::end() {
  if (quiet_) return;
  const char* const clear = terminal_ ? "\r\033[K" : "";
  std::fprintf(stderr, "%s  %-44s %6.1f s%s\n", clear, stage_.c_str(), seconds_since_begin(),
               left_text(1.0).c_str());
}

double ProgressBar::seconds_since_begin() const {
  return std::chrono::duration<double>(SteadyClock::now() - begun_).count();
}

std::string ProgressBar::left_text(double stage_share) const {
  const auto left =
      plan_.seconds_left(std::chrono::duration<double>(SteadyClock::now() - created_).count(), stage_share);
  if (!left || *left < 1.0) return {};
  char text[48];
  std::snprintf(text, sizeof text, *left < 120.0 ? "  about %.0f s left" : "  about %.0f min left",
                *left < 120.0 ? *left : *left / 60.0);
  return text;
}

void ProgressBar::draw(std::uint64_t done_count) const {
  if (total_count_ == 0) {
    std::fprintf(stderr, "\r\033[K  %-44s ...%s", stage_.c_str(), left_text(0.0).c_str());
    return;
  }
  const double share = std::min(1.0, static_cast<double>(done_count) / static_cast<double>(total_count_));
  const int filled = static_cast<int>(share * kBarWidth);
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(kBarWidth, '.');
  const double spent = seconds_since_begin();
  std::fprintf(stderr, "\r\033[K  %-44s [%s] %3.0f %%", stage_.c_str(), bar.c_str(), share * 100);
  const std::string left = left_text(share);
  if (!left.empty())
    std::fputs(left.c_str(), stderr);
  else if (share > 0.02 && spent > 1)
    std::fprintf(stderr, "  %.0f s left", spent / share - spent);
}

}  // namespace kinfold::cli
