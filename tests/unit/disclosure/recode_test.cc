// What would mend a table is found by trying, and holds when it is done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "disclosure/check.h"
#include "disclosure/recode_internal.h"
#include "unit/disclosure/random_tables.h"

namespace kinfold::disclosure {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CheckedOutput check_one(const Output& output) {
  NoProgress progress;
  Rules rules;
  rules.exact_cell_count_max = 0;
  rules.interval_count_max = 0;
  rules.attempt_count = 1;
  auto checked = check(std::span(&output, 1), rules, ReleaseLedger{}, progress);
  EXPECT_TRUE(checked.ok()) << (checked.ok() ? "" : checked.error().message);
  return checked.ok() ? std::move(checked.value().outputs[0]) : CheckedOutput{};
}

Output ages() {
  return counts_output("t", {"age"},
                       {{"0-4", 40}, {"5-9", 4}, {"10-14", 12}, {"15-19", 70}, {"20+", 90}, {"Total", 216}});
}

TEST(Recode, NamesTheCheapestMergeOfNeighboursForTheCellAndForTheTable) {
  const auto output = check_one(ages());
  // With 10-14 fewer people lose detail than with 0-4; apart from the two neither is needed.
  EXPECT_EQ(output.at(1, 1).remedy, "combine age 5-9 and 10-14");
  ASSERT_FALSE(output.recodings.empty());
  const auto& first = output.recodings[0];
  EXPECT_EQ(first.failing_left, 0U);
  EXPECT_EQ(first.rows_lost, 1U);
  ASSERT_EQ(first.steps.size(), 1U);
  EXPECT_THAT(first.steps[0].labels, ElementsAre("5-9", "10-14"));
  EXPECT_EQ(first.words, "combine age 5-9 and 10-14: no figure fails a rule then (1 of 6 rows go)");
  EXPECT_THAT(to_json(Checked{{output}, {}}), HasSubstr("\"recodings\""));
  EXPECT_THAT(checker_page(Checked{{output}, {}}), HasSubstr("combine age 5-9 and 10-14: no figure fails"));
}

TEST(Recode, AWindowIsWidened) {
  const auto output =
      check_one(counts_output("t", {"quarter"}, {{"1", 40}, {"2", 44}, {"3", 6}, {"4", 50}, {"Total", 140}}));
  EXPECT_THAT(output.at(2, 1).remedy, HasSubstr("widen the window: take quarter"));
}

TEST(Recode, ARowThatGoesTakesTheTotalWithIt) {
  const auto output = check_one(counts_output("t", {"age"}, {{"a", 4}, {"b", 80}, {"Total", 84}}));
  bool dropped = false;
  for (const auto& recoding : output.recodings) {
    if (recoding.steps[0].kind != "drop") continue;
    dropped = true;
    EXPECT_THAT(recoding.steps[0].labels, ElementsAre("a", "Total"));  // else the total less b tells a
    EXPECT_EQ(recoding.failing_left, 0U);
  }
  EXPECT_TRUE(dropped);
}

TEST(Recode, FamiliesOfTwoCategoriesMayBeTheSameOnes) {
  auto output = counts_output("t", {"age"}, {{"a", 30}, {"b", 30}, {"c", 90}, {"Total", 150}});
  auto& families = output.table.add("families", table::ColumnType::kInt64);
  for (const int count : {6, 7, 40, 50}) families.append_int(count);
  output.layout = guess_layout(output.table);
  // Six and seven families may be seven in all: a and b together are not proposed.
  EXPECT_EQ(check_one(output).at(0, 1).remedy, "combine age a, b and c");
}

TEST(Recode, SubcategoriesAreCombinedAmongThemselves) {
  auto output = counts_output(
      "t", {"age"}, {{"a1", 4}, {"a2", 60}, {"a", 64}, {"b1", 30}, {"b2", 40}, {"b", 70}, {"Total", 134}});
  for (auto& column : output.layout) {
    if (column.column == "age") column.parent = {{"a1", "a"}, {"a2", "a"}, {"b1", "b"}, {"b2", "b"}};
  }
  EXPECT_EQ(check_one(output).at(0, 1).remedy, "combine age a1 and a2");
}

// The law: a proposal that says that nothing fails then is done, and nothing does.
TEST(Recode, WhatIsProposedHoldsWhenItIsDone) {
  int done = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto table = random_table(seed, 3, 5).output;
    const auto output = check_one(table);
    if (output.recodings.empty() || output.recodings[0].failing_left > 0) continue;
    for (const auto& step : output.recodings[0].steps) {
      if (step.kind != "combine") {
        table = Output{};
        break;
      }
      std::map<std::string, std::string> group_of;
      for (const auto& label : step.labels) group_of[label] = "group " + step.labels[0];
      for (std::size_t c = 0; c < table.table.column_count(); ++c) {
        if (table.table.columns()[c].name() == step.column) {
          table = merge_rows(table, c, group_of);
          break;
        }
      }
    }
    if (table.table.row_count() == 0) continue;
    ++done;
    const auto again = check_one(table);
    EXPECT_EQ(again.primary_count + again.secondary_count, 0U);
  }
  EXPECT_GT(done, 5);
}

TEST(Recode, ASurvivalCurveEndsWhereEnoughAreStillAtRisk) {
  table::Table table;
  for (const char* name : {"group", "quarter"}) table.add(name, table::ColumnType::kString);
  for (const char* name : {"n", "at_risk"}) table.add(name, table::ColumnType::kInt64);
  table.add("estimate", table::ColumnType::kDouble);
  for (const auto& [group, quarter, n, at_risk] : {std::tuple{"a", "1", 60, 60},
                                                   {"a", "2", 60, 31},
                                                   {"a", "3", 60, 9},
                                                   {"a", "4", 60, 4},
                                                   {"b", "1", 11, 9},
                                                   {"b", "2", 11, 3}}) {
    table.find("group")->append_string(group);
    table.find("quarter")->append_string(quarter);
    table.find("n")->append_int(n);
    table.find("at_risk")->append_int(at_risk);
    table.find("estimate")->append_double(0.5);
  }
  const auto output = check_one({"survival", "Survival", {}, table, guess_layout(table)});
  EXPECT_EQ(output.at(1, 3).rule, "");
  EXPECT_EQ(output.at(2, 3).rule, "survival");
  EXPECT_EQ(output.at(2, 3).remedy, "end the curve at quarter 2");
  EXPECT_EQ(output.at(3, 4).rule, "survival") << "the estimate goes with those it rests on";
  EXPECT_EQ(output.at(3, 4).remedy, "end the curve at quarter 2");
  EXPECT_EQ(output.at(4, 3).remedy, "leave this curve out: too few are at risk from its start");
}

TEST(Check, APercentageWithoutItsBaseIsRefused) {
  table::Table table;
  table.add("age", table::ColumnType::kString).append_string("a");
  table.add("percent", table::ColumnType::kDouble).append_double(12.5);
  const auto output = check_one({"t", "t", {}, table, guess_layout(table)});
  EXPECT_FALSE(output.publishable());
  EXPECT_THAT(output.refusals.at(0), HasSubstr("column percent: of how many people"));
}

}  // namespace
}  // namespace kinfold::disclosure
