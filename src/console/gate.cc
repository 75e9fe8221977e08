#include "console/gate.h"

#include <algorithm>

#include "site/apart.h"

namespace kinfold::console {
namespace {

/// After these the catalogue may be another.
bool touches_holdings(const ledger::Entry& entry) {
  using ledger::Verb;
  return entry.verb != Verb::kOpen && entry.verb != Verb::kCheck && entry.verb != Verb::kWitness &&
         entry.phase != ledger::Phase::kRefused;
}

}  // namespace

const holding::Holding* Facts::find(const std::string& hex) const {
  for (const auto& each : holdings) {
    if (seal::to_hex(each.id) == hex) return &each;
  }
  return nullptr;
}

void Turn::lock() {
  std::unique_lock lock(mutex_);
  free_.wait(lock, [&] { return !taken_; });
  taken_ = true;
}

bool Turn::try_lock_for(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!free_.wait_for(lock, patience, [&] { return !taken_; })) return false;
  taken_ = true;
  return true;
}

void Turn::unlock() {
  {
    const std::lock_guard guard(mutex_);
    taken_ = false;
  }
  free_.notify_one();
}

SiteGate::SiteGate(site::Site& site) : site_(site), facts_(std::make_shared<const Facts>()) { look(); }

/// Called by whoever has the turn.
void SiteGate::run(const std::function<void(site::Site&)>& act) {
  // Long computing lets others have the site meanwhile.
  const site::ApartScope scope([this](const std::function<void()>& work) {
    look();
    turn_.unlock();
    work();
    turn_.lock();
  });
  act(site_);
  look();
}

bool SiteGate::with_site(std::chrono::milliseconds patience, const std::function<void(site::Site&)>& act) {
  if (!turn_.try_lock_for(patience)) return false;
  const std::lock_guard guard(turn_, std::adopt_lock);
  run(act);
  return true;
}

void SiteGate::with_site(const std::function<void(site::Site&)>& act) {
  const std::lock_guard guard(turn_);
  run(act);
}

std::shared_ptr<const Facts> SiteGate::facts() const {
  const std::lock_guard guard(facts_mutex_);
  return facts_;
}

/// Called by whoever has the turn.
void SiteGate::look() {
  const auto before = facts();
  const auto size = site_.ledger().size();
  if (size == before->entry_count && size > 0) return;
  auto now = std::make_shared<Facts>(*before);
  bool moved = before->entry_count == 0;
  const std::uint64_t first =
      std::max<std::uint64_t>(before->entry_count, size > kEntriesMax ? size - kEntriesMax : 0);
  const auto read = site_.ledger().for_each(first, [&](const ledger::Recorded& recorded) {
    moved = moved || touches_holdings(recorded.entry);
    now->entries.push_back(recorded);
    return true;
  });
  if (!read.ok()) return;
  if (now->entries.size() > kEntriesMax)
    now->entries.erase(now->entries.begin(), now->entries.end() - static_cast<std::ptrdiff_t>(kEntriesMax));
  now->entry_count = size;
  if (moved) {
    if (auto holdings = site_.door().list(); holdings.ok()) now->holdings = std::move(holdings).value();
    if (auto certificates = site_.door().certificates(); certificates.ok())
      now->certificates = std::move(certificates).value();
  }
  const std::lock_guard guard(facts_mutex_);
  facts_ = std::move(now);
}

}  // namespace kinfold::console
