#include "site/withdrawal_history.h"

namespace kinfold::site {

void WithdrawalHistory::add(const ledger::Entry& entry) {
  if (entry.phase != ledger::Phase::kDone) return;
  if (entry.verb == ledger::Verb::kPublish) published_ = true;
  if (entry.verb != ledger::Verb::kWithdraw) return;
  for (const auto& count : entry.counts) {
    if (count.kind == ledger::CountKind::kPeople) person_count_ += count.number;
  }
}

}  // namespace kinfold::site
