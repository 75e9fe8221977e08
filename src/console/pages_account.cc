// What somebody who is signed in may do with their own account.
#include "console/pages.h"

namespace kinfold::console {
namespace {

Response form(Visit& visit, const std::string& wrong) {
  View view("Change your password");
  view.error(wrong);
  view.text("Wherever else you are signed in, you are signed out. Your authenticator app stays as it is.");
  Form form{"/password", "Change password", {}, {}, false, false, false, false, {}};
  form.fields.push_back({Field::Kind::kPassword,
                         "password",
                         "Password that you have now",
                         {},
                         {},
                         {},
                         "current-password",
                         {},
                         {}});
  form.fields.push_back({Field::Kind::kPassword,
                         "fresh",
                         "New password",
                         "12 characters or more. Three or four words that do not belong together are good",
                         {},
                         {},
                         "new-password",
                         {},
                         {}});
  form.fields.push_back(
      {Field::Kind::kPassword, "again", "The new password again", {}, {}, {}, "new-password", {}, {}});
  form.fields.push_back({Field::Kind::kCode,
                         "code",
                         "Code",
                         "Six digits from your authenticator app. A code works once: wait for the next one "
                         "if you have just signed in",
                         {},
                         {},
                         {},
                         {},
                         {}});
  view.form(form, visit.csrf());
  view.text(
      "Five wrong tries lock an account for fifteen minutes. A lost password or telephone is set right by "
      "whoever looks after this site.");
  return visit.console.page(visit, view, wrong.empty() ? 200 : 422);
}

}  // namespace

Response password_page(Visit& visit) { return form(visit, {}); }

Response change_password(Visit& visit) {
  auto& console = visit.console;
  const auto& request = visit.request;
  const std::string actor = visit.session->actor;
  if (!console.sign_in_throttle().take(request.network())) {
    auto response = form(visit, kTooOften);
    response.status = 429;
    return response;
  }
  if (request.field("fresh") != request.field("again"))
    return form(visit, "The two new passwords are not the same: type both again");
  Status changed;
  {
    const std::lock_guard turn(console.accounts_turn());
    changed = console.accounts().change_password(actor, request.field("password"), request.field("code"),
                                                 request.field("fresh"));
  }
  if (!changed.ok()) {
    const auto code = changed.error().code;
    if (code == ErrorCode::kRefused)
      return form(visit, "The password that you have now, or the code, is not right");
    return code == ErrorCode::kInvalid ? form(visit, changed.error().message)
                                       : fault_page(visit, changed.error());
  }
  // Whoever had the old password, or a cookie that it opened, is out.
  console.review_table().clear(visit.session->id);
  if (auto s = console.sessions().end_all(actor); !s.ok()) return fault_page(visit, s.error());
  auto started = console.sessions().start(actor);
  if (!started.ok()) return fault_page(visit, started.error());
  visit.session = started.value().session;
  View view("Your password is changed");
  view.success("Your password is changed", "Use it from the next time that you sign in.");
  view.link("Go to your rooms", "/");
  auto response = console.page(visit, view);
  response.headers.emplace_back("Set-Cookie", console.cookie(started.value().token));
  return response;
}

}  // namespace kinfold::console
