// People's rights: cases with their legal clock, objections at the counter, and acts that take two people.
#include <algorithm>

#include "base/text.h"
#include "console/identity_form.h"
#include "console/pages.h"
#include "console/scratch.h"
#include "site/cases.h"
#include "site/rights.h"

namespace kinfold::console {
namespace {

bool any_wrong(const std::vector<Field>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const Field& field) { return !field.error.empty(); });
}

std::string in_words(std::string id) {
  std::replace(id.begin(), id.end(), '_', ' ');
  return id;
}

Response counter_form(Visit& visit, const std::vector<Field>& fields) {
  View view("Somebody says no");
  view.errors(fields);
  view.lead("Note an objection that came to you by word, letter or telephone. It counts at once, for files that are still to come too, and the trusted party is told by a sealed notice.");
  view.form({"/objections", "Note the objection", fields, {}, false, false, false, false, {}}, visit.csrf());
  view.text("The name is not kept: a code is made from it that nobody can read.");
  return visit.console.page(visit, view, any_wrong(fields) ? 422 : 200);
}

/// Who stands beside: signs in on this very form.
std::vector<Field> second_person(const Request& filled) {
  return {{Field::Kind::kText, "second", "Second person", "Of the duty linkage; they type this and the next two themselves", filled.field("second"), {}, "off", {}, {}},
          {Field::Kind::kPassword, "second_password", "Their password", {}, {}, {}, "off", {}, {}},
          {Field::Kind::kCode, "second_code", "Their code", {}, {}, {}, {}, {}, {}}};
}

struct RightsKind {
  const char* id;
  const char* title;
  const char* about;
  const char* button;
  bool cannot_be_undone;
};
constexpr RightsKind kRightsKinds[] = {
    {"access", "A copy of everything held", "For the person: a page and a file, handed out once", "Make the copy", false},
    {"rectify", "A correction", "The corrected details go to everybody who has the wrong ones", "Correct the details", false},
    {"erase", "An erasure", "Out of everything here, and out of what others were sent. Cannot be undone", "Erase this person", true},
};

const RightsKind* rights_kind(const std::string& id) {
  for (const auto& each : kRightsKinds) {
    if (id == each.id) return &each;
  }
  return nullptr;
}

Response rights_form(Visit& visit, const RightsKind& kind, const std::vector<Field>& who, const std::vector<Field>& fresh, const std::string& wrong, int status) {
  View view(kind.title);
  view.caption("A person's own case");
  auto all = who;
  all.insert(all.end(), fresh.begin(), fresh.end());
  view.errors(all, wrong);
  view.lead("Putting a name beside what is known about a person takes two people, here, now. Both are in the ledger.");
  if (kind.cannot_be_undone) view.warning("An erasure cannot be undone.");
  std::vector<Field> fields = {{Field::Kind::kHidden, "what", {}, {}, kind.id, {}, {}, {}, {}}};
  fields.insert(fields.end(), all.begin(), all.end());
  for (auto& field : second_person(visit.request)) fields.push_back(field);
  // What is typed here is about somebody else: no browser offers the typist's own name.
  for (auto& field : fields) field.autocomplete = "off";
  view.form({"/rights", kind.button, fields, {}, kind.cannot_be_undone, false, false, false, {}}, visit.csrf());
  view.link("Something else is asked", "/rights");
  return visit.console.page(visit, view, status);
}

std::vector<Field> corrected_fields(const Request* filled) {
  auto fields = identity_fields(filled, "new_");
  for (auto& field : fields) field.label = "Corrected: " + field.label;
  return fields;
}

/// \returns the second person's actor id, if they are who they say.
Result<std::string> second_of(Visit& visit) {
  auto& console = visit.console;
  if (!console.sign_in_throttle().take(visit.request.network())) return refused("There were too many tries from here. Wait five minutes");
  const std::string second = visit.request.field("second");
  if (second == visit.session->actor) return refused("The second person must be somebody else");
  const std::lock_guard turn(console.accounts_turn());
  if (auto s = console.accounts().sign_in(second, visit.request.field("second_password"), visit.request.field("second_code")); !s.ok()) {
    return refused("The second person, their password or their code is not right");
  }
  return second;
}

}  // namespace

Response cases_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    const auto cases = site::list_cases(site, visit.actor->id);
    if (!cases.ok()) return fault_page(visit, cases.error());
    View view("Cases and their legal clock");
    view.lead("One month from the day of receipt, the most urgent first. A case holds no name.");
    Grid grid{"Cases", {"Case", "Right", "Received", "State", "Due", "Days left"}, {}, "There are no cases. Objections, copies, corrections and erasures make them.", 0, {}};
    if (const auto& rows = cases.value().rows) {
      for (std::size_t row = 0; row < rows->row_count(); ++row) {
        const auto text = [&](const char* column) {
          const auto* found = rows->find(column);
          return found == nullptr ? std::string() : found->text_at(row);
        };
        const std::string days = text("days_left");
        const int left = days.empty() ? 99 : std::atoi(days.c_str());
        grid.rows.push_back({{text("case"), {}, {}, false}, {text("right"), {}, {}, false}, {text("received"), {}, {}, false}, {in_words(text("state")), {}, {}, false}, {text("due"), {}, {}, false},
                             days.empty() ? Cell{"clock stopped", {}, "grey", false} : Cell{days, {}, left < 0 ? "red" : left <= 7 ? "yellow" : "green", false}});
      }
    }
    view.grid(grid).print_button();
    return visit.console.page(visit, view);
  });
}

Response objections_page(Visit& visit) { return counter_form(visit, identity_fields(nullptr)); }

Response object_staff(Visit& visit) {
  auto read = read_identity_form(visit.request);
  if (!read.ok()) return counter_form(visit, read.fields);
  const std::string actor = visit.actor->id;
  return start_act(visit, "Note an objection", [identity = read.identity, actor](site::Site& site, Progress&) mutable {
    auto outcome = told(site::object(site, identity, actor), "Take the notice to the trusted party", "/outbox");
    wipe(identity);
    return outcome;
  });
}

Response rights_page(Visit& visit) {
  const auto* kind = rights_kind(visit.request.asked("what"));
  if (kind != nullptr) return rights_form(visit, *kind, identity_fields(nullptr), kind->id == std::string("rectify") ? corrected_fields(nullptr) : std::vector<Field>{}, {}, 200);
  View view("A person's own case");
  view.lead("What does the person ask? Each takes two people: you, and somebody of the duty linkage beside you.");
  std::vector<Option> choices;
  for (const auto& each : kRightsKinds) choices.push_back({"/rights?what=" + std::string(each.id), each.title, each.about});
  view.cards(choices).link("Somebody says no: an objection", "/objections").link("Cases and their legal clock", "/cases");
  return visit.console.page(visit, view);
}

Response rights_act(Visit& visit) {
  const std::string what = visit.request.field("what");
  const auto* kind = rights_kind(what);
  if (kind == nullptr) return problem_page(visit, "A person's own case", "Choose what is asked", "/rights");
  auto read = read_identity_form(visit.request);
  std::optional<ReadIdentity> corrected;
  std::vector<Field> fresh;
  if (what == "rectify") {
    corrected = read_identity_form(visit.request, "new_");
    fresh = corrected->fields;
    for (auto& field : fresh) {
      field.label = "Corrected: " + field.label;
      if (!field.error.empty()) field.error = "Corrected details: " + field.error;
    }
  }
  if (!read.ok() || (corrected && !corrected->ok())) return rights_form(visit, *kind, read.fields, fresh, {}, 422);
  const auto second = second_of(visit);
  if (!second.ok()) return rights_form(visit, *kind, read.fields, fresh, second.error().message, 403);
  const std::string actor = visit.actor->id;
  const std::string linker = second.value();
  const std::string title = what == "erase" ? "Erase a person" : what == "rectify" ? "Correct a person's details" : "Make a copy for a person";
  return start_act(visit, title, [what, actor, linker, who = read.identity, fresh = corrected ? corrected->identity : identity::Identity{}](site::Site& site, Progress&) mutable -> Result<Outcome> {
    const ScratchFolder scratch;
    auto done = what == "erase"     ? site::erase(site, who, actor, linker)
                : what == "rectify" ? site::rectify(site, who, fresh, actor, linker)
                                    : site::access(site, who, actor, linker, scratch.path());
    wipe(who);
    wipe(fresh);
    auto outcome = told(std::move(done), "Cases and their legal clock", "/cases");
    if (!outcome.ok()) return outcome;
    outcome.value().handouts = scratch.take({"copy.html", "copy.json"});
    // Where it lay for a moment is nobody's business.
    std::erase_if(outcome.value().report.facts, [](const site::Fact& fact) { return fact.key == "folder"; });
    return outcome;
  });
}

}  // namespace kinfold::console
