// Before and after, against the comparison group: an event study of every described panel variable.
#include <algorithm>
#include <cmath>

#include "evaluation/did.h"
#include "evaluation/linear.h"
#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {
namespace {

struct Cells {
  std::vector<int> quarters;
  std::vector<double> values;  // [unit * quarters + quarter]; NaN: missing
};

Cells cells_of(const PanelIndex& panel, const std::string& variable,
               const std::vector<std::uint32_t>& unit_of_row, std::size_t unit_count) {
  Cells cells;
  cells.quarters = panel.quarter_of_row();
  std::sort(cells.quarters.begin(), cells.quarters.end());
  cells.quarters.erase(std::unique(cells.quarters.begin(), cells.quarters.end()), cells.quarters.end());
  cells.values.assign(unit_count * cells.quarters.size(), NAN);
  const auto* column = panel.panel()->find(variable);
  for (std::size_t row = 0; row < panel.person_of_row().size(); ++row) {
    const auto person = panel.person_of_row()[row];
    if (person == PanelIndex::kNobody || unit_of_row[person] == PanelIndex::kNobody || column->is_null(row))
      continue;
    const auto q =
        std::lower_bound(cells.quarters.begin(), cells.quarters.end(), panel.quarter_of_row()[row]) -
        cells.quarters.begin();
    // Whether there was any, as in the trends: days and counts have tails that drown the rest.
    cells.values[unit_of_row[person] * cells.quarters.size() + static_cast<std::size_t>(q)] =
        column->number_at(row) > 0 ? 1 : 0;
  }
  return cells;
}

/// Covariates of the people table alone: panel covariates are earlier values of what is followed here.
void fill_adjustment(const Plan& plan, const Frame& frame, const std::vector<std::uint32_t>& unit,
                     Sample& sample) {
  Matrix all(unit.size(), 1);
  std::fill(all.values.begin(), all.values.end(), 1.0);
  std::vector<std::string> names = {"intercept"};
  for (const auto& column : frame.design) {
    if (!plan.adjust_event_study || column.marks_missing ||
        plan.covariates[column.covariate].quantity.column.empty())
      continue;
    for (const auto i : unit) all.values.push_back(column.values[i]);
    ++all.cols;
    names.push_back(column.name);
  }
  const auto kept = independent_columns(all);
  sample.x = take_columns(all, kept);
  for (const auto c : kept) sample.names.push_back(names[c]);
}

/// The difference in differences of one quarter against the base; empty where too few are seen in both.
std::optional<Effect> effect_of(const Plan& plan, const Frame& frame, const Cells& cells, std::size_t q,
                                std::size_t base, std::vector<double>& cluster_sums) {
  const std::size_t width = cells.quarters.size();
  Sample sample;
  std::vector<std::uint32_t> unit;
  std::size_t count[2] = {0, 0};
  for (std::uint32_t i = 0; i < frame.size(); ++i) {
    const double change = cells.values[i * width + q] - cells.values[i * width + base];
    if (std::isnan(change)) continue;
    unit.push_back(i);
    sample.y.push_back(change);
    sample.treated.push_back(frame.treated[i]);
    ++count[frame.treated[i]];
    if (!frame.cluster.empty()) sample.cluster.push_back(frame.cluster[i]);
  }
  if (count[0] < plan.units_min || count[1] < plan.units_min) return std::nullopt;
  fill_adjustment(plan, frame, unit, sample);
  auto effect = change_effect(sample);
  if (!effect.ok() || !(effect.value().variance > 0)) return std::nullopt;
  const auto& cluster = frame.cluster;
  cluster_sums.assign(
      cluster.empty() ? frame.size() : *std::max_element(cluster.begin(), cluster.end()) + std::size_t{1}, 0);
  for (std::size_t k = 0; k < unit.size(); ++k)
    cluster_sums[cluster.empty() ? unit[k] : cluster[unit[k]]] += effect.value().influence[k];
  return std::move(effect.value());
}

struct Quarter {
  int quarter;
  Effect effect;
};

constexpr int kBandDraws = 999;

void write_variable(const Plan& plan, const std::string& variable, const std::vector<Quarter>& quarters,
                    const std::vector<std::vector<double>>& sums, OutputBuilder& events,
                    OutputBuilder& trends) {
  if (quarters.empty()) return;
  const double z = normal_quantile(0.5 + plan.confidence / 2);
  const double band = band_critical_value(sums, plan.confidence, kBandDraws, plan.seed);
  std::vector<double> before;
  std::vector<std::vector<double>> before_sums;
  std::size_t least[2] = {static_cast<std::size_t>(-1), static_cast<std::size_t>(-1)};
  for (std::size_t k = 0; k < quarters.size(); ++k) {
    const auto& e = quarters[k].effect;
    const double error = std::sqrt(e.variance);
    events.row({variable, std::int64_t{quarters[k].quarter}, count_cell(e.n_treated),
                count_cell(e.n_comparison), e.estimate, error, e.estimate - z * error, e.estimate + z * error,
                e.estimate - band * error, e.estimate + band * error});
    if (quarters[k].quarter >= 0) continue;
    before.push_back(e.estimate);
    before_sums.push_back(sums[k]);
    least[1] = std::min(least[1], e.n_treated);
    least[0] = std::min(least[0], e.n_comparison);
  }
  const auto p = joint_zero_p(before, before_sums);
  if (p)
    trends.row(
        {variable, count_cell(least[1]), count_cell(least[0]), static_cast<std::int64_t>(before.size()), *p});
}

}  // namespace

void add_event_study_table(const Plan& plan, const Frame& frame, const PanelIndex& panel,
                           std::size_t people_count, Evaluation& out) {
  if (!panel.present() || plan.describe_variables.empty()) return;
  std::vector<std::uint32_t> unit_of_row(people_count, PanelIndex::kNobody);
  for (std::uint32_t unit = 0; unit < frame.size(); ++unit) unit_of_row[frame.row[unit]] = unit;
  OutputBuilder events("event_study",
                       "Differences in differences by quarter, against the quarter before the start");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  events.dimension("variable").whole_dimension("quarter").count("n_treated").count("n_comparison");
  for (const char* name : {"estimate", "std_error", "ci_low", "ci_high", "band_low", "band_high"})
    events.estimate(name, n);
  OutputBuilder trends(
      "pre_trends",
      "Were the groups moving apart before the start? A test of all quarters before it at once");
  trends.dimension("variable")
      .count("n_treated")
      .count("n_comparison")
      .whole_number("quarters_before")
      .estimate("p_value", n);
  for (const auto& variable : plan.describe_variables) {
    const auto cells = cells_of(panel, variable, unit_of_row, frame.size());
    const auto found = std::lower_bound(cells.quarters.begin(), cells.quarters.end(), -1);
    if (found == cells.quarters.end() || *found != -1) continue;
    const auto base = static_cast<std::size_t>(found - cells.quarters.begin());
    std::vector<Quarter> quarters;
    std::vector<std::vector<double>> sums;
    for (std::size_t q = 0; q < cells.quarters.size(); ++q) {
      std::vector<double> cluster_sums;
      auto effect = q == base ? std::nullopt : effect_of(plan, frame, cells, q, base, cluster_sums);
      if (!effect) continue;
      quarters.push_back({cells.quarters[q], std::move(*effect)});
      sums.push_back(std::move(cluster_sums));
    }
    write_variable(plan, variable, quarters, sums, events, trends);
  }
  for (auto* builder : {&events, &trends}) {
    auto done = builder->take();
    if (done.table.row_count() > 0) out.outputs.push_back(std::move(done));
  }
}

}  // namespace kinfold::evaluation
