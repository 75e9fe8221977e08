// A correction: what was held before stays as such, the corrected identity is the one in use from now on.
#include "site/cases.h"
#include "site/held.h"
#include "site/rights.h"
#include "site/vault.h"

namespace kinfold::site {

Result<Report> rectify(Site& site, const identity::Identity& person, const identity::Identity& corrected,
                       const std::string& actor, const std::string& linker) {
  if (auto s = site.door().may_act(actor, charter::Duty::kDataProtection); !s.ok()) return s.error();
  std::optional<PersonTrail> trail;
  {
    auto vault = open_vault(site, {linker, kRightsPurpose, charter::Duty::kLinkage, actor});
    if (!vault.ok()) return vault.error();
    auto found = trail_of(vault.value().vault, person);
    if (!found.ok()) return found.error();
    trail = std::move(found).value();
    const identity::Origin origin{site.party().id, "correction", site.today()};
    if (auto s = vault.value().vault.rectify(trail->record.person, corrected, origin); !s.ok()) return s.error();
  }
  const auto a_case = keep_case(site, rights::Right::kRectification, actor, trail->record.person);
  if (!a_case.ok()) return a_case.error();
  ledger::Entry entry;
  entry.verb = ledger::Verb::kRectify;
  entry.actor = actor;
  entry.second_actor = linker;
  entry.purpose = kRightsPurpose;
  entry.counts = {{ledger::CountKind::kPeople, 1}};
  if (auto s = site.note(entry); !s.ok()) return s.error();
  Report report;
  report.headline = "Corrected: the next request goes out with the corrected identity.";
  report.count("versions", "Spellings held before", trail->record.versions.size()).text("case", "Case", a_case.value().id);
  report.notes.push_back("Departments that were asked before looked for the old spelling; their requests are destroyed within the month.");
  return report;
}

}  // namespace kinfold::site
