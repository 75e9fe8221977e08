// What becomes of each field of an output: shown, hidden and why, or changed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "disclosure/checker_internal.h"
#include "disclosure/recode_internal.h"

namespace kinfold::disclosure {

Finding Checker::judge_field(std::size_t o, std::size_t row, std::size_t c) const {
  const auto& output = outputs_[o];
  Finding finding{row, c, CellStatus::kPublished, {}, {}, {}};
  const auto* layout = layout_of(output, c);
  if (layout != nullptr && (layout->role == Role::kContributors || layout->role == Role::kLargest ||
                            layout->role == Role::kStructuralZero || layout->role == Role::kCellKey)) {
    finding.status = CellStatus::kWithheld;
    return finding;
  }
  if (output.table.columns()[c].is_null(row) || layout == nullptr) return finding;
  const auto primary = [&](const Verdict& verdict) {
    finding.status = CellStatus::kPrimary;
    finding.rule = verdict.rule;
    finding.reason = verdict.reason;
    finding.remedy = verdict.remedy;
  };
  if (const auto verdict = judge_statistic_field(output, row, c, rules_); verdict.fails()) {
    primary(verdict);
    return finding;
  }
  const auto& cells = encoding_.field_cells[o][row * output.table.column_count() + c];
  bool hidden = false;
  for (const auto cell : cells) {
    if (encoding_.system.cells[cell].shown || encoding_.facts[cell].implied) continue;
    hidden = true;
    if (hidden_by_rule_[cell] && finding.status == CellStatus::kPublished)
      primary(encoding_.facts[cell].verdict);
  }
  if (hidden && finding.status == CellStatus::kPublished) {
    finding.status = CellStatus::kSecondary;
    finding.rule = "secondary";
    finding.reason = "with it, a hidden figure could be worked out by adding and subtracting";
    finding.remedy = "mend the figures that fail a rule themselves, and it can be shown";
    for (const auto cell : cells) {
      const auto found = attack_with_.find(cell);
      if (found == attack_with_.end()) continue;
      const auto& attack = attacks_[found->second];
      finding.reason = attack.attack.words;
      if (const auto& remedy = encoding_.facts[attack.target].verdict.remedy; !remedy.empty())
        finding.remedy = remedy;
    }
  }
  if (finding.status == CellStatus::kPublished) round_field(o, cells, finding);
  if (finding.status == CellStatus::kPublished && !cells.empty() &&
      encoding_.system.cells[cells[0]].value == 0 && rules_.zeros_disclosive &&
      !encoding_.facts[cells[0]].verdict.fails()) {
    finding.status = CellStatus::kStructural;
  }
  return finding;
}

// A count is shown rounded; a share as the rounded part over the rounded base.
void Checker::round_field(std::size_t o, const std::vector<CellIndex>& cells, Finding& finding) const {
  if (rounded_.empty() || cells.empty() || std::isnan(rounded_[cells[0]])) return;
  const auto role = layout_of(outputs_[o], finding.column)->role;
  if (role == Role::kMean) {
    finding.status = CellStatus::kSecondary;
    finding.rule = "rounding";
    finding.reason = "times its count it tells a figure that is rounded";
    finding.remedy = "leave it out, or hide small figures instead of rounding";
    return;
  }
  finding.shown_value = rounded_[cells[0]];
  if (is_share(role)) {
    const double base = rounded_[cells[1]];
    if (std::isnan(base) || base == 0) {
      finding.status = CellStatus::kSecondary;
      finding.rule = "rounding";
      finding.reason = "what it is a share of is rounded to nothing";
      finding.remedy = "combine it with a neighbouring category";
      return;
    }
    finding.shown_value = std::clamp(rounded_[cells[0]] / base, 0.0, 1.0) * share_scale(role);
  }
  finding.status = CellStatus::kRounded;
}

// A mean beside its sum gives the count; a mean of a hidden count is hidden with it.
void Checker::hide_with_their_count(std::size_t o) {
  const auto& output = outputs_[o];
  auto& checked = checked_.outputs[o];
  const auto column_count = output.table.column_count();
  for (std::size_t c = 0; c < column_count; ++c) {
    const auto* layout = layout_of(output, c);
    if (layout == nullptr || layout->of.empty()) continue;
    if (layout->role != Role::kMean && layout->role != Role::kPercentile) continue;
    for (std::size_t other = 0; other < column_count; ++other) {
      if (output.table.columns()[other].name() != layout->of) continue;
      for (std::size_t row = 0; row < output.table.row_count(); ++row) {
        const auto status = checked.at(row, other).status;
        auto& finding = checked.findings[row * column_count + c];
        if ((status != CellStatus::kPrimary && status != CellStatus::kSecondary) ||
            finding.status != CellStatus::kPublished || output.table.columns()[c].is_null(row))
          continue;
        finding = {row,
                   c,
                   CellStatus::kSecondary,
                   "secondary",
                   "the count it rests on is hidden",
                   "mend the figures that fail a rule themselves, and it can be shown"};
      }
    }
  }
}

// What would mend each figure, and the table: tried, not guessed.
void Checker::propose(std::size_t o) {
  auto& checked = checked_.outputs[o];
  auto proposals = propose_recodings(outputs_[o], checked, rules_);
  for (const auto& [field, words] : proposals.remedy_of) {
    auto& finding = checked.findings[field.first * outputs_[o].table.column_count() + field.second];
    finding.remedy = finding.rule == "zero"
                         ? "mark it as a structural zero if it cannot be otherwise; else " + words
                         : words;
  }
  checked.recodings = std::move(proposals.recodings);
}

void Checker::judge_fields(std::size_t o) {
  const auto& output = outputs_[o];
  auto& checked = checked_.outputs[o];
  checked.id = output.id;
  checked.title = output.title;
  checked.population = output.population;
  checked.original = output.table;
  checked.layout = output.layout;
  for (std::size_t row = 0; row < output.table.row_count(); ++row) {
    for (std::size_t c = 0; c < output.table.column_count(); ++c)
      checked.findings.push_back(judge_field(o, row, c));
  }
  hide_with_their_count(o);
  for (const auto& finding : checked.findings) {
    const auto* layout = layout_of(output, finding.column);
    if (layout != nullptr && (layout->role == Role::kDimension || layout->role == Role::kText))
      continue;  // no figure
    checked.primary_count += finding.status == CellStatus::kPrimary ? 1 : 0;
    checked.secondary_count += finding.status == CellStatus::kSecondary ? 1 : 0;
    checked.shown_count +=
        finding.status == CellStatus::kPublished || finding.status == CellStatus::kStructural ? 1 : 0;
  }
  for (std::size_t c = 0; c < output.table.column_count(); ++c) {
    const auto* layout = layout_of(output, c);
    const bool needs_base = layout != nullptr && (is_share(layout->role) || layout->role == Role::kPart);
    if (needs_base && layout->of.empty()) {
      checked.refusals.push_back(
          fmt::format("column {}: of how many people it is a share is not said; add that count (as "
                      "contributors, if it is not to be "
                      "published), and name it in the rules file: of = \"...\"",
                      layout->column));
    }
    if (layout != nullptr) continue;
    const bool is_text = output.table.columns()[c].type() == table::ColumnType::kString;
    checked.refusals.push_back(fmt::format(
        "column {}: {} a role in the rules file under [table.columns]", output.table.columns()[c].name(),
        is_text ? "it lacks a label in some rows, or holds figures written as text: fill it in, mend the "
                  "figures, or give it"
                : "it is not said what its figures are; give it"));
  }
}

}  // namespace kinfold::disclosure
