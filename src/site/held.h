// Where one person's rows lie: found in the vault by one actor, read elsewhere by another.
#pragma once

#include <functional>
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

/// What more the first of the two people does while the vault is open.
using AtVault = std::function<Status(identity::Vault&, const PersonTrail&)>;
/// Two people act: `linker` (duty `linkage`) opens the vault and finds the person there for `actor` (duty
/// `data-protection`), who cannot. The vault is closed when it returns.
/// \retval kRefused for either's duty; kInvalid as trail_of().
Result<PersonTrail> find_with(Site& site, const identity::Identity& person, const std::string& actor,
                              const std::string& linker, const AtVault& also = {});

/// Takes the person's rows out of every live holding of these kinds. \returns how many went.
Result<std::uint64_t> drop_everywhere(Site& site, const PersonTrail& trail,
                                      const std::vector<charter::Kind>& kinds, const holding::Asking& who);

/// The scope that a holding's rows are under: the submission's, or the request's that a return answers.
std::string scope_of(const holding::Holding& holding);

/// Live holdings of attributes and returns whose scope the person is in, with the reference there.
struct HeldIn {
  holding::Holding holding;
  std::string reference;
};
Result<std::vector<HeldIn>> holdings_with(Site& site, const PersonTrail& trail);

}  // namespace kinfold::site
