// Native work seen from Python: on a thread of its own, without the GIL, stopped by Ctrl-C, its progress
// told.
#pragma once

#include <nanobind/nanobind.h>

#include <functional>
#include <memory>
#include <optional>

#include "base/progress.h"
#include "base/result.h"

namespace kinfold::python {

/// What a room refused; becomes kinfold.Error or one of its subclasses.
struct Failure {
  Error error;
};

/// Runs `work` to its end while this thread, which holds the GIL, lets go of it and looks up now and then:
/// for signals, and to call `told(stage, done, total)` where it is not None. `work` must own what it reads:
/// after Ctrl-C it is asked to stop, and where it cannot do so soon it is left to end by itself. \throws
/// nanobind::python_error for KeyboardInterrupt and for what `told` raises.
void run_task(const nanobind::object& told, std::function<void(Progress&)> work);

/// Stops what is still running, and waits for it: called when the interpreter ends.
void stop_tasks();

template <typename T>
T unwrap(Result<T> result) {
  if (!result.ok()) throw Failure{result.error()};
  return std::move(result).value();
}
inline void unwrap(const Status& status) {
  if (!status.ok()) throw Failure{status.error()};
}

/// `work(progress)` as a task; its value, or Failure.
template <typename Work>
auto run(const nanobind::object& told, Work work) {
  using Outcome = std::invoke_result_t<Work&, Progress&>;
  auto outcome = std::make_shared<std::optional<Outcome>>();
  run_task(told, [outcome, work = std::move(work)](Progress& progress) mutable {
    outcome->emplace(work(progress));
  });
  return unwrap(std::move(**outcome));
}

}  // namespace kinfold::python
