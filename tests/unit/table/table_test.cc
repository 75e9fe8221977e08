#include "table/table.h"

#include <cmath>

#include <gtest/gtest.h>

namespace kinfold::table {
namespace {

Table sample() {
  Table table;
  auto& name = table.add("name", ColumnType::kString);
  name.append_string("Ann");
  name.append_null();
  name.append_string("");
  return table;
}

TEST(Column, KeepsEmptyTextApartFromNull) {
  const auto table = sample();
  const auto* name = table.find("name");
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->size(), 3U);
  EXPECT_EQ(name->null_count(), 1U);
  EXPECT_EQ(name->string_at(0), "Ann");
  EXPECT_TRUE(name->is_null(1));
  EXPECT_EQ(name->string_at(1), "");
  EXPECT_FALSE(name->is_null(2));
  EXPECT_EQ(name->string_at(2), "");
}

TEST(Column, GivesEveryTypeAsTextAndAsANumber) {
  Column date("d", ColumnType::kDate);
  date.append_date(*make_date(2010, 2, 28));
  date.append_null();
  EXPECT_EQ(date.text_at(0), "2010-02-28");
  EXPECT_EQ(date.text_at(1), "");
  EXPECT_EQ(date.number_at(0), 14668.0);
  EXPECT_TRUE(std::isnan(date.number_at(1)));
  Column real("r", ColumnType::kDouble);
  real.append_double(0.1);
  EXPECT_EQ(real.text_at(0), "0.1");
  Column flag("b", ColumnType::kBool);
  flag.append_bool(true);
  EXPECT_EQ(flag.text_at(0), "true");
  EXPECT_EQ(flag.number_at(0), 1.0);
  Column count("i", ColumnType::kInt64);
  count.append_int(-7);
  EXPECT_EQ(count.text_at(0), "-7");
}

TEST(Column, CopiesRowsOfItsOwnTypeWithTheirNulls) {
  const auto table = sample();
  const auto taken = table.take({2, 1, 0, 0});
  const auto* name = taken.find("name");
  ASSERT_EQ(taken.row_count(), 4U);
  EXPECT_FALSE(name->is_null(0));
  EXPECT_TRUE(name->is_null(1));
  EXPECT_EQ(name->string_at(3), "Ann");
}

TEST(Column, TakesOneTextManyTimes) {
  Column side("side", ColumnType::kString);
  side.append_string("before");
  side.append_repeated("left", 3);
  side.append_repeated("", 2);
  side.append_repeated("right", 0);
  side.append_string("after");
  ASSERT_EQ(side.size(), 7U);
  EXPECT_EQ(side.null_count(), 0U);
  EXPECT_EQ(side.string_at(0), "before");
  for (std::size_t row = 1; row < 4; ++row) EXPECT_EQ(side.string_at(row), "left");
  EXPECT_EQ(side.string_at(4), "");
  EXPECT_EQ(side.string_at(5), "");
  EXPECT_EQ(side.string_at(6), "after");
  EXPECT_EQ(side.own_bytes(), "beforeleftleftleftafter");
}

TEST(Column, WipingLeavesNoByteOfTheTextBehind) {
  Column column("secret", ColumnType::kString);
  column.append_string("a text long enough to be on the heap and not in the object");
  const char* at = column.string_at(0).data();
  column.wipe();
  EXPECT_EQ(column.size(), 0U);
  // The memory still belongs to the column; wipe() keeps it.
  EXPECT_EQ(std::string_view(at, 6), std::string_view("\0\0\0\0\0\0", 6));
  column.append_string("again");
  EXPECT_EQ(column.string_at(0), "again");
}

TEST(Table, KeepsReferencesGoodWhileColumnsAreAdded) {
  Table table;
  auto& first = table.add("column 0", ColumnType::kInt64);
  for (std::size_t k = 1; k < Table::kColumnCountReserved; ++k) {
    table.add("column " + std::to_string(k), ColumnType::kDate);
  }
  first.append_int(5);
  EXPECT_EQ(&first, table.find("column 0"));
  EXPECT_EQ(table.row_count(), 1U);
}

TEST(Table, SaysWhichColumnIsMissingAndWhichThereAre) {
  const auto table = sample();
  const auto missing = table.require("surname");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(missing.error().message,
            "no column 'surname'; there are: name. Add the column or correct its name");
  const auto wrong = table.require("name", ColumnType::kDate);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().message,
            "column 'name' is of type string; date is needed. Convert it before it is read here");
  EXPECT_TRUE(table.require("name", ColumnType::kString).ok());
  EXPECT_FALSE(table.require("Name").ok());
}

}  // namespace
}  // namespace kinfold::table
