// Families: the notice, and the form with which anybody says no.
#include "base/text.h"
#include "console/identity_form.h"
#include "console/pages.h"
#include "site/rights.h"

namespace kinfold::console {
namespace {

Response object_form(Visit& visit, const std::vector<Field>& fields, const std::string& wrong) {
  View view("Object to the use of your information");
  view.errors(fields, wrong);
  view.lead("You can say no. You need not give a reason, and you need no account.");
  view.text(
      "Your objection counts from the moment you send this form. What you write here is used once, to find "
      "information about you; your name is not kept.");
  Form form{"/object", "Send my objection", fields, {}, false, false, false, false, {}};
  view.form(form, visit.csrf());
  view.text(
      "You can fill this in for your child, or for somebody who asked you to. Use one form for each person.");
  return visit.console.page(visit, view, wrong.empty() && fields.front().error.empty() ? 200 : 422);
}

const charter::Contact* contact_of(const charter::Charter& charter) {
  return charter.contacts.empty() ? nullptr : &charter.contacts.front();
}

Response receipt_page(Visit& visit, const std::string& number, Instant at) {
  const auto& charter = visit.console.gate().charter();
  View view("Your objection counts from now");
  view.success("We have noted your objection", "Receipt number " + number);
  view.summary({{"Receipt number", {number, {}, {}, false}},
                {"When", {long_time(at), {}, {}, false}},
                {"Programme", {charter.title, {}, {}, false}},
                {"Noted by", {visit.console.gate().party().name, {}, {}, false}}});
  view.heading("What happens now");
  view.bullets(
      {"From now on nothing about this person is sent on for this research.",
       "Everybody who has something about this person is told, and must take it out.",
       "So that this goes on working, a code was made from what you wrote. Nobody can read a name from it.",
       "Figures that are already published stay. Nobody can be found in them."});
  view.inset(
      "Nobody here can tell you on this page whether there was anything about you: this page looks the same "
      "for everybody.");
  if (const auto* contact = contact_of(charter)) {
    view.text("Questions, or not content? " + contact->name +
              (contact->email.empty() ? std::string() : ", " + contact->email) +
              ". You can also complain to the Information Commissioner's Office, ico.org.uk.");
  }
  view.text("Keep this page: print it, or note the number.").print_button();
  return visit.console.page(visit, view);
}

}  // namespace

Response notice_page(Visit& visit) {
  const auto& charter = visit.console.gate().charter();
  View view(charter.title);
  const bool form = !visit.console.setting().objections_as.empty();
  if (form) view.link("Object to the use of your information: a form of one page", "/object");
  view.notice(visit.console.notice_html());
  if (form)
    view.heading("Say no")
        .text("You can object now, without an account, and get a receipt.")
        .link("Object to the use of your information", "/object");
  view.print_button();
  return visit.console.page(visit, view);
}

Response object_page(Visit& visit) {
  if (visit.console.setting().objections_as.empty()) {
    View view("Object to the use of your information");
    view.text("There is no form on this page. The notice says whom to write to.")
        .link("The privacy notice", "/notice");
    return visit.console.page(visit, view, 404);
  }
  return object_form(visit, identity_fields(nullptr), {});
}

Response object_public(Visit& visit) {
  auto& console = visit.console;
  const std::string as = console.setting().objections_as;
  if (as.empty()) return not_found(visit);
  auto read = read_identity_form(visit.request);
  if (!read.ok()) return object_form(visit, read.fields, {});
  if (!console.objection_throttle().take(visit.request.network())) {
    auto response = object_form(visit, read.fields,
                                "Too many objections came from your connection within an hour. Try again "
                                "later, or write to the address in the notice");
    response.status = 429;
    return response;
  }
  std::optional<Result<site::Report>> done;
  const bool had_turn = console.gate().with_site(
      std::chrono::seconds(4), [&](site::Site& site) { done = site::object(site, read.identity, as); });
  wipe(read.identity);
  if (!had_turn) {
    auto response = object_form(
        visit, read.fields, "This did not go through because the service is busy. Please send it once more");
    response.status = 503;
    return response;
  }
  if (!done->ok())
    return object_form(
        visit, read.fields,
        "Your objection could not be noted. Please write to the address in the notice, or try again later");
  // The number says nothing about who, nor whether anybody was found: the ledger's last entry is this act.
  const auto facts = console.gate().facts();
  const std::string case_id = done->value().text_of("case");
  return receipt_page(
      visit, case_id.empty() ? std::string("L").append(std::to_string(facts->entry_count - 1)) : case_id,
      console.clock().now());
}

Response accessibility_page(Visit& visit) {
  View view("Accessibility");
  view.lead("This console is made so that as many people as possible can use it.");
  view.bullets({"zoom in up to 400 % without text running off the screen",
                "use every page with a keyboard only, and without scripts", "have every page read aloud",
                "print every page"});
  view.text(
      "Every page is tested by a program (axe) against the Web Content Accessibility Guidelines 2.2, level "
      "AA, and looked at on a telephone's width before a version is made. Programs find a part of all "
      "problems only.");
  if (const auto* contact = contact_of(visit.console.gate().charter())) {
    view.text("If something does not work for you, or you need the notice in another form, write to " +
              contact->name + (contact->email.empty() ? "." : ", " + contact->email + "."));
  }
  return visit.console.page(visit, view);
}

}  // namespace kinfold::console
