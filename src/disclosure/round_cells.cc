#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "disclosure/encode_internal.h"
#include "disclosure/rounding.h"

namespace kinfold::disclosure {
namespace {

/// Counts and what ties them; magnitudes are hidden, not rounded.
System counts_only(const System& system) {
  System counts;
  std::vector<CellIndex> index_of(system.cells.size());
  for (CellIndex c = 0; c < system.cells.size(); ++c) {
    index_of[c] = static_cast<CellIndex>(counts.cells.size());
    if (system.cells[c].integer) counts.cells.push_back(system.cells[c]);
  }
  for (const auto& relation : system.relations) {
    Relation kept;
    for (const auto& term : relation.terms) {
      if (system.cells[term.cell].integer) kept.terms.push_back({index_of[term.cell], term.coefficient});
    }
    if (kept.terms.size() == relation.terms.size()) counts.relations.push_back(std::move(kept));
  }
  return counts;
}

bool may_round(const SystemCell& cell) { return cell.integer && cell.shown && cell.can_hide; }

}  // namespace

std::string round_cells(Encoding& encoding, const Rules& rules, std::vector<double>& rounded) {
  auto& cells = encoding.system.cells;
  const double base = rules.rounding_base;
  rounded.assign(cells.size(), std::nan(""));
  std::string remark;
  int steps = 0;  // 0: each figure by itself
  if (rules.method == Method::kControlledRound) {
    const auto controlled =
        round_controlled(counts_only(encoding.system), rules.rounding_base, rules.exact_node_count_max);
    if (controlled.ok()) {
      steps = controlled.value().steps;
      std::size_t next = 0;
      for (std::size_t c = 0; c < cells.size(); ++c) {
        if (cells[c].integer) rounded[c] = controlled.value().rounded[next++];
      }
    } else {
      remark =
          "no rounding in which all sums hold was found: each figure is rounded by itself, and sums may not "
          "add up";
    }
  }
  const double width = steps > 0 ? base - 1 : std::floor((base - 1) / 2);
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto& cell = cells[c];
    if (!may_round(cell)) {
      rounded[c] = std::nan("");
    } else if (steps > 0) {
      cell.shown_low = std::max(cell.lower, rounded[c] - steps * base + 1);
      cell.shown_high = rounded[c] + steps * base - 1;
    } else {
      rounded[c] = round_to_base(cell.value, rules.rounding_base);
      cell.shown_low = std::max(cell.lower, std::ceil(rounded[c] - base / 2));
      cell.shown_high = std::ceil(rounded[c] + base / 2) - 1;
    }
    // What a rounded figure hides is where in its step it lies.
    auto& verdict = encoding.facts[c].verdict;
    if (cell.integer && verdict.fails()) verdict.need = {0, 0, width};
  }
  return remark;
}

std::string perturb_cells(Encoding& encoding, const Rules& rules, std::vector<double>& rounded) {
  auto& cells = encoding.system.cells;
  const auto& table = *rules.perturbation;
  rounded.assign(cells.size(), std::nan(""));
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> range_of;
  bool lacking = false;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto& cell = cells[c];
    if (!may_round(cell)) continue;
    const auto& key = encoding.facts[c].cell_key;
    lacking = lacking || !key;
    if (!key) continue;
    const auto shown =
        table.perturb(std::llround(cell.value),
                      static_cast<std::uint32_t>(*key % static_cast<std::uint64_t>(table.key_count())));
    const auto [found, is_new] = range_of.emplace(shown, std::pair<std::int64_t, std::int64_t>{});
    if (is_new) found->second = table.range_of(shown);
    rounded[c] = static_cast<double>(shown);
    cell.shown_low = static_cast<double>(found->second.first);
    cell.shown_high = static_cast<double>(found->second.second);
    // As with rounding: half of what the figure leaves open by itself must be left open by all together.
    auto& verdict = encoding.facts[c].verdict;
    if (verdict.fails())
      verdict.need = {0, 0, std::max(1.0, std::floor((cell.shown_high - cell.shown_low) / 2))};
  }
  return lacking
             ? "some counts have no cell key: they are shown as they are, or hidden where they fail a rule"
             : "";
}

}  // namespace kinfold::disclosure
