#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "linkage/output_internal.h"
#include "linkage/report_internal.h"

namespace kinfold::linkage {

std::string count_text(std::uint64_t count) { return with_thousands(static_cast<long long>(count)); }

std::string percent_text(double share) {
  if (share < 1.0 && share > 0.9999) return "> 99.99 %";
  if (share > 0.0 && share < 0.0001) return "< 0.01 %";
  return fmt::format("{:.2f} %", share * 100.0);
}

std::string signed_text(double bits) {
  const std::string digits = fmt::format("{:.2f}", std::abs(bits));
  if (digits == "0.00") return digits;
  return (bits < 0 ? "\u2212" : "+") + digits;
}

std::string whole_text(double bits) {
  return fmt::format("{}{:.0f}", bits < 0 ? "\u2212" : "+", std::abs(bits));
}

std::string probability_text(double probability) {
  if (probability > 0.9999 && probability < 1.0) return fmt::format("1 \u2212 {:.1e}", 1.0 - probability);
  if (probability < 0.0001 && probability > 0.0) return fmt::format("{:.1e}", probability);
  return fmt::format("{:.4f}", probability);
}

double bits_of_level(const Level& level) {
  return std::log2(std::max(level.m.value, 1e-12) / std::max(level.u.value, 1e-12));
}

double bits_of(double probability) {
  const double p = std::clamp(probability, 1e-15, 1.0 - 1e-15);
  return std::log2(p / (1.0 - p));
}

nlohmann::ordered_json chart_of(nlohmann::ordered_json values) {
  return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
          {"width", "container"},
          {"data", {{"values", std::move(values)}}}};
}

void add_summary(page::Page& page, const ReportInput& input) {
  const auto& report = input.report;
  const auto& result = input.result;
  std::vector<page::Figure> figures = {
      {count_text(report.left_row_count) +
           (input.two_files() ? " and " + count_text(report.right_row_count) : ""),
       "records"},
      {count_text(report.candidate_pair_count), "pairs compared"},
      {count_text(report.pair_count), input.two_files() ? "pairs linked" : "pairs in one cluster"},
      {count_text(report.cluster_count), "people, as far as the links go"}};
  if (report.quality) {
    figures.push_back({percent_text(report.quality->precision), "precision against the truth"});
    figures.push_back({percent_text(report.quality->recall), "recall against the truth"});
    figures.push_back({percent_text(report.quality->f1), "F1 against the truth"});
  }
  page.figures(figures);
  if (report.quality)
    page.note("The truth was used to measure these figures only, not to link or to choose the threshold.");
  if (!result.model.fitted) {
    page.note(
        "Nothing was compared, so nothing was estimated: there are no weights, no threshold and no links to "
        "show.");
  } else if (!result.fit.converged) {
    page.note(
        "The estimation stopped before it converged: read the weights with care. More iterations: "
        "em_iteration_count_max in the model's settings.");
  }
  for (const auto& note : report.notes) page.note(note);
  if (!result.model.fitted || result.fit.match_rate <= 0.0) return;
  page.paragraph(fmt::format(
      "{} Of all possible pairs one in {} is a match; {} matches are expected among the pairs compared. "
      "Weights are in bits: "
      "one bit more doubles the odds that two records are of one person.",
      result.fit.iteration_count > 0
          ? fmt::format("The model was estimated from these files in {} iterations, without any truth.",
                        result.fit.iteration_count)
          : std::string("The model was given, and used as it is."),
      count_text(static_cast<std::uint64_t>(std::llround(1.0 / result.fit.match_rate))),
      count_text(static_cast<std::uint64_t>(std::llround(result.fit.expected_match_count)))));
}

std::string render_report(const ReportInput& input) {
  page::Page page("Linkage report", input.two_files() ? "Two files linked" : "Duplicates within one file");
  add_summary(page, input);
  if (input.result.model.fitted) {
    add_judged(page, input);
    add_threshold(page, input);
    add_histogram(page, input);
    add_match_weights(page, input.result.model);
    add_m_and_u(page, input.result.model);
    add_waterfalls(page, input);
  }
  add_blocking(page, input);
  add_completeness(page, input);
  if (input.result.model.fitted) {
    add_unlinkables(page, input);
    add_clusters(page, input);
    add_groups(page, input);
  }
  return page.render();
}

}  // namespace kinfold::linkage
