// What a table's author may hand in by mistake: each is an error that names row, column and remedy, and no
// figure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "disclosure/check.h"
#include "unit/disclosure/tables.h"

namespace kinfold::disclosure {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string error_of(const Output& output) {
  NoProgress progress;
  const auto checked = check(std::span(&output, 1), Rules{}, ReleaseLedger{}, progress);
  return checked.ok() ? "" : checked.error().message;
}

/// Ages with counts of 40, 50 and 60, and one more column of the role.
Output with_column(Role role, const std::vector<double>& values, std::string of = "n") {
  auto output = counts_output("t", {"age"}, {{"a", 40}, {"b", 50}, {"c", 60}});
  auto& column = output.table.add("figure", table::ColumnType::kDouble);
  for (const double value : values) column.append_double(value);
  ColumnLayout layout;
  layout.column = "figure";
  layout.role = role;
  layout.of = std::move(of);
  output.layout.push_back(layout);
  return output;
}

TEST(Figures, WhatNoColumnOfItsRoleCanHoldIsAnErrorThatNamesTheRow) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  struct Case {
    Role role;
    double second;
    const char* says;
  };
  for (const auto& [role, second, says] : {
           Case{Role::kCount, nan, "not a number; leave the cell empty"},
           {Role::kCount, std::numeric_limits<double>::infinity(), "not a number"},
           {Role::kCount, -7654, "cannot be negative"},
           {Role::kCount, 12.5, "must be whole; for weighted"},
           {Role::kContributors, 12.5, "must be whole"},
           {Role::kCount, 1e15, "more people than there are"},
           {Role::kPart, 51, "a part cannot be more than what it is of"},
           {Role::kShare, 1.5, "a share lies between 0 and 1; give the column the role percentage"},
           {Role::kShare, -0.5, "a share lies between 0 and 1"},
           {Role::kPercentage, 101, "a percentage lies between 0 and 100"},
           {Role::kSum, nan, "not a number"},
       }) {
    const double other = role == Role::kShare ? 0.5 : 20;
    const auto error = error_of(with_column(role, {other, second, other}));
    EXPECT_THAT(error, HasSubstr("output t: row 2, column figure: ")) << role_name(role) << " " << second;
    EXPECT_THAT(error, HasSubstr(says)) << role_name(role) << " " << second;
    EXPECT_THAT(error, Not(HasSubstr("7654")));
  }
}

TEST(Figures, WhatIsAtTheEdgeIsTaken) {
  EXPECT_EQ(error_of(with_column(Role::kShare, {0, 0.5, 1})), "");
  EXPECT_EQ(error_of(with_column(Role::kPercentage, {0, 50, 100 + 1e-8})), "");
  EXPECT_EQ(error_of(with_column(Role::kPart, {40, 20, 20})), "");
}

TEST(Figures, TwoRowsOfTheSameLabelsWithOtherFiguresAreNoTable) {
  EXPECT_THAT(error_of(counts_output("t", {"age"}, {{"a", 40}, {"b", 50}, {"a", 41}})),
              HasSubstr("rows 1 and 3 have the same labels, but other figures in column n"));
  EXPECT_EQ(error_of(counts_output("t", {"age"}, {{"a", 40}, {"b", 50}, {"a", 40}})), "");  // said twice
}

TEST(Figures, ALabelThatIsAPartOfItselfIsAnError) {
  auto output = counts_output("t", {"age"}, {{"a", 40}, {"b", 50}, {"c", 60}, {"Total", 150}});
  output.layout[0].parent = {{"a", "b"}, {"b", "c"}, {"c", "a"}};
  EXPECT_THAT(error_of(output), HasSubstr("column age: by its parents the label a is a part of itself"));
  output.layout[0].parent = {{"a", "a"}};
  EXPECT_THAT(error_of(output), HasSubstr("is a part of itself"));
  output.layout[0].parent = {{"a", "b"}, {"c", "b"}};
  EXPECT_EQ(error_of(output), "");
}

TEST(Figures, MarginsThatDoNotAddUpAreSaid) {
  const auto remarks_of = [](const Output& output) {
    NoProgress progress;
    auto checked = check(std::span(&output, 1), Rules{}, ReleaseLedger{}, progress);
    EXPECT_TRUE(checked.ok());
    return checked.ok() ? checked.value().outputs[0].remarks : std::vector<std::string>{};
  };
  EXPECT_THAT(
      remarks_of(counts_output("t", {"age"}, {{"a", 40}, {"b", 50}, {"Total", 190}})),
      ::testing::Contains(HasSubstr("along age the rows add up to less than their total in 1 of 1 sums:")));
  EXPECT_THAT(
      remarks_of(counts_output("t", {"age"}, {{"a", 40}, {"b", 50}, {"Total", 70}})),
      ::testing::Contains(HasSubstr("along age the rows add up to more than their total in 1 of 1 sums:")));
  EXPECT_THAT(remarks_of(counts_output("t", {"age"}, {{"a", 40}, {"b", 50}, {"Total", 90}})),
              ::testing::IsEmpty());
}

}  // namespace
}  // namespace kinfold::disclosure
