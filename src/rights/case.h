// A case: one person using one of their rights. What may happen next is a table, from which the
// picture in docs/methods/rights-clock.md is drawn.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "identity/identity.h"
#include "rights/clock.h"

namespace kinfold::rights {

enum class Right { kAccess, kRectification, kErasure, kRestriction, kObjection, kComplaint };
enum class State {
  kReceived,
  kAwaitingIdentity,
  kAwaitingClarification,
  kInProgress,
  kAwaitingReceipts,  ///< Others who have the data were told, and have not all answered.
  kFulfilled,
  kRefused,
  kWithdrawn
};
enum class Event {
  kAskIdentity,
  kIdentityShown,
  kStart,  ///< Identity known, what is asked is clear; and again with what was then done.
  kAskClarification,
  kClarified,
  kAcknowledge,       ///< Complaints: receipt acknowledged.
  kExtend,            ///< Two further months; the person was told why.
  kNotifyRecipients,  ///< Notices went out to those who have the data.
  kReceipt,           ///< One of them confirmed.
  kFulfil,
  kRefuse,   ///< With the reason and how to complain.
  kWithdraw  ///< The person took the request back.
};

std::string_view name(Right right);
std::string_view name(State state);
std::string_view name(Event event);
std::optional<Right> parse_right(std::string_view text);
std::optional<State> parse_state(std::string_view text);
std::optional<Event> parse_event(std::string_view text);
bool is_closed(State state);
/// Why a request may be refused: the word that is kept, and what the person is told.
const std::map<std::string, std::string>& refusal_reasons();

struct Transition {
  State from;
  Event event;
  State to;
};
/// All transitions of one right.
std::vector<Transition> transitions(Right right);
/// A Mermaid state diagram of them.
std::string mermaid(Right right);

struct CaseEvent {
  Event event = Event::kStart;
  Date on;
  std::string actor;
  /// Why, or who was told: fixed words, party ids and request ids. Never a name.
  std::string detail;
};

/// Holds no identity: the person is a vault id, or (at an authority) not known at all.
struct Case {
  std::string id;  ///< 26 characters, random.
  Right right = Right::kAccess;
  Date received;
  std::string received_by;  ///< Actor.
  std::optional<identity::PersonId> person;
  std::vector<CaseEvent> events;
};

Case open_case(Right right, Date received, std::string received_by, const identity::RandomBytes& random);
State state_of(const Case& a_case);
/// Appends the event.
/// \retval kRefused naming the state and what is possible in it, if the event is not; if it lies
///         before the last one; if an extension is told after the first month; if a receipt is
///         from somebody who was not told; if recipients are still to answer.
Status apply(Case& a_case, const CaseEvent& event);
/// Recipients told and not yet heard from, in the order they were told.
std::vector<std::string> awaited_receipts(const Case& a_case);
/// Complaints: `due` is that of the acknowledgement until it is sent.
ClockReading clock_of(const Case& a_case, Date today);

}  // namespace kinfold::rights
