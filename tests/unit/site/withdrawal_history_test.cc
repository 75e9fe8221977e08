#include "site/withdrawal_history.h"

#include <gtest/gtest.h>

namespace kinfold::site {
namespace {

ledger::Entry entry(ledger::Verb verb, std::uint64_t people = 0, ledger::Phase phase = ledger::Phase::kDone) {
  ledger::Entry made;
  made.verb = verb;
  made.phase = phase;
  if (people > 0) made.counts = {{ledger::CountKind::kPeople, people}};
  return made;
}

std::uint64_t count_of(const std::vector<ledger::Entry>& entries) {
  WithdrawalHistory history;
  for (const auto& each : entries) history.add(each);
  return history.left_count();
}

using ledger::Verb;

TEST(WithdrawalHistory, CountsNobodyWhileNothingIsPublished) {
  EXPECT_EQ(count_of({entry(Verb::kReceive), entry(Verb::kWithdraw, 3)}), 0U);
}

TEST(WithdrawalHistory, AddsUpEveryWithdrawalAroundAPublication) {
  EXPECT_EQ(count_of({entry(Verb::kPublish), entry(Verb::kWithdraw, 1), entry(Verb::kWithdraw, 2)}), 3U);
  EXPECT_EQ(count_of({entry(Verb::kWithdraw, 1), entry(Verb::kPublish)}), 1U)
      << "what was published is of the release from before";
}

TEST(WithdrawalHistory, IsNotForgottenWhenSomethingElseIsPublishedLater) {
  EXPECT_EQ(count_of({entry(Verb::kPublish), entry(Verb::kWithdraw, 1), entry(Verb::kPublish)}), 1U)
      << "the first table, made again, still differs by this person";
}

TEST(WithdrawalHistory, CountsThoseWhoCameBackForThemselves) {
  auto lifted = entry(ledger::Verb::kRestrict, 1);
  lifted.reason = ledger::Reason::kRights;
  WithdrawalHistory history;
  history.add(lifted);
  EXPECT_EQ(history.came_back_count(), 0U) << "nothing is published";
  for (const auto& each : {entry(Verb::kPublish), entry(Verb::kWithdraw, 2), entry(Verb::kRestrict, 5)})
    history.add(each);
  EXPECT_EQ(history.came_back_count(), 1U) << "also before; and a restriction is no return";
  EXPECT_EQ(history.left_count(), 2U);
}

TEST(WithdrawalHistory, TakesNoIntentionForAnAct) {
  EXPECT_EQ(count_of({entry(Verb::kPublish, 0, ledger::Phase::kIntent), entry(Verb::kWithdraw, 1)}), 0U);
  EXPECT_EQ(count_of({entry(Verb::kPublish), entry(Verb::kWithdraw, 1, ledger::Phase::kIntent)}), 0U);
}

}  // namespace
}  // namespace kinfold::site
