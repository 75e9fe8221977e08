// How the compared pairs are spread over the weights.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "linkage/report_internal.h"

namespace kinfold::linkage {
namespace {

using nlohmann::ordered_json;
using table::ColumnType;

struct Bin {
  std::uint64_t linked = 0;
  std::uint64_t not_linked = 0;
};

// As many whole bits to a bar as keep them to about fifty.
int bin_width(const std::vector<ScoredPair>& pairs) {
  double low = 0.0;
  double high = 0.0;
  for (const auto& pair : pairs) {
    low = std::min(low, pair.weight_bits);
    high = std::max(high, pair.weight_bits);
  }
  return std::max(1, static_cast<int>(std::ceil((high - low) / 50.0)));
}

ordered_json histogram_spec(const std::map<int, Bin>& bins, int width, double threshold_bits) {
  ordered_json values = ordered_json::array();
  for (const auto& [bits, bin] : bins) {
    values.push_back({{"from", bits}, {"to", bits + width}, {"pairs", bin.linked}, {"answer", "linked"}});
    values.push_back(
        {{"from", bits}, {"to", bits + width}, {"pairs", bin.not_linked}, {"answer", "not linked"}});
  }
  auto chart = chart_of(values);
  chart["height"] = 260;
  const ordered_json colour = {
      {"field", "answer"},
      {"title", nullptr},
      {"scale", {{"domain", {"linked", "not linked"}}, {"range", {"#0072B2", "#ffffff"}}}},
      {"legend", {{"symbolStrokeColor", "#0b0c0c"}}}};
  const ordered_json bars = {
      {"mark", {{"type", "bar"}, {"stroke", "#0b0c0c"}, {"strokeWidth", 0.7}, {"binSpacing", 0}}},
      {"encoding",
       {{"x",
         {{"field", "from"},
          {"type", "quantitative"},
          {"bin", {{"binned", true}, {"step", width}}},
          {"title", "match weight (bits)"}}},
        {"x2", {{"field", "to"}}},
        {"y", {{"field", "pairs"}, {"type", "quantitative"}, {"title", "pairs"}, {"stack", "zero"}}},
        {"color", colour},
        {"tooltip", ordered_json::array({{{"field", "from"}, {"title", "from, bits"}},
                                         {{"field", "to"}, {"title", "to, bits"}},
                                         {{"field", "pairs"}, {"format", ","}},
                                         {{"field", "answer"}}})}}}};
  const ordered_json line = {{"data", {{"values", ordered_json::array({{{"bits", threshold_bits}}})}}},
                             {"mark", {{"type", "rule"}, {"strokeDash", {6, 4}}, {"strokeWidth", 2}}},
                             {"encoding", {{"x", {{"field", "bits"}, {"type", "quantitative"}}}}}};
  const ordered_json label = {
      {"data", {{"values", ordered_json::array({{{"bits", threshold_bits}}})}}},
      {"mark", {{"type", "text"}, {"align", "left"}, {"dx", 6}, {"y", 8}, {"text", "threshold"}}},
      {"encoding", {{"x", {{"field", "bits"}, {"type", "quantitative"}}}}}};
  chart["layer"] = ordered_json::array({bars, line, label});
  return chart;
}

}  // namespace

void add_histogram(page::Page& page, const ReportInput& input) {
  const auto& pairs = input.result.pairs;
  page.heading("Pairs by weight");
  if (pairs.empty()) {
    page.paragraph("No pair weighs enough to be kept.");
    return;
  }
  const double prior = bits_of(input.result.model.match_rate);
  const double threshold_bits = bits_of(input.result.threshold_probability);
  const int width = bin_width(pairs);
  std::map<int, Bin> bins;
  for (const auto& pair : pairs) {
    const int from = static_cast<int>(std::floor((pair.weight_bits + prior) / width)) * width;
    ++(pair.linked ? bins[from].linked : bins[from].not_linked);
  }
  table::Table table;
  for (const char* name : {"from, bits", "to, bits", "linked", "not linked"})
    table.add(name, ColumnType::kInt64);
  std::uint64_t right_not_linked = 0;
  std::uint64_t left_linked = 0;
  for (const auto& [bits, bin] : bins) {
    table.columns()[0].append_int(bits);
    table.columns()[1].append_int(bits + width);
    table.columns()[2].append_int(static_cast<std::int64_t>(bin.linked));
    table.columns()[3].append_int(static_cast<std::int64_t>(bin.not_linked));
  }
  for (const auto& pair : pairs) {
    const bool above = pair.weight_bits + prior >= threshold_bits;
    right_not_linked += above && !pair.linked;
    left_linked += !above && pair.linked;
  }
  page.paragraph(
      fmt::format("{} kept pairs; those far below are of different people and are not kept. The prior is in "
                  "the weight, as in Splink's match weight: at 0 bits "
                  "a pair is as likely as not. Two clear hills with a valley between them show that the "
                  "fields can tell people apart.",
                  count_text(pairs.size())));
  page.chart("Pairs by match weight", histogram_spec(bins, width, threshold_bits).dump(),
             fmt::format("Histogram of {} pairs by match weight from {} to {} bits, linked pairs solid and "
                         "others hollow; the threshold is at {} bits.",
                         count_text(pairs.size()), bins.begin()->first, bins.rbegin()->first + width,
                         signed_text(threshold_bits)));
  page.details("The figures behind this chart", "Pairs by match weight", table);
  if (right_not_linked > 0) {
    page.paragraph(input.two_files()
                       ? fmt::format("Right of the threshold but not linked: {}. Another candidate of one of "
                                     "the two records is better.",
                                     count_text(right_not_linked))
                       : fmt::format("Right of the threshold but not linked: {}. The groups that these pairs "
                                     "would join do not fit together on the whole.",
                                     count_text(right_not_linked)));
  }
  if (left_linked > 0) {
    page.paragraph(input.two_files()
                       ? fmt::format("Left of the threshold but linked: {}. No other candidate of the two "
                                     "records comes near, which makes a pair more probable than its weight "
                                     "does alone; or a stage linked them.",
                                     count_text(left_linked))
                       : fmt::format("Left of the threshold but within one cluster: {}. Other pairs hold "
                                     "these clusters together.",
                                     count_text(left_linked)));
  }
}

}  // namespace kinfold::linkage
