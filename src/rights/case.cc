#include "rights/case.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "identity/reference.h"

namespace kinfold::rights {
namespace {

template <typename Enum>
struct Named {
  Enum value;
  std::string_view name;
};
constexpr std::array<Named<Right>, 6> kRights = {{{Right::kAccess, "access"},
                                                  {Right::kRectification, "rectification"},
                                                  {Right::kErasure, "erasure"},
                                                  {Right::kRestriction, "restriction"},
                                                  {Right::kObjection, "objection"},
                                                  {Right::kComplaint, "complaint"}}};
constexpr std::array<Named<State>, 8> kStates = {{{State::kReceived, "received"},
                                                  {State::kAwaitingIdentity, "awaiting_identity"},
                                                  {State::kAwaitingClarification, "awaiting_clarification"},
                                                  {State::kInProgress, "in_progress"},
                                                  {State::kAwaitingReceipts, "awaiting_receipts"},
                                                  {State::kFulfilled, "fulfilled"},
                                                  {State::kRefused, "refused"},
                                                  {State::kWithdrawn, "withdrawn"}}};
constexpr std::array<Named<Event>, 12> kEvents = {{{Event::kAskIdentity, "ask_identity"},
                                                   {Event::kIdentityShown, "identity_shown"},
                                                   {Event::kStart, "start"},
                                                   {Event::kAskClarification, "ask_clarification"},
                                                   {Event::kClarified, "clarified"},
                                                   {Event::kAcknowledge, "acknowledge"},
                                                   {Event::kExtend, "extend"},
                                                   {Event::kNotifyRecipients, "notify_recipients"},
                                                   {Event::kReceipt, "receipt"},
                                                   {Event::kFulfil, "fulfil"},
                                                   {Event::kRefuse, "refuse"},
                                                   {Event::kWithdraw, "withdraw"}}};

template <typename Enum, std::size_t N>
std::string_view name_in(const std::array<Named<Enum>, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)].name;
}

template <typename Enum, std::size_t N>
std::optional<Enum> parse_in(const std::array<Named<Enum>, N>& names, std::string_view text) {
  for (const auto& named : names) {
    if (named.name == text) return named.value;
  }
  return std::nullopt;
}

constexpr unsigned bit(Right right) { return 1U << static_cast<unsigned>(right); }
constexpr unsigned kComplaints = bit(Right::kComplaint);
constexpr unsigned kRequests = 0b11111U;  // everything but complaints
// The notice promises to stop when somebody asks: an objection has no refusal and no questions.
constexpr unsigned kAskable = kRequests & ~bit(Right::kObjection);
// Those after which whoever received the data must be told (UK GDPR article 19).
constexpr unsigned kTold = kRequests & ~bit(Right::kAccess);

struct Rule {
  unsigned rights;
  State from;
  Event event;
  State to;
};
constexpr std::array<Rule, 28> kRules = {{
    {kRequests, State::kReceived, Event::kAskIdentity, State::kAwaitingIdentity},
    {kRequests, State::kReceived, Event::kStart, State::kInProgress},
    {kComplaints, State::kReceived, Event::kAcknowledge, State::kInProgress},
    {kComplaints, State::kReceived, Event::kFulfil, State::kFulfilled},
    {kAskable, State::kReceived, Event::kRefuse, State::kRefused},
    {kRequests | kComplaints, State::kReceived, Event::kWithdraw, State::kWithdrawn},
    {kRequests, State::kAwaitingIdentity, Event::kIdentityShown, State::kInProgress},
    {kAskable, State::kAwaitingIdentity, Event::kRefuse, State::kRefused},
    {kRequests, State::kAwaitingIdentity, Event::kWithdraw, State::kWithdrawn},
    {kAskable | kComplaints, State::kInProgress, Event::kAskClarification, State::kAwaitingClarification},
    {kRequests, State::kInProgress, Event::kExtend, State::kInProgress},
    {kRequests, State::kInProgress, Event::kStart, State::kInProgress},
    {kTold, State::kInProgress, Event::kNotifyRecipients, State::kAwaitingReceipts},
    {kRequests | kComplaints, State::kInProgress, Event::kFulfil, State::kFulfilled},
    {kAskable, State::kInProgress, Event::kRefuse, State::kRefused},
    {kRequests | kComplaints, State::kInProgress, Event::kWithdraw, State::kWithdrawn},
    {kAskable | kComplaints, State::kAwaitingClarification, Event::kClarified, State::kInProgress},
    {kAskable, State::kAwaitingClarification, Event::kRefuse, State::kRefused},
    {kAskable | kComplaints, State::kAwaitingClarification, Event::kWithdraw, State::kWithdrawn},
    {kTold, State::kAwaitingReceipts, Event::kReceipt, State::kAwaitingReceipts},
    {kTold, State::kAwaitingReceipts, Event::kNotifyRecipients, State::kAwaitingReceipts},
    {kTold, State::kAwaitingReceipts, Event::kExtend, State::kAwaitingReceipts},
    {kTold, State::kAwaitingReceipts, Event::kFulfil, State::kFulfilled},
    {kRequests, State::kAwaitingIdentity, Event::kAskIdentity, State::kAwaitingIdentity},
    {kAskable | kComplaints, State::kAwaitingClarification, Event::kAskClarification,
     State::kAwaitingClarification},
    {kComplaints, State::kReceived, Event::kAskClarification, State::kAwaitingClarification},
    {kComplaints, State::kAwaitingClarification, Event::kAcknowledge, State::kAwaitingClarification},
    {kComplaints, State::kInProgress, Event::kAcknowledge, State::kInProgress},
}};

const Rule* find_rule(Right right, State from, Event event) {
  for (const auto& rule : kRules) {
    if ((rule.rights & bit(right)) != 0 && rule.from == from && rule.event == event) return &rule;
  }
  return nullptr;
}

std::string possible_events(Right right, State from) {
  std::vector<std::string> names;
  for (const auto& rule : kRules) {
    if ((rule.rights & bit(right)) != 0 && rule.from == from) names.emplace_back(name(rule.event));
  }
  return names.empty() ? "nothing: it is closed" : join(names, ", ");
}

const CaseEvent* first(const Case& a_case, Event event) {
  for (const auto& happened : a_case.events) {
    if (happened.event == event) return &happened;
  }
  return nullptr;
}

ClockInput clock_input(const Case& a_case) {
  ClockInput input;
  input.received = a_case.received;
  for (const auto& happened : a_case.events) {
    switch (happened.event) {
      case Event::kAskIdentity:
        if (!input.identity_asked) input.identity_asked = happened.on;
        break;
      case Event::kIdentityShown: input.identity_shown = happened.on; break;
      case Event::kAskClarification:
        // Only a request for access waits for clarification (UK GDPR article 12A).
        if (a_case.right != Right::kAccess) break;
        if (input.pauses.empty() || input.pauses.back().until) input.pauses.push_back({happened.on, {}});
        break;
      case Event::kClarified:
        if (!input.pauses.empty()) input.pauses.back().until = happened.on;
        break;
      case Event::kExtend: input.extended = true; break;
      default: break;
    }
  }
  return input;
}

Status check_extension(const Case& a_case, Date on) {
  if (first(a_case, Event::kExtend) != nullptr) {
    return refused("the case was extended before; the law allows two further months once");
  }
  const auto reading = read_clock(clock_input(a_case), on);
  if (reading.extend_by && on > *reading.extend_by) {
    return refused("an extension must be told by " + to_iso(*reading.extend_by) +
                   ", within the first month; answer the request now");
  }
  return {};
}

Status check_recipients(const Case& a_case, const CaseEvent& event) {
  const auto awaited = awaited_receipts(a_case);
  if (event.event == Event::kReceipt &&
      std::find(awaited.begin(), awaited.end(), event.detail) == awaited.end()) {
    return refused("a receipt came from somebody who was not told or has answered; awaited are: " +
                   (awaited.empty() ? "none" : join(awaited, ", ")));
  }
  if (event.event == Event::kFulfil && !awaited.empty()) {
    return refused("receipts are still to come from: " + join(awaited, ", "));
  }
  if (event.event == Event::kNotifyRecipients && trim(event.detail).empty()) {
    return refused("say which parties were told, separated by commas");
  }
  return {};
}

}  // namespace

std::string_view name(Right right) { return name_in(kRights, right); }
std::string_view name(State state) { return name_in(kStates, state); }
std::string_view name(Event event) { return name_in(kEvents, event); }
std::optional<Right> parse_right(std::string_view text) { return parse_in(kRights, text); }
std::optional<State> parse_state(std::string_view text) { return parse_in(kStates, text); }
std::optional<Event> parse_event(std::string_view text) { return parse_in(kEvents, text); }

bool is_closed(State state) {
  return state == State::kFulfilled || state == State::kRefused || state == State::kWithdrawn;
}

const std::map<std::string, std::string>& refusal_reasons() {
  static const std::map<std::string, std::string> reasons{
      {"excessive", "The request repeats others that were answered (UK GDPR article 12(5))."},
      {"exempt", "The law lets this information be kept back (Data Protection Act 2018, schedules 2 to 4)."},
      {"identity-not-shown", "We could not be sure that it was you who asked."},
      {"nothing-held", "We hold nothing that we could find by what you told us."},
      {"unfounded", "The request is manifestly unfounded (UK GDPR article 12(5))."}};
  return reasons;
}

std::vector<Transition> transitions(Right right) {
  std::vector<Transition> found;
  for (const auto& rule : kRules) {
    if ((rule.rights & bit(right)) != 0) found.push_back({rule.from, rule.event, rule.to});
  }
  return found;
}

std::string mermaid(Right right) {
  std::string text = "stateDiagram-v2\n    [*] --> received\n";
  for (const auto& step : transitions(right)) {
    text += "    " + std::string(name(step.from)) + " --> " + std::string(name(step.to)) + ": " +
            std::string(name(step.event)) + "\n";
  }
  for (const auto state : {State::kFulfilled, State::kRefused, State::kWithdrawn}) {
    const auto steps = transitions(right);
    if (std::any_of(steps.begin(), steps.end(), [&](const Transition& step) { return step.to == state; })) {
      text += "    " + std::string(name(state)) + " --> [*]\n";
    }
  }
  return text;
}

Case open_case(Right right, Date received, std::string received_by, const identity::RandomBytes& random) {
  Case opened;
  opened.id = identity::to_text(identity::fresh_reference(random));
  opened.right = right;
  opened.received = received;
  opened.received_by = std::move(received_by);
  return opened;
}

State state_of(const Case& a_case) {
  State state = State::kReceived;
  for (const auto& event : a_case.events) {
    const Rule* rule = find_rule(a_case.right, state, event.event);
    if (rule != nullptr) state = rule->to;
  }
  return state;
}

std::vector<std::string> awaited_receipts(const Case& a_case) {
  std::vector<std::string> awaited;
  for (const auto& event : a_case.events) {
    if (event.event == Event::kNotifyRecipients) {
      for (const auto part : split(event.detail, ',')) {
        const auto party = trim(part);
        if (!party.empty() && std::find(awaited.begin(), awaited.end(), party) == awaited.end()) {
          awaited.emplace_back(party);
        }
      }
    }
    if (event.event == Event::kReceipt) std::erase(awaited, event.detail);
  }
  return awaited;
}

Status apply(Case& a_case, const CaseEvent& event) {
  const State state = state_of(a_case);
  if (find_rule(a_case.right, state, event.event) == nullptr) {
    return refused("a case of " + std::string(name(a_case.right)) + " that is " + std::string(name(state)) +
                   " cannot take '" + std::string(name(event.event)) +
                   "'; possible: " + possible_events(a_case.right, state));
  }
  const Date latest = a_case.events.empty() ? a_case.received : a_case.events.back().on;
  if (event.on < latest) {
    return refused("the event is dated before the case's last one of " + to_iso(latest));
  }
  if (event.event == Event::kExtend) {
    if (auto checked = check_extension(a_case, event.on); !checked.ok()) return checked;
  }
  if (auto checked = check_recipients(a_case, event); !checked.ok()) return checked;
  a_case.events.push_back(event);
  return {};
}

ClockReading clock_of(const Case& a_case, Date today) {
  if (a_case.right != Right::kComplaint) {
    auto reading = read_clock(clock_input(a_case), today);
    if (is_closed(state_of(a_case))) reading.running = false;
    return reading;
  }
  ClockReading reading;
  reading.starts = a_case.received;
  const bool acknowledged = first(a_case, Event::kAcknowledge) != nullptr || is_closed(state_of(a_case));
  if (acknowledged) return reading;
  // Clarification does not stop the 30 days of the acknowledgement.
  reading.running = true;
  reading.due = complaint_acknowledgement_due(a_case.received);
  reading.days_left = reading.due->days - today.days;
  return reading;
}

}  // namespace kinfold::rights
