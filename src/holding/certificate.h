// What a destruction leaves behind: a signed note that says what was destroyed and how, and what no
// certificate can prove. Anybody with the party's card can check it, with kinfold-verify too.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "seal/keys.h"

namespace kinfold::holding {

struct Certificate {
  seal::Id holding;
  std::string party;  ///< Who destroyed.
  std::string kind;
  std::vector<std::string> data_classes;
  std::string origin;
  std::string purpose;
  std::optional<seal::Id> package;  ///< The sealed file it came in: what the sender knows it by.
  std::uint64_t row_count = 0;
  Instant created;
  Date expires;
  Instant destroyed;
  std::string key_id;
  std::string reason;  ///< A ledger reason's name.
  std::string note;    ///< The signed text itself.
  bool in_time() const { return date_of(destroyed) <= expires; }
};

/// \retval kInvalid if it is not a certificate; kRefused if `card`'s party did not sign it.
Result<Certificate> verify_certificate(std::string_view note, const seal::Card& card);

}  // namespace kinfold::holding
