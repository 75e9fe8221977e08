#include "cli/output.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace kinfold::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string value_text(const site::Fact& fact) {
  if (const auto* number = std::get_if<std::int64_t>(&fact.value)) return with_thousands(*number);
  if (const auto* share = std::get_if<double>(&fact.value)) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", *share);
    return text;
  }
  if (const auto* yes = std::get_if<bool>(&fact.value)) return *yes ? "yes" : "no";
  return std::get<std::string>(fact.value);
}

/// Display width of UTF-8: continuation bytes take no room.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(std::string_view text, std::size_t to) {
  return std::string(text) + std::string(to > width(text) ? to - width(text) : 0, ' ');
}

std::string rows_text(const table::Table& rows) {
  std::vector<std::size_t> widths;
  for (const auto& column : rows.columns()) {
    std::size_t widest = width(column.name());
    for (std::size_t row = 0; row < rows.row_count(); ++row)
      widest = std::max(widest, width(column.text_at(row)));
    widths.push_back(widest + 2);
  }
  std::string out;
  for (std::size_t k = 0; k < widths.size(); ++k) out += padded(rows.columns()[k].name(), widths[k]);
  out += "\n";
  for (std::size_t row = 0; row < rows.row_count(); ++row) {
    for (std::size_t k = 0; k < widths.size(); ++k) out += padded(rows.columns()[k].text_at(row), widths[k]);
    out += "\n";
  }
  return out;
}

Json cell_json(const table::Column& column, std::size_t row) {
  if (column.is_null(row)) return nullptr;
  switch (column.type()) {
    case table::ColumnType::kInt64: return column.int_at(row);
    case table::ColumnType::kDouble: return column.double_at(row);
    case table::ColumnType::kBool: return column.bool_at(row);
    case table::ColumnType::kString:
    case table::ColumnType::kDate: break;
  }
  return column.text_at(row);
}

}  // namespace

std::string to_words(const site::Report& report) {
  std::string out = report.headline.empty() ? "" : report.headline + "\n";
  std::size_t label_width = 0;
  for (const auto& fact : report.facts) label_width = std::max(label_width, width(fact.label));
  for (const auto& fact : report.facts)
    out += "  " + padded(fact.label, label_width + 2) + value_text(fact) + "\n";
  if (report.rows) out += "\n" + rows_text(*report.rows);
  for (const auto& note : report.notes) out += "  - " + note + "\n";
  return out;
}

std::string to_json(const site::Report& report) {
  Json json;
  json["headline"] = report.headline;
  for (const auto& fact : report.facts) {
    std::visit([&](const auto& value) { json[fact.key] = value; }, fact.value);
  }
  if (report.rows) {
    json["rows"] = Json::array();
    for (std::size_t row = 0; row < report.rows->row_count(); ++row) {
      Json object;
      for (const auto& column : report.rows->columns()) object[column.name()] = cell_json(column, row);
      json["rows"].push_back(std::move(object));
    }
  }
  json["notes"] = report.notes;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

int show_error(const Error& error, bool json) {
  if (json) {
    static constexpr const char* kCodes[] = {"invalid", "refused", "io", "internal"};
    const Json object = {{"error", error.message}, {"code", kCodes[static_cast<int>(error.code)]}};
    std::fputs((object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n").c_str(), stdout);
  }
  std::fprintf(stderr, "kinfold: %s\n", error.message.c_str());
  return kRefusedOrFailed;
}

int show(const Result<site::Report>& report, bool json) {
  if (!report.ok()) return show_error(report.error(), json);
  const std::string text = json ? to_json(report.value()) : to_words(report.value());
  std::fputs(text.c_str(), stdout);
  return kDone;
}

}  // namespace kinfold::cli
