#include "site/withdrawal_history.h"

namespace kinfold::site {

void WithdrawalHistory::add(const ledger::Entry& entry) {
  if (entry.phase != ledger::Phase::kDone) return;
  if (entry.verb == ledger::Verb::kPublish) published_ = true;
  const bool left = entry.verb == ledger::Verb::kWithdraw;
  const bool came_back = entry.verb == ledger::Verb::kRestrict && entry.reason == ledger::Reason::kRights;
  if (!left && !came_back) return;
  for (const auto& count : entry.counts) {
    if (count.kind == ledger::CountKind::kPeople) (left ? left_count_ : came_back_count_) += count.number;
  }
}

}  // namespace kinfold::site
