#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "linkage/output_internal.h"
#include "page/page.h"

namespace kinfold::linkage {
namespace {

using nlohmann::ordered_json;
using table::ColumnType;

std::string count_text(std::uint64_t count) { return with_thousands(static_cast<long long>(count)); }
std::string percent(double share) { return fmt::format("{:.2f} %", share * 100.0); }

ordered_json spec(ordered_json values) {
  return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"}, {"width", "container"}, {"data", {{"values", std::move(values)}}}};
}

double bits_of(const Level& level) { return std::log2(std::max(level.m.value, 1e-12) / std::max(level.u.value, 1e-12)); }

void add_weights(page::Page& page, const Model& model) {
  ordered_json values = ordered_json::array();
  ordered_json order = ordered_json::array();
  for (const auto& comparison : model.comparisons) {
    order.push_back(comparison.name);
    for (const auto& level : comparison.levels) {
      values.push_back({{"comparison", comparison.name}, {"level", level.when}, {"bits", bits_of(level)}, {"m", level.m.value}, {"u", level.u.value}});
    }
  }
  auto chart = spec(values);
  chart["height"] = {{"step", 16}};
  chart["mark"] = {{"type", "bar"}};
  chart["encoding"] = {
      {"row", {{"field", "comparison"}, {"type", "nominal"}, {"sort", order}, {"title", nullptr}, {"header", {{"labelAngle", 0}, {"labelAlign", "left"}, {"labelAnchor", "start"}, {"labelBaseline", "top"}}}}},
      {"y", {{"field", "level"}, {"type", "nominal"}, {"sort", nullptr}, {"title", nullptr}}},
      {"x", {{"field", "bits"}, {"type", "quantitative"}, {"title", "match weight (bits)"}}},
      {"color", {{"condition", {{"test", "datum.bits > 0"}, {"value", "#1d70b8"}}}, {"value", "#d4351c"}}},
      {"tooltip", ordered_json::array({{{"field", "level"}}, {{"field", "m"}, {"format", ".4f"}}, {{"field", "u"}, {"format", ".3e"}}, {{"field", "bits"}, {"format", ".2f"}}})}};
  chart["resolve"] = {{"scale", {{"y", "independent"}}}};
  chart["width"] = 460;
  page.heading("What each agreement is worth");
  page.paragraph("Bits of evidence for a match (blue) or against it (red), for each level of agreement: log2 of m over u. "
                 "Each bit doubles the odds. Rare values count for more than is shown, common ones for less.");
  page.chart("Match weights by comparison and level", chart.dump(), "Bars of match weights for every level of every comparison.");
}

void add_parameters(page::Page& page, const Model& model) {
  table::Table table;
  for (const char* name : {"comparison", "level"}) table.add(name, ColumnType::kString);
  for (const char* name : {"m", "u", "related", "bits"}) table.add(name, ColumnType::kDouble);
  table.add("seen", ColumnType::kString);
  auto& columns = table.columns();
  for (const auto& comparison : model.comparisons) {
    for (const auto& level : comparison.levels) {
      columns[0].append_string(comparison.name);
      columns[1].append_string(level.when);
      columns[2].append_double(level.m.value);
      columns[3].append_double(level.u.value);
      columns[4].append_double(level.related.value);
      columns[5].append_double(bits_of(level));
      columns[6].append_string(!level.m.observed ? "no match shows it" : !level.u.observed ? "no random pair shows it" : "");
    }
  }
  page.subheading("Estimated probabilities");
  page.table("m, u, and the share among people who belong together", table, 400);
}

void add_histogram(page::Page& page, const LinkResult& result) {
  std::map<int, std::pair<std::uint64_t, std::uint64_t>> bins;
  for (const auto& pair : result.pairs) {
    auto& bin = bins[static_cast<int>(std::floor(pair.weight_bits))];
    ++(pair.linked ? bin.first : bin.second);
  }
  ordered_json values = ordered_json::array();
  for (const auto& [bits, counts] : bins) {
    values.push_back({{"bits", bits}, {"pairs", counts.first}, {"linked", "linked"}});
    values.push_back({{"bits", bits}, {"pairs", counts.second}, {"linked", "not linked"}});
  }
  auto chart = spec(values);
  chart["height"] = 240;
  chart["mark"] = "bar";
  chart["encoding"] = {{"x", {{"field", "bits"}, {"type", "quantitative"}, {"bin", {{"binned", true}, {"step", 1}}}, {"title", "match weight (bits)"}}},
                       {"y", {{"field", "pairs"}, {"type", "quantitative"}, {"title", "pairs"}}},
                       {"color", {{"field", "linked"}, {"title", nullptr}, {"scale", {{"domain", {"linked", "not linked"}}, {"range", {"#1d70b8", "#b1b4b6"}}}}}}};
  page.heading("Pairs by weight");
  page.paragraph("Only pairs above the floor are kept; the many that are clearly of different people are not shown.");
  page.chart("Kept pairs by match weight", chart.dump(), "Histogram of match weights, linked pairs apart from those not linked.");
}

void add_threshold(page::Page& page, const LinkResult& result) {
  ordered_json values = ordered_json::array();
  for (const auto& point : result.threshold_curve) {
    for (const auto& [name, value] : {std::pair{"precision", point.expected_precision}, {"recall", point.expected_recall}, {"F1", point.expected_f1}}) {
      values.push_back({{"probability", point.probability}, {"measure", name}, {"value", value}});
    }
  }
  auto chart = spec(values);
  chart["height"] = 240;
  chart["mark"] = {{"type", "line"}};
  chart["encoding"] = {{"x", {{"field", "probability"}, {"type", "quantitative"}, {"title", "threshold (probability)"}}},
                       {"y", {{"field", "value"}, {"type", "quantitative"}, {"title", "expected"}, {"scale", {{"zero", false}}}}},
                       {"color", {{"field", "measure"}, {"title", nullptr}}}};
  page.heading("Where the line is drawn");
  page.paragraph(fmt::format("Pairs are taken from a probability of {:.4f}, where the F1 expected from the model's own probabilities is highest. "
                             "No truth was used to choose it.", result.threshold_probability));
  page.chart("Expected precision, recall and F1 by threshold", chart.dump(), "Three curves by threshold.");
}

void add_blocking(page::Page& page, const LinkResult& result) {
  table::Table table;
  table.add("rule", ColumnType::kString);
  for (const char* name : {"pairs", "new pairs"}) table.add(name, ColumnType::kInt64);
  table.add("expected new matches", ColumnType::kDouble);
  for (const char* name : {"blocks left out", "pairs left out"}) table.add(name, ColumnType::kInt64);
  auto& columns = table.columns();
  std::uint64_t unusable = 0;
  for (const auto& yield : result.blocking) {
    if (!yield.usable) {
      ++unusable;
      continue;
    }
    columns[0].append_string(yield.name);
    columns[1].append_int(static_cast<std::int64_t>(yield.pair_count));
    columns[2].append_int(static_cast<std::int64_t>(yield.first_pair_count));
    columns[3].append_double(std::round(yield.expected_matches * 10) / 10);
    columns[4].append_int(static_cast<std::int64_t>(yield.skipped_block_count));
    columns[5].append_int(static_cast<std::int64_t>(yield.skipped_pair_count));
  }
  page.heading("Which pairs were compared");
  page.table("Blocking rules, in order: a pair is counted as new at the first rule that finds it", table);
  page.paragraph(fmt::format("About {} of all matches are found by some rule, as far as the overlap of the rules tells: matches found by one rule "
                             "only, against those found by two, show how many are found by none. Rules that fail together make this too favourable.",
                             percent(result.fit.blocking_recall)));
  if (unusable > 0) page.note(fmt::format("{} more rules of the model need fields that the files do not have.", unusable));
}

void add_clusters(page::Page& page, const LinkResult& result) {
  std::vector<std::uint64_t> size(result.cluster_count, 0);
  for (const auto* numbers : {&result.left_cluster, &result.right_cluster}) for (const auto number : *numbers) ++size[number];
  std::map<std::uint64_t, std::uint64_t> by_size;
  for (const auto n : size) ++by_size[n];
  table::Table table;
  table.add("records in the cluster", ColumnType::kInt64);
  table.add("clusters", ColumnType::kInt64);
  for (const auto& [records, clusters] : by_size) {
    table.columns()[0].append_int(static_cast<std::int64_t>(records));
    table.columns()[1].append_int(static_cast<std::int64_t>(clusters));
  }
  page.heading("Clusters");
  page.table("Clusters by size", table, 60);
}

}  // namespace

std::string render_report(const LinkResult& result, const LinkReport& report, bool two_files) {
  page::Page page("Linkage report", two_files ? "Two files linked" : "Duplicates within one file");
  std::vector<page::Figure> figures = {{count_text(report.left_row_count + report.right_row_count), "records"},
                                       {count_text(report.candidate_pair_count), "pairs compared"},
                                       {count_text(report.pair_count), "pairs linked"},
                                       {count_text(report.cluster_count), "people"}};
  if (report.quality) {
    figures.push_back({percent(report.quality->precision), "precision"});
    figures.push_back({percent(report.quality->recall), "recall"});
    figures.push_back({percent(report.quality->f1), "F1 against the truth"});
  }
  page.figures(figures);
  if (report.quality) page.note("The truth was used to measure these figures only, not to link or to choose the threshold.");
  if (!result.fit.converged) page.note("The estimation stopped before it converged: read the weights with care.");
  for (const auto& note : result.notes) page.note(note);
  page.paragraph(fmt::format("Estimated in {} iterations: of all possible pairs, one in {} is a match; {} matches are expected among the pairs compared.",
                             result.fit.iteration_count, count_text(static_cast<std::uint64_t>(1.0 / std::max(1e-15, result.fit.match_rate))),
                             count_text(static_cast<std::uint64_t>(result.fit.expected_match_count))));
  add_weights(page, result.model);
  add_parameters(page, result.model);
  add_histogram(page, result);
  add_threshold(page, result);
  add_blocking(page, result);
  add_clusters(page, result);
  return page.render();
}

}  // namespace kinfold::linkage
