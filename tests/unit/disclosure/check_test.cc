#include "disclosure/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "unit/disclosure/tables.h"

namespace kinfold::disclosure {
namespace {

using ::testing::HasSubstr;

Checked check_one(const Output& output, const Rules& rules = {}, const ReleaseLedger& ledger = {}) {
  NoProgress progress;
  auto checked = check(std::span(&output, 1), rules, ledger, progress);
  EXPECT_TRUE(checked.ok()) << (checked.ok() ? "" : checked.error().message);
  return std::move(checked).value();
}

// Ages by authority with margins: one cell of 3, everything else large.
Output small_cell_output() {
  return counts_output("visits", {"age", "authority"},
                       {{"0-4", "A", 3},
                        {"0-4", "B", 40},
                        {"0-4", "Total", 43},
                        {"5-9", "A", 25},
                        {"5-9", "B", 31},
                        {"5-9", "Total", 56},
                        {"10-15", "A", 44},
                        {"10-15", "B", 52},
                        {"10-15", "Total", 96},
                        {"Total", "A", 72},
                        {"Total", "B", 123},
                        {"Total", "Total", 195}});
}

TEST(Check, HidesASmallCellAndWhatWouldGiveItAway) {
  const auto checked = check_one(small_cell_output());
  const auto& output = checked.outputs[0];
  EXPECT_TRUE(output.publishable());
  EXPECT_EQ(output.at(0, 2).status, CellStatus::kPrimary);
  EXPECT_EQ(output.at(0, 2).rule, "threshold-person");
  EXPECT_EQ(output.primary_count, 1U);
  EXPECT_EQ(output.secondary_count, 3U);  // the corners of one rectangle are the fewest there can be
  for (const auto& line : output.certificate) {
    EXPECT_TRUE(line.safe) << line.what;
    if (line.status == CellStatus::kPrimary) {
      EXPECT_TRUE(line.confirmed) << line.what;
    }
  }
}

TEST(Check, CertificateOfTheSmallCellIsTheAttackersInterval) {
  const auto checked = check_one(small_cell_output());
  const auto& line = checked.outputs[0].certificate[0];
  EXPECT_EQ(line.value, 3);
  EXPECT_EQ(line.low, 0);
  EXPECT_GE(line.high, 10);
  EXPECT_TRUE(line.exact);
}

TEST(Check, AppliedTableHoldsNullsAndSymbolsInPlaceOfHiddenFigures) {
  const auto checked = check_one(small_cell_output());
  const auto& table = checked.outputs[0].protected_table;
  const auto* n = table.find("n");
  const auto* symbol = table.find("n_symbol");
  ASSERT_NE(symbol, nullptr);
  EXPECT_TRUE(n->is_null(0));
  EXPECT_EQ(symbol->text_at(0), "c");
  EXPECT_THAT(public_csv(checked.outputs[0]), HasSubstr("0-4,A,[c]"));
}

TEST(Check, LargeCellsAreShownAndNeedNoProtection) {
  const auto checked = check_one(counts_output("t", {"age"}, {{"a", 40}, {"b", 50}, {"Total", 90}}));
  EXPECT_EQ(checked.outputs[0].primary_count + checked.outputs[0].secondary_count, 0U);
  EXPECT_EQ(checked.outputs[0].method, "none needed");
}

TEST(Check, AZeroIsDisclosiveUnlessItIsStructural) {
  auto output = counts_output("t", {"age"}, {{"a", 0}, {"b", 50}, {"c", 40}, {"Total", 90}});
  EXPECT_EQ(check_one(output).outputs[0].at(0, 1).rule, "zero");
  output.table.add("structural_zero", table::ColumnType::kBool);
  for (const bool structural : {true, false, false, false})
    output.table.columns().back().append_bool(structural);
  output.layout = guess_layout(output.table);
  EXPECT_EQ(check_one(output).outputs[0].at(0, 1).status, CellStatus::kStructural);
}

TEST(Check, ManyChildrenOfFewFamiliesAreHidden) {
  auto output = counts_output("t", {"age"}, {{"a", 10}, {"b", 50}, {"c", 60}, {"Total", 120}});
  auto& families = output.table.add("families", table::ColumnType::kInt64);
  for (const int count : {2, 30, 35, 67}) families.append_int(count);
  output.layout = guess_layout(output.table);
  const auto checked = check_one(output);
  EXPECT_EQ(checked.outputs[0].at(0, 1).rule, "threshold-family");
  EXPECT_EQ(checked.outputs[0].at(0, 2).rule, "threshold-family");
}

TEST(Check, AGroupsSizeBesideEachOfItsCategoriesIsOneNumberWithItsOwnContributors) {
  // Nine families are behind level a; the group itself has many, and its size is told three times.
  auto output = counts_output("t", {"level"}, {{"a", 12}, {"b", 300}, {"c", 400}});
  auto& group = output.table.add("group_persons", table::ColumnType::kInt64);
  auto& share = output.table.add("share", table::ColumnType::kDouble);
  auto& families = output.table.add("contributing_families", table::ColumnType::kInt64);
  for (const auto& [n, behind] : {std::pair{12, 9}, {300, 150}, {400, 200}}) {
    group.append_int(712);
    share.append_double(n / 712.0);
    families.append_int(behind);
  }
  output.layout = guess_layout(output.table);
  output.layout.push_back({"group_persons", Role::kCount, Level::kPerson, {}, {}, {}, {}, 50, 1, {}, 1, {}});
  for (auto& column : output.layout) {
    if (column.column == "share") column.of = "group_persons";
  }
  const auto checked = check_one(output);
  const auto& result = checked.outputs[0];
  EXPECT_EQ(result.at(0, 1).rule, "threshold-family");
  EXPECT_NE(result.at(0, 3).status, CellStatus::kPublished);  // the share tells the hidden count
  EXPECT_NE(result.at(1, 2).rule, "threshold-family");        // the group is not behind those nine
  EXPECT_EQ(result.at(0, 2).status, result.at(2, 2).status);  // one number
}

TEST(Check, TwoCategoriesOfTheSameSizeAreTwoNumbers) {
  const auto checked = check_one(counts_output("t", {"age"}, {{"a", 22}, {"b", 22}}));
  EXPECT_EQ(checked.outputs[0].released.cells.size(), 2U);
}

TEST(Check, ARemainderThatSubtractingLeavesIsProtected) {
  // Total 100, listed 96: four people are in a category that the table does not list.
  const auto checked = check_one(counts_output("t", {"age"}, {{"a", 46}, {"b", 50}, {"Total", 100}}));
  EXPECT_GT(checked.outputs[0].secondary_count, 0U);
}

TEST(Check, APercentageAndItsBaseAreTheCountTheyImply) {
  auto output = counts_output("t", {"age"}, {{"a", 100}, {"b", 200}, {"Total", 300}});
  auto& percent = output.table.add("percent", table::ColumnType::kDouble);
  for (const double value : {97.0, 50.0, 65.6666667}) percent.append_double(value);
  output.layout = guess_layout(output.table);
  const auto checked = check_one(output);
  // 97 % of 100 leaves three without it.
  EXPECT_NE(checked.outputs[0].at(0, 2).status, CellStatus::kPublished);
  for (const auto& line : checked.outputs[0].certificate) EXPECT_TRUE(line.safe) << line.what;
}

TEST(Check, AnEstimateNeedsEnoughOnBothSides) {
  table::Table table;
  auto& outcome = table.add("outcome", table::ColumnType::kString);
  auto& estimate = table.add("estimate", table::ColumnType::kDouble);
  auto& treated = table.add("n_treated", table::ColumnType::kInt64);
  auto& comparison = table.add("n_comparison", table::ColumnType::kInt64);
  for (const auto& [name, n1, n0] : {std::tuple{"care", 200, 400}, {"custody", 200, 7}}) {
    outcome.append_string(name);
    estimate.append_double(-0.01);
    treated.append_int(n1);
    comparison.append_int(n0);
  }
  Output output{"effects", "Effects", {}, table, guess_layout(table)};
  const auto checked = check_one(output);
  EXPECT_EQ(checked.outputs[0].at(0, 1).status, CellStatus::kPublished);
  EXPECT_EQ(checked.outputs[0].at(1, 1).status, CellStatus::kPrimary);
  EXPECT_THAT(checked.outputs[0].at(1, 1).reason, HasSubstr("n_comparison"));
}

TEST(Check, AMeanThatAnotherAndTheirDifferenceWouldGiveAwayGoesWithIt) {
  table::Table table;
  table.add("outcome", table::ColumnType::kString);
  for (const char* name : {"n_treated", "n_comparison"}) table.add(name, table::ColumnType::kInt64);
  for (const char* name : {"programme_mean", "comparison_mean", "estimate"})
    table.add(name, table::ColumnType::kDouble);
  // 8 of 2,356 on the programme: their share is 8 people. 0.00696 less 0.00357 is that share again.
  for (const double treated : {8.0, 80.0}) {
    table.find("outcome")->append_string(treated < 10 ? "rare" : "common");
    table.find("n_treated")->append_int(2356);
    table.find("n_comparison")->append_int(1819);
    table.find("programme_mean")->append_double(treated / 2356);
    table.find("comparison_mean")->append_double(0.00696 * treated / 8);
    table.find("estimate")->append_double(treated / 2356 - 0.00696 * treated / 8);
  }
  auto layout = guess_layout(table);
  for (const char* name : {"programme_mean", "comparison_mean"}) {
    ColumnLayout mean;
    mean.column = name;
    mean.role = Role::kEstimate;
    mean.n = {"n_treated", "n_comparison"};
    layout.push_back(mean);
  }
  const auto checked = check_one({"effects", "Effects", {}, table, layout});
  const auto& output = checked.outputs[0];
  ASSERT_TRUE(output.publishable()) << (output.refusals.empty() ? "" : output.refusals[0]);
  EXPECT_EQ(output.at(0, 3).rule, "implied-count");
  EXPECT_EQ(output.at(0, 4).status, CellStatus::kPrimary) << "with the effect it would give the other away";
  EXPECT_THAT(output.at(0, 4).reason, HasSubstr("programme_mean can be worked out from it"));
  EXPECT_EQ(output.at(0, 5).status, CellStatus::kPublished);
  for (std::size_t c = 3; c < 6; ++c) EXPECT_EQ(output.at(1, c).status, CellStatus::kPublished) << c;
}

TEST(Check, AColumnThatNobodyExplainedIsRefused) {
  auto output = counts_output("t", {"age"}, {{"a", 40}, {"Total", 40}});
  auto& strange = output.table.add("xyzzy", table::ColumnType::kDouble);
  strange.append_double(1);
  strange.append_double(2);
  const auto checked = check_one(output);
  EXPECT_FALSE(checked.publishable());
  EXPECT_THAT(checked.outputs[0].refusals.at(0), HasSubstr("xyzzy"));
}

TEST(Check, TwoOutputsThatShareTotalsAreProtectedTogether) {
  // Alone, hiding a and b would do; the second table tells a + c's total for another grouping.
  const std::vector<Output> outputs{
      counts_output("one", {"age"}, {{"a", 4}, {"b", 50}, {"c", 60}, {"Total", 114}}),
      counts_output("two", {"age"}, {{"b", 50}, {"c", 60}, {"a", 4}, {"Total", 114}})};
  NoProgress progress;
  const auto checked = check(outputs, Rules{}, ReleaseLedger{}, progress);
  ASSERT_TRUE(checked.ok());
  for (std::size_t row = 0; row < 3; ++row) {
    const auto label = checked.value().outputs[0].original.columns()[0].text_at(row);
    for (std::size_t other = 0; other < 3; ++other) {
      if (checked.value().outputs[1].original.columns()[0].text_at(other) != label) continue;
      EXPECT_EQ(checked.value().outputs[0].at(row, 1).status, checked.value().outputs[1].at(other, 1).status);
    }
  }
}

TEST(Check, LeavingOneCouncilOutOfALaterTableIsRefusedInWords) {
  ReleaseLedger ledger;
  const auto first = check_one(counts_output("all", {"age"}, {{"a", 60}, {"b", 50}, {"Total", 110}}));
  ledger.add(to_released(first.outputs[0], "2024-03-01T00:00:00Z"));
  auto later = counts_output("without", {"age"}, {{"a", 56}, {"b", 35}, {"Total", 91}});
  later.population.only["authority"] = {"B", "C"};
  const auto checked = check_one(later, {}, ledger);
  // 60 - 56: the council that is left out has four in a.
  const auto& output = checked.outputs[0];
  const bool hidden = output.at(0, 1).status != CellStatus::kPublished;
  EXPECT_TRUE(hidden || !output.publishable());
  for (const auto& line : output.certificate) EXPECT_TRUE(line.safe || !output.publishable()) << line.what;
}

TEST(Check, TheSameFigureAfterOneFamilyWithdrewIsNotShown) {
  ReleaseLedger ledger;
  auto before = counts_output("visits", {"age"}, {{"a", 60}, {"b", 50}, {"Total", 110}});
  before.population.data_version = "v1";
  ledger.add(to_released(check_one(before).outputs[0], "2024-03-01T00:00:00Z"));
  auto after = counts_output("visits", {"age"}, {{"a", 57}, {"b", 50}, {"Total", 107}});
  after.population.data_version = "v2";
  const auto checked = check_one(after, {}, ledger);
  EXPECT_NE(checked.outputs[0].at(0, 1).status, CellStatus::kPublished);
  EXPECT_NE(checked.outputs[0].at(2, 1).status, CellStatus::kPublished);
}

TEST(Check, ALedgerSurvivesItsFile) {
  ReleaseLedger ledger;
  ledger.add(to_released(check_one(small_cell_output()).outputs[0], "2024-03-01T00:00:00Z"));
  const auto read = ReleaseLedger::from_json(ledger.to_json());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().to_json(), ledger.to_json());
  EXPECT_FALSE(ReleaseLedger::from_json("{}").ok());
}

TEST(Check, HostileCategoryNamesAreText) {
  const auto checked = check_one(counts_output(
      "t", {"age"}, {{"<script>alert(1)</script>", 4}, {"=1+1", 50}, {"c", 60}, {"Total", 114}}));
  EXPECT_EQ(public_html(checked.outputs[0]).find("<script>"), std::string::npos);
  EXPECT_EQ(checker_page(checked).find("<script>alert"), std::string::npos);
  EXPECT_THAT(public_csv(checked.outputs[0]), HasSubstr("'=1+1"));
}

TEST(Check, BlockedFileKindsAreRefused) {
  EXPECT_FALSE(check_file_kind("plot.SVG", Rules{}).ok());
  EXPECT_TRUE(check_file_kind("table.csv", Rules{}).ok());
}

}  // namespace
}  // namespace kinfold::disclosure
