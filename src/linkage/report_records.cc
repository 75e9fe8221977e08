// What the records bring: how complete they are, which of them could not be linked whatever they met, and the
// groups they end in.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "linkage/records_internal.h"
#include "linkage/report_internal.h"
#include "linkage/shown_internal.h"

namespace kinfold::linkage {
namespace {

using nlohmann::ordered_json;
using table::ColumnType;

std::string column_names(const std::vector<const table::Column*>& columns) {
  std::string names;
  for (const auto* column : columns) names += (names.empty() ? "" : ", ") + column->name();
  return names;
}

// The columns that a field was read from; "" where it was worked out from another field.
std::string read_from(const std::vector<ShownField>& shown, const std::string& field) {
  for (const auto& own : shown) {
    if (own.name != field) continue;
    const std::string left = column_names(own.left);
    const std::string right = column_names(own.right);
    return left == right || right.empty() ? left : left.empty() ? right : left + " / " + right;
  }
  return "worked out from another field";
}

bool is_compared(const Model& model, const std::string& field) {
  return std::any_of(model.comparisons.begin(), model.comparisons.end(),
                     [&](const Comparison& c) { return c.field == field; });
}

// Columns of a file that the model did not read.
std::string unread(const table::Table& table, const std::vector<ShownField>& shown, bool left,
                   const Model& model) {
  std::string names;
  for (const auto& column : table.columns()) {
    const bool read = &column == find_id(table, model) ||
                      std::any_of(shown.begin(), shown.end(), [&](const ShownField& field) {
                        const auto& columns = left ? field.left : field.right;
                        return std::find(columns.begin(), columns.end(), &column) != columns.end();
                      });
    if (!read) names += (names.empty() ? "" : ", ") + column.name();
  }
  return names;
}

struct Unlinkable {
  int bits;
  double left;
  double right;
};

// Share of records that weigh less than so many bits even against a copy of themselves.
std::vector<Unlinkable> unlinkable_curve(const Insight& insight, double left_total, double right_total) {
  std::vector<Unlinkable> curve;
  if (insight.self_weights.empty()) return curve;
  double left = 0.0;
  double right = 0.0;
  auto weight = insight.self_weights.begin();
  for (int bits = std::min(0, insight.self_weights.front().bits);
       bits <= insight.self_weights.back().bits + 1; ++bits) {
    for (; weight != insight.self_weights.end() && weight->bits < bits; ++weight) {
      left += static_cast<double>(weight->left_count);
      right += static_cast<double>(weight->right_count);
    }
    curve.push_back(
        {bits, left_total > 0 ? left / left_total : 0.0, right_total > 0 ? right / right_total : 0.0});
  }
  return curve;
}

ordered_json unlinkable_spec(const std::vector<Unlinkable>& curve, bool two_files, double threshold_bits) {
  ordered_json values = ordered_json::array();
  for (const auto& point : curve) {
    values.push_back(
        {{"bits", point.bits}, {"share", point.left}, {"file", two_files ? "left file" : "records"}});
    if (two_files) values.push_back({{"bits", point.bits}, {"share", point.right}, {"file", "right file"}});
  }
  auto chart = chart_of(values);
  chart["height"] = 220;
  const ordered_json x = {{"field", "bits"}, {"type", "quantitative"}, {"title", "threshold (bits)"}};
  ordered_json lines = {{"mark", {{"type", "line"}}},
                        {"encoding",
                         {{"x", x},
                          {"y",
                           {{"field", "share"},
                            {"type", "quantitative"},
                            {"title", "records out of reach"},
                            {"axis", {{"format", ".0%"}}}}},
                          {"tooltip", ordered_json::array({{{"field", "file"}},
                                                           {{"field", "bits"}},
                                                           {{"field", "share"}, {"format", ".3%"}}})}}}};
  if (two_files) {
    for (const char* channel : {"color", "strokeDash"})
      lines["encoding"][channel] = {{"field", "file"}, {"title", nullptr}};
  }
  const ordered_json line = {{"data", {{"values", ordered_json::array({{{"bits", threshold_bits}}})}}},
                             {"mark", {{"type", "rule"}, {"strokeDash", {6, 4}}, {"strokeWidth", 2}}},
                             {"encoding", {{"x", x}}}};
  chart["layer"] = ordered_json::array({lines, line});
  return chart;
}

}  // namespace

void add_completeness(page::Page& page, const ReportInput& input) {
  const auto& model = input.result.model;
  const auto shown = shown_fields(input.left, input.right, model);
  page::Bars bars;
  bars.caption = "Share of records with a value, by field";
  bars.columns = {"field", "read from", "used", input.two_files() ? "left" : "filled"};
  bars.text_column_count = 3;
  if (input.two_files()) bars.columns.push_back("right");
  bars.columns.push_back("values");
  bars.lanes.push_back({input.two_files() ? "left file" : "records", 0.0, 1.0, "0 %", "100 %", std::nullopt});
  if (input.two_files()) bars.lanes.push_back({"right file", 0.0, 1.0, "0 %", "100 %", std::nullopt});
  std::vector<std::string> one_value;
  for (const auto& field : input.result.insight.completeness) {
    page::BarRow row{
        {field.field, read_from(shown, field.field),
         is_compared(model, field.field) ? "compared" : "keys only", percent_text(field.left_share)},
        {page::BarSpan{0.0, field.left_share}}};
    if (input.two_files()) {
      row.cells.push_back(percent_text(field.right_share));
      row.spans.emplace_back(page::BarSpan{0.0, field.right_share});
    }
    row.cells.push_back(count_text(field.distinct_count));
    if (field.distinct_count == 1) one_value.push_back(field.field);
    bars.rows.push_back(std::move(row));
  }
  page.heading("How complete the records are");
  page.paragraph(
      "After standardising: what is a placeholder, or cannot be read as what it should be, counts as "
      "missing. A missing value is no evidence either way.");
  page.bars(bars);
  for (const auto& field : one_value)
    page.note(
        fmt::format("Every record that has a value of {} has the same one: it tells nobody apart.", field));
  const std::string left = unread(input.left, shown, true, model);
  const std::string right = input.two_files() ? unread(*input.right, shown, false, model) : "";
  if (!left.empty())
    page.paragraph(fmt::format("Columns {} that the model does not read: {}.",
                               input.two_files() ? "of the left file" : "of the file", left));
  if (!right.empty())
    page.paragraph(fmt::format("Columns of the right file that the model does not read: {}.", right));
}

void add_unlinkables(page::Page& page, const ReportInput& input) {
  const auto curve = unlinkable_curve(input.result.insight, static_cast<double>(input.report.left_row_count),
                                      static_cast<double>(input.report.right_row_count));
  if (curve.empty()) return;
  const double threshold_bits = bits_of(input.result.threshold_probability);
  const auto at = std::find_if(curve.begin(), curve.end(), [&](const Unlinkable& point) {
    return point.bits >= std::floor(threshold_bits);
  });
  const Unlinkable here = at == curve.end() ? curve.back() : *at;
  page.heading("Records that nothing could link");
  page.paragraph(fmt::format(
      "A record with few or common values would stay below the threshold even beside a perfect copy of "
      "itself. At the threshold used that is so for at least {}{}. "
      "Better values help them; no threshold does.",
      percent_text(here.left),
      input.two_files()
          ? fmt::format(" of the left file's records and {} of the right one's", percent_text(here.right))
          : " of the records"));
  page.chart("Records out of reach, by threshold",
             unlinkable_spec(curve, input.two_files(), threshold_bits).dump(),
             fmt::format("Share of records that a copy of themselves could not reach, by threshold; the "
                         "threshold used is at {} bits.",
                         signed_text(threshold_bits)));
  table::Table table;
  table.add("threshold, bits", ColumnType::kInt64);
  table.add(input.two_files() ? "left file" : "records", ColumnType::kString);
  if (input.two_files()) table.add("right file", ColumnType::kString);
  for (const auto& point : curve) {
    table.columns()[0].append_int(point.bits);
    table.columns()[1].append_string(percent_text(point.left));
    if (input.two_files()) table.columns()[2].append_string(percent_text(point.right));
  }
  page.details("The figures behind this chart", "Share of records out of reach by threshold", table);
}

void add_clusters(page::Page& page, const ReportInput& input) {
  const auto& result = input.result;
  std::vector<std::uint64_t> size(result.cluster_count, 0);
  for (const auto* numbers : {&result.left_cluster, &result.right_cluster})
    for (const auto number : *numbers) ++size[number];
  std::map<std::uint64_t, std::uint64_t> by_size;
  for (const auto n : size) ++by_size[n];
  std::uint64_t most = 1;
  for (const auto& [records, clusters] : by_size) most = std::max(most, records * clusters);
  page::Bars bars;
  bars.caption = "Clusters by size";
  bars.columns = {"records in the cluster", "clusters", "records"};
  bars.lanes = {{"records in clusters of this size", 0.0, static_cast<double>(most), "0", count_text(most),
                 std::nullopt}};
  std::size_t shown = 0;
  for (const auto& [records, clusters] : by_size) {
    if (++shown > 40) break;
    bars.rows.push_back({{count_text(records), count_text(clusters), count_text(records * clusters)},
                         {page::BarSpan{0.0, static_cast<double>(records * clusters)}}});
  }
  page.heading("Clusters");
  page.paragraph(input.two_files()
                     ? "A cluster is what the links hold together: one record of each file where the "
                       "assignment is one to one, or a record that found no partner."
                     : "A cluster is taken for one person. One record alone found no partner; sizes far "
                       "beyond how often a person can be in the file deserve a look.");
  page.bars(bars);
  if (by_size.size() > 40)
    page.paragraph(fmt::format("{} more sizes, up to {} records, are not shown.", by_size.size() - 40,
                               count_text(by_size.rbegin()->first)));
}

}  // namespace kinfold::linkage
