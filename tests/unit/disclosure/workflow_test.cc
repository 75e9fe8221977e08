#include "disclosure/workflow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinfold::disclosure {
namespace {

using ::testing::HasSubstr;

OutputRecord checked_record() {
  OutputRecord record;
  record.id = "effects";
  record.author = "asha";
  EXPECT_TRUE(mark_checked(record, "asha", true, "hash-1", {100}).ok());
  return record;
}

TEST(Workflow, AnAuthorCannotApproveTheirOwnOutput) {
  auto record = checked_record();
  const auto status = approve(record, "asha", "", Rules{}, {200});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kRefused);
  EXPECT_THAT(status.error().message, HasSubstr("two-people"));
}

TEST(Workflow, AnotherActorApprovesAndItIsPublished) {
  auto record = checked_record();
  EXPECT_FALSE(mark_published(record, "asha", "hash-1", {150}).ok());
  ASSERT_TRUE(approve(record, "ben", "fine", Rules{}, {200}).ok());
  EXPECT_EQ(record.state, OutputState::kApproved);
  EXPECT_FALSE(mark_published(record, "ben", "hash-2", {300}).ok());  // not what was approved
  ASSERT_TRUE(mark_published(record, "ben", "hash-1", {300}).ok());
  EXPECT_FALSE(mark_checked(record, "asha", true, "hash-3", {400}).ok());
}

TEST(Workflow, TwoDifferentCheckersAreNeededWhereTheCharterAsks) {
  auto record = checked_record();
  Rules rules;
  rules.checker_count = 2;
  ASSERT_TRUE(approve(record, "ben", "", rules, {200}).ok());
  EXPECT_EQ(record.state, OutputState::kChecked);
  EXPECT_FALSE(approve(record, "ben", "", rules, {210}).ok());
  ASSERT_TRUE(approve(record, "chloe", "", rules, {220}).ok());
  EXPECT_EQ(record.state, OutputState::kApproved);
}

TEST(Workflow, CheckingAgainVoidsApprovals) {
  auto record = checked_record();
  ASSERT_TRUE(approve(record, "ben", "", Rules{}, {200}).ok());
  ASSERT_TRUE(mark_checked(record, "asha", true, "hash-2", {300}).ok());
  EXPECT_FALSE(mark_published(record, "ben", "hash-2", {400}).ok());
}

TEST(Workflow, ARefusedOutputCanOnlyBeReturnedAndWithAComment) {
  auto record = checked_record();
  ASSERT_TRUE(mark_checked(record, "asha", false, "hash-1", {110}).ok());
  EXPECT_FALSE(approve(record, "ben", "", Rules{}, {200}).ok());
  EXPECT_FALSE(send_back(record, "ben", "", {200}).ok());
  ASSERT_TRUE(send_back(record, "ben", "combine the youngest two ages", {200}).ok());
  EXPECT_EQ(record.state, OutputState::kReturned);
}

TEST(Workflow, ARecordSurvivesItsFile) {
  auto record = checked_record();
  ASSERT_TRUE(approve(record, "ben", "fine", Rules{}, {200}).ok());
  const auto read = OutputRecord::from_json(record.to_json());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().to_json(), record.to_json());
  EXPECT_FALSE(OutputRecord::from_json("[]").ok());
}

TEST(Rules, AreReadBackAsWritten) {
  Rules rules;
  rules.threshold = {7, 4, 3};
  rules.level_required = {true, true, false};
  rules.method = Method::kControlledRound;
  rules.checker_count = 2;
  rules.perturbation_file = "the \"10-5\" rule\\\t.csv";
  rules.blocked_extensions = {"a\"b", "c\\"};
  const auto read = parse_rules(to_toml(rules));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(to_toml(read.value()), to_toml(rules));
}

TEST(Rules, SayLineAndKeyOfWhatIsWrong) {
  const auto low = parse_rules("[disclosure]\nthreshold = 0\n");
  ASSERT_FALSE(low.ok());
  EXPECT_EQ(low.error().message, "rules: line 2: disclosure.threshold must be a whole number from 1 to 1000");
  const auto unknown = parse_rules("[disclosure]\nthreshhold = 5\n");
  ASSERT_FALSE(unknown.ok());
  EXPECT_THAT(unknown.error().message, HasSubstr("line 2"));
  EXPECT_FALSE(parse_rules("[disclosure\n").ok());
}

}  // namespace
}  // namespace kinfold::disclosure
