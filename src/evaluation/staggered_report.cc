// Staggered starts in words, charts and tables, from output tables alone.
#include "evaluation/staggered_report_internal.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "evaluation/charts_internal.h"
#include "evaluation/report_tables_internal.h"
#include "evaluation/sentences_internal.h"

namespace kinfold::evaluation {
namespace {

/// Below this a test that the groups moved alike before the start is bad news; it has little power, so more
/// than the usual 5 %.
constexpr double kApart = 0.1;

std::string name_of(const Staggered& section) {
  return section.population.empty() ? section.title : section.title + " (" + section.population + ")";
}

/// The row of a section in a table, of the main average where there are several.
std::optional<std::size_t> row_of(const table::Table& t, const Staggered& section) {
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    if (t.find("outcome")->text_at(r) == section.id) return r;
  }
  return std::nullopt;
}

double value_at(const table::Table& t, const char* column, std::size_t row) {
  const auto* found = t.find(column);
  return found == nullptr || found->is_null(row) ? NAN : found->number_at(row);
}

std::string before_the_start(const std::vector<OutputTable>& outputs, const Staggered& section) {
  const auto* trends = find_output(outputs, "staggered_pre_trends");
  const auto row = trends != nullptr ? row_of(trends->table, section) : std::nullopt;
  const double p = row ? value_at(trends->table, "p_value", *row) : NAN;
  if (!std::isfinite(p)) return "Whether the groups moved alike before cannot be tested here.";
  const auto shown = p < 0.001 ? std::string("p below 0.001") : fmt::format("p {:.3f}", p);
  return p < kApart ? "But the groups were moving apart before they began (" + shown +
                          "), so this may not be the effect."
                    : "Nothing says that the groups moved apart before they began (" + shown + ").";
}

std::string sentence_of(const Plan& plan, const std::vector<OutputTable>& outputs, const Staggered& section,
                        const table::Table& t, std::size_t row) {
  const double estimate = value_at(t, "estimate", row);
  const double low = value_at(t, "ci_low", row);
  const double high = value_at(t, "ci_high", row);
  if (!std::isfinite(estimate) || !std::isfinite(low) || !std::isfinite(high)) {
    const auto reason = t.find("not_estimable_because")->text_at(row);
    return name_of(section) + (reason.empty() ? ": withheld, because too few stand behind it."
                                              : ": not estimable, because " + reason + ".");
  }
  const double unit = section.is_share ? 100 : 1;
  const int decimals = section.is_share ? 2 : decimals_for(std::max(std::fabs(low), std::fabs(high)));
  const auto number = [&](double value) { return plain_number(unit * value, decimals); };
  return fmt::format(
      "{}: once they had begun, {}{} {} than it would have been without ({:.0f}% interval {} to {}). {} {}",
      name_of(section), number(std::fabs(estimate)), section.is_share ? " percentage points" : "",
      estimate < 0 ? "lower" : "higher", 100 * plan.confidence, number(low), number(high),
      effect_verdict(estimate, low, high, section.good_is_less), before_the_start(outputs, section));
}

}  // namespace

std::vector<std::string> staggered_sentences(const Plan& plan, const std::vector<OutputTable>& outputs) {
  std::vector<std::string> out;
  const auto* summary = find_output(outputs, "staggered");
  if (summary == nullptr) return out;
  for (const auto& section : plan.staggered) {
    if (const auto row = row_of(summary->table, section))
      out.push_back(sentence_of(plan, outputs, section, summary->table, *row));
  }
  return out;
}

void add_staggered_section(page::Page& page, const Plan& plan, const std::vector<OutputTable>& outputs) {
  const auto* summary = find_output(outputs, "staggered");
  if (summary == nullptr) return;
  page.heading("Before and after, where units began at different times");
  page.paragraph(
      "Each effect is how a group changed from just before it began, less how others changed meanwhile that "
      "had not begun (Callaway and "
      "Sant'Anna 2021). Before the start each point is the change from one period to the next, and should be "
      "near zero.");
  const auto* dynamic = find_output(outputs, "staggered_event_study");
  const auto* points = find_output(outputs, "staggered_group_time");
  const auto* averages = find_output(outputs, "staggered_averages");
  for (const auto& section : plan.staggered) {
    page.subheading(name_of(section));
    page.table(std::string("Averages of the effects (units: treated / compared with") +
                   (section.is_share ? "; pp: percentage points)" : ")"),
               staggered_for_reading(*summary, section));
    if (dynamic != nullptr) {
      const auto spec = staggered_chart(*dynamic, section);
      if (!spec.empty()) {
        page.chart("Effect by time since the start", spec,
                   "For each period before and since the start a point for the effect, a thick line for its "
                   "interval and a thin line for the band that "
                   "holds all effects at once; the dashed line is the start.");
      }
      page.table("By time since the start",
                 points_for_reading(*dynamic, section, {{"periods_since_start", "periods since the start"}}));
    }
    if (averages != nullptr)
      page.table("By group and by period",
                 points_for_reading(*averages, section, {{"by", "by"}, {"at", "which"}}));
    if (points != nullptr)
      page.table("Every group in every period",
                 points_for_reading(*points, section, {{"group", "began in"}, {"period", "period"}}));
  }
}

}  // namespace kinfold::evaluation
