// What could explain an effect away: something unmeasured, or how surely people were linked.
#include <algorithm>
#include <array>
#include <cmath>

#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"
#include "evaluation/sensitivity.h"

namespace kinfold::evaluation {
namespace {

struct Discordant {
  std::size_t programme_only = 0;
  std::size_t comparison_only = 0;
};

/// One-to-one pairs for Rosenbaum's bounds; empty where they cannot be made.
std::optional<Discordant> discordant_pairs(const Plan& plan, const Frame& frame, std::size_t outcome) {
  Method greedy = plan.methods.front();
  greedy.kind = MethodKind::kNearestGreedy;
  greedy.estimand = Estimand::kAtt;
  greedy.caliper_sd = greedy.caliper_sd.value_or(0.2);
  const auto run = run_method(plan, frame, outcome, kEverybody, greedy);
  if (!run.effect) return std::nullopt;
  Discordant out;
  for (const auto& [t, c] : run.effect->pairs) {
    const double yt = frame.outcome[outcome][run.unit[t]];
    const double yc = frame.outcome[outcome][run.unit[c]];
    if (yt > yc) ++out.programme_only;
    if (yc > yt) ++out.comparison_only;
  }
  return out;
}

void add_confounding(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs, Evaluation& out) {
  OutputBuilder table("unmeasured", "How strong something unmeasured would have to be to explain the effect away");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  table.dimension("outcome").count("n_treated").count("n_comparison").estimate("risk_ratio", n).estimate("e_value", n)
      .estimate("e_value_of_limit", n).estimate("rosenbaum_gamma", n);
  for (const auto& run : runs) {
    const auto& e = run.estimate;
    if (e.subgroup != "all" || e.method != plan.methods.front().id || !e.estimate) continue;
    const auto outcome = static_cast<std::size_t>(
        std::find_if(plan.outcomes.begin(), plan.outcomes.end(), [&](const auto& o) { return o.id == e.outcome; }) - plan.outcomes.begin());
    if (!plan.outcomes[outcome].is_share || !(*e.comparison_mean > 0)) continue;
    const double base = *e.comparison_mean;
    const double ratio = *e.treated_mean / base;
    const double low = (base + *e.ci_low) / base;
    const double high = (base + *e.ci_high) / base;
    if (!(ratio > 0)) continue;
    const auto pairs = discordant_pairs(plan, frame, outcome);
    const auto gamma = pairs ? rosenbaum_gamma(pairs->programme_only, pairs->comparison_only) : std::nullopt;
    table.row({e.outcome, count_cell(e.n_treated), count_cell(e.n_comparison), ratio, e_value(ratio),
               e_value_of_limit(std::max(low, 1e-9), std::max(high, 1e-9)), gamma.value_or(NAN)});
  }
  auto done = table.take();
  if (done.table.row_count() > 0) out.outputs.push_back(std::move(done));
}

std::string spoken(const std::vector<std::string>& grades, std::size_t count) {
  std::string text;
  for (std::size_t k = 0; k < count; ++k) text += (k == 0 ? "" : ", ") + grades[k];
  return text;
}

/// Marks whose grade is among the first `count` of the plan's, and gives the expected share of false links among them.
double accept_grades(const EvaluationData& data, const Plan& plan, std::size_t count, std::size_t outcome, Frame& frame) {
  const auto* column = data.people->find(plan.outcomes[outcome].linked_column);
  double false_links = 0;
  double accepted = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const auto grade = column->text_at(frame.row[i]);
    const auto at = std::find(plan.accepted_grades.begin(), plan.accepted_grades.begin() + static_cast<std::ptrdiff_t>(count), grade);
    const bool in = at != plan.accepted_grades.begin() + static_cast<std::ptrdiff_t>(count);
    frame.grade_accepted[outcome][i] = in ? 1 : 0;
    if (!in || frame.in_outcome[outcome][i] == 0) continue;
    const auto known = plan.false_link_shares.find(grade);
    false_links += known == plan.false_link_shares.end() ? 0 : known->second;
    accepted += 1;
  }
  return accepted > 0 ? false_links / accepted : 0;
}

/// Units by arm that an estimate of the outcome would rest on.
std::array<std::size_t, 2> count_units(const Frame& frame, std::size_t outcome) {
  std::array<std::size_t, 2> count = {0, 0};
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const bool in = frame.in_outcome[outcome][i] != 0 && frame.grade_accepted[outcome][i] != 0 && !std::isnan(frame.outcome[outcome][i]);
    if (in) ++count[frame.treated[i]];
  }
  return count;
}

void add_linkage(const EvaluationData& data, const Plan& plan, const Frame& frame, Evaluation& out) {
  OutputBuilder table("linkage_sensitivity", "How each estimate moves with the grade of match accepted");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  table.dimension("outcome").dimension("grades_accepted").count("n_treated").count("n_comparison").estimate("estimate", n)
      .estimate("std_error", n).estimate("ci_low", n).estimate("ci_high", n).plain_number("expected_false_links")
      .estimate("corrected_estimate", n);
  Frame moved = frame;
  for (std::size_t o = 0; o < plan.outcomes.size(); ++o) {
    if (plan.outcomes[o].linked_column.empty()) continue;
    std::array<std::size_t, 2> before = {0, 0};
    for (std::size_t count = 1; count <= plan.accepted_grades.size(); ++count) {
      const double false_share = accept_grades(data, plan, count, o, moved);
      // Rows are nested: one that adds a handful of people to the row above would give them away by subtraction.
      const auto now = count_units(moved, o);
      const auto adds_few = [&](std::size_t arm) { return now[arm] - before[arm] < plan.units_min; };
      if (adds_few(0) || adds_few(1)) continue;
      before = now;
      const auto run = run_method(plan, moved, o, kEverybody, plan.methods.front());
      const auto& e = run.estimate;
      // Somebody else's outcome knows nothing of this person's treatment: false links shrink an effect by their share.
      // NaN becomes NULL in the table.
      const double corrected = e.estimate.value_or(NAN) / (1 - false_share);
      table.row({e.outcome, spoken(plan.accepted_grades, count), count_cell(e.n_treated), count_cell(e.n_comparison), cell_of(e.estimate),
                 cell_of(e.std_error), cell_of(e.ci_low), cell_of(e.ci_high), false_share, corrected});
    }
  }
  auto done = table.take();
  if (done.table.row_count() > 0) out.outputs.push_back(std::move(done));
}

}  // namespace

void add_sensitivity_tables(const EvaluationData& data, const Plan& plan, const Frame& frame,
                            const std::vector<MethodRun>& runs, Evaluation& out) {
  add_confounding(plan, frame, runs, out);
  add_linkage(data, plan, frame, out);
}

}  // namespace kinfold::evaluation
