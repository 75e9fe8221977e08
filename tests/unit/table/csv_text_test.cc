#include "table/csv_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "unit/table/table_testing.h"

namespace kinfold::table {
namespace {

using std::string_view_literals::operator""sv;
using testing::TempFolder;

CsvText parsed(std::string_view text) {
  auto result = parse_csv_text(text);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(result).value() : CsvText{};
}

/// Rows as text, fields parted by |, null as -, line number in front.
std::vector<std::string> rows_of(const CsvText& csv) {
  std::vector<std::string> rows;
  for (std::size_t row = 0; row < csv.table.row_count(); ++row) {
    std::string text = std::to_string(csv.line[row]) + ":";
    for (const auto& column : csv.table.columns()) {
      if (&column != &csv.table.columns().front()) text += '|';
      text += column.is_null(row) ? "-" : column.text_at(row);
    }
    rows.push_back(text);
  }
  return rows;
}

std::vector<std::uint64_t> bad_lines_of(const CsvText& csv) {
  std::vector<std::uint64_t> lines;
  for (const auto& bad : csv.bad_lines) lines.push_back(bad.line);
  return lines;
}

using Rows = std::vector<std::string>;
using Lines = std::vector<std::uint64_t>;

TEST(CsvText, SplitsFieldsAndKeepsLineNumbers) {
  EXPECT_EQ(rows_of(parsed("a,b\n1,2\n3,\n")), (Rows{"2:1|2", "3:3|-"}));
  EXPECT_EQ(rows_of(parsed("a,b\r\n1,2\r\n3,4")), (Rows{"2:1|2", "3:3|4"}));
  EXPECT_EQ(rows_of(parsed("a,b\r1,2\r3,4\r")), (Rows{"2:1|2", "3:3|4"}));
  EXPECT_EQ(rows_of(parsed("a,b\n\"x,1\",\"say \"\"yes\"\"\"\n")), (Rows{"2:x,1|say \"yes\""}));
}

TEST(CsvText, CountsTheLinesInsideQuotedFields) {
  EXPECT_EQ(rows_of(parsed("a,b\n1,\"two\r\nlines\"\n3,4\n")), (Rows{"2:1|two\r\nlines", "4:3|4"}));
}

TEST(CsvText, PassesOverLinesThatHoldNothing) {
  const auto csv = parsed("a,b\n\n1,2\n  \n,\n\"\",\n3,4\n\n");
  EXPECT_EQ(rows_of(csv), (Rows{"3:1|2", "7:3|4"}));
  EXPECT_TRUE(csv.bad_lines.empty());
}

TEST(CsvText, SetsAsideLinesWithTooFewOrTooManyFields) {
  const auto csv = parsed("a,b\n1\n1,2\n1,2,3\n");
  EXPECT_EQ(rows_of(csv), (Rows{"3:1|2"}));
  ASSERT_EQ(bad_lines_of(csv), (Lines{2, 4}));
  EXPECT_EQ(csv.bad_lines[0].reason,
            "1 field where the header has 2: add what is missing, or the delimiters for it");
  EXPECT_EQ(csv.bad_lines[1].reason,
            "3 fields where the header has 2: put quotation marks round a field that holds the delimiter");
}

TEST(CsvText, LosesOneLineToAQuotationMarkThatIsNeverClosed) {
  const auto csv = parsed("a,b\n1,2\n\"3,4\n5,6\n7,8\n");
  EXPECT_EQ(rows_of(csv), (Rows{"2:1|2", "4:5|6", "5:7|8"}));
  EXPECT_EQ(bad_lines_of(csv), (Lines{3}));
}

TEST(CsvText, LosesOneLineWhereALaterQuotationMarkClosesAnEarlierOne) {
  // The mark in line 2 would be closed by the first one in line 4.
  const auto csv = parsed("a,b\n1,\"two\n3,4\n5,\"six\"\n7,8\n");
  EXPECT_EQ(rows_of(csv), (Rows{"3:3|4", "4:5|six", "5:7|8"}));
  EXPECT_EQ(bad_lines_of(csv), (Lines{2}));
}

TEST(CsvText, SetsAsideTextBehindAClosingQuotationMark) {
  const auto csv = parsed("a,b\n\"Ann\" Lee,2\nO\"Brien,3\n");
  EXPECT_EQ(rows_of(csv), (Rows{"3:O\"Brien|3"}));
  EXPECT_EQ(bad_lines_of(csv), (Lines{2}));
}

TEST(CsvText, SetsAsideLinesWithNulBytes) {
  const auto csv = parsed("a,b\n1,2\0\n3,4\n"sv);
  EXPECT_EQ(rows_of(csv), (Rows{"3:3|4"}));
  EXPECT_EQ(bad_lines_of(csv), (Lines{2}));
}

TEST(CsvText, SetsAsideFieldsBeyondTheLimit) {
  const auto csv = parse_csv_text("a,b\n1,123456789\n2,\"12345\n6789\"\n3,4\n", 8);
  ASSERT_TRUE(csv.ok());
  EXPECT_EQ(rows_of(csv.value()), (Rows{"5:3|4"}));
  EXPECT_EQ(bad_lines_of(csv.value()), (Lines{2, 3, 4}));
}

TEST(CsvText, TakesItsDelimiterFromTheHeader) {
  EXPECT_EQ(rows_of(parsed("a;b\n1,5;2\n")), (Rows{"2:1,5|2"}));
  EXPECT_EQ(rows_of(parsed("a\tb\n1,5\t2\n")), (Rows{"2:1,5|2"}));
  EXPECT_EQ(rows_of(parsed("\"a,x,y\";b\n1;2\n")), (Rows{"2:1|2"}));
  EXPECT_EQ(rows_of(parsed("only\nvalue\n")), (Rows{"2:value"}));
}

TEST(CsvText, ObeysExcelsSepLine) {
  const auto csv = parsed("sep=|\r\na|b\r\n1|2\r\n");
  EXPECT_EQ(rows_of(csv), (Rows{"3:1|2"}));
  EXPECT_EQ(csv.table.columns()[1].name(), "b");
}

TEST(CsvText, NamesColumnsWithoutANameAndRefusesTwoOfTheSame) {
  EXPECT_EQ(parsed("a,, c \n1,2,3\n").table.columns()[1].name(), "column_2");
  EXPECT_EQ(parsed("a,, c \n1,2,3\n").table.columns()[2].name(), "c");
  const auto twice = parse_csv_text("Smith,Ann,Smith\n1,2,3\n");
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().message, "line 1: columns 1 and 3 have the same name: rename or delete one");
  const auto empty = parse_csv_text("\n \n");
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().message, "line 1: there is no header: the file is empty");
}

std::string utf16(std::string_view ascii, bool little, bool mark) {
  std::string bytes = !mark ? "" : little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char c : ascii) {
    if (little)
      (bytes += c) += '\0';
    else
      (bytes += '\0') += c;
  }
  return bytes;
}

TEST(DecodeText, TellsEncodingsApart) {
  const auto encoding = [](std::string bytes) { return decode_text(std::move(bytes)).value().encoding; };
  EXPECT_EQ(encoding("plain"), "UTF-8");
  EXPECT_EQ(encoding("\xEF\xBB\xBFZo\xC3\xAB"), "UTF-8");
  EXPECT_EQ(encoding("Zo\xEB"), "windows-1252");
  EXPECT_EQ(encoding(utf16("name,born\n", true, true)), "UTF-16LE");
  EXPECT_EQ(encoding(utf16("name,born\n", false, true)), "UTF-16BE");
  EXPECT_EQ(encoding(utf16("name,born\n", true, false)), "UTF-16LE");
  EXPECT_EQ(encoding(utf16("name,born\n", false, false)), "UTF-16BE");
  EXPECT_EQ(decode_text("\xEF\xBB\xBFZo\xC3\xAB").value().text, "Zo\xC3\xAB");
  EXPECT_EQ(decode_text("Zo\xEB \x80 \x92").value().text, "Zoë € ’");
  EXPECT_EQ(decode_text(utf16("name,born\n", true, true)).value().text, "name,born\n");
}

TEST(DecodeText, RefusesFilesThatAreNoText) {
  EXPECT_EQ(decode_text("PK\x03\x04...").error().message,
            "this is an Excel workbook or a zip file: save the sheet as CSV (UTF-8)");
  EXPECT_EQ(decode_text("PAR1...").error().message, "this is a Parquet file: a CSV is needed here");
}

TEST(DecodeText, GrowsItsBufferForTextThatBecomesLonger) {
  const std::string bytes(100'000, '\x80');  // The euro sign: three bytes in UTF-8.
  EXPECT_EQ(decode_text(bytes).value().text.size(), 300'000U);
}

TEST(ReadCsvText, NamesTheFileAndTheEncodingButNotTheFolder) {
  const TempFolder folder;
  const auto csv = read_csv_text(folder.write("council.csv", "name\nZo\xEB\n"));
  ASSERT_TRUE(csv.ok());
  EXPECT_EQ(csv.value().encoding, "windows-1252");
  EXPECT_EQ(csv.value().table.columns()[0].string_at(0), "Zoë");
  const auto missing = read_csv_text(folder.path("nowhere.csv"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kIo);
  EXPECT_EQ(missing.error().message, "nowhere.csv: cannot be opened: there is no such file; check the name");
  EXPECT_FALSE(read_csv_text(folder.path("")).ok());
}

/// Text from the characters that matter to a CSV reader.
rc::Gen<std::string> csv_like() {
  return rc::gen::container<std::string>(rc::gen::weightedElement<char>(
      {{8, 'x'}, {4, ','}, {4, '"'}, {3, '\n'}, {2, '\r'}, {1, ' '}, {1, '\0'}}));
}

/// As RFC 4180 writes it.
std::string quoted(const std::string& field) {
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

RC_GTEST_PROP(CsvTextProperty, ReadsBackWhateverWasQuoted, ()) {
  const auto width = *rc::gen::inRange<std::size_t>(1, 5);
  const auto field = rc::gen::suchThat(csv_like(), [](const std::string& text) {
    return text.find('\0') == std::string::npos && !trim(text).empty();
  });
  const auto rows = *rc::gen::container<std::vector<std::vector<std::string>>>(
      rc::gen::container<std::vector<std::string>>(width, field));
  std::string text = "c0";
  for (std::size_t k = 1; k < width; ++k) text += ",c" + std::to_string(k);
  for (const auto& row : rows) {
    text += "\r\n";
    for (std::size_t k = 0; k < width; ++k) text += (k > 0 ? "," : "") + quoted(row[k]);
  }
  const auto csv = parse_csv_text(text);
  RC_ASSERT(csv.ok());
  RC_ASSERT(csv.value().bad_lines.empty());
  RC_ASSERT(csv.value().table.row_count() == rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t k = 0; k < width; ++k) {
      RC_ASSERT(csv.value().table.columns()[k].string_at(row) == rows[row][k]);
    }
  }
}

RC_GTEST_PROP(CsvTextProperty, TakesAnythingAndKeepsLinesInOrder, ()) {
  const auto text = "a,b\n" + *csv_like();
  const auto csv = parse_csv_text(text);
  RC_ASSERT(csv.ok());
  const auto& value = csv.value();
  RC_ASSERT(value.line.size() == value.table.row_count());
  RC_ASSERT(std::is_sorted(value.line.begin(), value.line.end()));
  std::vector<std::uint64_t> all = value.line;
  for (const auto& bad : value.bad_lines) all.push_back(bad.line);
  std::sort(all.begin(), all.end());
  RC_ASSERT(std::adjacent_find(all.begin(), all.end()) == all.end());
  RC_ASSERT((all.empty() || all.front() >= 2));
}

RC_GTEST_PROP(CsvTextProperty, OneBadLineCostsNoOther, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 20);
  const auto at = *rc::gen::inRange<std::size_t>(0, count);
  const auto bad = *rc::gen::element<std::string>("\"open,1", "x", "x,y,z", "\"a\"b,1", "x,\"open");
  std::string text = "a,b\n";
  for (std::size_t k = 0; k < count; ++k) text += k == at ? bad + "\n" : "n" + std::to_string(k) + ",\"q\"\n";
  const auto csv = parse_csv_text(text);
  RC_ASSERT(csv.ok());
  RC_ASSERT(csv.value().table.row_count() == count - 1);
  RC_ASSERT(csv.value().bad_lines.size() == 1U);
  RC_ASSERT(csv.value().bad_lines[0].line == at + 2);
}

}  // namespace
}  // namespace kinfold::table
