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

Response counter_form(Visit& visit, const std::vector<Field>& fields) {
  View view("Somebody says no");
  view.errors(fields);
  view.lead("Note an objection that came to you by word, letter or telephone. It counts at once, for files that are still to come too, and the trusted party is told by a sealed notice.");
  view.form({"/objections", "Note the objection", fields, {}, false, false, false, false, {}}, visit.csrf());
  view.text("The name is not kept: a code is made from it that nobody can read.");
  return visit.console.page(visit, view, any_wrong(fields) ? 422 : 200);
}

/// Who stands beside: signs in on this very form.
std::vector<Field> second_person() {
  return {{Field::Kind::kText, "second", "Second person", "Of the duty linkage; they type this and the next two themselves", {}, {}, "off", {}, {}},
          {Field::Kind::kPassword, "second_password", "Their password", {}, {}, {}, "off", {}, {}},
          {Field::Kind::kCode, "second_code", "Their code", {}, {}, {}, {}, {}, {}}};
}

Response rights_form(Visit& visit, const std::vector<Field>& who, const std::string& wrong, int status) {
  View view("A person's own case");
  view.errors(who, wrong);
  view.lead("A copy, a correction, an erasure: putting a name beside what is known about a person takes two people, here, now. Both are in the ledger.");
  auto fields = who;
  Field what{Field::Kind::kRadios, "what", "What is asked?", {}, visit.request.field("what").empty() ? "access" : visit.request.field("what"), {}, {}, {}, {}};
  what.options = {{"access", "A copy of everything held", {}}, {"rectify", "A correction", "Fill in the corrected details below as well"}, {"erase", "Erasure", "Cannot be undone"}};
  fields.insert(fields.begin(), what);
  auto corrected = identity_fields(&visit.request, "new_");
  for (auto& field : corrected) {
    field.label = "Corrected: " + field.label;
    field.autocomplete = "off";
    fields.push_back(field);
  }
  for (auto& field : second_person()) fields.push_back(field);
  view.form({"/rights", "Do it", fields, {}, true, false, false, false, {}}, visit.csrf());
  return visit.console.page(visit, view, status);
}

/// \returns the second person's actor id, if they are who they say.
Result<std::string> second_of(Visit& visit) {
  auto& console = visit.console;
  if (!console.sign_in_throttle().take(visit.request.address)) return refused("There were too many tries from here. Wait five minutes");
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
        grid.rows.push_back({{text("case"), {}, {}, false}, {text("right"), {}, {}, false}, {text("received"), {}, {}, false}, {text("state"), {}, {}, false}, {text("due"), {}, {}, false},
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

Response rights_page(Visit& visit) { return rights_form(visit, identity_fields(nullptr), {}, 200); }

Response rights_act(Visit& visit) {
  auto read = read_identity_form(visit.request);
  if (!read.ok()) return rights_form(visit, read.fields, {}, 422);
  const std::string what = visit.request.field("what");
  std::optional<ReadIdentity> corrected;
  if (what == "rectify") {
    corrected = read_identity_form(visit.request, "new_");
    if (!corrected->ok()) return rights_form(visit, read.fields, "Fill in the corrected forenames, surname and date of birth", 422);
  }
  const auto second = second_of(visit);
  if (!second.ok()) return rights_form(visit, read.fields, second.error().message, 403);
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
    if (outcome.ok()) outcome.value().handouts = scratch.take({"copy.html", "copy.json"});
    return outcome;
  });
}

}  // namespace kinfold::console
