// Long computing inside a verb that touches nothing of the site: a server that holds the site for one act
// at a time can let others have it meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <utility>

namespace kinfold::site {

using ApartRunner = std::function<void(const std::function<void()>& work)>;

void run_apart(const std::function<void()>& work);

/// What `work` returns, when it is done: run as the ApartScope of this thread says, or else just so. What
/// `work` uses must not be the site's: not its door, its ledger, its records.
template <typename Work>
auto apart(Work&& work) {
  std::optional<decltype(work())> done;
  run_apart([&] { done.emplace(work()); });
  return std::move(*done);
}

/// While it lives, apart() on this thread goes through `runner`. One on a thread at a time.
class ApartScope {
 public:
  explicit ApartScope(ApartRunner runner);
  ApartScope(const ApartScope&) = delete;
  ApartScope& operator=(const ApartScope&) = delete;
  ~ApartScope();

 private:
  ApartRunner runner_;
};

}  // namespace kinfold::site
