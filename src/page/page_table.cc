#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "page/page_internal.h"

namespace kinfold::page {
namespace {

using table::Column;
using table::ColumnType;

constexpr std::string_view kMinus = "\u2212";
constexpr std::string_view kReplacement = "\uFFFD";
/// Below this a separator would make 2018 look like a count.
constexpr std::int64_t kThousandsFrom = 10'000;
/// With more columns than this the type is made smaller on paper, so that none is cut off.
constexpr std::size_t kWideFrom = 10;

bool is_number(const Column& column) {
  return column.type() == ColumnType::kInt64 || column.type() == ColumnType::kDouble;
}

std::string int_text(std::int64_t value) {
  const bool separated = value >= kThousandsFrom || value <= -kThousandsFrom;
  std::string text = separated ? with_thousands(value) : std::to_string(value);
  if (text.front() == '-') text.replace(0, 1, kMinus);
  return text;
}

/// As many decimals as the largest value of the column can carry, and no more than any needs.
int decimal_count(const Column& column) {
  double largest = 0.0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double value = std::abs(column.number_at(row));
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  const int most = largest >= 1000.0  ? 0
                   : largest >= 100.0 ? 1
                   : largest >= 10.0  ? 2
                   : largest >= 1.0   ? 3
                                      : 4;
  for (int count = 0; count < most; ++count) {
    const double scale = std::pow(10.0, count);
    bool enough = true;
    for (std::size_t row = 0; row < column.size() && enough; ++row) {
      const double scaled = column.number_at(row) * scale;
      enough = !std::isfinite(scaled) || std::abs(scaled - std::round(scaled)) < 1e-9 * scale;
    }
    if (enough) return count;
  }
  return most;
}

std::string double_text(double value, int decimals) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value < 0 ? fmt::format("{}\u221E", kMinus) : "\u221E";
  const double smallest = std::pow(10.0, -decimals);
  const double size = std::abs(value);
  if (size > 0.0 && size < smallest / 2) {
    return value > 0 ? fmt::format("&lt;\u00A0{:.{}f}", smallest, decimals)
                     : fmt::format("&gt;\u00A0{}{:.{}f}", kMinus, smallest, decimals);
  }
  std::string text = fmt::format("{:.{}f}", size, decimals);
  if (size >= static_cast<double>(kThousandsFrom) && size < 1e15) {
    const auto dot = std::min(text.find('.'), text.size());
    text = with_thousands(std::stoll(text.substr(0, dot))) + text.substr(dot);
  }
  return value < 0 ? std::string(kMinus) + text : text;
}

std::string cell_text(const Column& column, std::size_t row, int decimals) {
  switch (column.type()) {
    case ColumnType::kInt64: return int_text(column.int_at(row));
    case ColumnType::kDouble: return double_text(column.double_at(row), decimals);
    case ColumnType::kBool: return column.bool_at(row) ? "yes" : "no";
    case ColumnType::kDate: return column.text_at(row);
    case ColumnType::kString: return isolated_text(column.string_at(row));
  }
  return {};
}

/// How many bytes the UTF-8 sequence at the start has; 0 if there is none.
std::size_t valid_prefix(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
    if (is_valid_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7F;
}

}  // namespace

std::string safe_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto length = valid_prefix(text);
    if (length == 0 || (length == 1 && is_control(text.front()))) {
      clean += kReplacement;
      text.remove_prefix(1);
    } else {
      clean += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return html_escape(clean);
}

std::string isolated_text(std::string_view text) {
  const bool ascii =
      std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii ? safe_text(text) : "<bdi>" + safe_text(text) + "</bdi>";
}

std::string safe_in_script(std::string_view script) {
  std::string safe;
  safe.reserve(script.size());
  for (std::size_t at = 0; at < script.size(); ++at) {
    safe += script[at];
    if (script[at] != '<') continue;
    const auto rest = script.substr(at + 1);
    if (starts_with_ignore_case(rest, "/script") || rest.starts_with("!--")) safe += '\\';
  }
  return safe;
}

std::string table_markup(std::string_view id, std::string_view caption, const table::Table& table,
                         std::size_t row_count_max) {
  const auto& columns = table.columns();
  const std::size_t shown = std::min(table.row_count(), row_count_max);
  std::vector<int> decimals;
  for (const auto& column : columns)
    decimals.push_back(column.type() == ColumnType::kDouble ? decimal_count(column) : 0);
  std::string markup = fmt::format(
      "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{0}\" tabindex=\"0\">\n<table{2}>\n"
      "<caption id=\"{0}\"><span>{1}</span></caption>\n<thead><tr>",
      id, isolated_text(caption), columns.size() > kWideFrom ? " class=\"wide\"" : "");
  for (const auto& column : columns) {
    markup += fmt::format("<th scope=\"col\"{}>{}</th>", is_number(column) ? " class=\"number\"" : "",
                          isolated_text(column.name()));
  }
  markup += "</tr></thead>\n<tbody>\n";
  for (std::size_t row = 0; row < shown; ++row) {
    markup += "<tr>";
    for (std::size_t k = 0; k < columns.size(); ++k) {
      // What the first column says is what the row is about.
      const bool heads_row = k == 0 && !is_number(columns[k]);
      const std::string_view tag = heads_row ? "th scope=\"row\"" : "td";
      const std::string_view number = is_number(columns[k]) ? " class=\"number\"" : "";
      markup += fmt::format("<{}{}>{}</{}>", tag, number,
                            columns[k].is_null(row) ? "<span class=\"none\" title=\"no value\">\u2013</span>"
                                                    : cell_text(columns[k], row, decimals[k]),
                            tag.substr(0, 2));
    }
    markup += "</tr>\n";
  }
  markup += "</tbody>\n</table>\n</div>\n";
  if (table.row_count() == 0) markup += "<p class=\"rest\">No rows.</p>\n";
  if (shown < table.row_count()) {
    markup += fmt::format("<p class=\"rest\">{} of {} rows are shown; {} are not.</p>\n",
                          with_thousands(static_cast<long long>(shown)),
                          with_thousands(static_cast<long long>(table.row_count())),
                          with_thousands(static_cast<long long>(table.row_count() - shown)));
  }
  return markup;
}

}  // namespace kinfold::page
