// A rounded percentage stands for a range of counts: judged, hidden and attacked as such.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "disclosure/check.h"
#include "disclosure/encode_internal.h"
#include "unit/disclosure/tables.h"

namespace kinfold::disclosure {
namespace {

using ::testing::HasSubstr;

CheckedOutput check_one(const Output& output, const ReleaseLedger& ledger = {}) {
  NoProgress progress;
  auto checked = check(std::span(&output, 1), Rules{}, ledger, progress);
  EXPECT_TRUE(checked.ok()) << (checked.ok() ? "" : checked.error().message);
  return checked.ok() ? std::move(checked.value().outputs[0]) : CheckedOutput{};
}

Output with_percent(Output output, const std::vector<double>& percent, std::optional<int> decimals = {}) {
  auto& column = output.table.add("percent", table::ColumnType::kDouble);
  for (const double value : percent) column.append_double(value);
  output.layout = guess_layout(output.table);
  for (auto& layout : output.layout) {
    if (layout.column == "percent") layout.decimals = decimals;
  }
  return output;
}

const ReleasedCell* cell_of(const CheckedOutput& output, const std::string& words) {
  for (const auto& cell : output.released.cells) {
    if (cell.selection.words() == words) return &cell;
  }
  return nullptr;
}

TEST(RoundedShares, ReadingsAreAllCountsThatRoundToTheFigure) {
  const auto whole = read_share(12, 100, 1000, 0);  // 11.5 to 12.5 %
  EXPECT_EQ(whole.low, 115);
  EXPECT_EQ(whole.high, 125);
  EXPECT_EQ(whole.count, 120);
  const auto tenth = read_share(12.3, 100, 300, 1);  // 36.75 to 37.05: only 37
  EXPECT_EQ(tenth.low, 37);
  EXPECT_EQ(tenth.high, 37);
  const auto none = read_share(0, 1, 500, 2);
  EXPECT_EQ(none.low, 0);
  EXPECT_EQ(none.high, 2);
  const auto in_full = read_share(0.3333333333, 1, 3, {});
  EXPECT_EQ(in_full.low, 1);
  EXPECT_EQ(in_full.high, 1);
}

TEST(RoundedShares, TheFewestPeopleInTheRangeAreJudged) {
  // 1 % of 1,200 is 6 to 18 people; 1.2 % of 1,200 is 14 or 15.
  const auto table = counts_output("t", {"age"}, {{"a", 1200}, {"b", 1200}, {"Total", 2400}});
  const auto whole = check_one(with_percent(table, {1, 30, 16}, 0));
  EXPECT_EQ(whole.at(0, 2).rule, "threshold-person");
  EXPECT_THAT(whole.at(0, 2).reason, HasSubstr("rounded, it stands for 6 to 18"));
  EXPECT_EQ(check_one(with_percent(table, {1.2, 30.1, 15.7})).at(0, 2).rule, "");
}

TEST(RoundedShares, AreSeenWithoutBeingTold) {
  // 37 % of 1,203 is no whole number of people: the column was rounded, to whole per cents.
  const auto output =
      check_one(with_percent(counts_output("t", {"age"}, {{"a", 1203}, {"b", 1317}}), {37, 24}));
  const auto* cell = cell_of(output, "persons with age a, counted in percent");
  ASSERT_NE(cell, nullptr);
  EXPECT_TRUE(cell->fits_only);
  EXPECT_EQ(cell->shown_low, 440);   // 36.5 % is 439.095
  EXPECT_EQ(cell->shown_high, 451);  // 37.5 % is 451.125
}

TEST(RoundedShares, CountsAreFoundThatAddUp) {
  // The nearest counts, 445 + 316 = 761, are not the nearest of the total, 30 % of 2,520 = 756: some that fit
  // are taken.
  const auto output = check_one(
      with_percent(counts_output("t", {"age"}, {{"a", 1203}, {"b", 1317}, {"Total", 2520}}), {37, 24, 30}));
  const auto* a = cell_of(output, "persons with age a, counted in percent");
  const auto* b = cell_of(output, "persons with age b, counted in percent");
  const auto* all = cell_of(output, "persons, counted in percent");
  ASSERT_TRUE(a != nullptr && b != nullptr && all != nullptr);
  EXPECT_EQ(a->value + b->value, all->value);
  for (const auto* cell : {a, b, all}) {
    EXPECT_GE(cell->value, cell->fits_low);
    EXPECT_LE(cell->value, cell->fits_high);
  }
  EXPECT_EQ(output.secondary_count, 0U);  // no remainder of five people is made up
}

TEST(RoundedShares, ALaterExactCountNarrowsAnEarlierPercentage) {
  // Earlier: 4 % of 1,200 in all, 42 to 54. Later, exactly: how many of them are in A. What is left is in the
  // other councils.
  auto first = with_percent(counts_output("care", {"authority"}, {{"Total", 1200}}), {4}, 0);
  first.layout.back().variable = "in_care";
  ReleaseLedger ledger;
  ledger.add(to_released(check_one(first), "2024-03-01T00:00:00Z"));
  const auto again = ReleaseLedger::from_json(ledger.to_json());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value().to_json(), ledger.to_json());
  for (const auto& [in_a, status] : {std::pair{39, CellStatus::kPublished},  // 3 to 15: as wide as is asked
                                     std::pair{47, CellStatus::kSecondary}}) {  // 0 to 7
    auto later = counts_output("care in A", {"authority"}, {{"A", in_a}});
    for (auto& column : later.layout) {
      if (column.column == "n") column.variable = "in_care";
    }
    const auto output = check_one(later, again.value());
    EXPECT_EQ(output.at(0, 1).status, status) << in_a;
    EXPECT_TRUE(output.publishable());
  }
}

TEST(RoundedShares, AnExactCountOfTheSamePeopleSettlesIt) {
  auto first = with_percent(counts_output("care", {"authority"}, {{"Total", 1200}}), {4}, 0);
  first.layout.back().variable = "in_care";
  ReleaseLedger ledger;
  ledger.add(to_released(check_one(first), "2024-03-01T00:00:00Z"));
  auto later = counts_output("care", {"authority"}, {{"Total", 51}});  // 4.25 %
  for (auto& column : later.layout) {
    if (column.column == "n") column.variable = "in_care";
  }
  const auto output = check_one(later, ledger);
  const auto* cell = cell_of(output, "persons, counted in in_care");
  ASSERT_NE(cell, nullptr);
  EXPECT_EQ(cell->value, 51);
  EXPECT_FALSE(cell->fits_only);
  EXPECT_EQ(output.at(0, 1).status, CellStatus::kPublished);
}

}  // namespace
}  // namespace kinfold::disclosure
