// Erasure: departments are told, the person's rows leave every holding, and the key goes last, so that a run
// that was killed can find the person again and finish.
#include <algorithm>

#include "site/cases.h"
#include "site/held.h"
#include "site/object.h"
#include "site/release.h"
#include "site/rights.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

Result<std::uint64_t> drop_everywhere(Site& site, const PersonTrail& trail, const holding::Asking& who) {
  const auto held = holdings_with(site, trail);
  if (!held.ok()) return held.error();
  std::uint64_t row_count = 0;
  for (const auto& each : held.value()) {
    const std::string table = each.holding.kind == charter::Kind::kReturn ? "links" : "attributes";
    const auto dropped = drop_rows(site, each.holding, table, {each.reference}, who);
    if (!dropped.ok()) return dropped.error();
    row_count += dropped.value();
  }
  return row_count;
}

/// A key table still says that two references are one person: the next release makes a new one.
Status destroy_key_tables(Site& site, const std::string& actor) {
  const auto tables = key_tables(site);
  if (!tables.ok()) return tables.error();
  for (const auto& each : tables.value()) {
    if (const auto gone = site.door().destroy(each.id, actor, ledger::Reason::kRights); !gone.ok()) return gone.error();
  }
  return {};
}

}  // namespace

Result<Report> erase(Site& site, const identity::Identity& person, const std::string& actor, const std::string& linker) {
  if (auto s = site.door().may_act(actor, charter::Duty::kDataProtection); !s.ok()) return s.error();
  const holding::Asking linking{linker, kRightsPurpose, charter::Duty::kLinkage, actor};
  std::optional<PersonTrail> trail;
  std::vector<std::string> notices;
  {
    const auto vault = open_vault(site, linking);
    if (!vault.ok()) return vault.error();
    auto found = trail_of(vault.value().vault, person);
    if (!found.ok()) return found.error();
    trail = std::move(found).value();
    auto told = tell_departments(site, vault.value().vault, {trail->record.person});
    if (!told.ok()) return told.error();
    notices = std::move(told).value();
  }
  const auto dropped = drop_everywhere(site, *trail, {actor, kRightsPurpose, charter::Duty::kDataProtection, linker});
  if (!dropped.ok()) return dropped.error();
  if (auto s = destroy_key_tables(site, actor); !s.ok()) return s.error();
  {
    auto vault = open_vault(site, linking);
    if (!vault.ok()) return vault.error();
    if (const auto gone = vault.value().vault.erase(trail->record.person); !gone.ok()) return gone.error();
  }
  const auto a_case = keep_case(site, rights::Right::kErasure, actor, std::nullopt);
  if (!a_case.ok()) return a_case.error();

  ledger::Entry entry;
  entry.verb = ledger::Verb::kErase;
  entry.actor = actor;
  entry.second_actor = linker;
  entry.purpose = kRightsPurpose;
  entry.counts = {{ledger::CountKind::kPeople, 1}, {ledger::CountKind::kRows, dropped.value()}};
  if (auto s = site.note(entry); !s.ok()) return s.error();
  Report report;
  report.headline = "Erased: the person's key is destroyed, in the vault and in every backup of it.";
  report.count("rows", "Rows taken out of holdings", dropped.value()).text("case", "Case", a_case.value().id);
  for (const auto& path : notices) report.notes.push_back("Notice for a department: " + path);
  report.notes.push_back("Releases made before carry no name and no reference, so nobody can find the person's rows in them; figures already published stay.");
  return report;
}

}  // namespace kinfold::site
