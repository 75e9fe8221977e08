// Split a range over threads in fixed chunks, so that results do not depend on the thread count.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "base/stop.h"

namespace kinfold {

inline std::size_t default_thread_count() {
  const auto count = std::thread::hardware_concurrency();
  return count == 0 ? 1 : count;
}

/// Calls work(chunk_index, begin, end) for every chunk of `chunk_size` items (the last may be
/// shorter), each once, in any order, from `thread_count` threads. `work` must not throw. Chunk
/// bounds depend on `count` and `chunk_size` alone: keep partial results per chunk_index and
/// combine them in order, and the outcome is the same on any number of threads.
///
/// Each thread begins with a stretch of its own, the calling thread with the first, and helps others out when
/// it is done: what one call has written of an item is then mostly read by the same processor in the next,
/// and need not be fetched from another's cache. \throws Stopped, once every thread is done with its chunk,
/// if the caller's StopScope was asked to stop.
template <typename Work>
void parallel_chunks(std::size_t count, std::size_t chunk_size, std::size_t thread_count, Work&& work) {
  const std::size_t chunk_count = count == 0 ? 0 : (count - 1) / chunk_size + 1;
  const std::size_t runner_count = std::max<std::size_t>(1, std::min(thread_count, chunk_count));
  struct alignas(64) Stretch {
    std::atomic<std::size_t> next{0};
    std::size_t end = 0;
  };
  std::vector<Stretch> stretches(runner_count);
  for (std::size_t n = 0; n < runner_count; ++n) {
    stretches[n].next = chunk_count * n / runner_count;
    stretches[n].end = chunk_count * (n + 1) / runner_count;
  }
  const auto* stop = stop_detail::flag;
  const auto run = [&](std::size_t own) {
    const StopScope nothing_throws_here(nullptr);
    for (std::size_t n = 0; n < runner_count; ++n) {
      auto& stretch = stretches[(own + n) % runner_count];
      for (std::size_t chunk = stretch.next++; chunk < stretch.end; chunk = stretch.next++) {
        if (stop != nullptr && stop->load(std::memory_order_relaxed)) return;
        const std::size_t begin = chunk * chunk_size;
        work(chunk, begin, begin + chunk_size < count ? begin + chunk_size : count);
      }
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t t = 1; t < runner_count; ++t) threads.emplace_back(run, t);
  run(0);
  for (auto& thread : threads) thread.join();
  stop_point();
}

}  // namespace kinfold
