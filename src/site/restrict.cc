// Restriction: the record stays, and is used for nothing until the person says otherwise.
#include "site/cases.h"
#include "site/held.h"
#include "site/object.h"
#include "site/records.h"
#include "site/rights.h"

namespace kinfold::site {
namespace {

/// An objection outlives a restriction; only the person can take it back.
Status refuse_if_objected(Site& site, const PersonTrail& trail, const std::string& actor) {
  const auto objections = open_objections(site, actor);
  if (!objections.ok()) return objections.error();
  for (const auto& version : trail.record.versions) {
    if (objections.value().book.matches(version.identity)) {
      return refused("the person objected: their data stays out, whatever is restricted or not");
    }
  }
  return {};
}

}  // namespace

Result<Report> restrict(Site& site, const identity::Identity& person, const std::string& actor,
                        const std::string& linker, bool lift, const std::string& case_id) {
  if (lift && !case_id.empty())
    return invalid("a restriction is lifted outside its case, which is closed: leave --case out");
  if (auto s = case_can_be_answered(site, rights::Right::kRestriction, case_id, actor); !s.ok())
    return s.error();
  RightsAct act{rights::Right::kRestriction, ledger::Verb::kRestrict, actor, linker, {}, {}, 0, case_id};
  const auto trail =
      find_with(site, person, actor, linker, [&](identity::Vault& vault, const PersonTrail& found) -> Status {
        if (found.record.restricted != lift)
          return refused(lift ? "the record is not restricted" : "the record is restricted already");
        if (lift) {
          if (auto s = refuse_if_objected(site, found, actor); !s.ok()) return s;
          auto told = tell_research(site, {1, true});
          if (!told.ok()) return told.error();
          act.notices = std::move(told).value();
          return vault.restrict(found.record.person, false);
        }
        // Told first: what cannot be passed on is not said to be done.
        auto told = tell_everybody(site, vault, {found.record.person});
        if (!told.ok()) return told.error();
        act.notices = std::move(told).value();
        return vault.restrict(found.record.person, true);
      });
  if (!trail.ok()) return trail.error();
  Report report;
  if (lift) {
    ledger::Entry entry;
    entry.verb = ledger::Verb::kRestrict;
    entry.reason = ledger::Reason::kRights;  // told apart from the restriction itself, which has none
    entry.actor = actor;
    entry.second_actor = linker;
    entry.purpose = kRightsPurpose;
    if (auto s = site.note(entry); !s.ok()) return s.error();
    report.headline = "Lifted: the next request and the next release may have the person again.";
    for (const auto& notice : act.notices)
      report.text("notice_" + notice.party, "Notice for " + notice.party, notice.path);
    return report;
  }
  act.person = trail.value().record.person;
  const auto a_case = keep_case(site, act);
  if (!a_case.ok()) return a_case.error();
  report.headline = "Restricted: the record stays, and goes into no request and no release.";
  tell_of(report, a_case.value(), act.notices);
  return report;
}

}  // namespace kinfold::site
