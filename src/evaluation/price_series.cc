// Deflators and discount rates, from data files with their source and date.
#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "evaluation/costs.h"
#include "evaluation/price_data_internal.h"

namespace kinfold::evaluation {
namespace {

struct Row {
  std::size_t line = 0;
  std::string key;
  double value = 0;
};

std::optional<double> to_number(std::string_view text) {
  const auto number = parse_number<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

/// Two columns under the given header; # begins a comment.
Result<std::vector<Row>> read_rows(std::string_view csv, const std::string& header, const std::string& what) {
  std::vector<Row> rows;
  bool seen_header = false;
  std::size_t line = 0;
  for (auto text : split(csv, '\n')) {
    ++line;
    text = trim(text);
    if (text.empty() || text.front() == '#') continue;
    if (!seen_header) {
      if (text != header)
        return invalid(what + ", line " + std::to_string(line) + ": the first line must be " + header);
      seen_header = true;
      continue;
    }
    const auto parts = split(text, ',');
    const auto value = parts.size() == 2 ? to_number(trim(parts[1])) : std::nullopt;
    if (!value)
      return invalid(what + ", line " + std::to_string(line) + ": expected two columns, the second a number");
    rows.push_back({line, std::string(trim(parts[0])), *value});
  }
  if (rows.empty()) return invalid(what + ": no line; write " + header + " and a line for each");
  return rows;
}

std::string source_line(std::string_view csv) {
  constexpr std::string_view kMark = "# Source: ";
  for (const auto line : split(csv, '\n')) {
    if (line.starts_with(kMark)) return std::string(trim(line.substr(kMark.size())));
  }
  return {};
}

[[noreturn]] void bad_built_in() { std::abort(); }  // a file of the build itself: a test reads them all

}  // namespace

Result<Deflator> Deflator::parse(std::string_view csv) {
  auto rows = read_rows(csv, "year,index", "deflator");
  if (!rows.ok()) return rows.error();
  Deflator deflator;
  deflator.source_ = source_line(csv);
  for (const auto& row : rows.value()) {
    if (row.value <= 0)
      return invalid("deflator, line " + std::to_string(row.line) + ": the index must be above 0");
    if (!deflator.index_.emplace(row.key, row.value).second) {
      return invalid("deflator, line " + std::to_string(row.line) + ": the year is there twice");
    }
  }
  return deflator;
}

Deflator Deflator::from_series(const std::vector<std::pair<std::string, double>>& series) {
  Deflator deflator;
  for (const auto& [year, index] : series) deflator.index_[year] = index;
  return deflator;
}

const Deflator& Deflator::built_in() {
  static const Deflator deflator = [] {
    auto parsed = parse(kGdpDeflatorCsv);
    if (!parsed.ok()) bad_built_in();
    return std::move(parsed.value());
  }();
  return deflator;
}

Result<double> Deflator::index_of(const std::string& year) const {
  const auto found = index_.find(year);
  if (found != index_.end()) return found->second;
  const auto calendar = parse_number<int>(year);
  if (calendar && year.size() == 4) {
    const auto financial = [](int from) {
      return std::to_string(from) + "/" + std::to_string(100 + (from + 1) % 100).substr(1);
    };
    const auto before = index_.find(financial(*calendar - 1));
    const auto after = index_.find(financial(*calendar));
    if (before != index_.end() && after != index_.end()) return 0.25 * before->second + 0.75 * after->second;
  }
  return invalid("costs: the deflator has no year " + year + "; it goes from " + index_.begin()->first +
                 " to " + index_.rbegin()->first + ", written as 2013/14");
}

Result<double> Deflator::factor(const std::string& from, const std::string& to) const {
  const auto a = index_of(from);
  if (!a.ok()) return a.error();
  const auto b = index_of(to);
  if (!b.ok()) return b.error();
  return b.value() / a.value();
}

Result<std::vector<DiscountBand>> parse_discount_bands(std::string_view csv) {
  auto rows = read_rows(csv, "from_year,rate", "discount bands");
  if (!rows.ok()) return rows.error();
  std::vector<DiscountBand> bands;
  for (const auto& row : rows.value()) {
    const auto from = to_number(row.key);
    const bool in_order = from && (bands.empty() ? *from == 0 : *from > bands.back().from_year);
    if (!in_order || row.value <= -1) {
      return invalid("discount bands, line " + std::to_string(row.line) +
                     ": years must ascend from 0 and rates be above -1");
    }
    bands.push_back({*from, row.value});
  }
  return bands;
}

const std::vector<DiscountBand>& green_book_bands() {
  static const std::vector<DiscountBand> bands = [] {
    auto parsed = parse_discount_bands(kDiscountBandsCsv);
    if (!parsed.ok()) bad_built_in();
    return std::move(parsed.value());
  }();
  return bands;
}

const std::string& green_book_source() {
  static const std::string source = source_line(kDiscountBandsCsv);
  return source;
}

}  // namespace kinfold::evaluation
