// Shares, percentages and parts: the counts that they imply, and the rest of their base.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "disclosure/output_encoder_internal.h"

namespace kinfold::disclosure {
namespace {

/// A rounded share may stand for the fewest people in its range: those are judged, and what is hidden must
/// reach past both ends.
void judge_range(Verdict& verdict, const ShareReading& part, double threshold) {
  if (!verdict.fails() || part.low == part.high) return;
  verdict.reason =
      fmt::format("rounded, it stands for {} to {}; for the fewest: {}", part.low, part.high, verdict.reason);
  verdict.need.below = part.count - std::max(0.0, part.low - 1);
  verdict.need.above = std::max(threshold, part.high + 1) - part.count;
}

}  // namespace

void OutputEncoder::read_decimals(std::size_t c) {
  auto& share = columns_[c];
  if (share.layout == nullptr || !is_share(share.layout->role)) return;
  if (share.data->type() == table::ColumnType::kString) return;
  const auto base = find(share.layout->of);
  if (!base || columns_[*base].data->type() == table::ColumnType::kString) return;
  share.decimals =
      decimals_of(*share.data, *columns_[*base].data, share_scale(share.layout->role), *share.layout);
}

// A share of n that is another column's count over n in every row tells that count.
void OutputEncoder::find_twin(std::size_t c) {
  auto& share = columns_[c];
  if (share.layout == nullptr || !is_share(share.layout->role)) return;
  const auto base = find(share.layout->of);
  if (!base) return;
  const double scale = share_scale(share.layout->role);
  for (std::size_t other = 0; other < columns_.size(); ++other) {
    const auto& count = columns_[other];
    if (other == *base || count.layout == nullptr || count.data->type() == table::ColumnType::kString)
      continue;
    const bool states = count.layout->role == Role::kContributors && count.variable == share.variable;
    if (count.layout->role != Role::kPart && count.layout->role != Role::kCount && !states) continue;
    bool same = output_.table.row_count() > 0;
    for (std::size_t row = 0; same && row < output_.table.row_count(); ++row) {
      const double number = count.data->number_at(row);
      const double value = share.data->number_at(row);
      const double n = columns_[*base].data->number_at(row);
      if (std::isnan(number) || std::isnan(value) || std::isnan(n)) continue;
      const auto part = read_share(value, scale, n, share.decimals);
      same = number >= part.low && number <= part.high;
    }
    if (!same) continue;
    share.twin = other;
    return;
  }
}

/// Can the known number be this one? Then what is known of it is what both say.
bool OutputEncoder::agrees(CellIndex known, const ShareReading& reading) {
  auto& within = encoding_.facts[known].within;
  const double value = encoding_.system.cells[known].value;
  const double low = std::max(reading.low, within ? within->first : value);
  const double high = std::min(reading.high, within ? within->second : value);
  if (low > high + 1e-9) return false;
  if (!within) return true;
  within = {low, high};
  take_value(encoding_, known, std::clamp(reading.low == reading.high ? reading.count : value, low, high));
  if (low == high) within.reset();
  return true;
}

CellIndex OutputEncoder::share_cell(std::size_t row, std::size_t c, const ShareReading& part, Level level) {
  if (columns_[c].twin && !columns_[*columns_[c].twin].data->is_null(row))
    return count_cell(row, *columns_[c].twin);
  const auto unit = std::string(level_name(level));
  const auto& variable = columns_[c].variable.empty() ? columns_[c].data->name() : columns_[c].variable;
  auto who = contributors(row, variable, {});
  who[static_cast<std::size_t>(level)] = part.low;
  auto verdict = judge(part.low, level, who, row);
  judge_range(verdict, part, rules_.threshold_of(level));
  const auto yes = cell(select(unit, where_, variable, "yes"), part, verdict, level);
  auto& facts = encoding_.facts[yes];
  facts.alone = facts.alone || who[0] == 1.0 || who[1] == 1.0;
  return yes;
}

void OutputEncoder::encode_share(std::size_t row, std::size_t c, double base, const ShareReading& part,
                                 CellIndex base_cell, Level level) {
  const auto unit = std::string(level_name(level));
  const auto& variable = columns_[c].variable.empty() ? columns_[c].data->name() : columns_[c].variable;
  const auto yes = share_cell(row, c, part, level);
  const double value = encoding_.system.cells[yes].value;
  show(yes, row, c, std::min(part.low, value), std::max(part.high, value));
  const double rest = base - value;
  if (rest >= 0) {
    const auto within = encoding_.facts[yes].within;
    const ShareReading left{rest, within ? base - within->second : rest,
                            within ? base - within->first : rest};
    Contributors others;
    others[static_cast<std::size_t>(level)] = left.low;
    auto rest_rules = rules_;
    rest_rules.level_required = {};
    auto verdict = judge_count(left.low, level, others, false, rest_rules);
    judge_range(verdict, left, rules_.threshold_of(level));
    if (verdict.fails()) {
      verdict.reason = fmt::format("the rest, those without \"{}\": {}", variable, verdict.reason);
      if (verdict.rule == "zero") verdict.rule = "all";
    }
    const auto no = cell(select(unit, where_, variable, "no"), left, verdict, level);
    encoding_.system.relations.push_back({{{base_cell, 1}, {yes, -1}, {no, -1}}});
  }
  if (columns_[c].layout->role != Role::kPart) {
    encoding_.field_cells[index_][row * columns_.size() + c].push_back(base_cell);
  }
}

}  // namespace kinfold::disclosure
