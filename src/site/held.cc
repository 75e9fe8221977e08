#include "site/held.h"

#include <algorithm>

#include "site/object.h"
#include "site/vault.h"

namespace kinfold::site {

Result<PersonTrail> trail_of(const identity::Vault& vault, const identity::Identity& person) {
  const auto candidates = vault.search(person);
  if (!candidates.ok()) return candidates.error();
  const auto sure = [](const identity::Candidate& each) {
    return each.probability >= kSamePersonProbabilityMin;
  };
  const auto count = std::count_if(candidates.value().begin(), candidates.value().end(), sure);
  if (count == 0)
    return invalid("nobody in the vault is surely this person; ask for address, postcode or NI number");
  if (count > 1)
    return invalid(
        "several people in the vault could be this person; ask for address, postcode or NI number");
  const auto id = std::find_if(candidates.value().begin(), candidates.value().end(), sure)->person;
  auto record = vault.find(id);
  if (!record) return internal_error("a person found in the vault is not there");
  PersonTrail trail{std::move(*record), {}};
  for (const auto& scope : vault.scopes()) {
    const auto reference = vault.reference_of(scope.id, id);
    if (!reference.ok()) return reference.error();
    if (reference.value()) trail.scopes.push_back({scope, identity::to_text(*reference.value())});
  }
  return trail;
}

Result<PersonTrail> find_with(Site& site, const identity::Identity& person, const std::string& actor,
                              const std::string& linker, const AtVault& also) {
  if (auto s = site.door().may_act(actor, charter::Duty::kDataProtection); !s.ok()) return s.error();
  auto vault = open_vault_to_search(site, {linker, kRightsPurpose, charter::Duty::kLinkage, actor});
  if (!vault.ok()) return vault.error();
  auto trail = trail_of(vault.value().vault, person);
  if (!trail.ok() || !also) return trail;
  if (auto s = also(vault.value().vault, trail.value()); !s.ok()) return s.error();
  return trail;
}

Result<std::uint64_t> drop_everywhere(Site& site, const PersonTrail& trail,
                                      const std::vector<charter::Kind>& kinds, const holding::Asking& who) {
  const auto held = holdings_with(site, trail);
  if (!held.ok()) return held.error();
  std::uint64_t row_count = 0;
  for (const auto& each : held.value()) {
    if (std::find(kinds.begin(), kinds.end(), each.holding.kind) == kinds.end()) continue;
    const std::string table = each.holding.kind == charter::Kind::kReturn ? "links" : "attributes";
    const auto dropped = drop_rows(site, each.holding, table, {each.reference}, who);
    if (!dropped.ok()) return dropped.error();
    row_count += dropped.value();
  }
  return row_count;
}

std::string scope_of(const holding::Holding& holding) {
  if (holding.kind == charter::Kind::kReturn)
    return holding.in_answer_to ? seal::to_hex(*holding.in_answer_to) : "";
  return holding.package ? seal::to_hex(*holding.package) : "";
}

Result<std::vector<HeldIn>> holdings_with(Site& site, const PersonTrail& trail) {
  std::vector<HeldIn> found;
  for (const auto kind : {charter::Kind::kAttributes, charter::Kind::kReturn}) {
    auto live = site.door().live(kind);
    if (!live.ok()) return live.error();
    for (auto& holding : live.value()) {
      const auto scope = std::find_if(trail.scopes.begin(), trail.scopes.end(),
                                      [&](const auto& each) { return each.scope.id == scope_of(holding); });
      if (scope != trail.scopes.end()) found.push_back({std::move(holding), scope->reference});
    }
  }
  return found;
}

}  // namespace kinfold::site
