#include "rights/case.h"
#include "source_dir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace kinfold::rights {
namespace {

constexpr Right kAllRights[] = {Right::kAccess,      Right::kRectification, Right::kErasure,
                                Right::kRestriction, Right::kObjection,     Right::kComplaint};
constexpr Event kAllEvents[] = {Event::kAskIdentity,      Event::kIdentityShown,    Event::kStart,
                                Event::kAskClarification, Event::kClarified,        Event::kAcknowledge,
                                Event::kExtend,           Event::kNotifyRecipients, Event::kReceipt,
                                Event::kFulfil,           Event::kRefuse,           Event::kWithdraw};

Date date(const char* iso) { return *parse_iso_date(iso); }

Case opened(Right right) {
  return open_case(right, date("2026-06-01"), "officer", identity::system_random());
}

CaseEvent event(Event what, const char* on, std::string detail = {}) {
  return {what, date(on), "officer", std::move(detail)};
}

TEST(Case, GetsARandomIdThatSaysNothing) {
  const auto one = opened(Right::kAccess);
  EXPECT_EQ(one.id.size(), 26U);
  EXPECT_NE(one.id, opened(Right::kAccess).id);
  EXPECT_EQ(state_of(one), State::kReceived);
}

TEST(Case, NamesReadBackAsThemselves) {
  for (const auto right : kAllRights) EXPECT_EQ(parse_right(name(right)), right);
  for (const auto what : kAllEvents) EXPECT_EQ(parse_event(name(what)), what);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(parse_state(name(static_cast<State>(i))), static_cast<State>(i));
  EXPECT_FALSE(parse_right("forget me").has_value());
}

TEST(Case, EveryRightCanBeFulfilledFromEveryOpenState) {
  for (const auto right : kAllRights) {
    // States from which a closed one is reached, found backwards.
    std::set<State> good = {State::kFulfilled};
    for (int round = 0; round < 10; ++round) {
      for (const auto& step : transitions(right)) {
        if (good.count(step.to) != 0) good.insert(step.from);
      }
    }
    for (const auto& step : transitions(right)) {
      EXPECT_TRUE(good.count(step.from) != 0) << name(right) << " " << name(step.from);
      EXPECT_FALSE(is_closed(step.from)) << name(right) << ": a closed case stays closed";
    }
  }
}

TEST(Case, NoStateTakesTheSameEventToTwoPlaces) {
  for (const auto right : kAllRights) {
    std::set<std::pair<State, Event>> seen;
    for (const auto& step : transitions(right)) {
      EXPECT_TRUE(seen.insert({step.from, step.event}).second) << name(step.from) << " " << name(step.event);
    }
  }
}

TEST(Case, AnObjectionCannotBeRefused) {
  for (const auto& step : transitions(Right::kObjection)) EXPECT_NE(step.event, Event::kRefuse);
}

TEST(Case, RefusesWhatItsStateDoesNotAllowAndSaysWhatItDoes) {
  auto access = opened(Right::kAccess);
  const auto refused = apply(access, event(Event::kFulfil, "2026-06-02"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_EQ(refused.error().message,
            "a case of access that is received cannot take 'fulfil'; possible: ask_identity, start, refuse, "
            "withdraw");
  EXPECT_TRUE(access.events.empty());
}

TEST(Case, RefusesEventsOutOfOrderInTime) {
  auto access = opened(Right::kAccess);
  ASSERT_TRUE(apply(access, event(Event::kStart, "2026-06-05")).ok());
  EXPECT_FALSE(apply(access, event(Event::kFulfil, "2026-06-04")).ok());
  EXPECT_EQ(state_of(access), State::kInProgress);
}

TEST(Case, ErasureWaitsForEverybodyWhoWasTold) {
  auto erasure = opened(Right::kErasure);
  ASSERT_TRUE(apply(erasure, event(Event::kStart, "2026-06-01")).ok());
  ASSERT_TRUE(apply(erasure, event(Event::kNotifyRecipients, "2026-06-02", "dwp, moj")).ok());
  EXPECT_EQ(awaited_receipts(erasure), (std::vector<std::string>{"dwp", "moj"}));
  const auto early = apply(erasure, event(Event::kFulfil, "2026-06-03"));
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error().message, "receipts are still to come from: dwp, moj");
  EXPECT_FALSE(apply(erasure, event(Event::kReceipt, "2026-06-03", "dfe")).ok()) << "was not told";
  ASSERT_TRUE(apply(erasure, event(Event::kReceipt, "2026-06-03", "moj")).ok());
  EXPECT_FALSE(apply(erasure, event(Event::kReceipt, "2026-06-03", "moj")).ok()) << "has answered";
  ASSERT_TRUE(apply(erasure, event(Event::kReceipt, "2026-06-04", "dwp")).ok());
  ASSERT_TRUE(apply(erasure, event(Event::kFulfil, "2026-06-04")).ok());
  EXPECT_EQ(state_of(erasure), State::kFulfilled);
}

TEST(Case, NoticesMustNameWhoWasTold) {
  auto erasure = opened(Right::kErasure);
  ASSERT_TRUE(apply(erasure, event(Event::kStart, "2026-06-01")).ok());
  EXPECT_FALSE(apply(erasure, event(Event::kNotifyRecipients, "2026-06-02", "  ")).ok());
}

TEST(Case, ExtensionIsToldWithinTheFirstMonthAndOnce) {
  auto access = opened(Right::kAccess);
  ASSERT_TRUE(apply(access, event(Event::kStart, "2026-06-01")).ok());
  auto late = access;
  EXPECT_FALSE(apply(late, event(Event::kExtend, "2026-07-02")).ok());
  ASSERT_TRUE(apply(access, event(Event::kExtend, "2026-07-01")).ok());
  EXPECT_EQ(to_iso(*clock_of(access, date("2026-07-01")).due), "2026-09-01");
  EXPECT_FALSE(apply(access, event(Event::kExtend, "2026-07-01")).ok());
}

TEST(Case, ClockFollowsTheEvents) {
  auto access = opened(Right::kAccess);
  EXPECT_EQ(to_iso(*clock_of(access, date("2026-06-01")).due), "2026-07-01");
  ASSERT_TRUE(apply(access, event(Event::kAskIdentity, "2026-06-02")).ok());
  EXPECT_FALSE(clock_of(access, date("2026-06-03")).running);
  ASSERT_TRUE(apply(access, event(Event::kIdentityShown, "2026-06-10")).ok());
  ASSERT_TRUE(apply(access, event(Event::kAskClarification, "2026-06-12")).ok());
  EXPECT_FALSE(clock_of(access, date("2026-06-13")).running);
  ASSERT_TRUE(apply(access, event(Event::kClarified, "2026-06-15")).ok());
  EXPECT_EQ(to_iso(*clock_of(access, date("2026-06-15")).due), "2026-07-13") << "10 July and three days";
  ASSERT_TRUE(apply(access, event(Event::kFulfil, "2026-06-16")).ok());
  EXPECT_FALSE(clock_of(access, date("2026-06-17")).running);
}

TEST(Case, ClarificationStopsTheClockOfAccessAlone) {
  auto erasure = opened(Right::kErasure);
  ASSERT_TRUE(apply(erasure, event(Event::kStart, "2026-06-01")).ok());
  ASSERT_TRUE(apply(erasure, event(Event::kAskClarification, "2026-06-12")).ok());
  EXPECT_EQ(to_iso(*clock_of(erasure, date("2026-06-13")).due), "2026-07-01");
  ASSERT_TRUE(apply(erasure, event(Event::kClarified, "2026-06-15")).ok());
  EXPECT_EQ(to_iso(*clock_of(erasure, date("2026-06-16")).due), "2026-07-01");
}

TEST(Case, ComplaintIsDueForAcknowledgementAlsoWhileClarificationIsAwaited) {
  auto complaint = opened(Right::kComplaint);
  EXPECT_EQ(to_iso(*clock_of(complaint, date("2026-06-01")).due), "2026-07-01");
  ASSERT_TRUE(apply(complaint, event(Event::kAskClarification, "2026-06-02")).ok());
  EXPECT_TRUE(clock_of(complaint, date("2026-06-03")).running);
  ASSERT_TRUE(apply(complaint, event(Event::kAcknowledge, "2026-06-04")).ok());
  EXPECT_FALSE(clock_of(complaint, date("2026-06-05")).due.has_value());
}

// The picture in the docs is the code's: when this fails, paste what it prints between the marks.
TEST(Case, PictureInTheDocsIsDrawnFromTheCode) {
  std::ifstream file(source_dir() + "/docs/methods/rights-clock.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const auto right : kAllRights) {
    const auto picture = "```mermaid\n" + mermaid(right) + "```\n";
    EXPECT_NE(text.str().find(picture), std::string::npos) << name(right) << "\n" << picture;
  }
}

}  // namespace
}  // namespace kinfold::rights
