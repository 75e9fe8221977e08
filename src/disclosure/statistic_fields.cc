// Figures that are no counts: who is behind them, and whether they may be shown.
#include <fmt/format.h>

#include <cmath>

#include "disclosure/check_internal.h"

namespace kinfold::disclosure {

const ColumnLayout* layout_of(const Output& output, std::size_t c) {
  for (const auto& layout : output.layout) {
    if (layout.column == output.table.columns()[c].name()) return &layout;
  }
  return nullptr;
}

Contributors contributors_of(const Output& output, std::size_t row, const std::string& column) {
  Contributors who;
  const ColumnLayout* base = nullptr;
  for (const auto& layout : output.layout) {
    if (layout.column == column) base = &layout;
  }
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

namespace {

/// A mean in [0, 1] that times its n is a whole number is a share of n: is the count it implies, or what is
/// left of n, too small?
Verdict judge_implied_count(const Output& output, std::size_t row, const std::string& n, double mean,
                            const Rules& given) {
  const double people = contributors_of(output, row, n)[0].value_or(0);
  const double part = std::nearbyint(mean * people);
  if (mean < 0 || mean > 1 || people == 0 || std::abs(mean * people - part) > 1e-7 * people) return {};
  auto rules = given;
  rules.level_required = {};
  for (const double count : {part, people - part}) {
    auto verdict = judge_count(count, Level::kPerson, {count, {}, {}}, false, rules);
    if (!verdict.fails()) continue;
    verdict.rule = "implied-count";
    verdict.reason = fmt::format("times {} it is the count {}: {}", n, part, verdict.reason);
    return verdict;
  }
  return {};
}

/// A mean of a yes or no is a share, whatever it is called: "programme_mean" over n_treated. The means of a
/// row stand or fall together: beside them stands their difference (the effect), and from that and one mean
/// the other can be worked out.
Verdict judge_means(const Output& output, std::size_t row, const ColumnLayout& layout, const Rules& given) {
  const auto is_mean = [](const ColumnLayout& one) {
    return one.role == Role::kEstimate &&
           (one.column.find("mean") != std::string::npos || one.column.find("share") != std::string::npos);
  };
  if (!is_mean(layout)) return {};
  for (const auto& other : output.layout) {
    if (!is_mean(other) || other.n != layout.n) continue;
    const auto* data = output.table.find(other.column);
    if (data == nullptr || data->type() == table::ColumnType::kString || data->is_null(row)) continue;
    for (const auto& n : layout.n) {
      auto verdict = judge_implied_count(output, row, n, data->number_at(row), given);
      if (!verdict.fails()) continue;
      if (other.column != layout.column)
        verdict.reason = other.column + " can be worked out from it and their difference: " + verdict.reason;
      return verdict;
    }
  }
  return {};
}

}  // namespace

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
      return verdict.fails() ? verdict : judge_implied_count(output, row, layout.of, value, given);
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
  if (auto verdict = judge_means(output, row, layout, given); verdict.fails()) return verdict;
  for (const auto& other : output.layout) {
    if (other.role != Role::kResidualDf) continue;
    const auto* data = output.table.find(other.column);
    if (data->is_null(row)) continue;
    if (auto verdict = judge_residual_df(data->number_at(row), rules); verdict.fails()) return verdict;
  }
  return {};
}

}  // namespace kinfold::disclosure
