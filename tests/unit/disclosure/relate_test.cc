// What adds up to what: subtotals that are not there, and columns beside each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "disclosure/check.h"
#include "unit/disclosure/tables.h"

namespace kinfold::disclosure {
namespace {

CheckedOutput checked(const Output& output) {
  NoProgress progress;
  auto result = check(std::span(&output, 1), Rules{}, ReleaseLedger{}, progress);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(result.value().outputs[0]) : CheckedOutput{};
}

// The rules name areas that have no rows of their own: the councils add up to the total all the same.
TEST(Relate, PartsOfASubtotalThatIsNotShownAddUpToWhatIsAboveIt) {
  auto output = counts_output("t", {"council"}, {{"a", 4}, {"b", 50}, {"c", 60}, {"d", 70}, {"Total", 184}});
  output.layout[0].parent = {{"a", "north"}, {"b", "north"}, {"c", "south"}, {"d", "south"}};
  const auto result = checked(output);
  EXPECT_EQ(result.primary_count, 1U);
  EXPECT_EQ(result.secondary_count, 1U);
  EXPECT_TRUE(result.remarks.empty()) << result.remarks[0];
  // With the rows of one area, the other's councils still add up to the rest.
  auto one_area = counts_output("t", {"council"},
                                {{"a", 40}, {"b", 50}, {"south", 74}, {"c", 4}, {"d", 70}, {"Total", 164}});
  one_area.layout[0].parent = output.layout[0].parent;
  const auto second = checked(one_area);
  EXPECT_EQ(second.primary_count, 1U);
  EXPECT_EQ(second.secondary_count, 1U);
  EXPECT_NE(second.at(4, 1).status, CellStatus::kPublished);
}

/// Ten kinds of visit beside their sum.
Output wide_table() {
  auto output = counts_output("t", {"age"}, {{"young", 0}, {"old", 0}});
  output.table.columns().pop_back();
  std::vector<int> sums(2, 0);
  for (int kind = 0; kind < 11; ++kind) {
    auto& column = output.table.add("kind_" + std::to_string(kind), table::ColumnType::kInt64);
    for (int row = 0; row < 2; ++row) {
      const int value = kind == 3 && row == 0 ? 4 : 40 + 7 * kind + 100 * row + kind * kind;
      column.append_int(value);
      sums[static_cast<std::size_t>(row)] += value;
    }
  }
  auto& all = output.table.add("all_visits", table::ColumnType::kInt64);
  for (const int sum : sums) all.append_int(sum);
  output.layout = guess_layout(output.table);
  for (std::size_t c = 1; c < output.table.column_count(); ++c) {
    ColumnLayout layout;
    layout.column = output.table.columns()[c].name();
    layout.role = Role::kCount;
    output.layout.push_back(layout);
  }
  return output;
}

TEST(Relate, ManyColumnsThatAddUpToAnotherAreFound) {
  const auto result = checked(wide_table());
  EXPECT_EQ(result.at(0, 4).rule, "threshold-person");
  EXPECT_EQ(result.secondary_count, 1U);  // or the others, taken from all visits, leave the four
  EXPECT_TRUE(result.publishable());
  EXPECT_TRUE(result.remarks.empty()) << result.remarks[0];
}

}  // namespace
}  // namespace kinfold::disclosure
