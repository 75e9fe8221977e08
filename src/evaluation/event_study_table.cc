// Before and after, against the comparison group: an event study of every described panel variable.
#include <algorithm>
#include <cmath>

#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {
namespace {

struct Cells {
  std::vector<int> quarters;
  std::vector<double> values;       // [unit * quarters + quarter]; NaN: missing
};

Cells cells_of(const PanelIndex& panel, const std::string& variable, const std::vector<std::uint32_t>& unit_of_row, std::size_t unit_count) {
  Cells cells;
  cells.quarters = panel.quarter_of_row();
  std::sort(cells.quarters.begin(), cells.quarters.end());
  cells.quarters.erase(std::unique(cells.quarters.begin(), cells.quarters.end()), cells.quarters.end());
  cells.values.assign(unit_count * cells.quarters.size(), NAN);
  const auto* column = panel.panel()->find(variable);
  for (std::size_t row = 0; row < panel.person_of_row().size(); ++row) {
    const auto person = panel.person_of_row()[row];
    if (person == PanelIndex::kNobody || unit_of_row[person] == PanelIndex::kNobody || column->is_null(row)) continue;
    const auto q = std::lower_bound(cells.quarters.begin(), cells.quarters.end(), panel.quarter_of_row()[row]) - cells.quarters.begin();
    // Whether there was any, as in the trends: days and counts have tails that drown the rest.
    cells.values[unit_of_row[person] * cells.quarters.size() + static_cast<std::size_t>(q)] = column->number_at(row) > 0 ? 1 : 0;
  }
  return cells;
}

}  // namespace

void add_event_study_table(const Plan& plan, const Frame& frame, const PanelIndex& panel, std::size_t people_count, Evaluation& out) {
  if (!panel.present() || plan.describe_variables.empty()) return;
  std::vector<std::uint32_t> unit_of_row(people_count, PanelIndex::kNobody);
  for (std::uint32_t unit = 0; unit < frame.size(); ++unit) unit_of_row[frame.row[unit]] = unit;
  OutputBuilder table("event_study", "Differences in differences by quarter, against the quarter before the start");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  table.dimension("variable").whole_dimension("quarter").count("n_treated").count("n_comparison").estimate("estimate", n)
      .estimate("std_error", n).estimate("ci_low", n).estimate("ci_high", n);
  const double z = normal_quantile(0.5 + plan.confidence / 2);
  for (const auto& variable : plan.describe_variables) {
    const auto cells = cells_of(panel, variable, unit_of_row, frame.size());
    const std::size_t width = cells.quarters.size();
    const auto base = std::lower_bound(cells.quarters.begin(), cells.quarters.end(), -1) - cells.quarters.begin();
    if (static_cast<std::size_t>(base) >= width || cells.quarters[static_cast<std::size_t>(base)] != -1) continue;
    for (std::size_t q = 0; q < width; ++q) {
      if (cells.quarters[q] == -1) continue;
      Sample sample;  // one change a unit: the difference of means of changes is the difference in differences
      for (std::uint32_t unit = 0; unit < frame.size(); ++unit) {
        const double change = cells.values[unit * width + q] - cells.values[unit * width + static_cast<std::size_t>(base)];
        if (std::isnan(change)) continue;
        sample.y.push_back(change);
        sample.treated.push_back(frame.treated[unit]);
        if (!frame.cluster.empty()) sample.cluster.push_back(frame.cluster[unit]);
      }
      const auto effect = raw_difference(sample);
      if (!effect.ok() || effect.value().n_treated < plan.units_min || effect.value().n_comparison < plan.units_min) continue;
      const double error = std::sqrt(effect.value().variance);
      table.row({variable, std::int64_t{cells.quarters[q]}, count_cell(effect.value().n_treated), count_cell(effect.value().n_comparison),
                 effect.value().estimate, error, effect.value().estimate - z * error, effect.value().estimate + z * error});
    }
  }
  auto done = table.take();
  if (done.table.row_count() > 0) out.outputs.push_back(std::move(done));
}

}  // namespace kinfold::evaluation
