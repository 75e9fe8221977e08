#include "linkage/insight.h"

#include <gtest/gtest.h>

#include <cmath>

#include "linkage/link.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

TEST(Insight, TellsHowMuchOfEachFieldIsThere) {
  const People people(300, 5);
  auto left = people.file(0, 250, 0.0, 1);
  auto holes = people.file(50, 300, 0.0, 2);
  table::Column dates("date_of_birth", table::ColumnType::kString);
  for (std::size_t row = 0; row < holes.row_count(); ++row) {
    if (row % 4 == 0)
      dates.append_null();
    else
      dates.append_string(holes.find("date_of_birth")->string_at(row));
  }
  *holes.find("date_of_birth") = dates;
  const auto result = link(left, &holes, people_model());
  ASSERT_TRUE(result.ok()) << result.error().message;
  bool found = false;
  for (const auto& field : result.value().insight.completeness) {
    if (field.field != "date_of_birth") continue;
    found = true;
    EXPECT_DOUBLE_EQ(field.left_share, 1.0);
    EXPECT_NEAR(field.right_share, 0.75, 0.01);
    EXPECT_GT(field.distinct_count, 100U);
  }
  EXPECT_TRUE(found);
}

TEST(Insight, CountsEveryRecordAgainstItself) {
  const People people(200, 6);
  const auto left = people.file(0, 150, 0.0, 1);
  const auto right = people.file(50, 200, 0.1, 2);
  const auto result = link(left, &right, people_model());
  ASSERT_TRUE(result.ok()) << result.error().message;
  std::uint64_t on_left = 0;
  std::uint64_t on_right = 0;
  for (const auto& weight : result.value().insight.self_weights) {
    on_left += weight.left_count;
    on_right += weight.right_count;
  }
  EXPECT_EQ(on_left, left.row_count());
  EXPECT_EQ(on_right, right.row_count());
  EXPECT_GT(result.value().insight.self_weights.back().bits, 10) << "a whole record knows itself";
}

TEST(Insight, IsTheSameWorkedOutAfterwards) {
  const People people(300, 8);
  const auto left = people.file(0, 220, 0.1, 1);
  const auto right = people.file(60, 300, 0.3, 2);
  for (const auto* second : {&right, static_cast<const table::Table*>(nullptr)}) {
    LinkOptions without;
    without.insight = false;
    const auto whole = link(left, second, people_model());
    const auto bare = link(left, second, people_model(), without);
    ASSERT_TRUE(whole.ok() && bare.ok());
    EXPECT_TRUE(bare.value().insight.self_weights.empty());
    const auto later = insight_of(left, second, bare.value());
    ASSERT_TRUE(later.ok()) << later.error().message;
    const Insight& expected = whole.value().insight;
    ASSERT_EQ(later.value().self_weights.size(), expected.self_weights.size());
    for (std::size_t n = 0; n < expected.self_weights.size(); ++n) {
      EXPECT_EQ(later.value().self_weights[n].bits, expected.self_weights[n].bits);
      EXPECT_EQ(later.value().self_weights[n].left_count, expected.self_weights[n].left_count);
      EXPECT_EQ(later.value().self_weights[n].right_count, expected.self_weights[n].right_count);
    }
    ASSERT_EQ(later.value().completeness.size(), expected.completeness.size());
    ASSERT_EQ(later.value().explained.size(), expected.explained.size());
    if (second != nullptr) {
      EXPECT_FALSE(expected.explained.empty());
    }
    for (std::size_t n = 0; n < expected.explained.size(); ++n) {
      EXPECT_EQ(later.value().explained[n].rows, expected.explained[n].rows);
      EXPECT_EQ(later.value().explained[n].explanation.weight_bits,
                expected.explained[n].explanation.weight_bits);
    }
  }
}

TEST(Insight, StepsOfEveryExplainedPairAddUpToItsWeight) {
  const People people(400, 7);
  const auto left = people.file(0, 300, 0.0, 1);
  const auto right = people.file(100, 400, 0.3, 2);
  LinkOptions options;
  options.explain_rows = {{3, 9}};
  const auto result = link(left, &right, people_model(), options);
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto& explained = result.value().insight.explained;
  ASSERT_FALSE(explained.empty());
  EXPECT_TRUE(explained.front().asked);
  EXPECT_EQ(explained.front().rows, (RowPair{3, 9}));
  for (const auto& pair : explained) {
    double sum = pair.explanation.moved_bits + pair.explanation.related_bits;
    for (const auto& step : pair.explanation.steps) sum += step.weight_bits + step.term_frequency_bits;
    EXPECT_NEAR(sum, pair.explanation.weight_bits, 1e-9);
  }
}

TEST(Insight, RefusesAPairOfRowsThatAreNotThere) {
  const People people(50, 8);
  const auto left = people.file(0, 50, 0.0, 1);
  LinkOptions options;
  options.explain_rows = {{0, 50}};
  const auto result = link(left, nullptr, people_model(), options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message,
            "a pair to be explained names a row that its table does not have; rows are counted from 0");
}

TEST(Insight, NamesTheSizesOfTheLargestBlocksAndNothingElse) {
  const People people(600, 9);
  const auto left = people.file(0, 600, 0.2, 1);
  const auto result = link(left, nullptr, people_model());
  ASSERT_TRUE(result.ok()) << result.error().message;
  for (const auto& rule : result.value().blocking) {
    EXPECT_LE(rule.largest_blocks.size(), 3U);
    std::uint64_t previous = ~std::uint64_t{0};
    for (const auto& block : rule.largest_blocks) {
      EXPECT_LE(block.pair_count, previous);
      EXPECT_EQ(block.pair_count, block.left_count * (block.left_count - 1) / 2)
          << "all pairs within the block";
      previous = block.pair_count;
    }
  }
}

}  // namespace
}  // namespace kinfold::linkage
