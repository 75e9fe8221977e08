#include "site/plan_history.h"

#include <algorithm>

namespace kinfold::site {

void PlanHistory::add(const ledger::Entry& entry) {
  if (entry.verb != ledger::Verb::kEvaluate || entry.subject.is_zero()) return;
  for (const auto& mark : entry.marks) {
    if (mark.kind == ledger::DigestKind::kPlan) registered_.emplace_back(entry.subject, mark.digest);
  }
}

bool PlanHistory::changed(const seal::Digest& plan, const seal::Id* only) const {
  return std::any_of(registered_.begin(), registered_.end(), [&](const auto& one) {
    if (one.second != plan || (only != nullptr && one.first != *only)) return false;
    const auto first = std::find_if(registered_.begin(), registered_.end(),
                                    [&](const auto& other) { return other.first == one.first; });
    return first->second != plan;
  });
}

}  // namespace kinfold::site
