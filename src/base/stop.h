// Stopping long work from outside: somebody pressed Ctrl-C, or closed the page that asked for it.
#pragma once

#include <atomic>
#include <exception>

namespace kinfold {

/// What stop_point() throws. Not an error but an unwinding: nobody sees it but whoever opened a StopScope,
/// and that is where it must be caught. docs/decisions/0007-stopping.md says why this one thing crosses the
/// rooms as an exception.
class Stopped final : public std::exception {
 public:
  const char* what() const noexcept override { return "stopped"; }
};

namespace stop_detail {
inline thread_local const std::atomic<bool>* flag = nullptr;
}  // namespace stop_detail

/// Until the end of the scope, work on this thread gives up soon after `flag` is set. Null: it runs to its
/// end.
class StopScope {
 public:
  explicit StopScope(const std::atomic<bool>* flag) : before_(stop_detail::flag) { stop_detail::flag = flag; }
  ~StopScope() { stop_detail::flag = before_; }
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  const std::atomic<bool>* before_;
};

/// Put where long work comes by often, and where nothing is half done. Costs a load where nobody can stop it.
/// \throws Stopped if the thread's scope was asked to stop.
inline void stop_point() {
  if (stop_detail::flag != nullptr && stop_detail::flag->load(std::memory_order_relaxed)) throw Stopped{};
}

}  // namespace kinfold
