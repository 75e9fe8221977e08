// Figures that are no counts: who is behind them, and whether they may be shown.
#include "disclosure/check_internal.h"

namespace kinfold::disclosure {

const ColumnLayout* layout_of(const std::vector<ColumnLayout>& layouts, const std::string& column) {
  for (const auto& layout : layouts) {
    if (layout.column == column) return &layout;
  }
  return nullptr;
}

const ColumnLayout* layout_of(const Output& output, std::size_t c) {
  return layout_of(output.layout, output.table.columns()[c].name());
}

Contributors contributors_of(const Output& output, std::size_t row, const std::string& column) {
  Contributors who;
  const auto* base = layout_of(output.layout, column);
  if (base == nullptr) return who;
  for (const auto& layout : output.layout) {
    if (layout.role != Role::kCount && layout.role != Role::kContributors && layout.role != Role::kPart)
      continue;
    const bool whole_row = layout.role == Role::kContributors && layout.variable.empty();
    if (layout.variable != base->variable && !whole_row) continue;
    const auto* data = output.table.find(layout.column);
    if (data == nullptr || data->is_null(row) || data->type() == table::ColumnType::kString) continue;
    who[static_cast<std::size_t>(layout.level)] = data->number_at(row);
  }
  return who;
}

Verdict judge_statistic_field(const Output& output, std::size_t row, std::size_t c, const Rules& given) {
  auto rules = given;
  rules.threshold[static_cast<std::size_t>(Level::kAuthority)] = 0;
  rules.level_required[static_cast<std::size_t>(Level::kAuthority)] = false;
  const auto& layout = *layout_of(output, c);
  if (output.table.columns()[c].type() == table::ColumnType::kString) return {};
  const auto value = output.table.columns()[c].number_at(row);
  switch (layout.role) {
    case Role::kMean: {
      auto verdict = judge_statistic(contributors_of(output, row, layout.of), rules);
      return verdict.fails() ? verdict : judge_mean_as_share(output, row, layout, value, given);
    }
    case Role::kPercentile:
      return judge_percentile(layout.percentile, contributors_of(output, row, layout.of), rules);
    case Role::kMinimum:
    case Role::kMaximum: return judge_extreme(rules);
    case Role::kAtRisk: return judge_at_risk(value, rules);
    case Role::kResidualDf: return judge_residual_df(value, rules);
    case Role::kEstimate: break;
    default: return {};
  }
  if (layout.n.empty()) return judge_statistic({}, rules);
  for (const auto& column : layout.n) {
    auto verdict = judge_statistic(contributors_of(output, row, column), rules);
    if (verdict.fails()) {
      verdict.reason = column + ": " + verdict.reason;
      return verdict;
    }
  }
  if (auto verdict = judge_estimate_of_shares(output, row, layout, value, given); verdict.fails())
    return verdict;
  for (const auto& other : output.layout) {  // what the row's estimates rest on besides
    if (other.role != Role::kResidualDf && other.role != Role::kAtRisk) continue;
    const auto* data = output.table.find(other.column);
    if (data->is_null(row) || data->type() == table::ColumnType::kString) continue;
    auto verdict = other.role == Role::kAtRisk ? judge_at_risk(data->number_at(row), rules)
                                               : judge_residual_df(data->number_at(row), rules);
    if (verdict.fails()) return verdict;
  }
  return {};
}

}  // namespace kinfold::disclosure
