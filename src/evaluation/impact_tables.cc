// Balance, overlap, effects, and planted effects beside the estimated ones.
#include <algorithm>
#include <array>
#include <cmath>

#include "evaluation/balance.h"
#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"

namespace kinfold::evaluation {
namespace {

constexpr std::size_t kScoreBins = 20;

OutputBuilder balance_builder() {
  OutputBuilder out("balance",
                    "How alike the programme and comparison groups are, before and after matching");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  out.dimension("outcome").dimension("covariate").count("n_treated").count("n_comparison");
  for (const char* name :
       {"mean_programme", "mean_programme_after", "mean_comparison_before", "mean_comparison_after",
        "smd_before", "smd_after", "variance_ratio_before", "variance_ratio_after", "ecdf_mean_before",
        "ecdf_mean_after", "ecdf_max_before", "ecdf_max_after"}) {
    out.estimate(name, n);
  }
  return out;
}

void balance_row(OutputBuilder& out, const MethodRun& run, const std::string& name,
                 const std::vector<double>& values, const std::vector<std::uint8_t>& treated) {
  const std::vector<double> ones(values.size(), 1);
  const auto before = measure_balance(values, treated, ones);
  const auto after = measure_balance(values, treated, run.effect->weights);
  const auto some = [](double v) { return v == 0 ? std::nan("") : v; };  // 0: the ratio has no meaning
  out.row({run.estimate.outcome, name, count_cell(run.estimate.n_treated),
           count_cell(run.estimate.n_comparison), before.mean_treated, after.mean_treated,
           before.mean_comparison, after.mean_comparison, before.smd, after.smd, some(before.variance_ratio),
           some(after.variance_ratio), before.ecdf_mean, after.ecdf_mean, before.ecdf_max, after.ecdf_max});
}

void add_balance(const Frame& frame, const MethodRun& run, OutputBuilder& out) {
  if (!run.effect || run.effect->weights.empty()) return;
  std::vector<std::uint8_t> treated;
  for (const auto unit : run.unit) treated.push_back(frame.treated[unit]);
  if (!run.score.empty()) balance_row(out, run, "propensity score", run.score, treated);
  std::vector<double> values(run.unit.size());
  for (const auto& column : frame.design) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = column.values[run.unit[i]];
    if (std::all_of(values.begin(), values.end(), [&](double v) { return v == values[0]; })) continue;
    balance_row(out, run, column.name, values, treated);
  }
}

void add_overlap(const Frame& frame, const MethodRun& run, OutputBuilder& out) {
  if (run.score.empty() || !run.effect) return;  // without an effect its rows are not known
  std::array<std::array<std::vector<std::uint32_t>, 2>, kScoreBins> bins;
  std::array<std::size_t, 2> total{};
  for (std::size_t i = 0; i < run.score.size(); ++i) {
    const auto bin = std::min(kScoreBins - 1, static_cast<std::size_t>(run.score[i] * kScoreBins));
    const auto group = frame.treated[run.unit[i]];
    bins[bin][group].push_back(run.unit[i]);
    ++total[group];
  }
  for (std::size_t b = 0; b < kScoreBins; ++b) {
    for (std::size_t g = 0; g < 2; ++g) {
      const auto behind = count_contributors(frame, bins[b][g]);
      out.row({run.estimate.outcome, g != 0 ? "programme" : "comparison",
               std::to_string(5 * b) + "-" + std::to_string(5 * b + 5) + "%", count_cell(bins[b][g].size()),
               count_cell(total[g]), static_cast<double>(bins[b][g].size()) / static_cast<double>(total[g]),
               count_cell(behind.families), count_cell(behind.authorities)});
    }
  }
}

OutputTable effects_table(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs) {
  OutputBuilder out("effects", "Estimated effects");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  out.dimension("outcome")
      .dimension("subgroup")
      .dimension("method")
      .dimension("estimand")
      .text("title")
      .text("population")
      .count("n_treated")
      .count("n_comparison");
  for (const char* name : {"programme_mean", "comparison_mean", "estimate", "std_error", "ci_low", "ci_high",
                           "p_value", "p_adjusted"}) {
    out.estimate(name, n);
  }
  out.text("not_estimable_because")
      .contributors("families", OutputLevel::kFamily)
      .contributors("authorities", OutputLevel::kAuthority);
  for (const auto& run : runs) {
    const auto& e = run.estimate;
    const auto outcome = std::find_if(plan.outcomes.begin(), plan.outcomes.end(),
                                      [&](const auto& o) { return o.id == e.outcome; });
    const auto behind = count_contributors(frame, run.unit);
    out.row({e.outcome, e.subgroup, e.method, e.estimand, outcome->title, outcome->population,
             count_cell(e.n_treated), count_cell(e.n_comparison), cell_of(e.treated_mean),
             cell_of(e.comparison_mean), cell_of(e.estimate), cell_of(e.std_error), cell_of(e.ci_low),
             cell_of(e.ci_high), cell_of(e.p_value), cell_of(e.p_adjusted), e.not_estimable_because,
             count_cell(behind.families), count_cell(behind.authorities)});
  }
  return out.take();
}

/// The row of a truth table about an outcome and population; the table's size if there is none.
std::size_t truth_row(const table::Table& truth, const Outcome& outcome) {
  const auto* id = truth.find("outcome");
  const auto* population = truth.find("population");
  for (std::size_t row = 0; row < truth.row_count(); ++row) {
    const bool same_outcome = id != nullptr && id->text_at(row) == outcome.truth_outcome;
    const bool same_people = population == nullptr || outcome.truth_population.empty() ||
                             population->text_at(row) == outcome.truth_population;
    if (same_outcome && same_people) return row;
  }
  return truth.row_count();
}

}  // namespace

void add_impact_tables(const EvaluationData&, const Plan& plan, const Frame& frame,
                       const std::vector<MethodRun>& runs, Evaluation& out) {
  auto balance = balance_builder();
  OutputBuilder overlap("overlap", "Propensity scores of the two groups");
  overlap.dimension("outcome")
      .dimension("group")
      .dimension("score")
      .count("persons")
      .count("group_persons")
      .share("share", "group_persons")
      .contributors("families", OutputLevel::kFamily)
      .contributors("authorities", OutputLevel::kAuthority);
  for (const auto& run : runs) {
    if (run.estimate.method != plan.methods.front().id || run.estimate.subgroup != "all") continue;
    add_balance(frame, run, balance);
    add_overlap(frame, run, overlap);
  }
  out.outputs.push_back(effects_table(plan, frame, runs));
  for (auto* builder : {&balance, &overlap}) {
    auto table = builder->take();
    if (table.table.row_count() > 0) out.outputs.push_back(std::move(table));
  }
}

Status add_planted_table(const EvaluationData& data, const Plan& plan, Evaluation& out) {
  if (data.truth == nullptr) return {};
  auto difference = data.truth->require("difference");
  if (!difference.ok()) return invalid("truth: " + difference.error().message);
  OutputBuilder planted("planted", "Planted effects beside the estimated ones");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  planted.dimension("outcome")
      .text("population")
      .count("n_treated")
      .count("n_comparison")
      .plain_number("planted")
      .estimate("estimate", n)
      .estimate("ci_low", n)
      .estimate("ci_high", n)
      .estimate("raw_difference", n)
      .text("interval_covers_planted");
  for (const auto& outcome : plan.outcomes) {
    const auto row = truth_row(*data.truth, outcome);
    if (row == data.truth->row_count()) continue;
    const Estimate* main = nullptr;
    const Estimate* raw = nullptr;
    for (const auto& e : out.estimates) {
      if (e.outcome != outcome.id || e.subgroup != "all") continue;
      if (e.method == plan.methods.front().id) main = &e;
      for (const auto& method : plan.methods) {
        if (method.id == e.method && method.kind == MethodKind::kRawDifference) raw = &e;
      }
    }
    if (main == nullptr) continue;
    const double truth = difference.value()->number_at(row);
    const bool known = main->ci_low && std::isfinite(truth);
    planted.row({outcome.id, outcome.population, count_cell(main->n_treated), count_cell(main->n_comparison),
                 truth, cell_of(main->estimate), cell_of(main->ci_low), cell_of(main->ci_high),
                 cell_of(raw != nullptr ? raw->estimate : std::nullopt),
                 std::string(!known                                              ? "not known"
                             : truth >= *main->ci_low && truth <= *main->ci_high ? "yes"
                                                                                 : "no")});
  }
  auto table = planted.take();
  if (table.table.row_count() > 0) out.outputs.push_back(std::move(table));
  return {};
}

}  // namespace kinfold::evaluation
