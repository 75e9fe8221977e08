// Cases of people's rights: opened on the day a request came in, moved on, answered, with their legal clock.
#include "console/pages_cases.h"

#include <algorithm>

#include "console/pages.h"
#include "console/scratch.h"
#include "person/date_parse.h"
#include "site/cases.h"

namespace kinfold::console {
namespace {

using rights::Event;
using rights::Right;

Cell plain(std::string text) { return {std::move(text), {}, {}, false}; }

std::string in_words(std::string id) {
  std::replace(id.begin(), id.end(), '_', ' ');
  return id;
}

const char* about(Right right) {
  switch (right) {
    case Right::kAccess: return "A copy of everything held";
    case Right::kRectification: return "A correction";
    case Right::kErasure: return "An erasure";
    case Right::kRestriction: return "A restriction: keep it and use it for nothing";
    case Right::kObjection: return "An objection";
    case Right::kComplaint: break;
  }
  return "A complaint";
}

const char* about(Event event) {
  switch (event) {
    case Event::kAskIdentity: return "Proof of identity was asked for";
    case Event::kIdentityShown: return "Proof of identity came";
    case Event::kStart: return "Work on it began";
    case Event::kAskClarification: return "We asked what they mean";
    case Event::kClarified: return "They made it clear";
    case Event::kAcknowledge: return "Its receipt was acknowledged";
    case Event::kExtend: return "Extended by two months, and the person was told why";
    case Event::kNotifyRecipients: return "Those who have the data were told";
    case Event::kReceipt: return "One of them confirmed";
    case Event::kFulfil: return "Answered";
    case Event::kRefuse: return "Refused";
    case Event::kWithdraw: break;
  }
  return "The person took it back";
}

Cell days_cell(const rights::ClockReading& clock, bool closed) {
  if (closed) return {"closed", {}, "grey", false};
  if (!clock.days_left) return {"clock stopped", {}, "grey", false};
  const int left = *clock.days_left;
  return {left < 0 ? "overdue by " + plural(-left, "day", "days") : plural(left, "day", "days"),
          {},
          left < 0    ? "red"
          : left <= 7 ? "yellow"
                      : "green",
          false};
}

std::vector<Field> opening_fields(const Visit& visit) {
  Field right{
      Field::Kind::kSelect, "right", "What was asked", {}, visit.request.field("right"), {}, {}, {}, {}};
  for (const auto each : {Right::kAccess, Right::kRectification, Right::kErasure, Right::kRestriction,
                          Right::kObjection, Right::kComplaint})
    right.options.push_back({std::string(rights::name(each)), about(each), {}});
  return {right,
          {Field::Kind::kText,
           "received",
           "The day it arrived",
           "For example 25 11 2026. Today, if left out",
           visit.request.field("received"),
           {},
           "off",
           {},
           {}}};
}

Response cases_view(Visit& visit, const std::vector<Field>& opening, int status) {
  return with_site(visit, [&](site::Site& site) {
    const auto cases = site::list_cases(site, visit.actor->id);
    if (!cases.ok()) return fault_page(visit, cases.error());
    View view("Cases and their legal clock");
    view.errors(opening);
    view.lead("One month from the day of receipt, the most urgent first. A case holds no name.");
    Grid grid{"Cases",
              {"Case", "Right", "Received", "State", "Waits for", "Due", "Days left"},
              {},
              "There are no cases. Open one for a request that came in; objections, copies, corrections and "
              "erasures make their own.",
              0,
              {}};
    if (const auto& rows = cases.value().rows) {
      for (std::size_t row = 0; row < rows->row_count(); ++row) {
        const auto text = [&](const char* column) {
          const auto* found = rows->find(column);
          return found == nullptr ? std::string() : found->text_at(row);
        };
        rights::ClockReading clock;
        if (const auto days = text("days_left"); !days.empty()) clock.days_left = std::atoi(days.c_str());
        const auto state = rights::parse_state(text("state"));
        const bool closed = state && rights::is_closed(*state);
        grid.rows.push_back({{text("case"), "/cases/" + text("case"), {}, false},
                             plain(text("right")),
                             plain(text("received")),
                             plain(in_words(text("state"))),
                             plain(text("awaited")),
                             plain(text("due")),
                             days_cell(clock, closed)});
      }
    }
    view.grid(grid);
    view.heading("A request or a complaint came in");
    view.text("Its clock runs from the day it arrived, whoever took it in, and whatever it was called.");
    view.form({"/cases", "Open the case", opening, {}, false, true, false, false, {}}, visit.csrf());
    view.print_button();
    return visit.console.page(visit, view, status);
  });
}

/// Where the answer to an open case is given: the acts of its right. Empty for a complaint, which is answered
/// in words.
std::vector<Option> answers(Right right, const std::string& a_case, bool authority) {
  const auto form = [&](const char* what) {
    return "/rights?what=" + std::string(what) + "&case=" + url_encode(a_case);
  };
  if (right == Right::kComplaint) return {};
  if (authority) {
    if (right == Right::kObjection)
      return {{"/objections?case=" + url_encode(a_case), "Note the objection", "With the person's details"}};
    return {};
  }
  switch (right) {
    case Right::kAccess: return {{form("access"), "Make the copy", "By two people"}};
    case Right::kRectification: return {{form("rectify"), "Correct the details", "By two people"}};
    case Right::kErasure: return {{form("erase"), "Erase the person", "By two people. Cannot be undone"}};
    case Right::kRestriction: return {{form("restrict"), "Restrict the record", "By two people"}};
    default: return {{form("object"), "Note the objection", "By two people"}};
  }
}

bool has(const std::vector<Event>& events, Event event) {
  return std::find(events.begin(), events.end(), event) != events.end();
}

void show_clock(View& view, const site::CaseFile& file) {
  const auto& a_case = file.a_case;
  const auto state = rights::state_of(a_case);
  const bool closed = rights::is_closed(state);
  const bool complaint = a_case.right == Right::kComplaint;
  std::vector<std::pair<std::string, Cell>> rows = {
      {"What was asked", plain(about(a_case.right))},
      {"Received", plain(long_date(a_case.received) + ", by " + a_case.received_by)},
      {"State", plain(in_words(std::string(rights::name(state))))}};
  if (file.clock.due && !closed) {
    rows.emplace_back(complaint ? "Acknowledge by" : "Answer by", plain(long_date(*file.clock.due)));
    rows.emplace_back("Days left", days_cell(file.clock, closed));
    if (file.clock.extend_by && has(file.next, Event::kExtend))
      rows.emplace_back("An extension must be told by", plain(long_date(*file.clock.extend_by)));
  }
  view.summary(rows);
  if (!closed && !complaint && !file.clock.due)
    view.inset("The clock stands still until the person has answered.");
}

void show_history(View& view, const site::CaseFile& file) {
  Grid history{"What happened", {"On", "What", "By", "Detail"}, {}, {}, 0, {}};
  history.rows.push_back(
      {plain(long_date(file.a_case.received)), plain("Received"), plain(file.a_case.received_by), plain("")});
  for (const auto& event : file.a_case.events)
    history.rows.push_back({plain(long_date(event.on)), plain(about(event.event)), plain(event.actor),
                            plain(site::detail_in_words(event))});
  view.grid(history);
}

void show_steps(View& view, Visit& visit, const site::CaseFile& file) {
  const Field which{Field::Kind::kHidden, "case", {}, {}, file.a_case.id, {}, {}, {}, {}};
  Field what{Field::Kind::kRadios, "event", "What happened", {}, {}, {}, {}, {}, {}};
  for (const auto event : file.next) {
    if (event != Event::kRefuse) what.options.push_back({std::string(rights::name(event)), about(event), {}});
  }
  if (!what.options.empty()) {
    view.heading("Something happened")
        .form({"/cases/note", "Note it", {which, what}, {}, false, true, false, false, "Something happened"},
              visit.csrf());
  }
  if (has(file.next, Event::kRefuse)) {
    Field why{Field::Kind::kSelect,
              "reason",
              "Why",
              "The person is told this, and how to complain",
              {},
              {},
              {},
              {},
              {}};
    for (const auto& [word, text] : rights::refusal_reasons()) why.options.push_back({word, text, {}});
    const Field refuse{
        Field::Kind::kHidden, "event", {}, {}, std::string(rights::name(Event::kRefuse)), {}, {}, {}, {}};
    view.heading("Refuse it")
        .form({"/cases/note", "Refuse", {which, refuse, why}, {}, true, false, false, false, "Refuse it"},
              visit.csrf());
  }
}

}  // namespace

Response cases_page(Visit& visit) { return cases_view(visit, opening_fields(visit), 200); }

Response case_open(Visit& visit) {
  auto fields = opening_fields(visit);
  const auto right = rights::parse_right(visit.request.field("right"));
  const std::string typed = visit.request.field("received");
  const auto received = person::parse_people_date(typed).date;
  if (!right) fields[0].error = "Choose what was asked";
  if (!typed.empty() && !received)
    fields[1].error = "The day it arrived must be a real date, for example 25 11 2026";
  if (received && *received > visit.console.clock().today())
    fields[1].error = "The day it arrived cannot be one to come";
  if (!fields[0].error.empty() || !fields[1].error.empty()) return cases_view(visit, fields, 422);
  const std::string actor = visit.actor->id;
  return start_act(visit, "Open a case", [right = *right, received, actor](site::Site& site, Progress&) {
    auto outcome = told(site::open_case(site, right, received, actor), "The case", "/cases");
    if (outcome.ok()) outcome.value().next_href += "/" + outcome.value().report.text_of("case");
    return outcome;
  });
}

Response case_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    const auto found = site::read_case(site, visit.rest, visit.actor->id);
    if (!found.ok())
      return found.error().code == ErrorCode::kInvalid ? not_found(visit) : fault_page(visit, found.error());
    const auto& file = found.value();
    View view(about(file.a_case.right));
    view.caption("Case " + file.a_case.id);
    show_clock(view, file);
    const auto state = rights::state_of(file.a_case);
    const bool authority = site.party().role == charter::Role::kAuthority;
    if (state == rights::State::kReceived || state == rights::State::kInProgress) {
      const auto ways = answers(file.a_case.right, file.a_case.id, authority);
      if (!ways.empty()) {
        view.heading("Answer it").cards(ways);
      } else if (file.a_case.right != Right::kComplaint) {
        view.inset(
            "Copies, corrections, restrictions and erasures are made at the trusted party: pass the request "
            "on to them, and tell the person so.");
      }
    }
    if (state == rights::State::kAwaitingReceipts) {
      std::vector<std::string> waits;
      for (const auto& awaited : rights::awaited_receipts(file.a_case))
        waits.push_back(site::party_of(awaited));
      view.heading("Waiting for receipts from")
          .bullets(waits)
          .text("Each comes as a sealed file; take it in, and the case goes on by itself.")
          .link("Take in", "/inbox");
    }
    show_steps(view, visit, file);
    if (rights::is_closed(state)) {
      view.heading("For the person")
          .text(
              "What was done, who confirmed it, and what cannot be undone: as a page, as a file for "
              "programs, and signed.");
      view.form({"/cases/receipt",
                 "Make the receipt",
                 {{Field::Kind::kHidden, "case", {}, {}, file.a_case.id, {}, {}, {}, {}}},
                 {},
                 false,
                 false,
                 false,
                 false,
                 {}},
                visit.csrf());
    }
    show_history(view, file);
    view.link("Cases and their legal clock", "/cases").print_button();
    return visit.console.page(visit, view);
  });
}

Response case_note(Visit& visit) {
  const std::string a_case = visit.request.field("case");
  const auto event = rights::parse_event(visit.request.field("event"));
  if (!event) return problem_page(visit, "A case", "Choose what happened", "/cases/" + url_encode(a_case));
  const std::string actor = visit.actor->id;
  return start_act(
      visit, "Note in a case",
      [a_case, event = *event, reason = visit.request.field("reason"), actor](site::Site& site, Progress&) {
        return told(site::step_case(site, a_case, event, reason, actor), "The case",
                    "/cases/" + url_encode(a_case));
      });
}

Response case_receipt(Visit& visit) {
  const std::string actor = visit.actor->id;
  return start_act(
      visit, "Make a receipt for a person",
      [a_case = visit.request.field("case"), actor](site::Site& site, Progress&) -> Result<Outcome> {
        const ScratchFolder scratch;
        auto outcome = told(site::write_receipt(site, a_case, actor, scratch.path()), "The case",
                            "/cases/" + url_encode(a_case));
        if (!outcome.ok()) return outcome;
        outcome.value().handouts = scratch.take({"receipt.html", "receipt.json", "receipt.txt"});
        // Where it lay for a moment is nobody's business.
        std::erase_if(outcome.value().report.facts,
                      [](const site::Fact& fact) { return fact.key == "folder"; });
        return outcome;
      });
}

}  // namespace kinfold::console
