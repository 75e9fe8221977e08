#include "disclosure/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "disclosure/encode_internal.h"

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
  Finding judge_field(std::size_t o, std::size_t row, std::size_t c) const;
  Verdict judge_statistic_field(const Output& output, std::size_t row, std::size_t c) const;
  Contributors contributors_of(const Output& output, std::size_t row, const std::string& column) const;
  void hide_with_their_count(std::size_t o);
  void compare_estimates(std::size_t o);
  void fill_certificate(std::size_t o);
  Status refuse_exposed();
  Result<std::string> attack_in_words(CellIndex cell) const;
  std::string describe(CellIndex cell) const;
  ReleasedOutput release_form(std::size_t o) const;
  bool is_of(CellIndex cell, std::size_t o) const { return outputs_of_[cell].count(o) > 0; }

  std::span<const Output> outputs_;
  const Rules& rules_;
  const ReleaseLedger& ledger_;
  Encoding encoding_;
  std::vector<bool> hidden_by_rule_;
  std::vector<std::set<std::size_t>> outputs_of_;  ///< Of each cell: outputs that show or imply it.
  Suppression suppression_;
  Audit audit_;
  Checked checked_;
};

void Checker::apply_rules() {
  for (CellIndex c = 0; c < encoding_.system.cells.size(); ++c) {
    auto& cell = encoding_.system.cells[c];
    const auto& verdict = encoding_.facts[c].verdict;
    if (!verdict.fails()) continue;
    if (cell.shown && !cell.can_hide) continue;  // public already; nothing here can take it back
    cell.sensitive = true;
    cell.need = verdict.need;
    if (cell.shown) {
      cell.shown = false;
      hidden_by_rule_[c] = true;
    }
  }
}

Status Checker::suppress() {
  auto suppression = suppress_heuristic(encoding_.system);
  if (!suppression.ok()) return suppression.error();
  suppression_ = std::move(suppression).value();
  for (const auto c : suppression_.hidden) encoding_.system.cells[c].shown = false;
  return {};
}

Status Checker::certify() {
  std::size_t hidden_count = 0;
  for (const auto& cell : encoding_.system.cells) hidden_count += cell.shown ? 0 : 1;
  AuditOptions options;
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

Contributors Checker::contributors_of(const Output& output, std::size_t row, const std::string& column) const {
  Contributors who;
  const ColumnLayout* base = nullptr;
  for (const auto& layout : output.layout) {
    if (layout.column == column) base = &layout;
  }
  if (base == nullptr) return who;
  for (const auto& layout : output.layout) {
    if ((layout.role != Role::kCount && layout.role != Role::kContributors && layout.role != Role::kPart) ||
        layout.variable != base->variable) continue;
    const auto* data = output.table.find(layout.column);
    if (data == nullptr || data->is_null(row) || data->type() == table::ColumnType::kString) continue;
    who[static_cast<std::size_t>(layout.level)] = data->number_at(row);
  }
  return who;
}

const ColumnLayout* layout_of(const Output& output, std::size_t c) {
  for (const auto& layout : output.layout) {
    if (layout.column == output.table.columns()[c].name()) return &layout;
  }
  return nullptr;
}

Verdict Checker::judge_statistic_field(const Output& output, std::size_t row, std::size_t c) const {
  auto rules = rules_;
  rules.threshold[static_cast<std::size_t>(Level::kAuthority)] = 0;
  rules.level_required[static_cast<std::size_t>(Level::kAuthority)] = false;
  if (!output.basis.empty()) {
    const auto& basis = output.basis[row * output.table.column_count() + c];
    if (basis.role != Role::kMean && basis.role != Role::kEstimate) return {};
    return judge_statistic({basis.persons, basis.families, basis.authorities}, rules);
  }
  const auto& layout = *layout_of(output, c);
  if (output.table.columns()[c].type() == table::ColumnType::kString) return {};
  const auto value = output.table.columns()[c].number_at(row);
  switch (layout.role) {
    case Role::kMean: return judge_statistic(contributors_of(output, row, layout.of), rules);
    case Role::kPercentile: return judge_percentile(layout.percentile, contributors_of(output, row, layout.of), rules);
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
  for (const auto& other : output.layout) {
    if (other.role != Role::kResidualDf) continue;
    const auto* data = output.table.find(other.column);
    if (data->is_null(row)) continue;
    if (auto verdict = judge_residual_df(data->number_at(row), rules); verdict.fails()) return verdict;
  }
  return {};
}

Finding Checker::judge_field(std::size_t o, std::size_t row, std::size_t c) const {
  const auto& output = outputs_[o];
  Finding finding{row, c, CellStatus::kPublished, {}, {}, {}};
  const auto* layout = layout_of(output, c);
  if (layout != nullptr && (layout->role == Role::kContributors || layout->role == Role::kLargest ||
                            layout->role == Role::kStructuralZero)) {
    finding.status = CellStatus::kWithheld;
    return finding;
  }
  if (output.table.columns()[c].is_null(row) || (layout == nullptr && output.basis.empty())) return finding;
  const auto primary = [&](const Verdict& verdict) {
    finding.status = CellStatus::kPrimary;
    finding.rule = verdict.rule;
    finding.reason = verdict.reason;
    finding.remedy = verdict.remedy;
  };
  if (layout != nullptr || !output.basis.empty()) {
    if (const auto verdict = judge_statistic_field(output, row, c); verdict.fails()) {
      primary(verdict);
      return finding;
    }
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
    finding.remedy = "mend the figures that fail a rule themselves, and it can be shown";
  }
  if (finding.status == CellStatus::kPublished && !cells.empty() && encoding_.system.cells[cells[0]].value == 0 &&
      rules_.zeros_disclosive && !encoding_.facts[cells[0]].verdict.fails()) {
    finding.status = CellStatus::kStructural;
  }
  return finding;
}

// A mean beside its sum gives the count; a mean of a hidden count is hidden with it.
void Checker::hide_with_their_count(std::size_t o) {
  const auto& output = outputs_[o];
  auto& checked = checked_.outputs[o];
  const auto column_count = output.table.column_count();
  for (std::size_t c = 0; c < column_count; ++c) {
    const auto* layout = layout_of(output, c);
    if (layout == nullptr || layout->of.empty() || !output.basis.empty()) continue;
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
    checked.primary_count += finding.status == CellStatus::kPrimary ? 1 : 0;
    checked.secondary_count += finding.status == CellStatus::kSecondary ? 1 : 0;
    checked.shown_count += finding.status == CellStatus::kPublished || finding.status == CellStatus::kStructural ? 1 : 0;
  }
  if (output.basis.empty()) {
    for (std::size_t c = 0; c < output.table.column_count(); ++c) {
      if (layout_of(output, c) != nullptr) continue;
      checked.refusals.push_back(fmt::format(
          "column {}: it is not said what its figures are; give it a role in the rules file under [table.columns]",
          output.table.columns()[c].name()));
    }
  }
}

// An estimate that changed by a few people's coming or going shows what those few were like.
void Checker::compare_estimates(std::size_t o) {
  const auto now = release_form(o);
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

Result<std::string> Checker::attack_in_words(CellIndex c) const {
  const auto& interval = audit_.intervals[c];
  const auto& cell = encoding_.system.cells[c];
  const bool upper = interval.high < cell.value + std::max(cell.need.above, 1.0);
  auto steps = explain(encoding_.system, c, upper);
  if (!steps.ok()) return steps.error();
  std::string words = fmt::format("{}: somebody could work out that they are {}", describe(c),
                                  interval.low == interval.high ? fmt::format("{:g}", interval.low)
                                                                : fmt::format("{:g} to {:g}", interval.low, interval.high));
  std::string plus;
  std::string minus;
  for (const auto& step : steps.value()) {
    auto& list = step.weight > 0 ? plus : minus;
    list += (list.empty() ? "" : "; ") + describe(step.cell);
  }
  if (!plus.empty()) words += ", by taking " + plus;
  if (!minus.empty()) words += (plus.empty() ? ", by" : ", and") + std::string(" subtracting ") + minus;
  const auto& verdict = encoding_.facts[c].verdict;
  return words + ". " + (verdict.remedy.empty() ? "" : "To mend it: " + verdict.remedy + ".");
}

Status Checker::refuse_exposed() {
  for (const auto c : audit_.exposed) {
    auto words = attack_in_words(c);
    if (!words.ok()) return words.error();
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
      if (is_of(c, o)) checked_.outputs[o].refusals.push_back(words.value());
    }
    if (outputs_of_[c].empty()) {
      for (auto& output : checked_.outputs) output.refusals.push_back(words.value());
    }
  }
  return {};
}

ReleasedOutput Checker::release_form(std::size_t o) const {
  const auto& output = outputs_[o];
  ReleasedOutput released{output.id, output.title, {}, {}, {}, {}};
  std::map<CellIndex, std::uint32_t> position;
  for (CellIndex c = 0; c < encoding_.system.cells.size(); ++c) {
    const auto& cell = encoding_.system.cells[c];
    if (!is_of(c, o) || (!encoding_.facts[c].released_in.empty() && !cell.can_hide)) continue;
    position[c] = static_cast<std::uint32_t>(released.cells.size());
    released.cells.push_back({encoding_.facts[c].selection, cell.value, cell.shown_low, cell.shown_high, cell.shown,
                              cell.need.below, cell.need.above, cell.need.width, cell.sensitive});
  }
  for (const auto& relation : encoding_.system.relations) {
    ReleasedSum sum;
    bool ours = !relation.terms.empty() && relation.terms[0].coefficient == 1;
    for (std::size_t t = 0; ours && t < relation.terms.size(); ++t) {
      const auto found = position.find(relation.terms[t].cell);
      ours = found != position.end() && (t == 0 || relation.terms[t].coefficient == -1);
      if (!ours) break;
      if (t == 0) sum.total = found->second; else sum.parts.push_back(found->second);
    }
    if (ours) released.sums.push_back(std::move(sum));
  }
  for (std::size_t c = 0; c < output.table.column_count(); ++c) {
    const auto* layout = layout_of(output, c);
    for (std::size_t row = 0; row < output.table.row_count(); ++row) {
      const auto& finding = checked_.outputs[o].at(row, c);
      if (finding.status != CellStatus::kPublished || output.table.columns()[c].is_null(row)) continue;
      ReleasedEstimate estimate;
      if (!output.basis.empty()) {
        const auto& basis = output.basis[row * output.table.column_count() + c];
        if ((basis.role != Role::kMean && basis.role != Role::kEstimate) || !basis.persons) continue;
        estimate.contributors.push_back(static_cast<double>(*basis.persons));
      } else if (layout != nullptr && (layout->role == Role::kMean || layout->role == Role::kEstimate)) {
        auto columns = layout->role == Role::kMean ? std::vector<std::string>{layout->of} : layout->n;
        for (const auto& column : columns) {
          estimate.contributors.push_back(contributors_of(output, row, column)[0].value_or(0));
        }
      } else {
        continue;
      }
      estimate.key = output.population.name + "\x1f" + output.table.columns()[c].name();
      for (std::size_t d = 0; d < output.table.column_count(); ++d) {
        const auto* dimension = layout_of(output, d);
        if (dimension != nullptr && dimension->role == Role::kDimension) {
          estimate.key += "\x1f" + output.table.columns()[d].name() + "=" + output.table.columns()[d].text_at(row);
        }
      }
      for (const auto& [variable, labels] : output.population.only) {
        estimate.key += "\x1f" + variable + "=" + join(labels, "|");
      }
      estimate.data_version = output.population.data_version;
      estimate.value = output.table.columns()[c].number_at(row);
      released.estimates.push_back(std::move(estimate));
    }
  }
  return released;
}

Result<Checked> Checker::run(Progress& progress) {
  progress.begin("disclosure check", 4);
  apply_rules();
  find_outputs_of_cells();
  if (auto status = suppress(); !status.ok()) return status.error();
  progress.advance(1);
  if (auto status = certify(); !status.ok()) return status.error();
  progress.advance(2);
  checked_.rules = rules_;
  checked_.outputs.resize(outputs_.size());
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    judge_fields(o);
    compare_estimates(o);
    fill_certificate(o);
  }
  if (auto status = refuse_exposed(); !status.ok()) return status.error();
  progress.advance(3);
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    auto& output = checked_.outputs[o];
    output.method = output.primary_count == 0 && output.certificate.empty() ? "none needed"
                    : suppression_.optimal                                   ? "exact"
                                                                             : "heuristic";
    output.cost = suppression_.cost;
    output.cost_bound = suppression_.bound;
    output.released = release_form(o);
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
  auto encoding = encode(outputs, rules, ledger);
  if (!encoding.ok()) return encoding.error();
  add_relations(encoding.value(), rules);
  set_costs(encoding.value(), rules);
  return Checker(outputs, rules, ledger, std::move(encoding).value()).run(progress);
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
