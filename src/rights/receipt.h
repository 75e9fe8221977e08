// What somebody gets when their objection, erasure, correction or restriction is done: what was
// done, who was told, and what cannot be undone.
#pragma once

#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "rights/case.h"

namespace kinfold::rights {

struct ToldParty {
  std::string party;  ///< Id, as in the case's events.
  std::string name;   ///< As the person reads it.
};

struct ReceiptFacts {
  std::string programme;
  std::string holder;
  Date made_on;
  std::vector<ToldParty> parties;
  std::uint64_t records_removed_count = 0;  ///< About this person, over all holdings.
  std::uint64_t release_count = 0;          ///< Releases made before, with the person in them.
  bool figures_published = false;
  Date kept_until;                    ///< When all that is left is destroyed.
  std::vector<std::string> contacts;  ///< Whom to ask.
};

struct Receipt {
  std::string html;
  std::string json;
};

/// What the right cannot reach, in the person's words; never empty.
std::vector<std::string> what_cannot_be_undone(Right right, const ReceiptFacts& facts);

/// \retval kRefused if the case is not closed.
Result<Receipt> make_receipt(const Case& a_case, const ReceiptFacts& facts);

}  // namespace kinfold::rights
