// The console of one site: which page answers what, and who may see it. What a page does, it does by the
// same verbs as the command line, as the actor who is signed in; the door asks again behind it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console/accounts.h"
#include "console/gate.h"
#include "console/jobs.h"
#include "console/lanes.h"
#include "console/review_table.h"
#include "console/sessions.h"
#include "console/throttle.h"
#include "console/view.h"
#include "console/web.h"

namespace kinfold::console {

struct ConsoleSetting {
  bool tls = false;           ///< Cookies are Secure, and browsers are told to come back by TLS only.
  std::string register_path;  ///< Departments: register.toml for `match`.
  std::string objections_as;  ///< Actor as whom the public form acts; empty: no public form.
  AccountStore::Work password_work;
  std::size_t thread_count = 1;  ///< For what runs in the background.
};

class Console;
struct Route;

/// One request, with who asks.
struct Visit {
  Console& console;
  Request& request;
  std::optional<Session> session;
  const holding::Actor* actor = nullptr;  ///< Of the session.
  const Route* route = nullptr;
  std::string rest;  ///< What `*` in the route's path stands for.

  std::string csrf() const;
};

/// A page or an act: at which sites it is, and for which duties.
struct Route {
  enum class Who { kAnybody, kSignedIn, kDuty };
  const char* method;
  std::string path;  ///< A last segment of `*` takes any one segment.
  Who who = Who::kDuty;
  std::vector<charter::Role> roles;   ///< Empty: all.
  std::vector<charter::Duty> duties;  ///< kDuty: one of these.
  Response (*handler)(Visit&);
  std::string room;   ///< In the navigation, where not empty.
  std::string about;  ///< A line on the first page.
};
const std::vector<Route>& routes();

class Console {
 public:
  /// The site must outlive the console. \retval as AccountStore::open() and Sessions::load().
  static Result<std::unique_ptr<Console>> open(site::Site& site, const ConsoleSetting& setting);

  /// Thread-safe. Everything that a response must have (headers against caching, framing, scripts) is on it.
  Response answer(Request& request);
  /// Whether this request may send files: somebody is signed in, and comes from our own page.
  bool may_upload(const Request& request);
  Lane lane_of(const Request& request) const;

  /// The page, in the layout.
  Response page(const Visit& visit, const View& view, int status = 200);
  /// A form's token for people who are not signed in; good for two hours.
  std::string public_token() const;
  bool public_token_fits(const std::string& token) const;

  SiteGate& gate() { return gate_; }
  Jobs& jobs() { return jobs_; }
  Sessions& sessions() { return sessions_; }
  AccountStore& accounts() { return accounts_; }
  std::mutex& accounts_turn() { return accounts_turn_; }
  ReviewTable& review_table() { return review_table_; }
  const ConsoleSetting& setting() const { return setting_; }
  const Clock& clock() const { return gate_.clock(); }
  Throttle& sign_in_throttle() { return sign_in_throttle_; }
  Throttle& objection_throttle() { return objection_throttle_; }
  const std::string& notice_html() const { return notice_html_; }
  std::string cookie_name() const { return setting_.tls ? "__Host-kinfold" : "kinfold"; }
  std::string cookie(const std::string& token) const;

  /// May this actor enter: role, duty, and the days of the actor.
  bool may_enter(const holding::Actor* actor, const Route& route) const;
  /// Same-origin, and the form's token. What is refused is answered with 403.
  bool form_is_ours(const Visit& visit) const;

 private:
  Console(site::Site& site, const ConsoleSetting& setting, AccountStore accounts);
  Response route(Visit& visit);
  void finish(Response& response) const;

  ConsoleSetting setting_;
  SiteGate gate_;
  AccountStore accounts_;
  std::mutex accounts_turn_;
  Sessions sessions_;
  Throttle sign_in_throttle_;
  Throttle objection_throttle_;
  seal::Secret<32> form_key_;
  std::string notice_html_;
  ReviewTable review_table_;
  Jobs jobs_;  // last: stops before what it uses goes
};

// For the pages.
/// Starts an act and sends the browser to its page.
Response start_act(Visit& visit, std::string title, Act act);
/// For pages that open something: runs with the site, or answers that it is busy.
Response with_site(Visit& visit, const std::function<Response(site::Site&)>& act);
/// The refusal or fault as a page of its own.
Response fault_page(Visit& visit, const Error& error);
Response not_found(Visit& visit);
/// A problem with what was typed, with a way back.
Response problem_page(Visit& visit, const std::string& title, const std::string& message,
                      const std::string& back);
/// The act's report, with where to go from it.
Result<Outcome> told(Result<site::Report> report, std::string next_text, std::string next_href);

}  // namespace kinfold::console
