// Where one person's rows lie: found in the vault by one actor, read elsewhere by another.
#pragma once

#include <string>
#include <vector>

#include "identity/vault.h"
#include "site/site.h"

namespace kinfold::site {

struct PersonTrail {
  identity::PersonRecord record;
  struct Scope {
    identity::ReferenceScope scope;
    std::string reference;
  };
  std::vector<Scope> scopes;  ///< Every set of references the person is in.
};

/// The one vault record that this identity is. \retval kInvalid if there is none, or several could be
/// meant (then more has to be asked).
Result<PersonTrail> trail_of(const identity::Vault& vault, const identity::Identity& person);

/// The scope that a holding's rows are under: the submission's, or the request's that a return answers.
std::string scope_of(const holding::Holding& holding);

/// Live holdings of attributes and returns whose scope the person is in, with the reference there.
struct HeldIn {
  holding::Holding holding;
  std::string reference;
};
Result<std::vector<HeldIn>> holdings_with(Site& site, const PersonTrail& trail);

}  // namespace kinfold::site
