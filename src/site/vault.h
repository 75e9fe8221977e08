// The trusted party's vault, opened through the door for one act of a named actor.
#pragma once

#include <memory>
#include <string>

#include "identity/vault.h"
#include "site/records.h"
#include "site/site.h"

namespace kinfold::site {

/// Open as long as it lives: let it go as soon as the act is done.
struct OpenVault {
  std::unique_ptr<OpenRecords> records;
  std::unique_ptr<identity::RecordKeys> keys;
  identity::Vault vault;
};
/// \retval kRefused if this is not the trusted party, or as the door says.
Result<OpenVault> open_vault(Site& site, const holding::Asking& who);
/// The same for one person's case: only the people whom a search comes to are read.
Result<OpenVault> open_vault_to_search(Site& site, const holding::Asking& who);

inline constexpr const char* kLinkagePurpose = "linkage";
inline constexpr const char* kEvaluationPurpose = "evaluation";

}  // namespace kinfold::site
