// One walk over a ledger's file that finds the first thing that is not as it was written.
#pragma once

#include <vector>

#include "ledger/database_internal.h"
#include "ledger/ledger.h"

namespace kinfold::ledger {

struct Walk {
  std::vector<Digest> leaves;
  Instant last_at{INT64_MIN};
  Verdict verdict;
};

/// How far the signatures are checked: all of them, or only the last head's (the roots of all).
enum class HeadCheck { kEvery, kLast };

/// Reads everything. Damage is in the verdict; an error means that the file could not be read.
Result<Walk> walk(const Database& database, const seal::Card& card, HeadCheck check,
                  const std::vector<std::string>& heads_kept_elsewhere);

/// Follows one line: its form, its place, the chain and the time. Empty if it is as it should be.
std::string fault_of_next(const StoredLine& stored, std::uint64_t index, const Digest& previous,
                          Instant last_at, Result<Recorded>& recorded);

}  // namespace kinfold::ledger
