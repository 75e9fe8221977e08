#include <algorithm>
#include <limits>
#include <memory>

#include <unicode/ucnv.h>

#include "base/text.h"
#include "table/csv_text.h"

namespace kinfold::table {
namespace {

/// Every other byte of the start is NUL: UTF-16 of mostly Latin text. Empty if it is not.
std::string utf16_without_mark(std::string_view bytes) {
  const std::size_t count = std::min<std::size_t>(bytes.size(), 512) / 2 * 2;
  if (count < 4) return {};
  std::size_t even = 0;
  std::size_t odd = 0;
  for (std::size_t k = 0; k < count; k += 2) {
    even += bytes[k] == '\0' ? 1U : 0U;
    odd += bytes[k + 1] == '\0' ? 1U : 0U;
  }
  // Nine in ten: letters outside Latin-1 have no NUL byte.
  const std::size_t enough = count / 2 * 9 / 10;
  if (odd >= enough && even == 0) return "UTF-16LE";
  if (even >= enough && odd == 0) return "UTF-16BE";
  return {};
}

Result<DecodedText> convert(std::string_view bytes, const char* encoding) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> from(ucnv_open(encoding, &status), &ucnv_close);
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> to(ucnv_open("UTF-8", &status), &ucnv_close);
  if (U_FAILURE(status)) return internal_error("ICU has no converter for the file's encoding");
  DecodedText decoded{{}, encoding};
  decoded.text.resize(bytes.size() * 3 / 2 + 64);
  std::size_t written = 0;
  const char* source = bytes.data();
  const char* const source_end = source + bytes.size();
  std::vector<UChar> pivot(4096);
  UChar* pivot_source = pivot.data();
  UChar* pivot_target = pivot.data();
  bool first = true;
  for (;;) {
    char* target = decoded.text.data() + written;
    char* const target_end = decoded.text.data() + decoded.text.size();
    status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, target_end, &source, source_end, pivot.data(),
                   &pivot_source, &pivot_target, pivot.data() + pivot.size(), first ? 1 : 0, 1, &status);
    first = false;
    written = static_cast<std::size_t>(target - decoded.text.data());
    if (status != U_BUFFER_OVERFLOW_ERROR) break;
    decoded.text.resize(decoded.text.size() * 2);
  }
  if (U_FAILURE(status)) return invalid("the text cannot be decoded: save the file as UTF-8");
  decoded.text.resize(written);
  return decoded;
}

}  // namespace

Result<DecodedText> decode_text(std::string bytes) {
  using std::string_view_literals::operator""sv;
  const std::string_view view = bytes;
  if (view.starts_with("PK\x03\x04")) {
    return invalid("this is an Excel workbook or a zip file: save the sheet as CSV (UTF-8)");
  }
  if (view.starts_with("PAR1")) return invalid("this is a Parquet file: a CSV is needed here");
  if (view.starts_with("\xEF\xBB\xBF")) {
    bytes.erase(0, 3);
    if (is_valid_utf8(bytes)) return DecodedText{std::move(bytes), "UTF-8"};
    return convert(bytes, "windows-1252");
  }
  if (view.starts_with("\xFF\xFE\x00\x00"sv)) return convert(view.substr(4), "UTF-32LE");
  if (view.starts_with("\x00\x00\xFE\xFF"sv)) return convert(view.substr(4), "UTF-32BE");
  if (view.starts_with("\xFF\xFE")) return convert(view.substr(2), "UTF-16LE");
  if (view.starts_with("\xFE\xFF")) return convert(view.substr(2), "UTF-16BE");
  const auto utf16 = utf16_without_mark(view);
  if (!utf16.empty()) return convert(view, utf16.c_str());
  if (is_valid_utf8(view)) return DecodedText{std::move(bytes), "UTF-8"};
  return convert(view, "windows-1252");
}

}  // namespace kinfold::table
