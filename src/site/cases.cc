#include "site/cases.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/text.h"
#include "rights/receipt.h"
#include "rights/store.h"
#include "seal/files.h"
#include "seal/note.h"
#include "site/records.h"
#include "site/release.h"

namespace kinfold::site {
namespace {

using table::ColumnType;

constexpr std::string_view kRows = "rows ";  ///< Detail of the event that says how many rows went.

/// What a person at the counter tells of a case; the rest is told by the verbs and by receipts.
Status by_hand(rights::Right right, rights::Event event, const std::string& reason) {
  using rights::Event;
  const bool complaint = right == rights::Right::kComplaint;
  if (event == Event::kNotifyRecipients || event == Event::kReceipt ||
      (event == Event::kFulfil && !complaint)) {
    return invalid("'" + std::string(rights::name(event)) +
                   "' is not told by hand: answer the case with the verb of its right (--case)");
  }
  const auto& reasons = rights::refusal_reasons();
  if (!reason.empty() && (event != Event::kRefuse || !reasons.contains(reason))) {
    std::vector<std::string> known;
    for (const auto& [word, text] : reasons) known.push_back(word);
    return invalid("a refusal has one of these reasons, and nothing else has one: " + join(known, ", "));
  }
  return {};
}

struct OpenCases {
  std::unique_ptr<OpenRecords> records;
  std::unique_ptr<identity::RecordKeys> keys;
  rights::CaseStore store;
};

Result<OpenCases> open_cases(Site& site, const std::string& actor) {
  auto records = open_records(site, charter::Kind::kCases, {kIdentityClass},
                              {actor, kRightsPurpose, charter::Duty::kDataProtection, {}});
  if (!records.ok()) return records.error();
  auto open = std::make_unique<OpenRecords>(std::move(records).value());
  auto keys = identity::keys_of(open->ring);
  auto store = rights::CaseStore::open(open->folder + "/cases.sqlite", *keys);
  if (!store.ok()) return store.error();
  return OpenCases{std::move(open), std::move(keys), std::move(store).value()};
}

Status note_act(Site& site, const RightsAct& act) {
  ledger::Entry entry;
  entry.verb = act.verb;
  entry.actor = act.actor;
  entry.second_actor = act.second_actor;
  entry.purpose = kRightsPurpose;
  entry.counts = {{ledger::CountKind::kPeople, 1}};
  if (act.row_count > 0) entry.counts.push_back({ledger::CountKind::kRows, act.row_count});
  return site.note(entry);
}

/// That a case was opened or moved on, by whom; not which, nor whose.
Status note_case(Site& site, const std::string& actor) {
  ledger::Entry entry;
  entry.verb = ledger::Verb::kCase;
  entry.actor = actor;
  entry.purpose = kRightsPurpose;
  entry.counts = {{ledger::CountKind::kCases, 1}};
  return site.note(entry);
}

std::vector<rights::Event> told_next(const rights::Case& a_case) {
  std::vector<rights::Event> next;
  for (const auto& step : rights::transitions(a_case.right)) {
    if (step.from == rights::state_of(a_case) && by_hand(a_case.right, step.event, {}).ok())
      next.push_back(step.event);
  }
  return next;
}

/// The command that answers a case of this right at a site of this role, as it is to be typed; empty: it is
/// answered in words, or elsewhere.
std::string answering_command(rights::Right right, charter::Role role, const std::string& case_id) {
  const bool trusted = role == charter::Role::kTrustedParty;
  const auto command = [&](const std::string& verb, const std::string& more = {}) {
    return "kinfold rights " + verb + " --case " + case_id + " --person WHO.toml" +
           (trusted ? " --with LINKER" : "") + more;
  };
  if (right == rights::Right::kObjection) return command("object");
  if (!trusted) return {};
  switch (right) {
    case rights::Right::kAccess: return command("access", " --out FOLDER");
    case rights::Right::kRectification: return command("rectify", " --corrected NEW.toml");
    case rights::Right::kErasure: return command("erase");
    case rights::Right::kRestriction: return command("restrict");
    case rights::Right::kObjection:
    case rights::Right::kComplaint: break;
  }
  return {};
}

void tell_how_to_answer(Report& report, const Site& site, const rights::Case& a_case) {
  const auto state = rights::state_of(a_case);
  const auto command = answering_command(a_case.right, site.party().role, a_case.id);
  if (command.empty() || (state != rights::State::kReceived && state != rights::State::kInProgress)) return;
  report.notes.push_back("To answer it: `" + command + "`");
}

/// Whom to answer by when, and what may happen next.
Report tell_clock(const Site& site, const rights::Case& a_case, std::string headline) {
  const auto state = rights::state_of(a_case);
  const auto clock = rights::clock_of(a_case, site.today());
  Report report;
  report.headline = std::move(headline);
  report.text("case", "Case", a_case.id).text("state", "State of the case", std::string(rights::name(state)));
  const bool complaint = a_case.right == rights::Right::kComplaint;
  if (clock.due && !rights::is_closed(state)) {
    report.text("due", complaint ? "Acknowledge by" : "Answer by", to_iso(*clock.due));
    if (clock.extend_by) report.text("extend_by", "Tell of an extension by", to_iso(*clock.extend_by));
  } else if (!rights::is_closed(state) && !complaint) {
    report.notes.push_back("The clock stands still until the person has answered.");
  }
  std::vector<std::string> next;
  for (const auto event : told_next(a_case)) next.emplace_back(rights::name(event));
  if (!next.empty()) report.text("next", "What may be noted next (kinfold rights note)", join(next, ", "));
  return report;
}

/// Receipts that have come in since the case was looked at last; the last of them closes it.
Status take_receipts(Site& site, rights::CaseStore& store, const std::string& actor) {
  for (auto& a_case : store.list(site.today())) {
    if (rights::state_of(a_case) != rights::State::kAwaitingReceipts) continue;
    bool changed = false;
    for (const auto& awaited : rights::awaited_receipts(a_case)) {
      const auto party = party_of(awaited);
      const auto notice = seal::parse_id(awaited.substr(std::min(awaited.size(), party.size() + 1)));
      if (!notice || !receipt_for(site, party, *notice)) continue;
      if (auto s = rights::apply(a_case, {rights::Event::kReceipt, site.today(), actor, awaited}); !s.ok())
        return s;
      changed = true;
    }
    if (rights::awaited_receipts(a_case).empty()) {
      if (auto s = rights::apply(a_case, {rights::Event::kFulfil, site.today(), actor, {}}); !s.ok())
        return s;
      changed = true;
    }
    if (!changed) continue;
    if (auto s = store.save(a_case); !s.ok()) return s;
  }
  return {};
}

Result<OpenCases> cases_now(Site& site, const std::string& actor) {
  const auto role = site.party().role;
  if (role != charter::Role::kAuthority && role != charter::Role::kTrustedParty)
    return refused(
        "people's requests are answered by their authority or the trusted party, and kept there; none are "
        "here");
  auto cases = open_cases(site, actor);
  if (!cases.ok()) return cases;
  if (auto s = take_receipts(site, cases.value().store, actor); !s.ok()) return s.error();
  return cases;
}

Result<rights::Case> find_case(const OpenCases& cases, const std::string& case_id) {
  auto a_case = cases.store.find(case_id);
  if (!a_case) return invalid("there is no such case here; `kinfold rights list` shows them");
  return std::move(*a_case);
}

std::uint64_t rows_removed(const rights::CaseEvent& event) {
  const std::string_view detail = event.detail;
  std::uint64_t count = 0;
  if (event.event == rights::Event::kStart && detail.starts_with(kRows))
    std::from_chars(detail.data() + kRows.size(), detail.data() + detail.size(), count);
  return count;
}

/// Whose receipts an event awaits, or brings.
std::vector<std::string> notices_of(const rights::CaseEvent& event) {
  std::vector<std::string> notices;
  for (const auto part : split(event.detail, ',')) notices.emplace_back(trim(part));
  return notices;
}

Result<rights::ReceiptFacts> facts_for(Site& site, const rights::Case& a_case) {
  rights::ReceiptFacts facts;
  const auto& charter = site.charter();
  facts.programme = charter.title;
  facts.holder = site.party().name;
  facts.made_on = site.today();
  facts.kept_until = charter.ends;
  for (const auto& event : a_case.events) {
    facts.records_removed_count += rows_removed(event);
    if (event.event != rights::Event::kNotifyRecipients) continue;
    for (const auto& awaited : notices_of(event)) {
      const std::string id = party_of(awaited);
      const auto* party = charter.find_party(id);
      facts.parties.push_back({awaited, party == nullptr ? id : party->name});
    }
  }
  const auto days = release_days(site);
  if (!days.ok()) return days.error();
  facts.release_count = static_cast<std::uint64_t>(std::count_if(
      days.value().begin(), days.value().end(), [&](Date day) { return day <= a_case.received; }));
  // A council does not see what was released and published: there the person is told that it may have been.
  facts.figures_published = facts.release_count > 0 || site.party().role == charter::Role::kAuthority;
  for (const auto& contact : charter.contacts)
    facts.contacts.push_back(contact.name + (contact.email.empty() ? "" : " (" + contact.email + ")"));
  return facts;
}

}  // namespace

Status case_can_be_answered(Site& site, rights::Right right, const std::string& case_id,
                            const std::string& actor) {
  if (case_id.empty()) return {};
  const auto cases = cases_now(site, actor);
  if (!cases.ok()) return cases.error();
  const auto a_case = find_case(cases.value(), case_id);
  if (!a_case.ok()) return a_case.error();
  if (a_case.value().right != right) {
    return refused("the case is one of " + std::string(rights::name(a_case.value().right)) +
                   ", which this does not answer");
  }
  auto as_if = a_case.value();
  return rights::apply(as_if, {rights::Event::kStart, site.today(), actor, {}});
}

Result<rights::Case> keep_case(Site& site, const RightsAct& act) {
  auto cases = cases_now(site, act.actor);
  if (!cases.ok()) return cases.error();
  auto begun = act.case_id.empty() ? Result<rights::Case>(rights::open_case(
                                         act.right, site.today(), act.actor, identity::system_random()))
                                   : find_case(cases.value(), act.case_id);
  if (!begun.ok()) return begun;
  auto& a_case = begun.value();
  if (act.case_id.empty() && !act.fresh_id.empty()) a_case.id = act.fresh_id;
  a_case.person = act.person;
  std::vector<std::string> told;
  for (const auto& notice : act.notices) told.push_back(awaited_as(notice));
  const rights::CaseEvent started{rights::Event::kStart, site.today(), act.actor,
                                  std::string(kRows) + std::to_string(act.row_count)};
  const rights::CaseEvent done =
      told.empty()
          ? rights::CaseEvent{rights::Event::kFulfil, site.today(), act.actor, {}}
          : rights::CaseEvent{rights::Event::kNotifyRecipients, site.today(), act.actor, join(told, ",")};
  for (const auto& event : {started, done}) {
    if (auto s = rights::apply(a_case, event); !s.ok()) return s.error();
  }
  if (auto s = cases.value().store.save(a_case); !s.ok()) return s.error();
  if (auto s = note_act(site, act); !s.ok()) return s.error();
  return a_case;
}

Result<CaseFile> read_case(Site& site, const std::string& case_id, const std::string& actor) {
  const auto cases = cases_now(site, actor);
  if (!cases.ok()) return cases.error();
  auto a_case = find_case(cases.value(), case_id);
  if (!a_case.ok()) return a_case.error();
  CaseFile file{std::move(a_case).value(), {}, {}};
  file.clock = rights::clock_of(file.a_case, site.today());
  file.next = told_next(file.a_case);
  return file;
}

std::string detail_in_words(const rights::CaseEvent& event) {
  if (const auto rows = rows_removed(event); rows > 0)
    return std::to_string(rows) + (rows == 1 ? " row" : " rows") + " taken out";
  if (event.event == rights::Event::kStart) return {};
  if (event.event != rights::Event::kNotifyRecipients && event.event != rights::Event::kReceipt)
    return event.detail;
  std::vector<std::string> parties;
  for (const auto& awaited : notices_of(event)) parties.push_back(party_of(awaited));
  return join(parties, ", ");
}

Result<Report> show_case(Site& site, const std::string& case_id, const std::string& actor) {
  const auto file = read_case(site, case_id, actor);
  if (!file.ok()) return file.error();
  const auto& a_case = file.value().a_case;
  auto report = tell_clock(site, a_case, "One case of " + std::string(rights::name(a_case.right)) + ".");
  table::Table rows;
  for (const auto* name : {"on", "event", "by", "detail"}) rows.add(name, ColumnType::kString);
  const auto add = [&](Date on, std::string_view event, std::string_view by, std::string_view detail) {
    auto& columns = rows.columns();
    columns[0].append_string(to_iso(on));
    columns[1].append_string(event);
    columns[2].append_string(by);
    columns[3].append_string(detail);
  };
  add(a_case.received, "received", a_case.received_by, "");
  for (const auto& event : a_case.events)
    add(event.on, rights::name(event.event), event.actor, detail_in_words(event));
  report.rows = std::move(rows);
  tell_how_to_answer(report, site, a_case);
  return report;
}

Result<Report> open_case(Site& site, rights::Right right, std::optional<Date> received,
                         const std::string& actor) {
  if (received && *received > site.today()) return invalid("a request cannot have arrived on a day to come");
  auto cases = cases_now(site, actor);
  if (!cases.ok()) return cases.error();
  const auto a_case =
      rights::open_case(right, received.value_or(site.today()), actor, identity::system_random());
  if (auto s = cases.value().store.save(a_case); !s.ok()) return s.error();
  if (auto s = note_case(site, actor); !s.ok()) return s.error();
  auto report = tell_clock(site, a_case, "The case is open, and its clock runs.");
  tell_how_to_answer(report, site, a_case);
  return report;
}

Result<Report> step_case(Site& site, const std::string& case_id, rights::Event event,
                         const std::string& reason, const std::string& actor) {
  auto cases = cases_now(site, actor);
  if (!cases.ok()) return cases.error();
  auto a_case = find_case(cases.value(), case_id);
  if (!a_case.ok()) return a_case.error();
  if (auto s = by_hand(a_case.value().right, event, reason); !s.ok()) return s.error();
  if (event == rights::Event::kRefuse && reason.empty()) return invalid("say why it is refused (--because)");
  if (auto s = rights::apply(a_case.value(), {event, site.today(), actor, reason}); !s.ok()) return s.error();
  if (auto s = cases.value().store.save(a_case.value()); !s.ok()) return s.error();
  if (auto s = note_case(site, actor); !s.ok()) return s.error();
  return tell_clock(site, a_case.value(), "Noted.");
}

void tell_of(Report& report, const rights::Case& a_case, const std::vector<Notice>& notices) {
  report.text("case", "Case", a_case.id)
      .text("state", "State of the case", std::string(rights::name(rights::state_of(a_case))));
  for (const auto& notice : notices)
    report.text("notice_" + notice.party, "Notice for " + notice.party, notice.path);
  if (!notices.empty())
    report.notes.push_back(
        "The case is closed when their receipts are in: kinfold receive, then kinfold rights list.");
  report.notes.push_back("For the person: kinfold rights receipt " + a_case.id + " --out FOLDER" +
                         (rights::is_closed(rights::state_of(a_case)) ? "." : ", when the case is closed."));
}

Result<Report> list_cases(Site& site, const std::string& actor) {
  const auto cases = cases_now(site, actor);
  if (!cases.ok()) return cases.error();
  table::Table rows;
  for (const auto* name : {"case", "right", "received", "state", "awaited", "due"})
    rows.add(name, ColumnType::kString);
  rows.add("days_left", ColumnType::kInt64);
  auto& columns = rows.columns();
  for (const auto& each : cases.value().store.list(site.today())) {
    const auto clock = rights::clock_of(each, site.today());
    const bool closed = rights::is_closed(rights::state_of(each));
    std::vector<std::string> awaited;
    for (const auto& one : rights::awaited_receipts(each)) awaited.push_back(party_of(one));
    columns[0].append_string(each.id);
    columns[1].append_string(rights::name(each.right));
    columns[2].append_string(to_iso(each.received));
    columns[3].append_string(rights::name(rights::state_of(each)));
    columns[4].append_string(closed ? "" : join(awaited, ", "));
    columns[5].append_string(clock.due && !closed ? to_iso(*clock.due) : "");
    clock.days_left && !closed ? columns[6].append_int(*clock.days_left) : columns[6].append_null();
  }
  Report report;
  report.headline = rows.row_count() == 0 ? "There are no cases." : "Cases, the most urgent first.";
  report.rows = std::move(rows);
  return report;
}

Result<Report> write_receipt(Site& site, const std::string& case_id, const std::string& actor,
                             const std::string& out_folder) {
  const auto cases = cases_now(site, actor);
  if (!cases.ok()) return cases.error();
  const auto a_case = find_case(cases.value(), case_id);
  if (!a_case.ok()) return a_case.error();
  if (const auto awaited = rights::awaited_receipts(a_case.value()); !awaited.empty()) {
    std::vector<std::string> parties;
    for (const auto& one : awaited) parties.push_back(party_of(one));
    return refused("receipts are still to come from: " + join(parties, ", "));
  }
  const auto facts = facts_for(site, a_case.value());
  if (!facts.ok()) return facts.error();
  const auto receipt = rights::make_receipt(a_case.value(), facts.value());
  if (!receipt.ok()) return receipt.error();
  const auto note = seal::sign_note(receipt.value().json, site.party().id, site.keys().signer);
  if (!note.ok()) return note.error();
  std::error_code error;
  std::filesystem::create_directories(out_folder, error);
  if (error) return io_error("cannot make the folder for the receipt: " + error.message());
  const std::pair<const char*, const std::string*> files[] = {{"receipt.html", &receipt.value().html},
                                                              {"receipt.json", &receipt.value().json},
                                                              {"receipt.txt", &note.value()}};
  for (const auto& [name, text] : files) {
    if (auto s = seal::write_whole_file(out_folder + "/" + name, seal::as_bytes(*text)); !s.ok())
      return s.error();
  }
  Report report;
  report.headline = "The receipt is made: what was done, who confirmed it, and what cannot be undone.";
  report.text("case", "Case", case_id).text("folder", "Folder", out_folder);
  report.notes.push_back(
      "receipt.txt is signed: whoever has this site's card checks it with `kinfold-verify receipt`.");
  return report;
}

}  // namespace kinfold::site
