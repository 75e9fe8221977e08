// What could explain an effect away: something unmeasured, or how surely people were linked.
#include <algorithm>
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
  greedy.neighbours = 1;  // McNemar's test is about pairs
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

void add_confounding(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs,
                     Evaluation& out) {
  OutputBuilder table("unmeasured",
                      "How strong something unmeasured would have to be to explain the effect away");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  table.dimension("outcome")
      .count("n_treated")
      .count("n_comparison")
      .estimate("risk_ratio", n)
      .estimate("e_value", n)
      .estimate("e_value_of_limit", n)
      .estimate("rosenbaum_gamma", n);
  for (const auto& run : runs) {
    const auto& e = run.estimate;
    if (e.subgroup != "all" || e.method != plan.methods.front().id || !e.estimate) continue;
    const auto outcome =
        static_cast<std::size_t>(std::find_if(plan.outcomes.begin(), plan.outcomes.end(),
                                              [&](const auto& o) { return o.id == e.outcome; }) -
                                 plan.outcomes.begin());
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

}  // namespace

void add_sensitivity_tables(const EvaluationData& data, const Plan& plan, const Frame& frame,
                            const std::vector<MethodRun>& runs, Evaluation& out) {
  add_confounding(plan, frame, runs, out);
  add_linkage_table(data, plan, frame, out);
}

}  // namespace kinfold::evaluation
