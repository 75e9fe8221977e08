// Where the line is drawn, and what would be had elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "linkage/report_internal.h"

namespace kinfold::linkage {
namespace {

using nlohmann::ordered_json;
using table::ColumnType;

constexpr std::array<double, 13> kAsked = {0.01, 0.05, 0.1,   0.25,   0.5,     0.75,    0.9,
                                           0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999};

// The point with the lowest probability at or above `probability`; null if there is none. Points descend.
const ThresholdPoint* point_from(const std::vector<ThresholdPoint>& curve, double probability) {
  const ThresholdPoint* found = nullptr;
  for (const auto& point : curve) {
    if (point.probability < probability) break;
    found = &point;
  }
  return found;
}

table::Table points_table(const LinkResult& result) {
  table::Table table;
  table.add("threshold", ColumnType::kString);
  table.add("bits", ColumnType::kString);
  table.add("links", ColumnType::kInt64);
  for (const char* name : {"expected precision", "expected recall", "expected F1"})
    table.add(name, ColumnType::kString);
  auto& columns = table.columns();
  const ThresholdPoint* before = nullptr;
  const auto add = [&](double probability, const std::string& name) {
    const auto* point = point_from(result.threshold_curve, probability);
    const bool used = probability == result.threshold_probability;
    if (point == nullptr || (point == before && !used)) return;  // No pair lies between the two.
    before = point;
    columns[0].append_string(name);
    columns[1].append_string(signed_text(bits_of(probability)));
    columns[2].append_int(static_cast<std::int64_t>(point->pair_count));
    columns[3].append_string(percent_text(point->expected_precision));
    columns[4].append_string(percent_text(point->expected_recall));
    columns[5].append_string(percent_text(point->expected_f1));
  };
  bool chosen = false;
  for (const double probability : kAsked) {
    if (!chosen && probability >= result.threshold_probability) {
      add(result.threshold_probability, probability_text(result.threshold_probability) + " (used)");
      chosen = true;
    }
    if (probability != result.threshold_probability) add(probability, fmt::format("{}", probability));
  }
  if (!chosen) add(result.threshold_probability, probability_text(result.threshold_probability) + " (used)");
  return table;
}

ordered_json curve_spec(const LinkResult& result) {
  ordered_json values = ordered_json::array();
  for (const auto& point : result.threshold_curve) {
    for (const auto& [name, value] : {std::pair{"precision", point.expected_precision},
                                      {"recall", point.expected_recall},
                                      {"F1", point.expected_f1}}) {
      values.push_back({{"bits", bits_of(point.probability)},
                        {"probability", point.probability},
                        {"measure", name},
                        {"value", value},
                        {"links", point.pair_count}});
    }
  }
  const ordered_json order = {"precision", "recall", "F1"};
  auto chart = chart_of(values);
  chart["height"] = 280;
  chart["params"] =
      ordered_json::array({{{"name", "chosen"}, {"value", bits_of(result.threshold_probability)}}});
  const ordered_json x = {{"field", "bits"}, {"type", "quantitative"}, {"title", "threshold (bits)"}};
  const ordered_json lines = {
      {"mark", {{"type", "line"}, {"interpolate", "step-before"}}},
      {"encoding",
       {{"x", x},
        {"y",
         {{"field", "value"},
          {"type", "quantitative"},
          {"title", "expected"},
          {"scale", {{"zero", false}}},
          {"axis", {{"format", ".0%"}}}}},
        {"color", {{"field", "measure"}, {"type", "nominal"}, {"title", nullptr}, {"sort", order}}},
        {"strokeDash", {{"field", "measure"}, {"type", "nominal"}, {"title", nullptr}, {"sort", order}}},
        {"tooltip", ordered_json::array({{{"field", "measure"}},
                                         {{"field", "value"}, {"format", ".4%"}},
                                         {{"field", "probability"}, {"format", ".6f"}},
                                         {{"field", "bits"}, {"format", "+.2f"}},
                                         {{"field", "links"}, {"format", ","}}})}}}};
  const ordered_json line = {
      {"transform",
       ordered_json::array({{{"aggregate", ordered_json::array({{{"op", "count"}, {"as", "n"}}})}},
                            {{"calculate", "chosen"}, {"as", "bits"}}})},
      {"mark", {{"type", "rule"}, {"strokeWidth", 2}}},
      {"encoding", {{"x", x}}}};
  chart["layer"] = ordered_json::array({lines, line});
  return chart;
}

// Numbers only: a slider over the points of the curve, whose figures are read out as it moves.
std::string tool_markup(const LinkResult& result) {
  ordered_json points = ordered_json::array();
  std::size_t used = 0;
  double nearest = std::numeric_limits<double>::infinity();
  // Ascending, so that the slider's right is the stricter side.
  for (auto point = result.threshold_curve.rbegin(); point != result.threshold_curve.rend(); ++point) {
    const double apart = std::abs(bits_of(point->probability) - bits_of(result.threshold_probability));
    if (apart < nearest) nearest = apart, used = points.size();
    points.push_back({bits_of(point->probability), probability_text(point->probability),
                      percent_text(point->expected_precision), percent_text(point->expected_recall),
                      percent_text(point->expected_f1), count_text(point->pair_count)});
  }
  return fmt::format(
      "<div class=\"threshold-tool\"><p><label for=\"threshold\">Try another threshold</label> "
      "<input type=\"range\" id=\"threshold\" min=\"0\" max=\"{}\" step=\"1\" value=\"{}\"></p>"
      "<p><output for=\"threshold\" id=\"threshold-says\" aria-live=\"polite\"></output></p></div>\n"
      "<script type=\"application/json\" id=\"threshold-points\">{}</script>",
      points.size() - 1, used, points.dump());
}

constexpr std::string_view kToolScript = R"js(
(function () {
  var points = JSON.parse(document.getElementById("threshold-points").textContent);
  var slider = document.getElementById("threshold");
  var says = document.getElementById("threshold-says");
  var drawing = document.querySelector(".threshold-tool").previousElementSibling.querySelector(".drawing");
  function show() {
    var p = points[slider.value];
    var sign = p[0] < 0 ? "\u2212" : "+";
    says.textContent = "Taking pairs from probability " + p[1] + " (" + sign + Math.abs(p[0]).toFixed(2) + " bits): " +
      p[5] + " links, expected precision " + p[2] + ", recall " + p[3] + ", F1 " + p[4] + ".";
    slider.setAttribute("aria-valuetext", "probability " + p[1]);
    if (drawing.view) drawing.view.signal("chosen", p[0]).run();
  }
  slider.addEventListener("input", show);
  show();
})();
)js";

}  // namespace

void add_threshold(page::Page& page, const ReportInput& input) {
  const auto& result = input.result;
  page.heading("Where the line is drawn");
  page.paragraph(fmt::format(
      "Pairs are taken from a probability of {} ({} bits), {}. Expected figures follow from the model's own "
      "probabilities and hold as far as these "
      "are true: recall is of the matches among the pairs compared, and what the rules never compared comes "
      "on top (see \u201cWhich pairs were compared\u201d).",
      probability_text(result.threshold_probability), signed_text(bits_of(result.threshold_probability)),
      input.report.threshold_given ? "as given"
                                   : "where the expected F1 is highest; no truth was used to choose it"));
  if (result.threshold_curve.empty()) return;
  if (!input.two_files())
    page.paragraph(
        "Pairs are counted one by one here; the clusters that are made of them may hold a few pairs more, "
        "and leave a few out.");
  page.chart("Expected precision, recall and F1 by threshold", curve_spec(result).dump(),
             "Three curves by threshold: expected precision rises to the right, expected recall falls, F1 is "
             "highest between. The figures are in the table below.");
  page.html(tool_markup(result));
  page.script(kToolScript);
  page.style(
      ".threshold-tool { background: var(--soft); padding: .9rem 1.1rem; margin: 0 0 1.5rem; max-width: "
      "46rem; }\n"
      ".threshold-tool p { margin: 0 0 .4rem; }\n.threshold-tool label { font-weight: 700; }\n"
      ".threshold-tool input { display: block; width: 100%; min-height: 2rem; accent-color: var(--accent); "
      "}\n");
  page.table("What would be had at other thresholds", points_table(result));
}

}  // namespace kinfold::linkage
