// Which plans were registered for a release, and in what order: the first is the one that was planned, any
// other a changed one.
#pragma once

#include <utility>
#include <vector>

#include "ledger/entry.h"

namespace kinfold::site {

class PlanHistory {
 public:
  /// Entries in the ledger's order; those that register no plan are passed over.
  void add(const ledger::Entry& entry);
  /// True if `plan` was registered for a release for which another had been before. `only`: of that release
  /// alone; null: of any.
  bool changed(const seal::Digest& plan, const seal::Id* only) const;

 private:
  std::vector<std::pair<seal::Id, seal::Digest>> registered_;
};

}  // namespace kinfold::site
