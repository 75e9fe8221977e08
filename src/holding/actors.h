// The named users of a site and the duties they have; read from the site's actors.toml.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "charter/charter.h"
#include "ledger/ledger.h"

namespace kinfold::holding {

/// A user id says who acts in the ledger; it is not a name.
struct Actor {
  std::string id;  ///< [a-z0-9_-]+, at most 40 characters
  std::vector<charter::Duty> duties;
  std::optional<Date> from;              ///< First day; empty: always.
  std::optional<Date> until;             ///< Last day.
  std::optional<Date> accredited_until;  ///< Last day of accreditation; empty: not asked for.
};

struct ActorRegistry {
  std::vector<Actor> actors;
  const Actor* find(std::string_view id) const;
  std::vector<std::string> ids() const;
};
/// `[[actor]] id = "ann-1"  duties = ["intake"]  from = 2026-01-01 ...`
/// All problems at once, each with its line and remedy.
Result<ActorRegistry> parse_actors(std::string_view toml, std::string_view file_name);
Result<ActorRegistry> load_actors(const std::string& path);

/// May this actor act in this duty today? Asks the registry, the charter's incompatible duties
/// among the duties the actor has, and the ledger for duties in which the actor acted before.
/// \retval kRefused naming the rule.
Status may_act(const ActorRegistry& registry, const charter::Charter& charter, const ledger::Ledger& ledger,
               std::string_view actor, charter::Duty duty, Date today);

/// Every word that this charter and these actors can put into a ledger.
ledger::Vocabulary vocabulary_of(const charter::Charter& charter, const ActorRegistry& registry);

}  // namespace kinfold::holding
