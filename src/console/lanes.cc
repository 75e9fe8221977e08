#include "console/lanes.h"

namespace kinfold::console {
namespace {

struct Size {
  std::size_t thread_count;
  std::size_t waiting_max;
};
/// Pages may wait a moment for the site each, so there are more of them than processors; a password costs 64
/// MiB while it is worked on, so there are few of those.
constexpr std::array<Size, 3> kSizes = {{{8, 1024}, {4, 256}, {3, 64}}};

}  // namespace

Lanes::Lanes() {
  for (std::size_t k = 0; k < lines_.size(); ++k) {
    auto& line = lines_[k];
    line.waiting_max = kSizes[k].waiting_max;
    for (std::size_t thread = 0; thread < kSizes[k].thread_count; ++thread)
      line.threads.emplace_back([&line] { serve(line); });
  }
}

void Lanes::finish() {
  for (auto& line : lines_) {
    {
      const std::lock_guard guard(line.mutex);
      line.stopping = true;
    }
    line.changed.notify_all();
  }
  for (auto& line : lines_) {
    for (auto& thread : line.threads) thread.join();
    line.threads.clear();
  }
}

bool Lanes::add(Lane lane, std::function<void()> work) {
  auto& line = lines_[static_cast<std::size_t>(lane) - 1];
  {
    const std::lock_guard guard(line.mutex);
    if (line.stopping || line.waiting.size() >= line.waiting_max) return false;
    line.waiting.push_back(std::move(work));
  }
  line.changed.notify_one();
  return true;
}

void Lanes::serve(Line& line) {
  while (true) {
    std::function<void()> work;
    {
      std::unique_lock lock(line.mutex);
      line.changed.wait(lock, [&] { return line.stopping || !line.waiting.empty(); });
      if (line.waiting.empty()) return;
      work = std::move(line.waiting.front());
      line.waiting.pop_front();
    }
    work();
  }
}

}  // namespace kinfold::console
