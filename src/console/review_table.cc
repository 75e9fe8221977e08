#include "console/review_table.h"

#include <algorithm>

#include "console/identity_form.h"

namespace kinfold::console {
namespace {

void wipe_all(std::vector<site::ReviewPair>& pairs) {
  for (auto& pair : pairs) {
    wipe(pair.left);
    wipe(pair.right);
  }
  pairs.clear();
}

}  // namespace

ReviewTable::~ReviewTable() {
  for (auto& [session, sitting] : sittings_) wipe_all(sitting.pairs);
}

void ReviewTable::clear_late_locked() {
  for (auto each = sittings_.begin(); each != sittings_.end();) {
    if (clock_.now().seconds - each->second.begun.seconds <= kSecondsMax) {
      ++each;
      continue;
    }
    wipe_all(each->second.pairs);
    each = sittings_.erase(each);
  }
}

void ReviewTable::lay_out(const std::string& session, std::vector<site::ReviewPair> pairs) {
  const std::lock_guard guard(mutex_);
  clear_late_locked();
  auto& sitting = sittings_[session];
  wipe_all(sitting.pairs);
  sitting = {std::move(pairs), clock_.now()};
}

std::optional<std::pair<site::ReviewPair, std::size_t>> ReviewTable::next(const std::string& session) {
  const std::lock_guard guard(mutex_);
  clear_late_locked();
  const auto found = sittings_.find(session);
  if (found == sittings_.end() || found->second.pairs.empty()) return std::nullopt;
  return std::make_pair(found->second.pairs.front(), found->second.pairs.size());
}

void ReviewTable::done(const std::string& session, const std::string& pair) {
  const std::lock_guard guard(mutex_);
  const auto found = sittings_.find(session);
  if (found == sittings_.end()) return;
  auto& pairs = found->second.pairs;
  const auto at = std::find_if(pairs.begin(), pairs.end(), [&](const auto& each) { return each.id == pair; });
  if (at == pairs.end()) return;
  wipe(at->left);
  wipe(at->right);
  pairs.erase(at);
}

void ReviewTable::clear(const std::string& session) {
  const std::lock_guard guard(mutex_);
  const auto found = sittings_.find(session);
  if (found == sittings_.end()) return;
  wipe_all(found->second.pairs);
  sittings_.erase(found);
}

}  // namespace kinfold::console
