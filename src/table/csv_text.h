// The RFC 4180 reader for files that people made, and the decoder in front of it. Own code because
// DuckDB's reader cannot give the line number of every good row beside the lines it set aside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "table/io.h"

namespace kinfold::table {

struct DecodedText {
  std::string text;      ///< UTF-8 without a byte order mark.
  std::string encoding;  ///< What it was.
};
/// UTF-8, UTF-16 or UTF-32 by their byte order mark; UTF-16 without one where every other byte of
/// the start is NUL; else UTF-8 if it is valid; else Windows-1252.
/// \retval kInvalid if it is an Excel workbook or a Parquet file.
Result<DecodedText> decode_text(std::string bytes);

struct CsvHeader {
  char delimiter = ',';
  std::vector<std::string> names;        ///< Distinct; an empty one is called column_N.
  std::uint64_t skipped_line_count = 0;  ///< Before the header: `sep=`, blank lines.
  std::size_t body = 0;                  ///< Where the first data line starts.
  std::uint64_t body_line = 2;           ///< Its line number.
};
/// Reads the header and, before it, Excel's `sep=;` line. The delimiter is the commonest of comma,
/// semicolon and tab outside quotation marks.
/// \retval kInvalid if there is no header or two columns have the same name. The names are not
///         quoted: a file without a header has somebody's data there.
Result<CsvHeader> parse_csv_header(std::string_view utf8);

/// No field may be longer than this; a quotation mark that is never closed would swallow the file.
constexpr std::size_t kFieldByteCountMax = 100'000'000;

/// Reads the whole text. Time O(bytes). CR, LF and CRLF end lines. Lines with nothing but
/// delimiters and spaces are no data lines. Empty fields are null. A record over several lines that
/// cannot be split costs its first line only; reading goes on at the next.
Result<CsvText> parse_csv_text(std::string_view utf8, std::size_t field_byte_count_max = kFieldByteCountMax);

}  // namespace kinfold::table
