// Who answers which request: pages, acts, and what people send who are not signed in wait in lines of their
// own, so that a slow one keeps nobody waiting but those behind it in the same line.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kinfold::console {

enum class Lane {
  kHere,      ///< Answered at once where it was read: takes no time and waits for nothing.
  kPages,     ///< Somebody wants to see something.
  kActs,      ///< Somebody who is signed in sends a form.
  kStrangers  ///< Anybody sends a form: signing in works on a password, an objection waits for the site.
};

/// Thread-safe.
class Lanes {
 public:
  Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;
  ~Lanes() { finish(); }

  /// Does what waits; takes nothing more.
  void finish();

  /// \returns false, without keeping `work`, where too many wait in that lane. `lane` is not kHere.
  bool add(Lane lane, std::function<void()> work);

 private:
  struct Line {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> waiting;
    bool stopping = false;
    std::size_t waiting_max = 0;
    std::vector<std::thread> threads;
  };
  static void serve(Line& line);

  std::array<Line, 3> lines_;
};

}  // namespace kinfold::console
