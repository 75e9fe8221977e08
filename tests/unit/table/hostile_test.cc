// What names and values may hold without harm, and how large a table may be.
#include <gtest/gtest.h>

#include "table/io.h"
#include "unit/table/table_testing.h"

namespace kinfold::table {
namespace {

using testing::expect_same;
using testing::mixed_table;
using testing::TempFolder;

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts = {
      "\"; DROP TABLE kinfold_rows; --",
      "'); COPY (SELECT 1) TO '/tmp/x'; --",
      "a\"b",
      "a'b",
      "line\nbreak",
      "tab\tand\rreturn",
      "<script>alert(1)</script>",
      "\u202Eright to left",
      "שלום",
      "=HYPERLINK(\"x\")",
      "*?[a-z]{1,2}",
      "$1 {} %s \\ \\n",
      std::string(10'000, 'x'),
      "\xF0\x9F\x91\xAA",
  };
  return texts;
}

Table hostile_table() {
  std::vector<Column> columns;
  for (const auto& name : hostile_texts()) {
    Column& column = columns.emplace_back(name, ColumnType::kString);
    for (const auto& value : hostile_texts()) column.append_string(value);
  }
  return Table(std::move(columns));
}

TEST(HostileContent, PassesThroughParquetUnchanged) {
  const auto table = hostile_table();
  const auto bytes = parquet_bytes(table);
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const auto read = read_parquet_bytes(bytes.value());
  ASSERT_TRUE(read.ok()) << read.error().message;
  expect_same(table, read.value());
  const auto one = read_parquet_bytes(bytes.value(), {.columns = {hostile_texts()[0], hostile_texts()[4]}});
  ASSERT_TRUE(one.ok()) << one.error().message;
  EXPECT_EQ(one.value().column_count(), 2U);
}

TEST(HostileContent, PassesThroughTheEngineUnchanged) {
  auto engine = Engine::create(2);
  ASSERT_TRUE(engine.ok());
  ASSERT_TRUE(engine.value().add("t", hostile_table()).ok());
  const auto read = engine.value().query("SELECT * FROM t");
  ASSERT_TRUE(read.ok()) << read.error().message;
  expect_same(hostile_table(), read.value());
  EXPECT_FALSE(engine.value().add("t; DROP TABLE t", hostile_table()).ok());
  EXPECT_FALSE(engine.value().add("", hostile_table()).ok());
}

TEST(HostileContent, IsReadFromCsvAsWritten) {
  const TempFolder folder;
  Table table;
  auto& value = table.add("value", ColumnType::kString);
  for (const auto& text : hostile_texts()) {
    // A text that a spreadsheet would run is written with an apostrophe in front, on purpose.
    if (text.front() != '=') value.append_string(text);
  }
  ASSERT_TRUE(write_csv(table, folder.path("t.csv")).ok());
  const auto text = read_csv_text(folder.path("t.csv"));
  ASSERT_TRUE(text.ok()) << text.error().message;
  EXPECT_TRUE(text.value().bad_lines.empty());
  expect_same(table, text.value().table);
  const auto file = read_file(folder.path("t.csv"), {.all_strings = true});
  ASSERT_TRUE(file.ok()) << file.error().message;
  expect_same(table, file.value());
}

TEST(HostilePath, IsTakenLiterally) {
  const TempFolder folder;
  folder.write("other.csv", "a\n9\n");
  for (const std::string name : {"*.csv", "o?her.csv", "[o]ther.csv", "it's.csv", "a=1/../x"}) {
    if (name.find('/') != std::string::npos) {
      EXPECT_FALSE(read_file(folder.path(name)).ok());
      continue;
    }
    EXPECT_FALSE(read_file(folder.path(name)).ok()) << name;
    const auto read = read_file(folder.write(name, "a\n7\n"));
    ASSERT_TRUE(read.ok()) << name << ": " << read.error().message;
    ASSERT_EQ(read.value().row_count(), 1U);
    EXPECT_EQ(read.value().columns()[0].int_at(0), 7);
  }
}

TEST(ErrorMessages, NeverHoldAValueNorAPath) {
  const TempFolder folder;
  const auto secret = std::string("Featherstonehaugh");
  const std::vector<std::string> bad = {
      "a,b\n1," + secret + "\n1,2," + secret + "\n",
      "a,b\n1,\"" + secret + "\n",
      secret + "," + secret + "\n1,2\n",
      "PAR1" + secret + "PAR1",
      "PAR1" + secret,
  };
  for (const auto& content : bad) {
    const auto path = folder.write("people.csv", content);
    const auto read = read_file(path);
    ASSERT_FALSE(read.ok()) << content;
    EXPECT_EQ(read.error().message.find(secret), std::string::npos) << read.error().message;
    EXPECT_EQ(read.error().message.find("/tmp"), std::string::npos) << read.error().message;
    EXPECT_EQ(read.error().message.find("/proc"), std::string::npos) << read.error().message;
    EXPECT_EQ(read.error().message.rfind("people.csv: ", 0), 0U) << read.error().message;
  }
  auto engine = Engine::create(1);
  Table table;
  table.add("name", ColumnType::kString).append_string(secret);
  ASSERT_TRUE(engine.value().add("t", table).ok());
  const auto cast = engine.value().query("SELECT name::INTEGER FROM t");
  ASSERT_FALSE(cast.ok());
  EXPECT_EQ(cast.error().message.find(secret), std::string::npos) << cast.error().message;
}

TEST(TypeGuessing, LooksAtEveryLineAndTakesOnlyIsoDates) {
  const TempFolder folder;
  std::string text = "code,gender,born,seen\n";
  for (int k = 0; k < 50'000; ++k) text += "1,F,2010-02-03,03/04/2010\n";
  text += "x,F,,\n";
  const auto read = read_file(folder.write("late.csv", text));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().find("code")->type(), ColumnType::kString);
  EXPECT_EQ(read.value().find("code")->string_at(50'000), "x");
  EXPECT_EQ(read.value().find("gender")->type(), ColumnType::kString);
  EXPECT_EQ(read.value().find("born")->type(), ColumnType::kDate);
  EXPECT_TRUE(read.value().find("born")->is_null(50'000));
  EXPECT_EQ(read.value().find("seen")->type(), ColumnType::kString);
}

TEST(TypeGuessing, WhatComesLateCountsAsWhatCameEarly) {
  struct Case {
    const char* early;
    const char* late;
    ColumnType type;
  };
  const std::vector<Case> cases{{"1", "0.5", ColumnType::kDouble},
                                {"1", "2010-02-03", ColumnType::kString},
                                {"", "2010-02-03", ColumnType::kDate},
                                {"", "7", ColumnType::kInt64},
                                {"0.5", "1", ColumnType::kDouble},
                                {"2010-02-03", "7", ColumnType::kString},
                                {"2010-02-03", "2011-02-03", ColumnType::kDate},
                                {"x", "7", ColumnType::kString}};
  const TempFolder folder;
  std::string text = "end";
  for (std::size_t k = 0; k < cases.size(); ++k) text += ",c" + std::to_string(k);
  for (int row = 0; row < 50'000; ++row) {
    text += "\n.";
    for (const auto& each : cases) text += std::string(",") + (row < 49'999 ? each.early : each.late);
  }
  const auto read = read_file(folder.write("late.csv", text + "\n"));
  ASSERT_TRUE(read.ok()) << read.error().message;
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const auto& column = read.value().columns()[k + 1];
    EXPECT_EQ(column.type(), cases[k].type) << cases[k].early << " and " << cases[k].late;
    EXPECT_EQ(column.text_at(49'999), cases[k].late);
  }
}

TEST(TypeGuessing, ChangesNoValue) {
  const TempFolder folder;
  const auto read = read_file(folder.write(
      "t.csv",
      "padded,long,whole,real,word,empty,old\n007,1234567890123456789012,-5,1e-05,nan,,1899-12-31\n"
      "8,1,0,.5,inf,\"\",2024-02-29\n"));
  ASSERT_TRUE(read.ok()) << read.error().message;
  const auto& table = read.value();
  EXPECT_EQ(table.find("padded")->text_at(0), "007");
  EXPECT_EQ(table.find("long")->text_at(0), "1234567890123456789012");
  EXPECT_EQ(table.find("whole")->type(), ColumnType::kInt64);
  EXPECT_EQ(table.find("real")->type(), ColumnType::kDouble);
  EXPECT_EQ(table.find("real")->double_at(0), 1e-05);
  EXPECT_EQ(table.find("word")->type(), ColumnType::kString);
  EXPECT_EQ(table.find("empty")->null_count(), 2U);
  EXPECT_EQ(table.find("old")->text_at(0), "1899-12-31");
}

TEST(LineEnds, OfAllThreeKindsAreRead) {
  const TempFolder folder;
  for (const std::string text : {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4\r",
                                 "a,b\n1,2\r\n3,4", "sep=;\r\na;b\r\n1;2\r\n3;4\r\n"}) {
    const auto read = read_file(folder.write("t.csv", text));
    ASSERT_TRUE(read.ok()) << text << read.error().message;
    ASSERT_EQ(read.value().row_count(), 2U) << text;
    EXPECT_EQ(read.value().find("b")->int_at(1), 4) << text;
  }
}

TEST(Encodings, OfFilesAreReadWithTypesToo) {
  const TempFolder folder;
  const auto windows = read_file(folder.write("w.csv", "name;n\nZo\xEB;1\n"));
  ASSERT_TRUE(windows.ok()) << windows.error().message;
  EXPECT_EQ(windows.value().find("name")->string_at(0), "Zoë");
  EXPECT_EQ(windows.value().find("n")->int_at(0), 1);
  const auto marked = read_file(folder.write("b.csv", "\xEF\xBB\xBFname,n\nZo\xC3\xAB,1\n"));
  ASSERT_TRUE(marked.ok()) << marked.error().message;
  EXPECT_NE(marked.value().find("name"), nullptr);
  std::string utf16 = "\xFF\xFE";
  for (const char c : std::string("name,n\nZoe,1\n")) (utf16 += c) += '\0';
  const auto wide = read_file(folder.write("u.csv", utf16));
  ASSERT_TRUE(wide.ok()) << wide.error().message;
  EXPECT_EQ(wide.value().find("name")->string_at(0), "Zoe");
}

TEST(LargeTable, OfAMillionRowsComesBackAsItWas) {
  const auto table = mixed_table(1'000'000);
  const TempFolder folder;
  ASSERT_TRUE(write_parquet(table, folder.path("t.parquet")).ok());
  const auto reader = open_batches(folder.path("t.parquet"));
  ASSERT_TRUE(reader.ok());
  std::size_t row = 0;
  for (;;) {
    const auto batch = reader.value()->next();
    ASSERT_TRUE(batch.ok()) << batch.error().message;
    if (batch.value().row_count() == 0) break;
    for (std::size_t k = 0; k < batch.value().row_count(); ++k, ++row) {
      for (std::size_t c = 0; c < table.column_count(); ++c) {
        const auto& expected = table.columns()[c];
        const auto& actual = batch.value().columns()[c];
        ASSERT_EQ(expected.is_null(row), actual.is_null(k));
        if (expected.type() == ColumnType::kString) {
          ASSERT_EQ(expected.string_at(row), actual.string_at(k));
        } else if (!expected.is_null(row)) {
          ASSERT_EQ(expected.number_at(row), actual.number_at(k));
        }
      }
    }
  }
  EXPECT_EQ(row, 1'000'000U);
}

TEST(Tables, ThatCannotBeStoredAreRefused) {
  Table twice;
  twice.add("a", ColumnType::kInt64);
  twice.add("A", ColumnType::kInt64);
  EXPECT_EQ(parquet_bytes(twice).error().message,
            "two columns are called 'A' (capitals do not count): rename one");
  EXPECT_EQ(parquet_bytes(Table{}).error().message, "a table without columns cannot be stored: add a column");
  Table bytes;
  bytes.add("a", ColumnType::kString).append_string("\xFF");
  EXPECT_EQ(parquet_bytes(bytes).error().message,
            "row 1 of column 'a' is not UTF-8: convert the text before it is stored");
}

}  // namespace
}  // namespace kinfold::table
