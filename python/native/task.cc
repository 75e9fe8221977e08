#include "task.h"

#include <nanobind/stl/string.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "base/stop.h"

namespace nb = nanobind;

namespace kinfold::python {
namespace {

constexpr auto kLookUp = std::chrono::milliseconds(50);
constexpr auto kStopsWithin = std::chrono::milliseconds(1500);

/// What the working thread writes and the Python thread reads.
class Task final : public Progress {
 public:
  void begin(std::string_view stage, std::uint64_t total) override {
    const std::lock_guard lock(mutex_);
    stages_.emplace_back(stage);
    done_ = 0;
    total_ = total;
    ++change_;
  }
  void advance(std::uint64_t done) override {
    const std::lock_guard lock(mutex_);
    done_ = done;
    ++change_;
  }
  void end() override {
    const std::lock_guard lock(mutex_);
    if (!stages_.empty()) stages_.pop_back();
    ++change_;
  }

  void work(const std::function<void(Progress&)>& own) {
    try {
      const StopScope scope(&stop);
      own(*this);
    } catch (...) {
      failure_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    finished_ = true;
    wake_.notify_all();
  }
  bool wait(std::chrono::milliseconds span) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, span, [&] { return finished_; });
  }
  struct News {
    std::string stage;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
  };
  std::optional<News> news() {
    const std::lock_guard lock(mutex_);
    if (change_ == told_ || stages_.empty()) return std::nullopt;
    told_ = change_;
    return News{stages_.back(), done_, total_};
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

  std::atomic<bool> stop{false};

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool finished_ = false;
  std::list<std::string> stages_;
  std::uint64_t done_ = 0, total_ = 0, change_ = 0, told_ = 0;
  std::exception_ptr failure_;
};

std::mutex left_mutex;
std::list<std::shared_ptr<Task>> left_running;  // Asked to stop, not yet done.

void leave(const std::shared_ptr<Task>& task, std::thread& thread) {
  task->stop = true;
  const nb::gil_scoped_release released;
  if (task->wait(kStopsWithin)) {
    thread.join();
    return;
  }
  thread.detach();
  const std::lock_guard lock(left_mutex);
  left_running.push_back(task);
}

void tell(const nb::object& told, Task& task) {
  if (told.is_none()) return;
  if (const auto news = task.news()) told(news->stage, news->done, news->total);
}

}  // namespace

void run_task(const nb::object& told, std::function<void(Progress&)> work) {
  const auto task = std::make_shared<Task>();
  std::thread thread([task, own = std::move(work)]() mutable {
    task->work(own);
    own = nullptr;  // What it read is given back here, also where nobody waits any more.
  });
  try {
    for (;;) {
      const bool done = [&] {
        const nb::gil_scoped_release released;
        return task->wait(kLookUp);
      }();
      if (done) break;
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      tell(told, *task);
    }
  } catch (...) {
    leave(task, thread);
    throw;
  }
  {
    const nb::gil_scoped_release released;
    thread.join();
  }
  task->rethrow();
}

void stop_tasks() {
  const nb::gil_scoped_release released;
  const std::lock_guard lock(left_mutex);
  for (const auto& task : left_running) task->wait(std::chrono::seconds(30));
  left_running.clear();
}

}  // namespace kinfold::python
