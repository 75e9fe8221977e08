// How each estimate moves with the grade of match accepted, with those who were missed, and with links that
// are false.
#include <algorithm>
#include <array>
#include <cmath>

#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"

namespace kinfold::evaluation {
namespace {

std::string spoken(const std::vector<std::string>& grades, std::size_t count) {
  std::string text;
  for (std::size_t k = 0; k < count; ++k) text += (k == 0 ? "" : ", ") + grades[k];
  return text;
}

/// Expected shares of false links: of everybody, and by arm (comparison, treated).
struct FalseShares {
  double all = 0;
  std::array<double, 2> arm = {0, 0};
};

/// Marks whose grade is among the first `count` of the plan's, and gives the expected shares of false links
/// among them.
FalseShares accept_grades(const EvaluationData& data, const Plan& plan, std::size_t count,
                          std::size_t outcome, Frame& frame) {
  const auto* column = data.people->find(plan.outcomes[outcome].linked_column);
  std::array<double, 2> false_links = {0, 0};
  std::array<double, 2> accepted = {0, 0};
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const auto grade = column->text_at(frame.row[i]);
    const auto at = std::find(plan.accepted_grades.begin(),
                              plan.accepted_grades.begin() + static_cast<std::ptrdiff_t>(count), grade);
    const bool in = at != plan.accepted_grades.begin() + static_cast<std::ptrdiff_t>(count);
    frame.grade_accepted[outcome][i] = in ? 1 : 0;
    if (!in || frame.in_outcome[outcome][i] == 0) continue;
    const auto known = plan.false_link_shares.find(grade);
    false_links[frame.treated[i]] += known == plan.false_link_shares.end() ? 0 : known->second;
    accepted[frame.treated[i]] += 1;
  }
  FalseShares out;
  for (const std::size_t arm : {0U, 1U})
    out.arm[arm] = accepted[arm] > 0 ? false_links[arm] / accepted[arm] : 0;
  const double all = accepted[0] + accepted[1];
  out.all = all > 0 ? (false_links[0] + false_links[1]) / all : 0;
  return out;
}

/// Units by arm that an estimate of the outcome would rest on.
std::array<std::size_t, 2> count_units(const Frame& frame, std::size_t outcome) {
  std::array<std::size_t, 2> count = {0, 0};
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const bool in = frame.in_outcome[outcome][i] != 0 && frame.grade_accepted[outcome][i] != 0 &&
                    !std::isnan(frame.outcome[outcome][i]);
    if (in) ++count[frame.treated[i]];
  }
  return count;
}

struct Bounds {
  double low = NAN;
  double high = NAN;
};

/// What the true share in an arm may be if a share of its links is somebody else's, whoever that is: Horowitz
/// and Manski (1995), "Identification and robustness with contaminated and corrupted data", Econometrica 63.
Bounds arm_bounds(double mean, double false_share) {
  return {std::clamp((mean - false_share) / (1 - false_share), 0.0, 1.0),
          std::clamp(mean / (1 - false_share), 0.0, 1.0)};
}

Bounds effect_bounds(const Outcome& outcome, const Estimate& e, const FalseShares& shares) {
  if (!outcome.is_share || !e.estimate) return {};
  const auto treated = arm_bounds(*e.treated_mean, shares.arm[1]);
  const auto comparison = arm_bounds(*e.comparison_mean, shares.arm[0]);
  return {treated.low - comparison.high, treated.high - comparison.low};
}

OutputBuilder linkage_builder() {
  OutputBuilder table("linkage_sensitivity",
                      "How each estimate moves with the grade of match accepted and with those missed");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  table.dimension("outcome")
      .dimension("grades_accepted")
      .dimension("missed_links")
      .count("n_treated")
      .count("n_comparison");
  for (const char* name : {"estimate", "std_error", "ci_low", "ci_high"}) table.estimate(name, n);
  table.plain_number("expected_false_links");
  for (const char* name :
       {"corrected_estimate", "corrected_low", "corrected_high", "bound_low", "bound_high"})
    table.estimate(name, n);
  return table.text("not_estimable_because");
}

void write_row(OutputBuilder& table, const Plan& plan, const Outcome& outcome, std::size_t grades,
               const char* missed, const Estimate& e, const FalseShares& shares) {
  // Somebody else's outcome knows nothing of this person's treatment: false links shrink an effect by their
  // share.
  const auto corrected = [&](const std::optional<double>& value) {
    return Cell(value.value_or(NAN) / (1 - shares.all));
  };
  const auto bounds = effect_bounds(outcome, e, shares);
  table.row({e.outcome, spoken(plan.accepted_grades, grades), std::string(missed), count_cell(e.n_treated),
             count_cell(e.n_comparison), cell_of(e.estimate), cell_of(e.std_error), cell_of(e.ci_low),
             cell_of(e.ci_high), shares.all, corrected(e.estimate), corrected(e.ci_low), corrected(e.ci_high),
             bounds.low, bounds.high, e.not_estimable_because});
}

}  // namespace

void add_linkage_table(const EvaluationData& data, const Plan& plan, const Frame& frame, Evaluation& out) {
  auto table = linkage_builder();
  Frame moved = frame;
  for (std::size_t o = 0; o < plan.outcomes.size(); ++o) {
    if (plan.outcomes[o].linked_column.empty()) continue;
    std::array<std::size_t, 2> before = {0, 0};
    for (std::size_t count = 1; count <= plan.accepted_grades.size(); ++count) {
      const auto shares = accept_grades(data, plan, count, o, moved);
      // Rows are nested: one that adds a handful of people to the row above would give them away by
      // subtraction.
      const auto now = count_units(moved, o);
      const auto adds_few = [&](std::size_t arm) { return now[arm] - before[arm] < plan.units_min; };
      if (adds_few(0) || adds_few(1)) continue;
      before = now;
      moved.link_weight[o].clear();
      write_row(table, plan, plan.outcomes[o], count, "left out",
                run_method(plan, moved, o, kEverybody, plan.methods.front()).estimate, shares);
      auto weights = link_weights(plan, moved, o);
      Estimate weighted;
      weighted.outcome = plan.outcomes[o].id;
      if (weights.ok()) {
        moved.link_weight[o] = std::move(weights.value());
        weighted = run_method(plan, moved, o, kEverybody, plan.methods.front()).estimate;
      } else {
        weighted.n_treated = now[1];
        weighted.n_comparison = now[0];
        weighted.not_estimable_because = weights.error().message;
      }
      write_row(table, plan, plan.outcomes[o], count, "weighted for", weighted, shares);
    }
  }
  auto done = table.take();
  if (done.table.row_count() > 0) out.outputs.push_back(std::move(done));
}

}  // namespace kinfold::evaluation
