// Acts that may take long: one after the other in the background, at low priority, each with a page
// of its own that says how far it is.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/progress.h"
#include "console/gate.h"
#include "identity/intake.h"
#include "site/look.h"
#include "site/report.h"

namespace kinfold::console {

/// A file to hand out, in memory only.
struct Handout {
  std::string file_name;
  std::string type;
  std::string bytes;
  Handout() = default;
  Handout(const Handout&) = delete;
  Handout& operator=(const Handout&) = delete;
  ~Handout() { seal::wipe(bytes.data(), bytes.size()); }
};

/// What an act left for its page.
struct Outcome {
  site::Report report;
  std::vector<identity::LineNote> rejects;  ///< Of a council's file.
  std::vector<identity::LineNote> warnings;
  std::shared_ptr<const site::LookedOutput> looked;  ///< Of an output that was checked again.
  std::vector<std::string> sealed_files;             ///< Names in the outbox.
  std::vector<std::shared_ptr<Handout>> handouts;
  std::string next_text;  ///< Where to go from here.
  std::string next_href;
};

using Act = std::function<Result<Outcome>(site::Site&, Progress&)>;

enum class JobState { kWaiting, kRunning, kDone, kFailed };
struct JobFacts {
  std::string id;
  std::string actor;
  std::string title;
  JobState state = JobState::kWaiting;
  std::string stage;
  std::uint64_t done_count = 0;
  std::uint64_t total_count = 0;
  std::optional<Error> error;
  std::shared_ptr<const Outcome> outcome;  ///< Null once it is forgotten.
  Instant ended;
};

/// Thread-safe. Keeps what the last kKeptMax acts left; the ledger has the rest.
class Jobs {
 public:
  static constexpr std::size_t kKeptMax = 100;
  static constexpr std::size_t kWaitingMax = 50;
  /// What an act left may be a person's copy or a figure that is hidden: it does not wait longer than this.
  static constexpr std::int64_t kOutcomeSecondsMax = 3600;

  explicit Jobs(SiteGate& gate);
  Jobs(const Jobs&) = delete;
  ~Jobs();  ///< Waits for the act that runs; those that wait are dropped.

  /// \returns its id. \retval kIo if too many wait.
  Result<std::string> start(std::string actor, std::string title, Act act);
  std::optional<JobFacts> find(const std::string& id);
  /// The title of what runs now, empty if nothing does.
  std::string running() const;
  /// Newest first, this actor's.
  std::vector<JobFacts> of(const std::string& actor) const;
  /// Signing out: files and figures that this actor's acts left are wiped at once.
  void forget(const std::string& actor);
  /// Returns when the job is done, or after a quarter of a second.
  void wait_briefly(const std::string& id);

 private:
  struct Job;
  class Meter;
  void work();
  void forget_late_locked();

  SiteGate& gate_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::deque<std::shared_ptr<Job>> all_;
  bool stopping_ = false;
  std::thread worker_;
};

}  // namespace kinfold::console
