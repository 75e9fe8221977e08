// The open site among several threads: one at a time acts on it, and what everybody may know about it
// (holdings, certificates, ledger) is at hand without waiting.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "site/site.h"

namespace kinfold::console {

/// Facts about batches, as they were after the last act. Never changed once handed out.
struct Facts {
  std::vector<holding::Holding> holdings;  ///< Oldest first.
  std::vector<holding::Certificate> certificates;
  std::vector<ledger::Recorded> entries;  ///< The last kEntriesMax, oldest first.
  std::uint64_t entry_count = 0;
  const holding::Holding* find(const std::string& hex) const;
};

/// What a std::timed_mutex is, of parts that the thread sanitizer of g++ 12 can see: it overlooks the call by
/// which that one is waited for.
class Turn {
 public:
  void lock();
  bool try_lock_for(std::chrono::milliseconds patience);
  void unlock();

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool taken_ = false;
};

/// Thread-safe.
class SiteGate {
 public:
  static constexpr std::size_t kEntriesMax = 2000;

  explicit SiteGate(site::Site& site);
  SiteGate(const SiteGate&) = delete;
  SiteGate& operator=(const SiteGate&) = delete;

  /// Runs `act` with the site to itself. \returns false, without running it, if somebody else still had it
  /// after `patience`.
  bool with_site(std::chrono::milliseconds patience, const std::function<void(site::Site&)>& act);
  /// The same, however long it takes.
  void with_site(const std::function<void(site::Site&)>& act);

  std::shared_ptr<const Facts> facts() const;

  // What never changes while the site is open.
  const charter::Charter& charter() const { return site_.charter(); }
  const charter::Party& party() const { return site_.party(); }
  const holding::ActorRegistry& actors() const { return site_.actors(); }
  const site::SitePaths& paths() const { return site_.paths(); }
  const Clock& clock() const { return site_.clock(); }

 private:
  void run(const std::function<void(site::Site&)>& act);
  void look();

  site::Site& site_;
  Turn turn_;
  mutable std::mutex facts_mutex_;
  std::shared_ptr<const Facts> facts_;
};

}  // namespace kinfold::console
