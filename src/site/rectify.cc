// A correction: what was held before stays as such, and the corrected identity is the one in use. Links that
// were made by the error are opened again: their rows go, and the next request asks anew.
#include "site/cases.h"
#include "site/held.h"
#include "site/object.h"
#include "site/records.h"
#include "site/rights.h"

namespace kinfold::site {

Result<Report> rectify(Site& site, const identity::Identity& person, const identity::Identity& corrected,
                       const std::string& actor, const std::string& linker, const std::string& case_id) {
  if (auto s = case_can_be_answered(site, rights::Right::kRectification, case_id, actor); !s.ok())
    return s.error();
  std::vector<Notice> notices;
  const auto trail =
      find_with(site, person, actor, linker, [&](identity::Vault& vault, const PersonTrail& found) -> Status {
        auto told = tell_departments(site, vault, {found.record.person});
        if (!told.ok()) return told.error();
        notices = std::move(told).value();
        return vault.rectify(found.record.person, corrected, {site.party().id, "correction", site.today()});
      });
  if (!trail.ok()) return trail.error();
  const auto reopened = drop_everywhere(site, trail.value(), {charter::Kind::kReturn},
                                        {actor, kRightsPurpose, charter::Duty::kDataProtection, linker});
  if (!reopened.ok()) return reopened.error();
  const auto a_case = keep_case(site, {rights::Right::kRectification, ledger::Verb::kRectify, actor, linker,
                                       trail.value().record.person, notices, reopened.value(), case_id});
  if (!a_case.ok()) return a_case.error();
  Report report;
  report.headline = "Corrected: the next request goes out with the corrected identity.";
  report.count("versions", "Spellings held before", trail.value().record.versions.size())
      .count("reopened", "Links made by the old spelling, opened again", reopened.value());
  tell_of(report, a_case.value(), notices);
  return report;
}

}  // namespace kinfold::site
