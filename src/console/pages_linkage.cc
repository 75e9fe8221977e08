// The trusted party: ask departments, make a release, look a person's record up.
#include <algorithm>

#include "base/text.h"
#include "console/identity_form.h"
#include "console/pages.h"
#include "site/release.h"
#include "site/request.h"
#include "site/vault.h"

namespace kinfold::console {
namespace {

constexpr std::size_t kCandidatesShown = 5;
/// Below this a record is somebody else's, and showing it would tell about them.
constexpr double kShownProbabilityMin = 0.5;

/// The last act of this verb with that party.
const ledger::Recorded* last_of(const Facts& facts, ledger::Verb verb, std::string_view kind,
                                std::string_view party) {
  for (auto each = facts.entries.rbegin(); each != facts.entries.rend(); ++each) {
    const auto& entry = each->entry;
    if (entry.verb == verb && entry.phase == ledger::Phase::kDone && entry.kind.text() == kind &&
        entry.party.text() == party)
      return &*each;
  }
  return nullptr;
}

Cell when(const ledger::Recorded* recorded) {
  if (recorded == nullptr) return {"never", {}, {}, false};
  return {long_time(recorded->at), "/ledger/" + std::to_string(recorded->index), {}, false};
}

std::string date_text(const std::optional<Date>& date) {
  return date ? long_date(*date) : std::string("not known");
}

void show_record(View& view, const identity::PersonRecord& record,
                 const std::vector<identity::ReferenceScope>& disclosures, double probability) {
  view.heading("Record " + short_id(identity::to_text(record.person)));
  const auto& now = record.current;
  const auto known = [](const std::string& text) {
    return Cell{text.empty() ? "not known" : text, {}, {}, false};
  };
  view.summary({{"How sure",
                 {std::to_string(static_cast<int>(probability * 100)) + " % that this is who was asked for",
                  {},
                  {},
                  false}},
                {"Forenames", known(now.forenames)},
                {"Surname", known(now.surname)},
                {"Date of birth", {date_text(now.date_of_birth), {}, {}, false}},
                {"Gender", known(now.gender)},
                {"Address", known(now.address)},
                {"Postcode", known(now.postcode)},
                {"National Insurance number", known(now.nino)},
                {"Restricted",
                 {record.restricted ? "yes: goes into nothing" : "no",
                  {},
                  record.restricted ? "yellow" : "green",
                  false}}});
  Grid versions{"As it was received",
                {"When", "From", "Forenames", "Surname", "Date of birth", "Postcode"},
                {},
                "Nothing was received.",
                0,
                {}};
  for (const auto& each : record.versions) {
    versions.rows.push_back({{long_date(each.origin.received), {}, {}, false},
                             {each.origin.authority, {}, {}, false},
                             known(each.identity.forenames),
                             known(each.identity.surname),
                             {date_text(each.identity.date_of_birth), {}, {}, false},
                             known(each.identity.postcode)});
  }
  view.grid(versions);
  Grid told{"Who was told about this person",
            {"Who", "Purpose", "When", "Until"},
            {},
            "Nobody was told yet.",
            0,
            {}};
  for (const auto& each : disclosures) {
    told.rows.push_back({{each.recipient, {}, {}, false},
                         {each.purpose, {}, {}, false},
                         {long_date(each.issued), {}, {}, false},
                         {long_date(each.expires), {}, {}, false}});
  }
  view.grid(told);
}

Response people_form(Visit& visit, const std::vector<Field>& fields) {
  View view("Look a person's record up");
  view.errors(fields);
  view.lead("For a person's own case only. Who looked is in the ledger, each time.");
  view.form({"/people", "Look up", fields, {}, false, false, false, false, {}}, visit.csrf());
  bool wrong = false;
  for (const auto& field : fields) wrong = wrong || !field.error.empty();
  return visit.console.page(visit, view, wrong ? 422 : 200);
}

Status note_view(site::Site& site, const std::string& actor, std::size_t shown) {
  ledger::Entry entry;
  entry.verb = ledger::Verb::kReview;
  entry.actor = actor;
  entry.duty = charter::name(charter::Duty::kLinkage);
  entry.purpose = site::kRightsPurpose;
  entry.counts = {{ledger::CountKind::kPeople, shown}};
  return site.note(entry);
}

Response found_people(Visit& visit, site::Site& site, const identity::Identity& identity) {
  auto vault =
      site::open_vault_to_search(site, {visit.actor->id, site::kRightsPurpose, charter::Duty::kLinkage, {}});
  if (!vault.ok()) return fault_page(visit, vault.error());
  const auto candidates = vault.value().vault.search(identity, kCandidatesShown);
  if (!candidates.ok()) return fault_page(visit, candidates.error());
  View view("Records found");
  std::size_t shown = 0;
  for (const auto& candidate : candidates.value()) {
    const auto record = candidate.probability < kShownProbabilityMin
                            ? std::nullopt
                            : vault.value().vault.find(candidate.person);
    if (!record) continue;
    const auto disclosures = vault.value().vault.disclosures(candidate.person);
    if (!disclosures.ok()) return fault_page(visit, disclosures.error());
    ++shown;
    show_record(view, *record, disclosures.value(), candidate.probability);
  }
  if (shown == 0)
    view.inset(
        "There is no record of this person here. That somebody is not here is information about them, too: "
        "keep it to the case.");
  if (auto s = note_view(site, visit.actor->id, shown); !s.ok()) return fault_page(visit, s.error());
  view.link("Look another person up", "/people").print_button();
  return visit.console.page(visit, view);
}

}  // namespace

Response requests_page(Visit& visit) {
  View view("Ask departments");
  view.lead(
      "Names and references go out, nothing else; each department gets references of its own. A department "
      "that has not destroyed its last request gets no next one.");
  const auto facts = visit.console.gate().facts();
  Grid grid{"Departments",
            {"Department", "Asked last", "Answered last", "Certificate last"},
            {},
            "The charter has no department.",
            0,
            {}};
  std::vector<Option> options;
  for (const auto* party : visit.console.gate().charter().parties_with(charter::Role::kDepartment)) {
    options.push_back({party->id, party->name, party->what_for});
    grid.rows.push_back({{party->name, {}, {}, false},
                         when(last_of(*facts, ledger::Verb::kSend, "request", party->id)),
                         when(last_of(*facts, ledger::Verb::kReceive, "return", party->id)),
                         when(last_of(*facts, ledger::Verb::kReceive, "notice", party->id))});
  }
  view.grid(grid);
  Form form{"/requests",
            "Seal a request",
            {{Field::Kind::kRadios,
              "department",
              "Which department?",
              {},
              options.empty() ? "" : options.front().value,
              {},
              {},
              options,
              {}}},
            {},
            false,
            false,
            false,
            false,
            {}};
  return visit.console.page(visit, view.form(form, visit.csrf()));
}

Response request_send(Visit& visit) {
  const std::string department = visit.request.field("department");
  const std::string actor = visit.actor->id;
  if (department.empty()) return problem_page(visit, "Ask departments", "Choose a department", "/requests");
  return start_act(visit, "Ask a department", [department, actor](site::Site& site, Progress&) {
    return told(site::request_department(site, department, actor), "Take the request to the department",
                "/outbox");
  });
}

Response release_page(Visit& visit) {
  View view("The research dataset");
  view.lead(
      "Made in two steps by two people: first who is who, without any fact; then the facts, without any "
      "name.");
  const auto facts = visit.console.gate().facts();
  Grid grid{
      "Releases and key tables", {"What", "Made", "Rows", "State"}, {}, "No release was made yet.", 0, {}};
  for (auto each = facts->holdings.rbegin(); each != facts->holdings.rend(); ++each) {
    if (each->kind != charter::Kind::kRelease) continue;
    const bool live = each->state == holding::HoldingState::kLive;
    grid.rows.push_back({{"release " + short_id(seal::to_hex(each->id)), {}, {}, false},
                         {long_time(each->created), {}, {}, false},
                         {with_thousands(static_cast<long long>(each->row_count)), {}, {}, true},
                         {live ? "live" : "destroyed", {}, live ? "green" : "grey", false}});
  }
  view.grid(grid);
  const auto has = [&](charter::Duty duty) {
    return std::find(visit.actor->duties.begin(), visit.actor->duties.end(), duty) !=
           visit.actor->duties.end();
  };
  if (has(charter::Duty::kLinkage)) {
    view.heading("First: who is who")
        .form({"/release/prepare", "Make the key table", {}, {}, false, false, false, false, {}},
              visit.csrf());
  }
  if (has(charter::Duty::kAnalysis)) {
    view.heading("Second: the dataset")
        .form({"/release", "Make the release", {}, {}, false, false, false, false, {}}, visit.csrf());
  }
  return visit.console.page(visit, view);
}

Response release_prepare(Visit& visit) {
  const std::string actor = visit.actor->id;
  return start_act(visit, "Make the key table", [actor](site::Site& site, Progress&) {
    return told(site::prepare_release(site, actor), "The research dataset", "/release");
  });
}

Response release_make(Visit& visit) {
  const std::string actor = visit.actor->id;
  return start_act(visit, "Make the release", [actor](site::Site& site, Progress&) {
    return told(site::make_release(site, actor), "Take the release to the research site", "/outbox");
  });
}

Response people_page(Visit& visit) { return people_form(visit, identity_fields(nullptr)); }

Response people_search(Visit& visit) {
  auto read = read_identity_form(visit.request);
  if (!read.ok()) return people_form(visit, read.fields);
  auto response =
      with_site(visit, [&](site::Site& site) { return found_people(visit, site, read.identity); });
  wipe(read.identity);
  return response;
}

}  // namespace kinfold::console
