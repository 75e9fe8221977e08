// Everybody's first pages, signing in and out.
#include "console/pages.h"
#include "console/totp.h"

namespace kinfold::console {
namespace {

Response sign_in_form(Visit& visit, const std::string& wrong, const std::string& user) {
  View view("Sign in");
  view.error(wrong);
  Form form{"/sign-in", "Sign in", {}, {}, false, false, false, false, {}};
  form.fields.push_back({Field::Kind::kText,
                         "user",
                         "User",
                         "The id by which the ledger knows you",
                         user,
                         {},
                         "username",
                         {},
                         {}});
  form.fields.push_back(
      {Field::Kind::kPassword, "password", "Password", {}, {}, {}, "current-password", {}, {}});
  form.fields.push_back(
      {Field::Kind::kCode, "code", "Code", "Six digits from your authenticator app", {}, {}, {}, {}, {}});
  view.form(form, visit.csrf());
  view.text(
      "Five wrong tries lock an account for fifteen minutes. A lost password or telephone is set right by "
      "whoever looks after this site.");
  view.link("You have an invitation and no password yet", "/enrol");
  return visit.console.page(visit, view, wrong.empty() ? 200 : 422);
}

Response invitation_form(Visit& visit, const std::string& wrong) {
  View view("Use your invitation");
  view.error(wrong);
  view.text(
      "You were handed a user id and a code of 24 characters. You need an authenticator app on your "
      "telephone, any that makes six-digit codes.");
  Form form{"/enrol", "Continue", {}, {}, false, false, false, false, {}};
  form.fields.push_back(
      {Field::Kind::kText, "user", "User", {}, visit.request.field("user"), {}, "username", {}, {}});
  form.fields.push_back({Field::Kind::kText,
                         "invitation",
                         "Invitation",
                         "Like ABCD-EFGH-..., good for three days",
                         {},
                         {},
                         "off",
                         {},
                         {}});
  return visit.console.page(visit, view.form(form, visit.csrf()), wrong.empty() ? 200 : 422);
}

Response password_form(Visit& visit, const Enrolment& enrolment, const std::string& wrong) {
  View view("Choose a password");
  view.error(wrong);
  view.heading("1. Add this console to your authenticator app")
      .text("Point the app at this picture, or type the letters below it.");
  if (const auto code = qr_code(enrolment.address); code.ok())
    view.qr(code.value().path, code.value().width,
            "QR code for your authenticator app; the letters below say the same");
  view.summary({{"Letters for the app", {in_fours(enrolment.secret_text, ' '), {}, {}, false}}});
  view.heading("2. Choose a password, and show that the app works");
  Form form{"/enrol", "Finish", {}, {}, false, false, false, false, {}};
  form.fields.push_back({Field::Kind::kHidden, "user", {}, {}, visit.request.field("user"), {}, {}, {}, {}});
  form.fields.push_back(
      {Field::Kind::kHidden, "invitation", {}, {}, visit.request.field("invitation"), {}, {}, {}, {}});
  form.fields.push_back({Field::Kind::kPassword,
                         "password",
                         "New password",
                         "12 characters or more. Three or four words that do not belong together are good",
                         {},
                         {},
                         "new-password",
                         {},
                         {}});
  form.fields.push_back(
      {Field::Kind::kPassword, "again", "The same password again", {}, {}, {}, "new-password", {}, {}});
  form.fields.push_back(
      {Field::Kind::kCode, "code", "Code", "Six digits that the app shows now", {}, {}, {}, {}, {}});
  return visit.console.page(visit, view.form(form, visit.csrf()), wrong.empty() ? 200 : 422);
}

std::string duties_in_words(const holding::Actor& actor) {
  std::string words;
  for (const auto duty : actor.duties)
    words += (words.empty() ? "" : ", ") + std::string(charter::name(duty));
  return words;
}

}  // namespace

Response start_page(Visit& visit) {
  if (visit.actor == nullptr) return notice_page(visit);
  View view("Your rooms");
  view.caption(visit.console.gate().party().name);
  view.text("You are signed in as " + visit.actor->id + ", duty: " + duties_in_words(*visit.actor) +
            ". Everything you do here is in the ledger.");
  std::vector<Option> rooms;
  for (const auto& each : routes()) {
    if (!each.room.empty() && visit.console.may_enter(visit.actor, each) && each.path != "/")
      rooms.push_back({each.path, each.room, each.about});
  }
  view.cards(rooms);
  const auto facts = visit.console.gate().facts();
  int soonest = 0;
  std::size_t live = 0;
  for (const auto& each : facts->holdings) {
    if (each.state != holding::HoldingState::kLive) continue;
    const int left = each.expires.days - visit.console.clock().today().days;
    soonest = live++ == 0 ? left : std::min(soonest, left);
  }
  view.heading("This site today");
  view.summary({{"Holdings that are live", {std::to_string(live), {}, {}, false}},
                {"Next one to be destroyed",
                 {live == 0 ? "none" : "in " + plural(soonest, "day", "days"), {}, {}, false}},
                {"Entries in the ledger", {std::to_string(facts->entry_count), {}, {}, false}},
                {"Programme ends", {long_date(visit.console.gate().charter().ends), {}, {}, false}}});
  view.link("Change your password", "/password");
  return visit.console.page(visit, view);
}

Response sign_in_page(Visit& visit) {
  return visit.session ? Response::redirect("/") : sign_in_form(visit, {}, {});
}

Response sign_in(Visit& visit) {
  auto& console = visit.console;
  if (!console.sign_in_throttle().take(visit.request.network())) {
    auto response = sign_in_form(visit, kTooOften, {});
    response.status = 429;
    return response;
  }
  const std::string user = visit.request.field("user");
  Status known;
  {
    const std::lock_guard turn(console.accounts_turn());
    known = console.accounts().sign_in(user, visit.request.field("password"), visit.request.field("code"));
  }
  if (known.ok() && console.gate().actors().find(user) == nullptr)
    known = refused("The user, the password or the code is not right");
  if (!known.ok())
    return known.error().code == ErrorCode::kRefused ? sign_in_form(visit, known.error().message, user)
                                                     : fault_page(visit, known.error());
  if (const auto old = visit.request.cookies.find(console.cookie_name());
      old != visit.request.cookies.end()) {
    if (auto s = console.sessions().end(old->second); !s.ok()) return fault_page(visit, s.error());
  }
  const auto started = console.sessions().start(user);
  if (!started.ok()) return fault_page(visit, started.error());
  auto response = Response::redirect("/");
  response.headers.emplace_back("Set-Cookie", console.cookie(started.value().token));
  return response;
}

Response sign_out(Visit& visit) {
  const auto cookie = visit.request.cookies.find(visit.console.cookie_name());
  if (cookie != visit.request.cookies.end()) {
    if (auto s = visit.console.sessions().end(cookie->second); !s.ok()) return fault_page(visit, s.error());
  }
  visit.console.review_table().clear(visit.session->id);
  visit.console.jobs().forget(visit.session->actor);
  auto response = Response::redirect("/sign-in");
  response.headers.emplace_back("Set-Cookie", visit.console.cookie(""));
  response.headers.emplace_back("Clear-Site-Data", "\"cache\", \"storage\"");
  return response;
}

Response enrol_page(Visit& visit) { return invitation_form(visit, {}); }

Response enrol(Visit& visit) {
  auto& console = visit.console;
  const auto& request = visit.request;
  if (!console.sign_in_throttle().take(request.network())) {
    auto response = invitation_form(visit, kTooOften);
    response.status = 429;
    return response;
  }
  const std::string user = request.field("user");
  const std::lock_guard turn(console.accounts_turn());
  const auto begun = console.accounts().begin_enrolment(user, request.field("invitation"));
  if (!begun.ok())
    return begun.error().code == ErrorCode::kRefused ? invitation_form(visit, begun.error().message)
                                                     : fault_page(visit, begun.error());
  if (request.form.find("password") == request.form.end()) return password_form(visit, begun.value(), {});
  if (request.field("password") != request.field("again"))
    return password_form(visit, begun.value(), "The two passwords are not the same: type both again");
  const auto finished = console.accounts().finish_enrolment(user, request.field("invitation"),
                                                            request.field("password"), request.field("code"));
  if (!finished.ok()) return password_form(visit, begun.value(), finished.error().message);
  if (auto s = console.sessions().end_all(user); !s.ok()) return fault_page(visit, s.error());
  View view("You can sign in now");
  view.success("Your account is ready",
               "Sign in with your user id, your password and a fresh code from the app.");
  view.link("Sign in", "/sign-in");
  return console.page(visit, view);
}

}  // namespace kinfold::console
