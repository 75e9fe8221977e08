// A department: one request at a time, from opening to its certificate.
#include "base/text.h"
#include "console/pages.h"
#include "site/match.h"
#include "site/retention.h"

namespace kinfold::console {
namespace {

bool answered(const Facts& facts, const holding::Holding& request) {
  for (const auto& each : facts.entries) {
    if (each.entry.verb == ledger::Verb::kMatch && each.entry.phase == ledger::Phase::kDone &&
        each.entry.subject == request.package.value_or(request.id))
      return true;
  }
  return false;
}

void show_request(View& view, Visit& visit, const Facts& facts, const holding::Holding& request) {
  const std::string id = seal::to_hex(request.id);
  const int days = request.expires.days - visit.console.clock().today().days;
  const bool done = answered(facts, request);
  view.heading("Request " + short_id(id) + " from " + request.origin);
  view.figure(days < 0 ? "0" : std::to_string(days), days == 1 ? "day left" : "days left",
              days <= 3   ? "red"
              : days <= 7 ? "yellow"
                          : "green");
  view.figure(with_thousands(static_cast<long long>(request.row_count)), "people asked about");
  view.summary(
      {{"Came", {long_time(request.created), {}, {}, false}},
       {"Can be opened until", {long_date(request.expires), {}, {}, false}},
       {"Purpose", {request.purpose, {}, {}, false}},
       {"Answered", {done ? "yes: the return is sealed" : "not yet", {}, done ? "green" : "yellow", false}}});
  const bool ready = !visit.console.setting().register_path.empty();
  if (ready) {
    view.form({"/request/match",
               done ? "Match again" : "Match and seal the return",
               {{Field::Kind::kHidden, "request", {}, {}, id, {}, {}, {}, {}}},
               {},
               false,
               done,
               false,
               true,
               "Match request " + short_id(id)},
              visit.csrf());
  } else {
    view.inset(
        "This console was started without a register (kinfold serve --register), so that requests are "
        "matched on the command line.");
  }
  view.form({"/request/destroy",
             "Destroy this request",
             {{Field::Kind::kHidden, "request", {}, {}, id, {}, {}, {}, {}}},
             {},
             true,
             false,
             false,
             true,
             "Destroy request " + short_id(id)},
            visit.csrf());
}

}  // namespace

Response request_page(Visit& visit) {
  View view("Requests");
  view.lead("Open, match, return, destroy. A request that is not destroyed in time blocks the next one.");
  const auto facts = visit.console.gate().facts();
  int live = 0;
  for (const auto& each : facts->holdings) {
    if (each.kind != charter::Kind::kRequest || each.state != holding::HoldingState::kLive) continue;
    ++live;
    show_request(view, visit, *facts, each);
  }
  if (live == 0)
    view.inset("There is no request here now. When one comes, take it in with its signature.")
        .link("Take in a sealed file", "/inbox");
  Grid gone{"Requests before", {"Request", "From", "Came", "Destroyed"}, {}, "There were none.", 0, {}};
  for (auto each = facts->holdings.rbegin(); each != facts->holdings.rend(); ++each) {
    if (each->kind != charter::Kind::kRequest || each->state == holding::HoldingState::kLive) continue;
    const std::string id = seal::to_hex(each->id);
    gone.rows.push_back({{short_id(id), "/certificates/" + id, {}, false},
                         {each->origin, {}, {}, false},
                         {long_date(date_of(each->created)), {}, {}, false},
                         {each->destroyed ? long_time(*each->destroyed) : "", {}, {}, false}});
  }
  return visit.console.page(visit, view.grid(gone));
}

Response request_match(Visit& visit) {
  site::MatchOptions options;
  options.register_path = visit.console.setting().register_path;
  options.thread_count = visit.console.setting().thread_count;
  options.actor = visit.actor->id;
  if (options.register_path.empty())
    return problem_page(visit, "Requests", "This console was started without a register", "/request");
  const std::string request = visit.request.field("request");
  return start_act(visit, "Match a request", [request, options](site::Site& site, Progress& progress) {
    return told(site::match_request(site, request, options, progress), "Take the return to the trusted party",
                "/outbox");
  });
}

Response request_destroy(Visit& visit) {
  const std::string request = visit.request.field("request");
  const std::string actor = visit.actor->id;
  return start_act(visit, "Destroy a request",
                   [request, actor](site::Site& site, Progress&) -> Result<Outcome> {
                     return told(site::retention_destroy(site, request, actor),
                                 "Take the certificate to the trusted party", "/outbox");
                   });
}

}  // namespace kinfold::console
