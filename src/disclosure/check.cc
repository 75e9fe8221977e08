#include "disclosure/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "disclosure/checker_internal.h"
#include "disclosure/recode_internal.h"

namespace kinfold::disclosure {

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
    if (is_out && cell.shown_low == cell.shown_high)
      continue;  // public already; nothing here can take it back
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
  if (auto status = protect_from_insiders(encoding_.system, insiders, suppression_, rules_.attempt_count);
      !status.ok())
    return status;
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

// An estimate that changed by a few people's coming or going shows what those few were like.
void Checker::compare_estimates(std::size_t o) {
  const auto now = released_form_of(o);
  for (const auto& earlier : ledger_.outputs()) {
    for (const auto& before : earlier.estimates) {
      for (const auto& after : now.estimates) {
        if (before.key != after.key || before.data_version == after.data_version ||
            before.value == after.value || before.contributors.size() != after.contributors.size())
          continue;
        bool close = !after.contributors.empty();
        for (std::size_t i = 0; i < after.contributors.size(); ++i) {
          close = close && std::abs(before.contributors[i] - after.contributors[i]) < rules_.difference_min;
        }
        if (!close) continue;
        checked_.outputs[o].refusals.push_back(
            fmt::format("\"{}\" ({}) shows the same figure from data that differ by fewer than {} people: "
                        "setting the two side by "
                        "side shows what those people were like. Keep the earlier figure, or wait until more "
                        "have changed.",
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
          describe(c) +
          ": somebody who is alone in another hidden figure knows it, and with it could work this one out. "
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

std::string Checker::method_of(const CheckedOutput& output) const {
  if (rules_.method == Method::kRound) return "rounded";
  if (rules_.method == Method::kControlledRound) return "rounded, sums kept";
  if (rules_.method == Method::kCellKey) return "cell keys";
  if (output.primary_count == 0 && output.certificate.empty()) return "none needed";
  return suppression_.optimal ? "exact" : "heuristic";
}

// Where work was cut short, the reader is told what that leaves open.
void Checker::remark_on_limits(std::size_t o) {
  auto& output = checked_.outputs[o];
  const auto lines_with = [&](auto&& is_so) {
    return std::count_if(output.certificate.begin(), output.certificate.end(), is_so);
  };
  const auto unconfirmed = lines_with([](const CellCertificate& line) {
    return line.status == CellStatus::kPrimary && line.safe && !line.confirmed;
  });
  if (unconfirmed > 0) {
    output.remarks.push_back(
        fmt::format("{} of the figures that fail a rule {} protected by the linear programme's word alone "
                    "(\"linear programme\" in the certificate): so "
                    "many figures hang together that a complete table in whole numbers was not looked for",
                    unconfirmed, unconfirmed == 1 ? "is" : "are"));
  }
  if (lines_with([](const CellCertificate& line) { return !line.exact; }) > 0) {
    output.remarks.push_back(
        "intervals that say \"or wider\" are at least so wide, as the rules ask; the widest were not worked "
        "out for so many hidden figures "
        "(exact_intervals in the rules)");
  }
  if (attacks_.size() >= kAttackCountMax && !output.attacks.empty()) {
    output.remarks.push_back(
        fmt::format("only the first {} attacks are spelled out; all are mended or refused", kAttackCountMax));
  }
  if (output.primary_count > 0 && !may_propose(outputs_[o])) {
    output.remarks.push_back("no coarser table was tried: it has too many rows");
  }
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
    output.remarks = encoding_.remarks[o];
    if (!rounding_remark_.empty()) output.remarks.push_back(rounding_remark_);
    remark_on_limits(o);
    output.method = method_of(output);
    output.cost = suppression_.cost;
    output.cost_bound = suppression_.bound;
    output.released = released_form_of(o);
    output.protected_table = apply(output);
  }
  progress.end();
  return std::move(checked_);
}

std::optional<double> gap_percent(const CheckedOutput& output) {
  if (output.cost_bound <= 0 || output.cost <= 0) return std::nullopt;
  constexpr double kNoise = 1e-6;
  const double gap = (output.cost - output.cost_bound) / output.cost;
  return gap < kNoise ? 0 : 100 * gap;
}

bool Checked::publishable() const {
  return std::all_of(outputs.begin(), outputs.end(),
                     [](const CheckedOutput& output) { return output.publishable(); });
}

std::string_view status_name(CellStatus status) {
  constexpr std::string_view kNames[] = {"published", "primary",    "secondary",
                                         "rounded",   "structural", "withheld"};
  return kNames[static_cast<std::size_t>(status)];
}

Result<Checked> check(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger,
                      Progress& progress) {
  if (rules.method == Method::kCellKey && rules.perturbation == nullptr) {
    return invalid(
        "rules: method = \"cell-key\" needs a perturbation table: perturbation_table = \"FILE.csv\" (pcv, "
        "ckey, pvalue)");
  }
  std::vector<Output> completed(outputs.begin(), outputs.end());
  for (auto& output : completed) {
    complete_layout(output);
    round_as_published(output);
  }
  auto encoding = encode(completed, rules, ledger);
  if (!encoding.ok()) return encoding.error();
  add_relations(encoding.value(), rules);
  set_costs(encoding.value(), rules);
  assume_prior_knowledge(encoding.value(), rules);
  return Checker(completed, rules, ledger, std::move(encoding).value()).run(progress);
}

Status check_file_kind(std::string_view file_name, const Rules& rules) {
  const auto dot = file_name.rfind('.');
  const auto extension =
      dot == std::string_view::npos ? std::string() : ascii_lower(file_name.substr(dot + 1));
  if (std::find(rules.blocked_extensions.begin(), rules.blocked_extensions.end(), extension) ==
      rules.blocked_extensions.end())
    return {};
  return refused(
      fmt::format("rule blocked-file-kind: a .{} file may carry data that nobody can see in it; hand in the "
                  "table it was made from as CSV",
                  extension));
}

}  // namespace kinfold::disclosure
