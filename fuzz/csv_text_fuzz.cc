// Any bytes as a council's CSV: nothing crashes, every line is accounted for once and in order.
// LINKS: table
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "table/csv_text.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinfold::table;
  const auto decoded = decode_text(std::string(reinterpret_cast<const char*>(data), size));
  if (!decoded.ok()) return 0;
  require(kinfold::is_valid_utf8(decoded.value().text));
  const auto csv = parse_csv_text(decoded.value().text, 1'000);
  if (!csv.ok()) return 0;
  const auto& lines = csv.value().line;
  const auto& bad = csv.value().bad_lines;
  require(lines.size() == csv.value().table.row_count());
  require(std::is_sorted(lines.begin(), lines.end()));
  for (std::size_t k = 1; k < bad.size(); ++k) require(bad[k - 1].line < bad[k].line);
  for (const auto& line : bad) require(!std::binary_search(lines.begin(), lines.end(), line.line));
  for (const auto& column : csv.value().table.columns()) require(column.size() == lines.size());
  return 0;
}
