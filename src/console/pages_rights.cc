// People's rights: objections at the counter, and acts that take two people; each may answer an open case.
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

/// Which open case the form answers, said and sent along.
void tell_case(View& view, std::vector<Field>& fields, const std::string& a_case) {
  if (a_case.empty()) return;
  view.inset("This answers case " + a_case + ".");
  fields.insert(fields.begin(), {Field::Kind::kHidden, "case", {}, {}, a_case, {}, {}, {}, {}});
}

Response counter_form(Visit& visit, std::vector<Field> fields, const std::string& a_case) {
  View view("Somebody says no");
  view.errors(fields);
  view.lead(
      "Note an objection that came to you by word, letter or telephone. It counts at once, for files that "
      "are still to come too, and the trusted party is told by a sealed notice.");
  const bool wrong = any_wrong(fields);
  tell_case(view, fields, a_case);
  view.form({"/objections", "Note the objection", fields, {}, false, false, false, false, {}}, visit.csrf());
  view.text("The name is not kept: a code is made from it that nobody can read.");
  return visit.console.page(visit, view, wrong ? 422 : 200);
}

/// Who stands beside: signs in on this very form.
std::vector<Field> second_person(const Request& filled) {
  return {{Field::Kind::kText,
           "second",
           "Second person",
           "Of the duty linkage; they type this and the next two themselves",
           filled.field("second"),
           {},
           "off",
           {},
           {}},
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
    {"access", "A copy of everything held", "For the person: a page and a file, handed out once",
     "Make the copy", false},
    {"rectify", "A correction", "The corrected details go to everybody who has the wrong ones",
     "Correct the details", false},
    {"restrict", "A restriction", "The record stays and is used for nothing; everybody who has it is told",
     "Restrict the record", false},
    {"lift", "The end of a restriction", "The record may be used again, unless the person objected",
     "Lift the restriction", false},
    {"object", "An objection",
     "Nothing about the person goes out any more, also from files that are still to come",
     "Note the objection", false},
    {"erase", "An erasure", "Out of everything here, and out of what others were sent. Cannot be undone",
     "Erase this person", true},
};

const RightsKind* rights_kind(const std::string& id) {
  for (const auto& each : kRightsKinds) {
    if (id == each.id) return &each;
  }
  return nullptr;
}

Response rights_form(Visit& visit, const RightsKind& kind, const std::vector<Field>& who,
                     const std::vector<Field>& fresh, const std::string& a_case, const std::string& wrong,
                     int status) {
  View view(kind.title);
  view.caption("A person's own case");
  auto all = who;
  all.insert(all.end(), fresh.begin(), fresh.end());
  view.errors(all, wrong);
  view.lead(
      "Putting a name beside what is known about a person takes two people, here, now. Both are in the "
      "ledger.");
  if (kind.cannot_be_undone) view.warning("An erasure cannot be undone.");
  std::vector<Field> fields = {{Field::Kind::kHidden, "what", {}, {}, kind.id, {}, {}, {}, {}}};
  fields.insert(fields.end(), all.begin(), all.end());
  for (auto& field : second_person(visit.request)) fields.push_back(field);
  tell_case(view, fields, a_case);
  // What is typed here is about somebody else: no browser offers the typist's own name.
  for (auto& field : fields) field.autocomplete = "off";
  view.form({"/rights", kind.button, fields, {}, kind.cannot_be_undone, false, false, false, {}},
            visit.csrf());
  if (a_case.empty() && kind.id != std::string_view("lift"))
    view.text(
        "Without an open case this makes a case of its own, opened and answered today. Was it asked for on "
        "an earlier day? Open the case first, with that day: its clock runs from there.");
  view.link("Something else is asked", "/rights").link("Cases and their legal clock", "/cases");
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
  if (!console.sign_in_throttle().take(visit.request.network()))
    return refused("There were too many tries from here. Wait five minutes");
  const std::string second = visit.request.field("second");
  if (second == visit.session->actor) return refused("The second person must be somebody else");
  const std::lock_guard turn(console.accounts_turn());
  if (auto s = console.accounts().sign_in(second, visit.request.field("second_password"),
                                          visit.request.field("second_code"));
      !s.ok()) {
    return refused("The second person, their password or their code is not right");
  }
  return second;
}

}  // namespace

Response objections_page(Visit& visit) {
  return counter_form(visit, identity_fields(nullptr), visit.request.asked("case"));
}

Response object_staff(Visit& visit) {
  auto read = read_identity_form(visit.request);
  const std::string a_case = visit.request.field("case");
  if (!read.ok()) return counter_form(visit, read.fields, a_case);
  const std::string actor = visit.actor->id;
  return start_act(visit, "Note an objection",
                   [identity = read.identity, actor, a_case](site::Site& site, Progress&) mutable {
                     auto outcome = told(site::object(site, identity, actor, {}, a_case),
                                         "Take the notice to the trusted party", "/outbox");
                     wipe(identity);
                     return outcome;
                   });
}

Response rights_page(Visit& visit) {
  const auto* kind = rights_kind(visit.request.asked("what"));
  if (kind != nullptr)
    return rights_form(visit, *kind, identity_fields(nullptr),
                       kind->id == std::string("rectify") ? corrected_fields(nullptr) : std::vector<Field>{},
                       visit.request.asked("case"), {}, 200);
  View view("A person's own case");
  view.lead(
      "What does the person ask? Each takes two people: you, and somebody of the duty linkage beside you.");
  std::vector<Option> choices;
  for (const auto& each : kRightsKinds)
    choices.push_back({"/rights?what=" + std::string(each.id), each.title, each.about});
  view.cards(choices).link("Cases and their legal clock", "/cases");
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
  const std::string a_case = visit.request.field("case");
  if (!read.ok() || (corrected && !corrected->ok()))
    return rights_form(visit, *kind, read.fields, fresh, a_case, {}, 422);
  const auto second = second_of(visit);
  if (!second.ok()) return rights_form(visit, *kind, read.fields, fresh, a_case, second.error().message, 403);
  const std::string actor = visit.actor->id;
  const std::string linker = second.value();
  return start_act(visit, std::string(kind->title) + " for a person",
                   [what, actor, linker, a_case, who = read.identity,
                    fresh = corrected ? corrected->identity : identity::Identity{}](
                       site::Site& site, Progress&) mutable -> Result<Outcome> {
                     const ScratchFolder scratch;
                     auto done =
                         what == "erase"      ? site::erase(site, who, actor, linker, a_case)
                         : what == "rectify"  ? site::rectify(site, who, fresh, actor, linker, a_case)
                         : what == "restrict" ? site::restrict(site, who, actor, linker, false, a_case)
                         : what == "lift"     ? site::restrict(site, who, actor, linker, true, a_case)
                         : what == "object"   ? site::object(site, who, actor, linker, a_case)
                                            : site::access(site, who, actor, linker, scratch.path(), a_case);
                     wipe(who);
                     wipe(fresh);
                     auto outcome = told(std::move(done), "Cases and their legal clock", "/cases");
                     if (!outcome.ok()) return outcome;
                     outcome.value().handouts = scratch.take({"copy.html", "copy.json"});
                     // Where it lay for a moment is nobody's business.
                     std::erase_if(outcome.value().report.facts,
                                   [](const site::Fact& fact) { return fact.key == "folder"; });
                     return outcome;
                   });
}

}  // namespace kinfold::console
