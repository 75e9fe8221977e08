#include "site/promises.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "site/cases.h"
#include "site/certificates.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using charter::Kind;
using charter::LiveCheck;
using charter::Role;
using ledger::Phase;
using ledger::Verb;

std::string number(std::uint64_t count) { return with_thousands(static_cast<long long>(count)); }
Looked yes(std::string words) { return {Kept::kYes, std::move(words)}; }
Looked no(std::string words) { return {Kept::kNo, std::move(words)}; }
Looked not_seen(charter::Duty duty) {
  return {Kept::kNotSeen, "ask again with --as somebody of the duty " + std::string(charter::name(duty))};
}

Result<Looked> look_at_charter(Site& site) {
  const auto begun = ledger::has_entry(site.ledger(), [&](const ledger::Entry& entry) {
    const auto is_ours = [&](const ledger::Mark& mark) {
      return mark.kind == ledger::DigestKind::kCharter && seal::to_hex(mark.digest) == site.charter().hash;
    };
    return entry.verb == Verb::kInit && std::any_of(entry.marks.begin(), entry.marks.end(), is_ours);
  });
  if (!begun.ok()) return begun.error();
  return begun.value() ? yes("the charter in force is the one that the ledger names")
                       : no("the ledger does not name the charter in force");
}

Result<Looked> look_at_ledger(Site& site) {
  const auto verdict = site.ledger().verify();
  if (!verdict.ok()) return verdict.error();
  if (verdict.value().sound())
    return yes(number(verdict.value().entry_count) + " entries, all as they were written");
  const auto& first = verdict.value().damages.front();
  return no("entry " + std::to_string(first.index) + ": " + first.what);
}

/// Every opening in the ledger is asked of the charter again, as of its day.
Result<Looked> look_at_door(Site& site) {
  std::uint64_t seen = 0;
  std::optional<std::uint64_t> wrong;
  auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    const auto& entry = recorded.entry;
    if (entry.verb != Verb::kOpen || entry.phase != Phase::kDone) return true;
    charter::Question question;
    question.act = charter::Act::kOpen;
    question.party = site.party().id;
    question.purpose = std::string(entry.purpose.text());
    question.duty = charter::parse_duty(entry.duty.text());
    question.actor = std::string(entry.actor.text());
    question.today = date_of(recorded.at);
    for (const auto& id : entry.data_classes) question.data_classes.emplace_back(id.text());
    const auto kind = charter::parse_kind(entry.kind.text());
    if (kind) question.kind = *kind;
    if (!kind || !question.duty || !charter::ask(site.charter(), question).allowed) wrong = recorded.index;
    ++seen;
    return !wrong;
  });
  if (!read.ok()) return read.error();
  if (wrong) return no("entry " + std::to_string(*wrong) + " is an opening that the charter does not allow");
  return yes(number(seen) + " openings, each by a duty and for a purpose that the charter allows");
}

Result<Looked> look_at_retention(Site& site) {
  const auto holdings = site.door().list();
  if (!holdings.ok()) return holdings.error();
  std::uint64_t live = 0;
  std::uint64_t overdue = 0;
  for (const auto& each : holdings.value()) {
    if (each.state != holding::HoldingState::kLive) continue;
    ++live;
    if (site.door().days_left(each) < 0) ++overdue;
  }
  if (overdue > 0)
    return no(number(overdue) + " past their day, locked but not destroyed: kinfold retention enforce");
  return yes(number(live) + " live holdings, none past its day");
}

Result<Looked> look_at_own_certificates(Site& site) {
  const auto holdings = site.door().list();
  const auto certificates = site.door().certificates();
  if (!holdings.ok()) return holdings.error();
  if (!certificates.ok()) return certificates.error();
  std::set<seal::Id> certified;
  for (const auto& each : certificates.value()) certified.insert(each.holding);
  std::uint64_t over = 0;
  for (const auto& each : holdings.value()) {
    const bool gone = each.state == holding::HoldingState::kDestroyed || site.door().days_left(each) < 0;
    if (each.kind != Kind::kRequest || !gone) continue;
    ++over;
    if (!certified.contains(each.id))
      return no("request " + seal::to_hex(each.id) + " is over and has no certificate of destruction");
  }
  return yes(number(over) + " requests are over, each with its certificate");
}

Result<Looked> look_at_their_certificates(Site& site) {
  std::map<std::string, std::set<seal::Id>> destroyed;
  std::uint64_t over = 0;
  std::string late;
  auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    const auto& entry = recorded.entry;
    if (entry.verb != Verb::kSend || entry.kind.text() != charter::name(Kind::kRequest)) return true;
    const std::string party(entry.party.text());
    const auto last = charter::expiry(site.charter(), Kind::kRequest, party, date_of(recorded.at));
    if (!last.ok() || last.value() >= site.today()) return true;
    if (!destroyed.contains(party)) destroyed.emplace(party, destroyed_packages(site, party));
    ++over;
    if (!destroyed.at(party).contains(entry.subject)) late = party;
    return late.empty();
  });
  if (!read.ok()) return read.error();
  if (!late.empty())
    return no(late + " has sent no certificate for a request that is past its day; it gets no next one");
  return yes(number(over) + " requests are past their day, a certificate is here for each");
}

Result<Looked> look_at_walls(Site& site) {
  const auto holdings = site.door().list();
  if (!holdings.ok()) return holdings.error();
  std::uint64_t live = 0;
  for (const auto& each : holdings.value()) {
    if (each.state != holding::HoldingState::kLive || site.door().days_left(each) < 0) continue;
    charter::Question question;
    question.act = charter::Act::kHold;
    question.kind = each.kind;
    question.party = site.party().id;
    question.purpose = each.purpose;
    question.data_classes = each.data_classes;
    question.today = site.today();
    const auto answer = charter::ask(site.charter(), question);
    if (!answer.allowed) return no("holding " + seal::to_hex(each.id) + ": " + answer.reason);
    ++live;
  }
  return yes(number(live) + " live holdings, each of data that may lie there");
}

/// No reference stands for a person in two scopes.
Result<Looked> look_at_references(Site& site, const std::string& actor) {
  if (site.party().role == Role::kResearch) {
    const auto live = site.door().live(Kind::kRelease);
    if (!live.ok()) return live.error();
    for (const auto& each : live.value()) {
      for (const auto& id : each.data_classes) {
        const auto* data_class = site.charter().find_data_class(id);
        if (data_class != nullptr && data_class->identity) return no("a release holds the class " + id);
      }
    }
    return yes(number(live.value().size()) + " releases, none with a class of identities");
  }
  if (!site.door().may_act(actor, charter::Duty::kLinkage).ok()) return not_seen(charter::Duty::kLinkage);
  const auto vault = open_vault(site, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
  if (!vault.ok()) return vault.error();
  std::vector<identity::Reference> all;
  for (const auto& scope : vault.value().vault.scopes()) {
    for (const auto& person : vault.value().vault.people()) {
      const auto reference = vault.value().vault.reference_of(scope.id, person);
      if (!reference.ok()) return reference.error();
      if (reference.value()) all.push_back(*reference.value());
    }
  }
  std::sort(all.begin(), all.end());
  if (std::adjacent_find(all.begin(), all.end()) != all.end())
    return no("a reference stands for two people, or for one in two requests");
  return yes(number(all.size()) + " references, each used once");
}

std::optional<Date> last_objection(Site& site) {
  std::optional<Date> last;
  const auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    const auto verb = recorded.entry.verb;
    if ((verb == Verb::kObject || verb == Verb::kWithdraw) && recorded.entry.phase == Phase::kDone)
      last = date_of(recorded.at);
    return true;
  });
  return read.ok() ? last : std::nullopt;
}

Result<Looked> look_at_objections(Site& site, const std::string& actor) {
  if (site.party().role == Role::kAuthority) {
    const auto live = site.door().live(Kind::kSubmission);
    if (!live.ok()) return live.error();
    if (!live.value().empty())
      return no("a submission is kept here; it should have gone to the trusted party only");
    return yes("nothing about anybody is kept here but the objections, which are no names");
  }
  if (!site.door().may_act(actor, charter::Duty::kLinkage).ok()) return not_seen(charter::Duty::kLinkage);
  const auto objections = open_objections(site, actor);
  if (!objections.ok()) return objections.error();
  const auto vault = open_vault(site, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
  if (!vault.ok()) return vault.error();
  const auto last = last_objection(site);
  std::uint64_t objected = 0;
  for (const auto& id : vault.value().vault.people()) {
    const auto person = vault.value().vault.find(id);
    const auto matches = [&](const auto& version) {
      return objections.value().book.matches(version.identity);
    };
    if (!person || std::none_of(person->versions.begin(), person->versions.end(), matches)) continue;
    ++objected;
    const auto disclosures = vault.value().vault.disclosures(id);
    if (!disclosures.ok()) return disclosures.error();
    for (const auto& scope : disclosures.value()) {
      if (last && scope.issued > *last)
        return no("somebody who objected is in the request or data set of " + to_iso(scope.issued));
    }
  }
  return yes(number(objected) +
             " people in the vault objected; none is in anything made since the last objection");
}

Result<Looked> look_at_disclosure(Site& site) {
  std::map<seal::Id, std::string> author;
  std::map<seal::Id, std::set<std::string>> approved;
  std::uint64_t published = 0;
  std::string wrong;
  auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    const auto& entry = recorded.entry;
    if (entry.phase != Phase::kDone) return true;
    const std::string actor(entry.actor.text());
    if (entry.verb == Verb::kCheck) author.emplace(entry.subject, actor);
    if (entry.verb == Verb::kApprove) approved[entry.subject].insert(actor);
    if (entry.verb != Verb::kPublish) return true;
    ++published;
    if (!author.contains(entry.subject))
      wrong = "a publication (entry " + std::to_string(recorded.index) + ") has no check before it";
    auto others = approved[entry.subject];
    if (wrong.empty()) others.erase(author.at(entry.subject));
    if (wrong.empty() && others.empty())
      wrong = "a publication (entry " + std::to_string(recorded.index) +
              ") was approved by nobody but its author";
    return wrong.empty();
  });
  if (!read.ok()) return read.error();
  if (!wrong.empty()) return no(wrong);
  return yes(number(published) + " publications, each checked, and approved by another than its author");
}

Result<Looked> look_at_cases(Site& site, const std::string& actor) {
  if (!site.door().may_act(actor, charter::Duty::kDataProtection).ok())
    return not_seen(charter::Duty::kDataProtection);
  const auto cases = list_cases(site, actor);
  if (!cases.ok()) return cases.error();
  const auto* left = cases.value().rows ? cases.value().rows->find("days_left") : nullptr;
  std::uint64_t overdue = 0;
  for (std::size_t row = 0; left != nullptr && row < cases.value().rows->row_count(); ++row) {
    if (!left->is_null(row) && left->int_at(row) < 0) ++overdue;
  }
  if (overdue > 0) return no(number(overdue) + " cases are overdue");
  return yes(number(cases.value().rows ? cases.value().rows->row_count() : 0) + " cases, none overdue");
}

}  // namespace

std::string_view name(Kept kept) {
  switch (kept) {
    case Kept::kYes: return "kept";
    case Kept::kNo: return "BROKEN";
    case Kept::kNotSeen: return "not seen";
    case Kept::kElsewhere: return "elsewhere";
    case Kept::kPeople: break;
  }
  return "people";
}

Result<Looked> look(Site& site, LiveCheck check, const std::string& actor) {
  if (check == LiveCheck::kPeople) return Looked{Kept::kPeople, "only people can keep this"};
  if (!charter::applies_at(check, site.party().role))
    return Looked{Kept::kElsewhere, "nothing to see at a site of this kind"};
  switch (check) {
    case LiveCheck::kCharter: return look_at_charter(site);
    case LiveCheck::kLedger: return look_at_ledger(site);
    case LiveCheck::kDoor: return look_at_door(site);
    case LiveCheck::kRetention: return look_at_retention(site);
    case LiveCheck::kCertificates:
      return site.party().role == Role::kDepartment ? look_at_own_certificates(site)
                                                    : look_at_their_certificates(site);
    case LiveCheck::kWalls: return look_at_walls(site);
    case LiveCheck::kReferences: return look_at_references(site, actor);
    case LiveCheck::kObjections: return look_at_objections(site, actor);
    case LiveCheck::kDisclosure: return look_at_disclosure(site);
    case LiveCheck::kCases: return look_at_cases(site, actor);
    case LiveCheck::kPeople: break;
  }
  return internal_error("a check that nobody wrote");
}

Result<Report> live_promises(Site& site, const std::string& actor) {
  std::map<LiveCheck, Looked> looked;
  table::Table rows;
  for (const auto* column : {"sentence", "status", "check", "seen", "promise", "tests"})
    rows.add(column, table::ColumnType::kString);
  std::map<Kept, std::uint64_t> counts;
  std::vector<std::array<std::string, 6>> lines;
  for (const auto& promise : charter::promises(site.charter())) {
    if (!looked.contains(promise.check)) {
      auto seen = look(site, promise.check, actor);
      if (!seen.ok() && seen.error().code != ErrorCode::kRefused) return seen.error();
      // What the door refuses (the programme has ended, say) nobody can look at, and nobody can break.
      if (!seen.ok()) seen = Looked{Kept::kNotSeen, seen.error().message};
      looked.emplace(promise.check, std::move(seen).value());
    }
    const auto& seen = looked.at(promise.check);
    ++counts[seen.kept];
    lines.push_back({promise.sentence, std::string(name(seen.kept)),
                     std::string(charter::name(promise.check)), seen.words, promise.text,
                     join(promise.tests, ", ")});
  }
  // What is broken is read first; the rest is in the order of the notice.
  std::stable_partition(lines.begin(), lines.end(),
                        [](const auto& line) { return line[1] == name(Kept::kNo); });
  for (const auto& line : lines) {
    for (std::size_t column = 0; column < line.size(); ++column)
      rows.columns()[column].append_string(line[column]);
  }
  Report report;
  report.headline = counts[Kept::kNo] == 0 ? "Everything that can be seen here is kept."
                                           : "Not everything that is promised is kept here.";
  report.count("kept", "Promises kept, seen here", counts[Kept::kYes])
      .count("broken", "BROKEN", counts[Kept::kNo])
      .count("not_seen", "Not seen: the door let nobody look, or another duty has to", counts[Kept::kNotSeen])
      .count("elsewhere", "To be seen at other parties", counts[Kept::kElsewhere])
      .count("people", "Only people can keep these", counts[Kept::kPeople]);
  report.rows = std::move(rows);
  return report;
}

}  // namespace kinfold::site
