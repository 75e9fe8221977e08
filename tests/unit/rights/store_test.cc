#include "rights/store.h"

#include <gtest/gtest.h>

#include "unit/identity/support.h"

namespace kinfold::rights {
namespace {

using identity::testing::MapKeys;
using identity::testing::TemporaryFolder;

Date date(const char* iso) { return *parse_iso_date(iso); }

class StoreTest : public ::testing::Test {
 protected:
  CaseStore open() {
    auto store = CaseStore::open(folder_.file("cases.db"), keys_);
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
    return std::move(store).value();
  }
  static Case started(Right right, const char* received) {
    auto a_case = open_case(right, date(received), "officer", identity::system_random());
    EXPECT_TRUE(apply(a_case, {Event::kStart, date(received), "officer", ""}).ok());
    return a_case;
  }
  TemporaryFolder folder_;
  MapKeys keys_;
};

TEST_F(StoreTest, KeepsCasesAcrossProcesses) {
  auto a_case = started(Right::kErasure, "2020-06-01");
  identity::PersonId somebody;
  somebody.bytes[3] = 9;
  a_case.person = somebody;
  {
    auto store = open();
    ASSERT_TRUE(store.save(a_case).ok());
    ASSERT_TRUE(apply(a_case, {Event::kNotifyRecipients, date("2020-06-02"), "officer", "dwp"}).ok());
    ASSERT_TRUE(store.save(a_case).ok());
  }
  auto store = open();
  const auto found = store.find(a_case.id);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(to_json(*found), to_json(a_case));
  EXPECT_EQ(found->person, somebody);
  EXPECT_EQ(state_of(*found), State::kAwaitingReceipts);
  EXPECT_FALSE(store.find("no such case").has_value());
}

TEST_F(StoreTest, RefusesToRewriteWhatHappened) {
  auto store = open();
  auto a_case = started(Right::kErasure, "2020-06-01");
  ASSERT_TRUE(store.save(a_case).ok());
  auto rewritten = a_case;
  rewritten.events[0].actor = "somebody else";
  EXPECT_FALSE(store.save(rewritten).ok());
  auto shorter = a_case;
  shorter.events.clear();
  EXPECT_FALSE(store.save(shorter).ok());
}

TEST_F(StoreTest, ListsTheMostUrgentFirst) {
  auto store = open();
  auto later = started(Right::kErasure, "2020-06-10");
  auto sooner = started(Right::kAccess, "2020-06-01");
  auto waiting = open_case(Right::kAccess, date("2020-05-01"), "officer", identity::system_random());
  ASSERT_TRUE(apply(waiting, {Event::kAskIdentity, date("2020-05-02"), "officer", ""}).ok());
  auto closed = open_case(Right::kAccess, date("2020-04-01"), "officer", identity::system_random());
  ASSERT_TRUE(apply(closed, {Event::kWithdraw, date("2020-04-02"), "officer", ""}).ok());
  for (const auto& each : {later, closed, waiting, sooner}) ASSERT_TRUE(store.save(each).ok());
  std::vector<std::string> ids;
  for (const auto& each : store.list(date("2020-06-15"))) ids.push_back(each.id);
  EXPECT_EQ(ids, (std::vector<std::string>{sooner.id, later.id, waiting.id, closed.id}));
}

TEST_F(StoreTest, NothingIsInTheClear) {
  auto store = open();
  auto a_case = open_case(Right::kErasure, date("2020-06-01"), "canary-officer", identity::system_random());
  ASSERT_TRUE(store.save(a_case).ok());
  const auto bytes = identity::testing::all_bytes_below(folder_.path());
  EXPECT_EQ(bytes.find("canary"), std::string::npos);
  EXPECT_EQ(bytes.find(a_case.id), std::string::npos);
  EXPECT_EQ(bytes.find("erasure"), std::string::npos);
}

TEST(CaseJson, RefusesWhatCouldNotHaveHappened) {
  auto a_case = open_case(Right::kAccess, date("2020-06-01"), "officer", identity::system_random());
  ASSERT_TRUE(case_from_json(to_json(a_case)).ok());
  a_case.events.push_back({Event::kFulfil, date("2020-06-02"), "officer", ""});
  EXPECT_FALSE(case_from_json(to_json(a_case)).ok()) << "fulfilled without having been started";
  for (const char* text :
       {"", "{}", "[]", "null", "{\"id\":7}", "\xFF", "{\"id\":\"x\",\"right\":\"forget\"}"}) {
    EXPECT_FALSE(case_from_json(text).ok()) << text;
  }
}

}  // namespace
}  // namespace kinfold::rights
