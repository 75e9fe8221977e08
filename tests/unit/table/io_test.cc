#include "table/io.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "table/column_names.h"
#include "table/duckdb_internal.h"
#include "table/read_limits.h"
#include "unit/table/table_testing.h"

namespace kinfold::table {
namespace {

using testing::expect_same;
using testing::mixed_table;
using testing::TempFolder;

TEST(ParquetBytes, BringBackEveryTypeAndEveryNull) {
  const auto table = mixed_table(5000);
  const auto bytes = parquet_bytes(table);
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const auto read = read_parquet_bytes(bytes.value());
  ASSERT_TRUE(read.ok()) << read.error().message;
  expect_same(table, read.value());
}

TEST(ParquetBytes, AreTheSameForTheSameTable) {
  const auto table = mixed_table(200'000);
  const auto first = parquet_bytes(table);
  const auto second = parquet_bytes(table);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first.value(), second.value());
  const auto read = read_parquet_bytes(first.value());
  ASSERT_TRUE(read.ok());
  expect_same(table, read.value());
}

TEST(ParquetBytes, SayWhichRowCannotBeStoredHoweverManyAreBeforeIt) {
  Table table;
  auto& text = table.add("text", ColumnType::kString);
  for (std::size_t row = 0; row < 150'000; ++row) text.append_string(row == 149'998 ? "\xFF" : "a");
  EXPECT_EQ(parquet_bytes(table).error().message,
            "row 149999 of column 'text' is not UTF-8: convert the text before it is stored");
}

TEST(DuckDbErrors, SayThatTheDiskIsFull) {
  const auto error = scrubbed_error(
      DUCKDB_ERROR_IO, "IO Error: Could not write file \"/proc/self/fd/5\": No space left on device");
  EXPECT_EQ(error.code, ErrorCode::kIo);
  EXPECT_EQ(error.message, "the file cannot be written: the disk is full; make room");
}

TEST(ParquetBytes, HoldATableWithoutRows) {
  const auto table = mixed_table(0);
  const auto bytes = parquet_bytes(table);
  ASSERT_TRUE(bytes.ok());
  const auto read = read_parquet_bytes(bytes.value());
  ASSERT_TRUE(read.ok());
  expect_same(table, read.value());
}

/// Few bytes that stand for many: `row_count` times the same long text.
std::vector<std::byte> bomb(std::size_t row_count, std::size_t text_bytes) {
  Table table;
  auto& text = table.add("text", ColumnType::kString);
  const std::string same(text_bytes, 'a');
  for (std::size_t row = 0; row < row_count; ++row) text.append_string(same);
  return parquet_bytes(table).value();
}

TEST(ParquetBytes, ThatExpandTooFarAreRefused) {
  const auto bytes = bomb(3000, 20'000);  // 57 MiB
  ASSERT_LT(bytes.size(), 100'000U);
  const auto refusal = [&](const ReadLimits& limits) {
    const auto read = read_parquet_within(bytes, limits);
    return read.ok() ? "read" : read.error().message;
  };
  EXPECT_EQ(refusal({1, 3000, 256 << 20}), "read");
  EXPECT_EQ(refusal({0, 3000, 256 << 20}), "there are more than 0 columns, the most that are taken here");
  EXPECT_EQ(refusal({1, 2999, 256 << 20}), "there are more than 2999 rows, the most that are taken here");
  EXPECT_EQ(
      refusal({1, 3000, 8 << 20}),
      "it takes more than 8 MiB of memory, the most that is taken here: write it in parts of fewer rows");
}

TEST(ParquetBytes, WithListsInThemAreRefusedWhereTheyMustNotExpand) {
  const TempFolder folder;
  auto session = Session::open(1, folder.path("lists.parquet"));
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE(session.value()
                  ->run("COPY (SELECT range(3) AS numbers) TO '" + folder.path("lists.parquet") +
                        "' (FORMAT parquet, USE_TMP_FILE false)")
                  .ok());
  std::ifstream file(folder.path("lists.parquet"), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bytes = std::as_bytes(std::span(text));
  EXPECT_TRUE(read_parquet_bytes(bytes).ok());
  const auto read = read_parquet_within(bytes, {10, 10, 1 << 20});
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().message,
            "column 'numbers' has lists or structures in it: a value is a text, a number or a date");
}

TEST(ReadFile, ReadsWhatWasWrittenAsParquetAndAsCsv) {
  const TempFolder folder;
  const auto table = mixed_table(3000);
  ASSERT_TRUE(write_parquet(table, folder.path("t.parquet")).ok());
  const auto parquet = read_file(folder.path("t.parquet"));
  ASSERT_TRUE(parquet.ok()) << parquet.error().message;
  expect_same(table, parquet.value());
  ASSERT_TRUE(write_csv(table, folder.path("t.csv")).ok());
  const auto csv = read_file(folder.path("t.csv"), {.columns = {"count", "day", "share"}});
  ASSERT_TRUE(csv.ok()) << csv.error().message;
  ASSERT_EQ(csv.value().row_count(), 3000U);
  expect_same(Table({*table.find("count"), *table.find("day"), *table.find("share")}), csv.value());
}

TEST(ColumnNames, AreThoseOfTheFileInItsOrder) {
  const TempFolder folder;
  const auto table = mixed_table(3);
  ASSERT_TRUE(write_parquet(table, folder.path("a.parquet")).ok());
  ASSERT_TRUE(write_csv(table, folder.path("a.csv")).ok());
  const std::vector<std::string> expected = {"id", "name", "day", "share", "flag", "count"};
  for (const char* name : {"a.parquet", "a.csv"}) {
    const auto names = column_names(folder.path(name));
    ASSERT_TRUE(names.ok()) << names.error().message;
    EXPECT_EQ(names.value(), expected);
    ReadOptions options;
    options.columns = {"shre"};
    EXPECT_EQ(
        read_file(folder.path(name), options).error().message,
        std::string(name) +
            ": no column 'shre'; did you mean 'share'? there are: id, name, day, share, flag, count. Add the "
            "column or correct its name");
  }
  EXPECT_FALSE(column_names(folder.path("none.csv")).ok());
}

TEST(WriteCsv, LeavesNullAndNotANumberEmptyAndDisarmsFormulas) {
  const TempFolder folder;
  Table table;
  auto& text = table.add("=name", ColumnType::kString);
  auto& share = table.add("share", ColumnType::kDouble);
  text.append_string("=1+1");
  share.append_double(-0.5);
  text.append_null();
  share.append_double(std::nan(""));
  text.append_string("");
  share.append_null();
  ASSERT_TRUE(write_csv(table, folder.path("t.csv")).ok());
  std::ifstream file(folder.path("t.csv"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(bytes, "'=name,share\n'=1+1,-0.5\n,\n\"\",\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path("")), {}), 1)
      << "a temporary file is left";
}

TEST(WriteCsv, SaysWhenItCannotWrite) {
  const TempFolder folder;
  const auto written = write_csv(mixed_table(1), folder.path("no/such/folder.csv"));
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_EQ(written.error().message, "folder.csv: cannot be written: there is no such file; check the name");
}

TEST(OpenBatches, GivesEveryRowOnceAndInOrder) {
  const TempFolder folder;
  const auto table = mixed_table(10'000);
  ASSERT_TRUE(write_parquet(table, folder.path("t.parquet")).ok());
  for (const std::size_t rows_per_batch : {1'000U, 2'048U, 3'333U, 20'000U}) {
    const auto reader = open_batches(folder.path("t.parquet"), {}, rows_per_batch);
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    std::size_t row = 0;
    for (;;) {
      const auto batch = reader.value()->next();
      ASSERT_TRUE(batch.ok());
      if (batch.value().row_count() == 0) break;
      EXPECT_LE(batch.value().row_count(), rows_per_batch);
      for (std::size_t k = 0; k < batch.value().row_count(); ++k, ++row) {
        ASSERT_EQ(batch.value().find("id")->int_at(k), table.find("id")->int_at(row));
      }
    }
    EXPECT_EQ(row, 10'000U);
  }
}

TEST(Engine, AnswersInOurTypes) {
  auto engine = Engine::create(2);
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  ASSERT_TRUE(engine.value().add("t", mixed_table(100)).ok());
  const auto answer = engine.value().query(
      "SELECT count(*) AS n, sum(id) AS total, min(day) AS first, 1.5::DECIMAL(4,2) AS d, "
      "7::UTINYINT AS u, NULL AS nothing, 'x' AS s, true AS b FROM t");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer.value().find("n")->int_at(0), 100);
  EXPECT_EQ(answer.value().find("total")->int_at(0), 4950);
  EXPECT_EQ(answer.value().find("first")->type(), ColumnType::kDate);
  EXPECT_EQ(answer.value().find("d")->double_at(0), 1.5);
  EXPECT_EQ(answer.value().find("u")->int_at(0), 7);
  EXPECT_TRUE(answer.value().find("nothing")->is_null(0));
  EXPECT_TRUE(answer.value().find("b")->bool_at(0));
}

TEST(Engine, ReadsAndWritesNoFile) {
  auto engine = Engine::create(1);
  ASSERT_TRUE(engine.ok());
  EXPECT_FALSE(engine.value().query("SELECT * FROM read_csv('/etc/passwd')").ok());
  EXPECT_FALSE(engine.value().query("COPY (SELECT 1) TO '/tmp/kinfold-must-not-be.csv'").ok());
  EXPECT_FALSE(engine.value().query("SET enable_external_access = true").ok());
  EXPECT_FALSE(engine.value().query("SET temp_directory = '/tmp'").ok());
  EXPECT_FALSE(engine.value().query("ATTACH '/tmp/kinfold-must-not-be.db'").ok());
  EXPECT_FALSE(engine.value().query("INSTALL httpfs").ok());
}

}  // namespace
}  // namespace kinfold::table
