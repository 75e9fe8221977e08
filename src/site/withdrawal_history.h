// How many people left the data, or came back to it, since figures of it were published, by the ledger of the
// research site.
#pragma once

#include <cstdint>

#include "ledger/entry.h"

namespace kinfold::site {

/// Give it every entry of the ledger, in order. Any figure that was ever published may be of data from before
/// any of the withdrawals: also one that was published after the notice of it came, from a release made
/// before.
class WithdrawalHistory {
 public:
  void add(const ledger::Entry& entry);
  /// 0 while nothing was published.
  std::uint64_t left_count() const { return published_ ? left_count_ : 0; }
  std::uint64_t came_back_count() const { return published_ ? came_back_count_ : 0; }

 private:
  std::uint64_t left_count_ = 0;
  std::uint64_t came_back_count_ = 0;
  bool published_ = false;
};

}  // namespace kinfold::site
