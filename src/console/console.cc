#include "console/console.h"

#include <sodium.h>

#include <algorithm>

#include "charter/notice.h"
#include "console/assets.h"
#include "console/server.h"
#include "console/templates.h"

namespace kinfold::console {
namespace {

using nlohmann::json;

constexpr std::int64_t kTokenSeconds = 3600;
constexpr std::chrono::milliseconds kPatience{150};

std::string token_for(const seal::Secret<32>& key, std::int64_t hour) {
  const std::string message = "form " + std::to_string(hour);
  std::array<unsigned char, 32> out{};
  const void* text = message.data();
  const void* secret = key.bytes().data();
  crypto_generichash(out.data(), out.size(), static_cast<const unsigned char*>(text), message.size(),
                     static_cast<const unsigned char*>(secret), 32);
  return seal::to_hex(
      seal::ByteView(static_cast<const std::byte*>(static_cast<const void*>(out.data())), out.size()));
}

/// `/work/*` fits `/work/x`, and x goes to `rest`.
bool fits(const std::string& pattern, const std::string& path, std::string& rest) {
  if (pattern.back() != '*') return pattern == path;
  const std::string_view start(pattern.data(), pattern.size() - 1);
  if (path.size() <= start.size() || path.compare(0, start.size(), start) != 0) return false;
  rest = path.substr(start.size());
  return rest.find('/') == std::string::npos;
}

Response asset(const std::string& path) {
  const auto slash = path.find_last_of('/');
  const auto bytes = find_asset(path.substr(slash + 1));
  const std::string_view type = content_type(path.substr(slash + 1));
  if (!bytes || type == "application/octet-stream") return Response::text(404, "There is no such file.\n");
  Response response;
  response.type = type;
  response.body = *bytes;
  response.public_asset = true;
  return response;
}

/// The address in another of our pages, or nothing.
std::string host_of(const std::string& origin) {
  const auto at = origin.find("://");
  return at == std::string::npos ? std::string() : origin.substr(at + 3);
}

/// A name that another site's address could be made to stand for (DNS rebinding) is not this machine's.
bool is_this_machine(const std::string& host) {
  const bool v6 = host.rfind('[', 0) == 0;
  const auto end = v6 ? host.find(']') : host.find(':');
  const std::string name = v6 && end != std::string::npos ? host.substr(1, end - 1) : host.substr(0, end);
  return name == "localhost" || is_loopback(name);
}

bool same_origin(const Request& request) {
  if (!request.fetch_site.empty() && request.fetch_site != "same-origin" && request.fetch_site != "none")
    return false;
  return request.origin.empty() || host_of(request.origin) == request.host;
}

}  // namespace

std::string Visit::csrf() const { return session ? session->csrf : console.public_token(); }

Console::Console(site::Site& site, const ConsoleSetting& setting, AccountStore accounts)
    : setting_(setting),
      gate_(site),
      accounts_(std::move(accounts)),
      sessions_(seal::StateFile(site.paths().folder + "/console.sessions", site.keys(), "sessions"),
                site.clock()),
      sign_in_throttle_(20, 300, site.clock()),
      objection_throttle_(10, 3600, site.clock()),
      form_key_(seal::derive_key(site.keys(), "forms")),
      notice_html_(charter::notice_html(site.charter())),
      review_table_(site.clock()),
      jobs_(gate_) {}

Result<std::unique_ptr<Console>> Console::open(site::Site& site, const ConsoleSetting& setting) {
  if (auto s = check_templates(); !s.ok()) return s.error();
  if (!setting.objections_as.empty() && site.actors().find(setting.objections_as) == nullptr) {
    return invalid("the actor for the public form is not in the site's actors.toml");
  }
  auto accounts = AccountStore::open(site.paths().folder + "/console.accounts", site.keys(), site.clock(),
                                     setting.password_work);
  if (!accounts.ok()) return accounts.error();
  std::unique_ptr<Console> console(new Console(site, setting, std::move(accounts).value()));
  if (auto s = console->sessions_.load(); !s.ok()) return s.error();
  return console;
}

std::string Console::cookie(const std::string& token) const {
  return cookie_name() + "=" + token + "; Path=/; HttpOnly; SameSite=Strict" +
         (setting_.tls ? "; Secure" : "") + (token.empty() ? "; Max-Age=0" : "");
}

std::string Console::public_token() const {
  return token_for(form_key_, clock().now().seconds / kTokenSeconds);
}

bool Console::public_token_fits(const std::string& token) const {
  const auto hour = clock().now().seconds / kTokenSeconds;
  return same_token(token, token_for(form_key_, hour)) || same_token(token, token_for(form_key_, hour - 1));
}

bool Console::form_is_ours(const Visit& visit) const {
  if (!same_origin(visit.request)) return false;
  const std::string token = visit.request.field("csrf");
  return visit.session ? same_token(token, visit.session->csrf) : public_token_fits(token);
}

bool Console::may_upload(const Request& request) {
  const auto found = request.cookies.find(cookie_name());
  if (!same_origin(request) || found == request.cookies.end()) return false;
  const auto session = sessions_.find(found->second);
  return session && accounts_.enrolled(session->actor);
}

Lane Console::lane_of(const Request& request) const {
  if (request.path.rfind("/assets/", 0) == 0) return Lane::kHere;
  if (request.method != "POST") return Lane::kPages;
  const bool anybody = std::any_of(routes().begin(), routes().end(), [&](const Route& each) {
    return each.who == Route::Who::kAnybody && each.path == request.path &&
           std::string_view(each.method) == "POST";
  });
  return anybody ? Lane::kStrangers : Lane::kActs;
}

bool Console::may_enter(const holding::Actor* actor, const Route& route) const {
  const auto role = gate_.party().role;
  if (!route.roles.empty() && std::find(route.roles.begin(), route.roles.end(), role) == route.roles.end())
    return false;
  if (route.who == Route::Who::kAnybody) return true;
  if (actor == nullptr) return false;
  const Date today = clock().today();
  if ((actor->from && today < *actor->from) || (actor->until && *actor->until < today)) return false;
  if (route.who == Route::Who::kSignedIn) return true;
  return std::any_of(route.duties.begin(), route.duties.end(), [&](charter::Duty duty) {
    return std::find(actor->duties.begin(), actor->duties.end(), duty) != actor->duties.end();
  });
}

/// Headers of every response. ASVS V14.4; no response says which software answers.
void Console::finish(Response& response) const {
  auto& headers = response.headers;
  headers.emplace_back("Cache-Control",
                       response.public_asset ? "public, max-age=31536000, immutable" : "no-store");
  headers.emplace_back("Content-Security-Policy",
                       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action "
                       "'self'; base-uri 'none'; frame-ancestors 'none'");
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("X-Frame-Options", "DENY");
  headers.emplace_back("Referrer-Policy", "same-origin");
  headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  headers.emplace_back("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  if (setting_.tls) headers.emplace_back("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

Response Console::answer(Request& request) {
  Response response;
  if (!setting_.tls && !request.host.empty() && !is_this_machine(request.host)) {
    response = Response::text(421, "This console is reached by this machine's own address only.\n");
  } else if (request.method == "GET" && request.path.rfind("/assets/", 0) == 0) {
    response = asset(request.path);
  } else {
    Visit visit{*this, request, {}, nullptr, nullptr, {}};
    if (const auto cookie = request.cookies.find(cookie_name()); cookie != request.cookies.end())
      visit.session = sessions_.find(cookie->second);
    // An account that was taken away or invited afresh ends what was signed in with it.
    if (visit.session && !accounts_.enrolled(visit.session->actor)) visit.session.reset();
    if (visit.session) visit.actor = gate_.actors().find(visit.session->actor);
    response = route(visit);
  }
  finish(response);
  return response;
}

Response Console::route(Visit& visit) {
  bool other_method = false;
  for (const auto& each : routes()) {
    std::string rest;
    if (!fits(each.path, visit.request.path, rest)) continue;
    if (each.method != visit.request.method) {
      other_method = true;
      continue;
    }
    visit.route = &each;
    visit.rest = rest;
    // A page that is not at this kind of site is not there for anybody.
    const auto role = gate_.party().role;
    if (!each.roles.empty() && std::find(each.roles.begin(), each.roles.end(), role) == each.roles.end())
      return not_found(visit);
    if (each.who != Route::Who::kAnybody && visit.actor == nullptr) {
      return visit.request.method == "GET"
                 ? Response::redirect("/sign-in")
                 : fault_page(visit, refused("You are not signed in any more: sign in and do it again"));
    }
    if (!may_enter(visit.actor, each))
      return fault_page(visit, refused("This room is for other duties than yours"));
    if (visit.request.method == "POST" && !form_is_ours(visit)) {
      return fault_page(visit, refused("This form is too old, or did not come from this console: open the "
                                       "page again and send it once more"));
    }
    return each.handler(visit);
  }
  if (other_method) return Response::text(405, "This address does not take that.\n");
  return not_found(visit);
}

Response Console::page(const Visit& visit, const View& view, int status) {
  json nav = json::array();
  if (visit.actor != nullptr) {
    for (const auto& each : routes()) {
      if (each.room.empty() || !may_enter(visit.actor, each)) continue;
      const bool current = visit.route != nullptr && visit.route->path == each.path;
      nav.push_back({{"href", each.path}, {"words", each.room}, {"current", current}});
    }
  }
  json layout = {{"title", view.title()},
                 {"service", gate_.party().name + " - Kinfold"},
                 {"party", gate_.party().name},
                 {"version", std::string(assets_version())},
                 {"programme", gate_.charter().title},
                 {"actor", visit.session ? visit.session->actor : std::string()},
                 {"csrf", visit.csrf()},
                 {"objections", !setting_.objections_as.empty()},
                 {"wrong_title", status == 422}};
  if (!nav.empty()) layout["nav"] = json{{"entry", nav}};
  const auto body = render("blocks.html", view.blocks());
  if (!body.ok()) return Response::text(500, body.error().message + "\n");
  layout["BODY"] = body.value();
  auto whole = render("layout.html", layout);
  if (!whole.ok()) return Response::text(500, whole.error().message + "\n");
  Response response;
  response.status = status;
  response.body = std::move(whole).value();
  return response;
}

Response fault_page(Visit& visit, const Error& error) {
  View view(error.code == ErrorCode::kRefused   ? "This is not allowed"
            : error.code == ErrorCode::kInvalid ? "There is a problem"
            : error.code == ErrorCode::kIo      ? "The machine could not do this"
                                                : "Something is wrong with this console");
  view.error(error.message);
  if (error.code == ErrorCode::kInternal)
    view.text("Please tell whoever looks after this site, with the time at which it happened.");
  view.link("Go to the first page", "/");
  const int status = error.code == ErrorCode::kRefused ? 403 : error.code == ErrorCode::kInvalid ? 422 : 500;
  return visit.console.page(visit, view, status);
}

Response not_found(Visit& visit) {
  View view("Page not found");
  view.text(
      "If you typed the address, check that it is right. If you followed a link, what it led to may have "
      "been destroyed in time: the ledger says so.");
  view.link("Go to the first page", "/");
  return visit.console.page(visit, view, 404);
}

Response problem_page(Visit& visit, const std::string& title, const std::string& message,
                      const std::string& back) {
  View view(title);
  view.error(message).link("Go back", back);
  return visit.console.page(visit, view, 422);
}

Result<Outcome> told(Result<site::Report> report, std::string next_text, std::string next_href) {
  if (!report.ok()) return report.error();
  Outcome outcome;
  outcome.report = std::move(report).value();
  outcome.next_text = std::move(next_text);
  outcome.next_href = std::move(next_href);
  return outcome;
}

Response with_site(Visit& visit, const std::function<Response(site::Site&)>& act) {
  Response response;
  if (visit.console.gate().with_site(kPatience, [&](site::Site& site) { response = act(site); }))
    return response;
  View view("The site is busy");
  const std::string running = visit.console.jobs().running();
  view.lead(running.empty() ? "Somebody else is using what this page opens."
                            : "This is running now: " + running + ".");
  view.text("One act at a time opens what lies here. Nothing is lost; what you asked for was not begun.")
      .refresh();
  auto busy = visit.console.page(visit, view, 503);
  busy.headers.emplace_back("Retry-After", "2");
  if (visit.request.method == "GET") busy.headers.emplace_back("Refresh", "2");
  return busy;
}

Response start_act(Visit& visit, std::string title, Act act) {
  auto id = visit.console.jobs().start(visit.session->actor, std::move(title), std::move(act));
  if (!id.ok()) return fault_page(visit, id.error());
  visit.console.jobs().wait_briefly(id.value());
  return Response::redirect("/work/" + id.value());
}

}  // namespace kinfold::console
