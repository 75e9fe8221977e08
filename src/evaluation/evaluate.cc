#include "evaluation/evaluate.h"

#include <algorithm>

#include "base/parallel.h"
#include "evaluation/multiplicity.h"
#include "evaluation/plan_columns_internal.h"
#include "evaluation/run_internal.h"
#include "evaluation/staggered_internal.h"

namespace kinfold::evaluation {
namespace {

struct Task {
  std::size_t outcome = 0;
  std::size_t subgroup = kEverybody;
  const Method* method = nullptr;
};

/// Every method for everybody; subgroups by the main method alone, so that there are no more looks than
/// planned.
std::vector<Task> list_tasks(const Plan& plan) {
  std::vector<Task> tasks;
  for (std::size_t o = 0; o < plan.outcomes.size(); ++o) {
    for (const auto& method : plan.methods) tasks.push_back({o, kEverybody, &method});
    for (std::size_t s = 0; s < plan.subgroups.size(); ++s) tasks.push_back({o, s, &plan.methods.front()});
  }
  return tasks;
}

constexpr int kStepDownDraws = 2000;

std::vector<double> step_down(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs,
                              const std::vector<std::size_t>& at) {
  std::vector<double> t_values;
  std::vector<std::vector<double>> influence;
  for (const auto r : at) {
    t_values.push_back(*runs[r].estimate.estimate / *runs[r].estimate.std_error);
    influence.push_back(cluster_influence(frame, runs[r]));
  }
  return romano_wolf(t_values, influence, kStepDownDraws, plan.seed);
}

/// P values of the main method are adjusted over the outcomes, and over all subgroup looks, apart.
void adjust(const Plan& plan, const Frame& frame, std::vector<MethodRun>& runs) {
  if (plan.multiplicity == Multiplicity::kNone) return;
  for (const bool everybody : {true, false}) {
    std::vector<double> p;
    std::vector<std::size_t> at;
    for (std::size_t r = 0; r < runs.size(); ++r) {
      const auto& e = runs[r].estimate;
      if (e.method != plan.methods.front().id || (e.subgroup == "all") != everybody || !e.p_value) continue;
      p.push_back(*e.p_value);
      at.push_back(r);
    }
    const auto adjusted = plan.multiplicity == Multiplicity::kRomanoWolf
                              ? step_down(plan, frame, runs, at)
                              : adjust_p_values(p, plan.multiplicity);
    for (std::size_t k = 0; k < at.size(); ++k) runs[at[k]].estimate.p_adjusted = adjusted[k];
  }
}

constexpr std::uint32_t kFewClusters = 40;

void add_notes(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs, Evaluation& out) {
  if (frame.outside_population > 0) {
    out.notes.push_back(std::to_string(frame.outside_population) +
                        " rows are outside the plan's population.");
  }
  if (frame.without_treatment > 0) {
    out.notes.push_back(std::to_string(frame.without_treatment) +
                        " rows are in neither the programme nor the comparison group.");
  }
  out.notes.insert(out.notes.end(), frame.notes.begin(), frame.notes.end());
  if (!frame.cluster.empty() &&
      *std::max_element(frame.cluster.begin(), frame.cluster.end()) + 1 < kFewClusters) {
    out.notes.push_back(
        "Standard errors rest on fewer than " + std::to_string(kFewClusters) + " clusters (" +
        plan.cluster_column +
        "): they tend to be too small then, and intervals too narrow (Cameron and Miller 2015).");
  }
  for (const auto& run : runs) {
    if (run.estimate.subgroup == "all" && !run.note.empty()) out.notes.push_back(run.note);
    if (run.estimate.subgroup != "all" || run.estimate.method != plan.methods.front().id) continue;
    for (const auto& name : run.left_out) {
      out.notes.push_back(
          "For " + run.estimate.outcome + ", \"" + name +
          "\" was left out of the model: the other covariates already tell it, or too few units have it.");
    }
  }
}

/// Lets the linked stand for the missed in every estimate, where the plan says so.
void weigh_for_missed(const Plan& plan, Frame& frame, Evaluation& out) {
  if (!plan.weigh_for_missed_links) return;
  for (std::size_t o = 0; o < plan.outcomes.size(); ++o) {
    if (plan.outcomes[o].linked_column.empty()) continue;
    auto weights = link_weights(plan, frame, o);
    if (weights.ok()) {
      frame.link_weight[o] = std::move(weights.value());
    } else {
      out.notes.push_back("For " + plan.outcomes[o].id +
                          " those not linked are left out and not weighted for: " + weights.error().message +
                          ".");
    }
  }
}

ColumnNames names_of(const table::Table& table) {
  ColumnNames names;
  for (const auto& column : table.columns()) names.push_back(column.name());
  return names;
}

Status check_tables(const EvaluationData& data, const Plan& plan) {
  const auto people = names_of(*data.people);
  if (data.panel == nullptr) return check_columns(plan, people, nullptr);
  const auto panel = names_of(*data.panel);
  return check_columns(plan, people, &panel);
}

Status check_description(const EvaluationData& data, const Plan& plan) {
  for (const auto& name : plan.describe_variables) {
    auto found = data.panel->require(name);
    if (!found.ok()) return invalid("plan, describe.variables: " + found.error().message);
    if (found.value()->type() == table::ColumnType::kString) {
      return invalid("plan, describe.variables: column " + name + " holds text; a number is needed");
    }
  }
  return {};
}

/// Everything of the plan's outcomes: estimates by every method, and the tables around them.
Status evaluate_outcomes(const EvaluationData& data, const Plan& plan, const EvaluateOptions& options,
                         Evaluation& out) {
  auto panel = PanelIndex::build(*data.people, data.panel, plan.id_column);
  if (!panel.ok()) return panel.error();
  auto built = build_frame(data, plan, panel.value());
  if (!built.ok()) return built.error();
  Frame& frame = built.value();
  if (frame.size() == 0) {
    return invalid(
        "plan: no row is both in the population and in a group; check treatment.treated and "
        "treatment.comparison");
  }
  NoProgress quiet;
  Progress& progress = options.progress != nullptr ? *options.progress : quiet;
  weigh_for_missed(plan, frame, out);
  const auto tasks = list_tasks(plan);
  std::vector<MethodRun> runs(tasks.size());
  progress.begin("estimating", tasks.size());
  // One task a chunk: each is computed alone, so the number of threads changes nothing.
  parallel_chunks(tasks.size(), 1, std::max<std::size_t>(1, options.thread_count),
                  [&](std::size_t, std::size_t begin, std::size_t) {
                    runs[begin] = run_method(plan, frame, tasks[begin].outcome, tasks[begin].subgroup,
                                             *tasks[begin].method);
                  });
  progress.advance(tasks.size());
  progress.end();
  const auto bootstrap = run_bootstrap(plan, frame, options.thread_count, runs, out);
  if (!bootstrap.ok()) return bootstrap.error();
  adjust(plan, frame, runs);

  for (const auto& run : runs) out.estimates.push_back(run.estimate);
  add_notes(plan, frame, runs, out);
  add_description_tables(data, plan, frame, panel.value(), out);
  if (auto status = add_match_rate_table(data, plan, frame, out); !status.ok()) return status.error();
  add_impact_tables(data, plan, frame, runs, out);
  add_interaction_table(plan, frame, runs, out);
  add_units_table(frame, runs, out);
  if (auto status = add_planted_table(data, plan, out); !status.ok()) return status.error();
  if (auto status =
          add_cost_tables(plan, frame, runs, bootstrap.value() ? &*bootstrap.value() : nullptr, out);
      !status.ok())
    return status.error();
  add_sensitivity_tables(data, plan, frame, runs, out);
  add_event_study_table(plan, frame, panel.value(), data.people->row_count(), out);
  return {};
}

}  // namespace

Result<Evaluation> evaluate(const EvaluationData& given, const Plan& plan, const EvaluateOptions& options) {
  if (given.people == nullptr) return internal_error("evaluate: no people table");
  EvaluationData data = given;
  if (!uses_panel(plan)) data.panel = nullptr;
  if (auto status = check_tables(data, plan); !status.ok()) return status.error();
  if (auto status = check_description(data, plan); !status.ok()) return status.error();
  Evaluation out;
  if (!plan.outcomes.empty()) {
    if (auto status = evaluate_outcomes(data, plan, options, out); !status.ok()) return status.error();
  }
  if (auto status = add_staggered(data, plan, out); !status.ok()) return status.error();
  return out;
}

}  // namespace kinfold::evaluation
