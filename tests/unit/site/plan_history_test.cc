#include "site/plan_history.h"

#include <gtest/gtest.h>

namespace kinfold::site {
namespace {

seal::Id release(unsigned char n) {
  seal::Id id{};
  id.bytes[0] = n;
  return id;
}

seal::Digest plan(unsigned char n) {
  seal::Digest digest{};
  digest.bytes[0] = n;
  return digest;
}

ledger::Entry registered(const seal::Id& subject, const seal::Digest& digest) {
  ledger::Entry entry;
  entry.verb = ledger::Verb::kEvaluate;
  entry.subject = subject;
  entry.marks = {{ledger::DigestKind::kPlan, digest}};
  return entry;
}

TEST(PlanHistory, TheFirstPlanOfAReleaseIsTheOneThatWasPlanned) {
  PlanHistory history;
  EXPECT_FALSE(history.changed(plan(1), nullptr));
  history.add(registered(release(1), plan(1)));
  history.add(registered(release(1), plan(2)));
  history.add(registered(release(1), plan(1)));
  EXPECT_FALSE(history.changed(plan(1), nullptr)) << "run again, it is still the first";
  EXPECT_TRUE(history.changed(plan(2), nullptr));
}

TEST(PlanHistory, EachReleaseHasItsOwn) {
  PlanHistory history;
  history.add(registered(release(1), plan(1)));
  history.add(registered(release(2), plan(2)));
  EXPECT_FALSE(history.changed(plan(2), nullptr));
  history.add(registered(release(1), plan(2)));
  const auto one = release(1);
  const auto two = release(2);
  EXPECT_TRUE(history.changed(plan(2), &one));
  EXPECT_FALSE(history.changed(plan(2), &two));
  EXPECT_TRUE(history.changed(plan(2), nullptr))
      << "a reader of what is published is told if it was so for any";
}

TEST(PlanHistory, OtherEntriesRegisterNothing) {
  PlanHistory history;
  auto entry = registered(release(1), plan(1));
  entry.verb = ledger::Verb::kPublish;
  history.add(entry);
  history.add(registered(release(1), plan(2)));
  EXPECT_FALSE(history.changed(plan(2), nullptr));
}

}  // namespace
}  // namespace kinfold::site
