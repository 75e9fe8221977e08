#include "disclosure/attacks_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace kinfold::disclosure {
namespace {

class Speller {
 public:
  Speller(const Encoding& encoding, std::span<const Output> outputs)
      : encoding_(encoding), outputs_(outputs) {}

  enum class Tells { kExactly, kAtMost, kAtLeast };
  FoundAttack spell(CellIndex target, const std::vector<AttackStep>& steps, Tells tells) const;
  std::string source(CellIndex cell) const;

 private:
  static std::string figures(const AttackPart& part, bool high);
  double taken_at(const AttackPart& part, Tells tells) const {
    return (part.weight > 0) == (tells != Tells::kAtLeast) ? part.high : part.low;
  }

  const Encoding& encoding_;
  std::span<const Output> outputs_;
};

std::string Speller::source(CellIndex cell) const {
  const auto& facts = encoding_.facts[cell];
  // What was hidden earlier and is shown now stands in the new output.
  const bool shown_now = facts.output != kNoField && encoding_.system.cells[cell].can_hide;
  if (!facts.released_in.empty() && !shown_now) return facts.released_in;
  return facts.output == kNoField ? std::string("what follows from it") : outputs_[facts.output].title;
}

std::string Speller::figures(const AttackPart& part, bool high) {
  if (part.low == part.high) return fmt::format("{:g}", part.low);
  return fmt::format("{:g} ({} when rounded)", high ? part.high : part.low, high ? "at most" : "at least");
}

// "Taking A (in "one") and subtracting B (in "two") tells C": no figure in it.
FoundAttack Speller::spell(CellIndex target, const std::vector<AttackStep>& steps, Tells tells) const {
  FoundAttack found;
  found.target = target;
  found.attack.target = encoding_.facts[target].selection.words();
  found.attack.rule = encoding_.facts[target].verdict.rule;
  std::vector<std::string> plus;
  std::vector<std::string> minus;
  double sum = 0;
  std::string arithmetic;
  auto ordered = steps;  // what is added first
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return (a.weight > 0) > (b.weight > 0); });
  for (const auto& step : ordered) {
    const auto& cell = encoding_.system.cells[step.cell];
    AttackPart part{source(step.cell), encoding_.facts[step.cell].selection.words(), cell.shown_low,
                    cell.shown_high, step.weight};
    auto& list = step.weight > 0 ? plus : minus;
    list.push_back(fmt::format("{} (in \"{}\")", part.what, part.source));
    const double at = taken_at(part, tells);
    sum += step.weight * at;
    const double times = std::abs(step.weight);
    arithmetic +=
        fmt::format("{}{}{} [{}: {}]",
                    arithmetic.empty() ? (step.weight < 0 ? "-" : "")
                    : step.weight < 0  ? " - "
                                       : " + ",
                    std::abs(times - 1) < kAuditTolerance ? std::string() : fmt::format("{:g} x ", times),
                    figures(part, at == part.high), part.source, part.what);
    found.attack.parts.push_back(std::move(part));
    found.taken.push_back(step.cell);
  }
  const std::string_view verb = tells == Tells::kExactly  ? "tells"
                                : tells == Tells::kAtMost ? "tells the most that there can be of"
                                                          : "tells the least that there can be of";
  if (steps.empty()) {
    found.attack.words =
        fmt::format("What everybody knows of {} without any table is all there is", found.attack.target);
    return found;
  }
  found.attack.words = plus.empty() ? "Subtracting " + join(minus, " and ") : "Taking " + join(plus, " and ");
  if (!plus.empty() && !minus.empty()) found.attack.words += " and subtracting " + join(minus, " and ");
  found.attack.words += fmt::format(" {} {}", verb, found.attack.target);
  found.attack.arithmetic = fmt::format("{} = {}{:g}: {}", arithmetic,
                                        tells == Tells::kExactly  ? ""
                                        : tells == Tells::kAtMost ? "at most "
                                                                  : "at least ",
                                        std::abs(sum) < kAuditTolerance ? 0.0 : sum, found.attack.target);
  return found;
}

bool is_exact(const SystemCell& cell) { return cell.shown && cell.shown_low == cell.shown_high; }

/// One relation in which all but `cell` is known.
std::vector<AttackStep> direct_steps(const System& system, CellIndex cell,
                                     const std::vector<std::uint32_t>& relations) {
  std::vector<AttackStep> shortest;
  for (const auto r : relations) {
    std::vector<AttackStep> steps;
    double own = 0;
    bool known = true;
    for (const auto& term : system.relations[r].terms) {
      if (term.cell == cell) {
        own += term.coefficient;
      } else {
        known = known && is_exact(system.cells[term.cell]);
        steps.push_back({term.cell, term.coefficient});
      }
    }
    if (!known || own == 0 || (!shortest.empty() && steps.size() >= shortest.size())) continue;
    for (auto& step : steps) step.weight /= -own;
    shortest = std::move(steps);
  }
  return shortest;
}

std::vector<std::vector<std::uint32_t>> relations_by_cell(const System& system) {
  std::vector<std::vector<std::uint32_t>> relations(system.cells.size());
  for (std::uint32_t r = 0; r < system.relations.size(); ++r) {
    for (const auto& term : system.relations[r].terms) relations[term.cell].push_back(r);
  }
  return relations;
}

bool is_behind_the_scenes(const SystemCell& cell, const CellFacts& facts) {
  return cell.sensitive && !is_exact(cell) && (facts.implied || !facts.released_in.empty());
}

}  // namespace

Result<std::vector<FoundAttack>> find_attacks(const Encoding& encoding, std::span<const Output> outputs) {
  const auto& system = encoding.system;
  const Speller speller(encoding, outputs);
  std::vector<FoundAttack> found;
  std::vector<CellIndex> others;
  const auto relations = relations_by_cell(system);
  for (CellIndex c = 0; c < system.cells.size() && found.size() < kAttackCountMax; ++c) {
    if (!is_behind_the_scenes(system.cells[c], encoding.facts[c])) continue;
    const auto steps = direct_steps(system, c, relations[c]);
    if (steps.empty()) {
      if (!encoding.facts[c].released_in.empty()) others.push_back(c);
      continue;
    }
    found.push_back(speller.spell(c, steps, Speller::Tells::kExactly));
  }
  if (others.empty()) return found;
  AuditOptions options;
  options.integer_cell_count_max = 0;
  auto audited = audit(system, options);
  if (!audited.ok()) return audited.error();
  for (const auto c : audited.value().exposed) {
    if (found.size() >= kAttackCountMax) break;
    if (std::find(others.begin(), others.end(), c) == others.end()) continue;
    auto attack = attack_on(encoding, outputs, c, audited.value().intervals[c]);
    if (!attack.ok()) return attack.error();
    found.push_back(std::move(attack).value());
  }
  return found;
}

Result<FoundAttack> attack_on(const Encoding& encoding, std::span<const Output> outputs, CellIndex c,
                              const Interval& interval) {
  const Speller speller(encoding, outputs);
  const auto& cell = encoding.system.cells[c];
  const auto relations = relations_by_cell(encoding.system);
  if (const auto steps = direct_steps(encoding.system, c, relations[c]); !steps.empty()) {
    return speller.spell(c, steps, Speller::Tells::kExactly);
  }
  const bool high_first = interval.high < cell.value + std::max(cell.need.above, 1.0);
  for (const bool upper : {high_first, !high_first}) {  // one side may be what everybody knows
    auto steps = explain(encoding.system, c, upper);
    if (!steps.ok()) return steps.error();
    if (steps.value().empty()) continue;
    const auto tells = interval.low == interval.high ? Speller::Tells::kExactly
                       : upper                       ? Speller::Tells::kAtMost
                                                     : Speller::Tells::kAtLeast;
    return speller.spell(c, steps.value(), tells);
  }
  return speller.spell(c, {}, Speller::Tells::kExactly);
}

}  // namespace kinfold::disclosure
