#include "console/review_table.h"

#include <algorithm>

#include "console/identity_form.h"

namespace kinfold::console {
namespace {

void wipe_all(std::vector<site::ReviewSet>& sets) {
  for (auto& set : sets) {
    for (auto& record : set.records) wipe(record);
  }
  sets.clear();
}

}  // namespace

ReviewTable::~ReviewTable() {
  for (auto& [session, sitting] : sittings_) wipe_all(sitting.sets);
}

void ReviewTable::clear_late_locked() {
  for (auto each = sittings_.begin(); each != sittings_.end();) {
    if (clock_.now().seconds - each->second.begun.seconds <= kSecondsMax) {
      ++each;
      continue;
    }
    wipe_all(each->second.sets);
    each = sittings_.erase(each);
  }
}

void ReviewTable::lay_out(const std::string& session, std::vector<site::ReviewSet> sets) {
  const std::lock_guard guard(mutex_);
  clear_late_locked();
  auto& sitting = sittings_[session];
  wipe_all(sitting.sets);
  sitting = {std::move(sets), clock_.now()};
}

std::optional<std::pair<site::ReviewSet, std::size_t>> ReviewTable::next(const std::string& session) {
  const std::lock_guard guard(mutex_);
  clear_late_locked();
  const auto found = sittings_.find(session);
  if (found == sittings_.end() || found->second.sets.empty()) return std::nullopt;
  return std::make_pair(found->second.sets.front(), found->second.sets.size());
}

void ReviewTable::done(const std::string& session, const std::string& set) {
  const std::lock_guard guard(mutex_);
  const auto found = sittings_.find(session);
  if (found == sittings_.end()) return;
  auto& sets = found->second.sets;
  const auto at = std::find_if(sets.begin(), sets.end(), [&](const auto& each) { return each.id == set; });
  if (at == sets.end()) return;
  for (auto& record : at->records) wipe(record);
  sets.erase(at);
}

void ReviewTable::clear(const std::string& session) {
  const std::lock_guard guard(mutex_);
  const auto found = sittings_.find(session);
  if (found == sittings_.end()) return;
  wipe_all(found->second.sets);
  sittings_.erase(found);
}

}  // namespace kinfold::console
