#include "disclosure/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "disclosure/attacks_internal.h"
#include "disclosure/check_internal.h"
#include "disclosure/encode_internal.h"
#include "disclosure/recode_internal.h"

namespace kinfold::disclosure {
namespace {

/// One run of the check over all outputs.
class Checker {
 public:
  Checker(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger, Encoding encoding)
      : outputs_(outputs), rules_(rules), ledger_(ledger), encoding_(std::move(encoding)),
        hidden_by_rule_(encoding_.system.cells.size()) {}

  Result<Checked> run(Progress& progress);

 private:
  void apply_rules();
  Status suppress();
  Status certify();
  void find_outputs_of_cells();
  void judge_fields(std::size_t o);
  void propose(std::size_t o);
  Finding judge_field(std::size_t o, std::size_t row, std::size_t c) const;
  void round_field(std::size_t o, const std::vector<CellIndex>& cells, Finding& finding) const;
  void hide_with_their_count(std::size_t o);
  void compare_estimates(std::size_t o);
  void fill_certificate(std::size_t o);
  Status refuse_exposed();
  Status look_for_attacks();
  void report(const FoundAttack& found, bool mended);
  std::string describe(CellIndex cell) const;
  ReleasedOutput released_form_of(std::size_t o) const;
  bool is_of(CellIndex cell, std::size_t o) const { return outputs_of_[cell].count(o) > 0; }

  std::span<const Output> outputs_;
  const Rules& rules_;
  const ReleaseLedger& ledger_;
  Encoding encoding_;
  std::vector<bool> hidden_by_rule_;
  std::vector<std::set<std::size_t>> outputs_of_;  ///< Of each cell: outputs that show or imply it.
  std::vector<double> rounded_;      ///< By cell: what is shown instead; empty where nothing is rounded.
  std::string rounding_remark_;
  Suppression suppression_;
  std::vector<CellIndex> exposed_to_insiders_;
  std::vector<FoundAttack> attacks_;               ///< On what the rules alone would show.
  std::map<CellIndex, std::size_t> attack_with_;   ///< A cell that one of them takes.
  Audit audit_;
  Checked checked_;
};

void Checker::apply_rules() {
  const bool rounds = rules_.method != Method::kSuppress;
  if (rules_.method == Method::kCellKey) {
    rounding_remark_ = perturb_cells(encoding_, rules_, rounded_);
  } else if (rounds) {
    rounding_remark_ = round_cells(encoding_, rules_, rounded_);
  }
  for (CellIndex c = 0; c < encoding_.system.cells.size(); ++c) {
    auto& cell = encoding_.system.cells[c];
    const auto& verdict = encoding_.facts[c].verdict;
    if (!verdict.fails()) continue;
    const bool is_out = cell.shown && !cell.can_hide;
    if (is_out && cell.shown_low == cell.shown_high) continue;  // public already; nothing here can take it back
    cell.sensitive = true;
    cell.need = verdict.need;
    if (cell.shown && !is_out && !(rounds && !std::isnan(rounded_[c]))) {
      cell.shown = false;
      hidden_by_rule_[c] = true;
    }
  }
}

Status Checker::suppress() {
  auto suppression = suppress_heuristic(encoding_.system, rules_.attempt_count);
  if (!suppression.ok()) return suppression.error();
  suppression_ = std::move(suppression).value();
  if (encoding_.system.cells.size() <= static_cast<std::size_t>(rules_.exact_cell_count_max)) {
    auto exact = suppress_exact(encoding_.system, suppression_, rules_.exact_node_count_max);
    if (!exact.ok()) return exact.error();
    suppression_ = std::move(exact).value();
  }
  for (const auto c : suppression_.hidden) encoding_.system.cells[c].shown = false;
  const auto insiders = find_insiders(encoding_);
  const auto exposed_before = suppression_.exposed.size();
  if (auto status = protect_from_insiders(encoding_.system, insiders, suppression_, rules_.attempt_count); !status.ok()) return status;
  exposed_to_insiders_.assign(suppression_.exposed.begin() + static_cast<std::ptrdiff_t>(exposed_before),
                              suppression_.exposed.end());
  return {};
}

Status Checker::certify() {
  std::size_t hidden_count = 0;
  for (const auto& cell : encoding_.system.cells) hidden_count += cell.shown ? 0 : 1;
  AuditOptions options;
  options.witnesses = &suppression_.witnesses;
  options.exact_intervals = hidden_count <= static_cast<std::size_t>(rules_.interval_count_max);
  auto audited = audit(encoding_.system, options);
  if (!audited.ok()) return audited.error();
  audit_ = std::move(audited).value();
  return {};
}

void Checker::find_outputs_of_cells() {
  outputs_of_.resize(encoding_.system.cells.size());
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    for (const auto& cells : encoding_.field_cells[o]) {
      for (const auto c : cells) outputs_of_[c].insert(o);
    }
  }
  // What no field shows belongs to the outputs that it follows from.
  for (const auto& relation : encoding_.system.relations) {
    for (const auto& term : relation.terms) {
      if (!encoding_.facts[term.cell].implied && encoding_.facts[term.cell].released_in.empty()) continue;
      for (const auto& other : relation.terms) {
        const auto field = encoding_.facts[other.cell].output;
        if (field != kNoField) outputs_of_[term.cell].insert(field);
      }
    }
  }
}

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
    if (hidden_by_rule_[cell] && finding.status == CellStatus::kPublished) primary(encoding_.facts[cell].verdict);
  }
  if (hidden && finding.status == CellStatus::kPublished) {
    finding.status = CellStatus::kSecondary;
    finding.rule = "secondary";
    finding.reason = "with it, a hidden figure could be worked out by adding and subtracting";
    for (const auto cell : cells) {
      const auto attack = attack_with_.find(cell);
      if (attack != attack_with_.end()) finding.reason = attacks_[attack->second].attack.words;
    }
    finding.remedy = "mend the figures that fail a rule themselves, and it can be shown";
  }
  if (finding.status == CellStatus::kPublished) round_field(o, cells, finding);
  if (finding.status == CellStatus::kPublished && !cells.empty() && encoding_.system.cells[cells[0]].value == 0 &&
      rules_.zeros_disclosive && !encoding_.facts[cells[0]].verdict.fails()) {
    finding.status = CellStatus::kStructural;
  }
  return finding;
}

// A count is shown rounded; a share as the rounded part over the rounded base.
void Checker::round_field(std::size_t o, const std::vector<CellIndex>& cells, Finding& finding) const {
  if (rounded_.empty() || cells.empty() || std::isnan(rounded_[cells[0]])) return;
  const auto role = layout_of(outputs_[o], finding.column)->role;
  finding.shown_value = rounded_[cells[0]];
  if (role == Role::kShare || role == Role::kPercentage) {
    const double base = rounded_[cells[1]];
    if (std::isnan(base) || base == 0) {
      finding.status = CellStatus::kSecondary;
      finding.rule = "rounding";
      finding.reason = "what it is a share of is rounded to nothing";
      finding.remedy = "combine it with a neighbouring category";
      return;
    }
    finding.shown_value = std::clamp(rounded_[cells[0]] / base, 0.0, 1.0) * (role == Role::kPercentage ? 100 : 1);
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
            finding.status != CellStatus::kPublished || output.table.columns()[c].is_null(row)) continue;
        finding = {row, c, CellStatus::kSecondary, "secondary", "the count it rests on is hidden",
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
    finding.remedy = finding.rule == "zero" ? "mark it as a structural zero if it cannot be otherwise; else " + words : words;
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
    for (std::size_t c = 0; c < output.table.column_count(); ++c) checked.findings.push_back(judge_field(o, row, c));
  }
  hide_with_their_count(o);
  for (const auto& finding : checked.findings) {
    const auto* layout = layout_of(output, finding.column);
    if (layout != nullptr && (layout->role == Role::kDimension || layout->role == Role::kText)) continue;  // no figure
    checked.primary_count += finding.status == CellStatus::kPrimary ? 1 : 0;
    checked.secondary_count += finding.status == CellStatus::kSecondary ? 1 : 0;
    checked.shown_count += finding.status == CellStatus::kPublished || finding.status == CellStatus::kStructural ? 1 : 0;
  }
  for (std::size_t c = 0; c < output.table.column_count(); ++c) {
    const auto* layout = layout_of(output, c);
    const bool is_share = layout != nullptr && (layout->role == Role::kShare || layout->role == Role::kPercentage ||
                                                layout->role == Role::kPart);
    if (is_share && layout->of.empty()) {
      checked.refusals.push_back(fmt::format(
          "column {}: of how many people it is a share is not said; add that count (as contributors, if it is not to be "
          "published), and name it in the rules file: of = \"...\"",
          layout->column));
    }
    if (layout != nullptr) continue;
    const bool is_text = output.table.columns()[c].type() == table::ColumnType::kString;
    checked.refusals.push_back(fmt::format("column {}: {} a role in the rules file under [table.columns]",
                                           output.table.columns()[c].name(),
                                           is_text ? "it lacks a label in some rows, or holds figures written as text: fill it in, mend the figures, or give it"
                                                   : "it is not said what its figures are; give it"));
  }
}

// An estimate that changed by a few people's coming or going shows what those few were like.
void Checker::compare_estimates(std::size_t o) {
  const auto now = released_form_of(o);
  for (const auto& earlier : ledger_.outputs()) {
    for (const auto& before : earlier.estimates) {
      for (const auto& after : now.estimates) {
        if (before.key != after.key || before.data_version == after.data_version || before.value == after.value ||
            before.contributors.size() != after.contributors.size()) continue;
        bool close = !after.contributors.empty();
        for (std::size_t i = 0; i < after.contributors.size(); ++i) {
          close = close && std::abs(before.contributors[i] - after.contributors[i]) < rules_.difference_min;
        }
        if (!close) continue;
        checked_.outputs[o].refusals.push_back(fmt::format(
            "\"{}\" ({}) shows the same figure from data that differ by fewer than {} people: setting the two side by "
            "side shows what those people were like. Keep the earlier figure, or wait until more have changed.",
            earlier.title, earlier.published.substr(0, 10), rules_.difference_min));
        return;
      }
    }
  }
}

std::string Checker::describe(CellIndex c) const {
  const auto& facts = encoding_.facts[c];
  auto words = facts.selection.words();
  if (!facts.released_in.empty()) words += " (in \"" + facts.released_in + "\")";
  return words;
}

void Checker::fill_certificate(std::size_t o) {
  auto& checked = checked_.outputs[o];
  for (CellIndex c = 0; c < encoding_.system.cells.size(); ++c) {
    const auto& cell = encoding_.system.cells[c];
    const auto& facts = encoding_.facts[c];
    if (cell.shown || !is_of(c, o) || (facts.implied && !cell.sensitive)) continue;
    const auto& interval = audit_.intervals[c];
    CellCertificate line;
    line.row = facts.output == o ? facts.row : static_cast<std::size_t>(-1);
    line.column = facts.output == o ? facts.column : static_cast<std::size_t>(-1);
    line.what = describe(c);
    line.status = cell.sensitive ? CellStatus::kPrimary : CellStatus::kSecondary;
    line.value = cell.value;
    line.low = interval.low;
    line.high = interval.high;
    line.exact = interval.exact;
    line.need_low = cell.value - cell.need.below;
    line.need_high = cell.value + cell.need.above;
    line.need_width = cell.need.width;
    line.safe = !cell.sensitive || satisfies(interval, cell);
    line.confirmed = interval.confirmed;
    checked.certificate.push_back(std::move(line));
  }
}

// Everything shown that passes the rules: which differences would that give away?
Status Checker::look_for_attacks() {
  auto found = find_attacks(encoding_, outputs_);
  if (!found.ok()) return found.error();
  attacks_ = std::move(found).value();
  for (std::size_t a = 0; a < attacks_.size(); ++a) {
    for (const auto c : attacks_[a].taken) attack_with_.emplace(c, a);
  }
  return {};
}

void Checker::report(const FoundAttack& found, bool mended) {
  auto attack = found.attack;
  attack.mended = mended;
  const auto& remedy = encoding_.facts[found.target].verdict.remedy;
  const auto refusal = attack.words + ". " + (remedy.empty() ? "" : "To mend it: " + remedy + ".");
  const bool anybodys = outputs_of_[found.target].empty();
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    if (!anybodys && !is_of(found.target, o)) continue;
    checked_.outputs[o].attacks.push_back(attack);
    if (!mended) checked_.outputs[o].refusals.push_back(refusal);
  }
}

Status Checker::refuse_exposed() {
  for (const auto c : exposed_to_insiders_) {
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
      if (!is_of(c, o)) continue;
      checked_.outputs[o].refusals.push_back(
          describe(c) + ": somebody who is alone in another hidden figure knows it, and with it could work this one out. "
                        "To mend it: combine categories until no figure is one person or family.");
    }
  }
  for (const auto c : audit_.exposed) {
    auto attack = attack_on(encoding_, outputs_, c, audit_.intervals[c]);
    if (!attack.ok()) return attack.error();
    report(attack.value(), false);
  }
  for (const auto& attack : attacks_) {
    const auto& exposed = audit_.exposed;
    if (std::find(exposed.begin(), exposed.end(), attack.target) == exposed.end()) report(attack, true);
  }
  return {};
}

ReleasedOutput Checker::released_form_of(std::size_t o) const {
  std::vector<bool> told(encoding_.system.cells.size());
  for (CellIndex c = 0; c < told.size(); ++c) told[c] = is_of(c, o);
  return released_form(encoding_, told, outputs_[o], checked_.outputs[o]);
}

Result<Checked> Checker::run(Progress& progress) {
  progress.begin("disclosure check", 4);
  apply_rules();
  find_outputs_of_cells();
  if (auto status = look_for_attacks(); !status.ok()) return status.error();
  if (auto status = suppress(); !status.ok()) return status.error();
  progress.advance(1);
  if (auto status = certify(); !status.ok()) return status.error();
  progress.advance(2);
  checked_.rules = rules_;
  checked_.outputs.resize(outputs_.size());
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    judge_fields(o);
    propose(o);
    compare_estimates(o);
    fill_certificate(o);
  }
  if (auto status = refuse_exposed(); !status.ok()) return status.error();
  progress.advance(3);
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    auto& output = checked_.outputs[o];
    if (!rounding_remark_.empty()) output.remarks.push_back(rounding_remark_);
    output.method = rules_.method == Method::kRound            ? "rounded"
                    : rules_.method == Method::kControlledRound ? "rounded, sums kept"
                    : rules_.method == Method::kCellKey         ? "cell keys"
                    : output.primary_count == 0 && output.certificate.empty() ? "none needed"
                    : suppression_.optimal                                   ? "exact"
                                                                             : "heuristic";
    output.cost = suppression_.cost;
    output.cost_bound = suppression_.bound;
    output.released = released_form_of(o);
    output.protected_table = apply(output);
  }
  progress.end();
  return std::move(checked_);
}

}  // namespace

bool Checked::publishable() const {
  return std::all_of(outputs.begin(), outputs.end(), [](const CheckedOutput& output) { return output.publishable(); });
}

std::string_view status_name(CellStatus status) {
  constexpr std::string_view kNames[] = {"published", "primary", "secondary", "rounded", "structural", "withheld"};
  return kNames[static_cast<std::size_t>(status)];
}

Result<Checked> check(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger,
                      Progress& progress) {
  if (rules.method == Method::kCellKey && rules.perturbation == nullptr) {
    return invalid("rules: method = \"cell-key\" needs a perturbation table: perturbation_table = \"FILE.csv\" (pcv, ckey, pvalue)");
  }
  std::vector<Output> completed(outputs.begin(), outputs.end());
  for (auto& output : completed) complete_layout(output);
  auto encoding = encode(completed, rules, ledger);
  if (!encoding.ok()) return encoding.error();
  add_relations(encoding.value(), rules);
  set_costs(encoding.value(), rules);
  return Checker(completed, rules, ledger, std::move(encoding).value()).run(progress);
}

Status check_file_kind(std::string_view file_name, const Rules& rules) {
  const auto dot = file_name.rfind('.');
  const auto extension = dot == std::string_view::npos ? std::string() : ascii_lower(file_name.substr(dot + 1));
  if (std::find(rules.blocked_extensions.begin(), rules.blocked_extensions.end(), extension) ==
      rules.blocked_extensions.end()) return {};
  return refused(fmt::format("rule blocked-file-kind: a .{} file may carry data that nobody can see in it; hand in the "
                             "table it was made from as CSV",
                             extension));
}

}  // namespace kinfold::disclosure
