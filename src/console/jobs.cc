#include "console/jobs.h"

#include <sys/resource.h>
#include <unistd.h>

namespace kinfold::console {

struct Jobs::Job {
  JobFacts facts;
  Act act;
};

/// Passes progress on to whoever looks.
class Jobs::Meter final : public Progress {
 public:
  Meter(Jobs& jobs, Job& job) : jobs_(jobs), job_(job) {}
  void begin(std::string_view stage, std::uint64_t total_count) override {
    const std::lock_guard guard(jobs_.mutex_);
    job_.facts.stage = stage;
    job_.facts.total_count = total_count;
    job_.facts.done_count = 0;
  }
  void advance(std::uint64_t done_count) override {
    const std::lock_guard guard(jobs_.mutex_);
    job_.facts.done_count = done_count;
  }
  void end() override {}

 private:
  Jobs& jobs_;
  Job& job_;
};

Jobs::Jobs(SiteGate& gate) : gate_(gate), worker_([this] { work(); }) {}

Jobs::~Jobs() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  worker_.join();
}

Result<std::string> Jobs::start(std::string actor, std::string title, Act act) {
  auto job = std::make_shared<Job>();
  job->facts.id = seal::to_hex(seal::random_id());
  job->facts.actor = std::move(actor);
  job->facts.title = std::move(title);
  job->act = std::move(act);
  {
    const std::lock_guard guard(mutex_);
    if (waiting_.size() >= kWaitingMax)
      return io_error("too many acts are waiting for this site; try again in a few minutes");
    waiting_.push_back(job);
    all_.push_back(job);
    if (all_.size() > kKeptMax) all_.pop_front();
  }
  changed_.notify_all();
  return job->facts.id;
}

std::optional<JobFacts> Jobs::find(const std::string& id) {
  const std::lock_guard guard(mutex_);
  forget_late_locked();
  for (const auto& job : all_) {
    if (job->facts.id == id) return job->facts;
  }
  return std::nullopt;
}

std::string Jobs::running() const {
  const std::lock_guard guard(mutex_);
  for (const auto& job : all_) {
    if (job->facts.state == JobState::kRunning) return job->facts.title;
  }
  return {};
}

std::vector<JobFacts> Jobs::of(const std::string& actor) const {
  const std::lock_guard guard(mutex_);
  std::vector<JobFacts> found;
  for (auto each = all_.rbegin(); each != all_.rend(); ++each) {
    if ((*each)->facts.actor == actor) found.push_back((*each)->facts);
  }
  return found;
}

void Jobs::forget(const std::string& actor) {
  const std::lock_guard guard(mutex_);
  for (auto& job : all_) {
    if (job->facts.actor == actor) job->facts.outcome.reset();
  }
}

void Jobs::forget_late_locked() {
  for (auto& job : all_) {
    if (gate_.clock().now().seconds - job->facts.ended.seconds > kOutcomeSecondsMax)
      job->facts.outcome.reset();
  }
}

void Jobs::wait_briefly(const std::string& id) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(250), [&] {
    for (const auto& job : all_) {
      if (job->facts.id == id)
        return job->facts.state == JobState::kDone || job->facts.state == JobState::kFailed;
    }
    return true;
  });
}

void Jobs::work() {
  // Pages come first: on Linux this is of the calling thread and of those that it starts.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 15);
  while (true) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      while (
          !changed_.wait_for(lock, std::chrono::minutes(1), [&] { return stopping_ || !waiting_.empty(); }))
        forget_late_locked();
      if (stopping_) return;
      job = waiting_.front();
      waiting_.pop_front();
      job->facts.state = JobState::kRunning;
    }
    Meter meter(*this, *job);
    std::optional<Result<Outcome>> result;
    gate_.with_site([&](site::Site& site) { result = job->act(site, meter); });
    {
      const std::lock_guard guard(mutex_);
      job->facts.ended = gate_.clock().now();
      if (result->ok()) {
        job->facts.outcome = std::make_shared<const Outcome>(std::move(*result).value());
        job->facts.state = JobState::kDone;
      } else {
        job->facts.error = result->error();
        job->facts.state = JobState::kFailed;
      }
      job->act = nullptr;  // with it go the uploads that it held
    }
    changed_.notify_all();
  }
}

}  // namespace kinfold::console
