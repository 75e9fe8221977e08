// Erasure: departments are told, the person's rows leave every holding, and the key goes last, so that a run
// that was killed can find the person again and finish.
#include "site/cases.h"
#include "site/held.h"
#include "site/object.h"
#include "site/release.h"
#include "site/rights.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

/// A key table still says that two references are one person: the next release makes a new one.
Status destroy_key_tables(Site& site, const std::string& actor) {
  const auto tables = key_tables(site);
  if (!tables.ok()) return tables.error();
  for (const auto& each : tables.value()) {
    if (const auto gone = site.door().destroy(each.id, actor, ledger::Reason::kRights); !gone.ok())
      return gone.error();
  }
  return {};
}

}  // namespace

Result<Report> erase(Site& site, const identity::Identity& person, const std::string& actor,
                     const std::string& linker, const std::string& case_id) {
  if (auto s = case_can_be_answered(site, rights::Right::kErasure, case_id, actor); !s.ok()) return s.error();
  std::vector<Notice> notices;
  const auto trail =
      find_with(site, person, actor, linker, [&](identity::Vault& vault, const PersonTrail& found) -> Status {
        auto told = tell_everybody(site, vault, {found.record.person});
        if (!told.ok()) return told.error();
        notices = std::move(told).value();
        return {};
      });
  if (!trail.ok()) return trail.error();
  const auto dropped =
      drop_everywhere(site, trail.value(), {charter::Kind::kAttributes, charter::Kind::kReturn},
                      {actor, kRightsPurpose, charter::Duty::kDataProtection, linker});
  if (!dropped.ok()) return dropped.error();
  if (auto s = destroy_key_tables(site, actor); !s.ok()) return s.error();
  {
    auto vault = open_vault_to_search(site, {linker, kRightsPurpose, charter::Duty::kLinkage, actor});
    if (!vault.ok()) return vault.error();
    if (const auto again = trail_of(vault.value().vault, person); !again.ok()) return again.error();
    if (const auto gone = vault.value().vault.erase(trail.value().record.person); !gone.ok())
      return gone.error();
  }
  const auto a_case = keep_case(
      site,
      {rights::Right::kErasure, ledger::Verb::kErase, actor, linker, {}, notices, dropped.value(), case_id});
  if (!a_case.ok()) return a_case.error();
  Report report;
  report.headline = "Erased: the person's key is destroyed, in the vault and in every backup of it.";
  report.count("rows", "Rows taken out of holdings", dropped.value());
  tell_of(report, a_case.value(), notices);
  report.notes.push_back(
      "Releases made before carry no name and no reference, so nobody can find the person's rows in them; "
      "figures already published stay.");
  return report;
}

}  // namespace kinfold::site
