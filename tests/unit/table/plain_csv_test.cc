// The short way for CSV files reads what the careful way reads, and leaves what is not plain to it.
#include "table/plain_csv.h"

#include <fmt/format.h>

#include <gtest/gtest.h>

#include "table/csv_text.h"
#include "table/io.h"
#include "unit/table/table_testing.h"

namespace kinfold::table {
namespace {

using testing::expect_same;
using testing::TempFolder;

const std::vector<std::string> kNames = {"a", "b", "c"};
const std::vector<std::size_t> kAll = {0, 1, 2};

std::optional<Table> parse(std::string_view body, const std::vector<std::size_t>& wanted = kAll,
                           std::size_t thread_count = 2) {
  return parse_plain_csv(body, kNames, wanted, ',', thread_count);
}

/// Lines of texts of any length, empty ones among them; of 3 MB and more where `row_count` is 100,000.
std::string made_up(std::size_t row_count, bool crlf, std::uint64_t seed) {
  std::string body;
  for (std::size_t row = 0; row < row_count; ++row) {
    RandomStream random(seed, {row});
    for (int field = 0; field < 3; ++field) {
      if (field > 0) body += ',';
      for (auto count = random.chance(0.2) ? 0 : random.below(20); count > 0; --count)
        body += random.chance(0.1) ? "é" : std::string(1, "abc xyz'-\t;"[random.below(11)]);
      if (field == 0) body += 'x';  // A line of nothing but delimiters is no row to the careful reader.
    }
    body += crlf || random.chance(0.01) ? "\r\n" : "\n";
  }
  return body;
}

TEST(PlainCsv, ReadsWhatTheCarefulReaderReads) {
  for (const std::uint64_t seed : {1U, 2U}) {
    for (const std::size_t row_count : {1U, 7U, 8U, 9U, 100'000U}) {
      for (const bool cut : {false, true}) {
        std::string body = made_up(row_count, seed == 2, seed);
        if (cut) body.resize(body.find_last_not_of("\r\n") + 1);
        SCOPED_TRACE(fmt::format("seed {}, {} rows, cut {}", seed, row_count, cut));
        const auto careful = parse_csv_text("a,b,c\n" + body);
        ASSERT_TRUE(careful.ok() && careful.value().bad_lines.empty());
        for (const std::size_t thread_count : {1U, 3U}) {
          const auto read = parse(body, kAll, thread_count);
          ASSERT_TRUE(read);
          expect_same(careful.value().table, *read);
        }
      }
    }
  }
}

TEST(PlainCsv, ReadsOnlyWhatIsWantedInTheOrderInWhichItIs) {
  const auto read = parse("1,2,3\n4,5,6", {2, 0});
  ASSERT_TRUE(read);
  ASSERT_EQ(read->column_count(), 2U);
  EXPECT_EQ(read->columns()[0].name(), "c");
  EXPECT_EQ(read->columns()[0].text_at(1), "6");
  EXPECT_EQ(read->columns()[1].text_at(0), "1");
}

TEST(PlainCsv, LeavesWhatIsNotPlain) {
  using std::string_literals::operator""s;
  for (const auto& line : {"1,2"s, "1,2,3,4"s, ""s, "1,\"2\",3"s, "1,2\r,3"s, "1,\0,3"s, "1,\xE9,3"s,
                           "1,2," + std::string(17'000'000, 'x')}) {
    for (const auto* around : {"1,2,3\n", "é,,\r\n"})
      EXPECT_FALSE(parse(around + line + "\n" + around)) << line.substr(0, 20);
  }
  EXPECT_FALSE(parse("1,2,3\r"));
  EXPECT_FALSE(parse("1,2,3\n1,2"));
  EXPECT_TRUE(parse("1,2,3\n"));
  EXPECT_EQ(parse("")->row_count(), 0U);
}

TEST(PlainCsv, IsTakenInWhateverCharactersItIsWritten) {
  const TempFolder folder;
  const auto read = [&](std::string_view bytes) {
    const auto table = read_file(folder.write("t.csv", bytes), {.all_strings = true});
    return table.ok() ? table.value().columns()[1].text_at(0) : table.error().message;
  };
  EXPECT_EQ(read("a,b\n1,Zo\xC3\xAB\n"), "Zoë");
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\n1,Zo\xC3\xAB\n"),
            "Zoë");
  EXPECT_EQ(read("a,b\n1,Zo\xEB\n"), "Zoë");
  EXPECT_EQ(read("Zo\xEB,b\n1,2\n"), "2");
  EXPECT_EQ(read({"\xFF\xFE"
                  "a\0,\0b\0\n\0001\0,\0\xEB\0\n\0",
                  18}),
            "ë");
}

TEST(PlainCsv, ColumnsMayBeAddedToAndCutAfterwards) {
  auto read = parse("1,,3\n4,5,6\n");
  ASSERT_TRUE(read);
  Table other = *read;
  other.append(*read, 0, 2);
  EXPECT_EQ(other.row_count(), 4U);
  EXPECT_EQ(other.columns()[0].text_at(2), "1");
  EXPECT_TRUE(other.columns()[1].is_null(2));
  const Table cut = read->slice(1, 1);
  EXPECT_EQ(cut.columns()[2].text_at(0), "6");
  expect_same(cut, read->take({1}));
}

}  // namespace
}  // namespace kinfold::table
