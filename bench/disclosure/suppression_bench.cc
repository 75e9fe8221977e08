// What protection costs: information lost by a simple rule of thumb, by our heuristic and by the optimum on the
// same random tables, and the time that large tables take. Fixed seeds; every result is audited.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "base/random.h"
#include "disclosure/system.h"

namespace kinfold::disclosure {
namespace {

struct Grid {
  System system;
  int row_count = 0, column_count = 0;
  CellIndex inner(int row, int column) const { return static_cast<CellIndex>(row * column_count + column); }
};

CellIndex add_cell(System& system, double value) {
  SystemCell cell;
  cell.value = cell.shown_low = cell.shown_high = value;
  cell.cost = 1 + value;
  cell.sensitive = value < 10;
  cell.shown = !cell.sensitive;
  if (cell.sensitive) cell.need = {std::min(value, 1.0), std::max(1.0, 10 - value), 10};
  system.cells.push_back(cell);
  return static_cast<CellIndex>(system.cells.size() - 1);
}

/// Counts with margins; `typical` is the logarithm of a usual count.
Grid grid(int row_count, int column_count, double typical, std::uint64_t seed) {
  RandomStream rng(seed);
  Grid out;
  out.row_count = row_count;
  out.column_count = column_count;
  std::vector<double> rows(static_cast<std::size_t>(row_count), 0.0);
  std::vector<double> columns(static_cast<std::size_t>(column_count), 0.0);
  double all = 0;
  for (auto& row : rows) {
    for (auto& column : columns) {
      const double count = std::floor(std::exp(typical + rng.normal()));
      add_cell(out.system, count);
      row += count;
      column += count;
      all += count;
    }
  }
  std::vector<Relation> sums(rows.size() + columns.size() + 2);
  for (int r = 0; r < row_count; ++r) {
    for (int c = 0; c < column_count; ++c) {
      sums[static_cast<std::size_t>(r)].terms.push_back({out.inner(r, c), 1});
      sums[static_cast<std::size_t>(row_count + c)].terms.push_back({out.inner(r, c), 1});
    }
  }
  for (std::size_t r = 0; r < rows.size() + columns.size(); ++r) {
    const bool is_row = r < rows.size();
    const auto margin = add_cell(out.system, is_row ? rows[r] : columns[r - rows.size()]);
    sums[r].terms.push_back({margin, -1});
    sums[sums.size() - (is_row ? 2 : 1)].terms.push_back({margin, 1});
  }
  const auto total = add_cell(out.system, all);
  sums[sums.size() - 2].terms.push_back({total, -1});
  sums[sums.size() - 1].terms.push_back({total, -1});
  out.system.relations = std::move(sums);
  return out;
}

/// The rule of thumb: no row or column with one hidden cell only; the smallest other is hidden with it.
double rule_of_thumb(Grid& grid, std::size_t& exposed_count) {
  double cost = 0;
  auto& cells = grid.system.cells;
  for (bool changed = true; changed;) {
    changed = false;
    for (int line = 0; line < grid.row_count + grid.column_count; ++line) {
      std::vector<CellIndex> members;
      for (int i = 0; i < (line < grid.row_count ? grid.column_count : grid.row_count); ++i) {
        members.push_back(line < grid.row_count ? grid.inner(line, i) : grid.inner(i, line - grid.row_count));
      }
      if (std::count_if(members.begin(), members.end(), [&](CellIndex c) { return !cells[c].shown; }) != 1) continue;
      CellIndex smallest = members[0];
      for (const auto c : members) {
        if (cells[c].shown && (!cells[smallest].shown || cells[c].value < cells[smallest].value)) smallest = c;
      }
      cells[smallest].shown = false;
      cost += cells[smallest].cost;
      changed = true;
    }
  }
  const auto audited = audit(grid.system);
  exposed_count = audited.ok() ? audited.value().exposed.size() : 0;
  return cost;
}

void InformationLoss(benchmark::State& state) {
  double thumb = 0, heuristic = 0, exact = 0, bound = 0;
  std::size_t thumb_exposed = 0;
  for ([[maybe_unused]] auto round : state) {
    thumb = heuristic = exact = bound = 0;
    thumb_exposed = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      auto simple = grid(6, 6, 3.4, seed);
      const auto system = simple.system;
      std::size_t exposed = 0;
      thumb += rule_of_thumb(simple, exposed);
      thumb_exposed += exposed;
      const auto ours = suppress_heuristic(system);
      if (!ours.ok()) return state.SkipWithError("the heuristic failed");
      const auto best = suppress_exact(system, ours.value(), 5000);
      if (!best.ok()) return state.SkipWithError("the exact method failed");
      heuristic += ours.value().cost;
      exact += best.value().cost;
      bound += best.value().bound;
    }
  }
  state.counters["thumb_loss"] = thumb;
  state.counters["thumb_exposed"] = static_cast<double>(thumb_exposed);
  state.counters["heuristic_loss"] = heuristic;
  state.counters["exact_loss"] = exact;
  state.counters["bound"] = bound;
}
BENCHMARK(InformationLoss)->Unit(benchmark::kMillisecond)->Iterations(1);

void LargeTable(benchmark::State& state) {
  const auto side = static_cast<int>(state.range(0));
  const auto table = grid(side, side, static_cast<double>(state.range(1)), 1);
  for ([[maybe_unused]] auto round : state) {
    auto suppression = suppress_heuristic(table.system);
    if (!suppression.ok()) return state.SkipWithError("the heuristic failed");
    auto system = table.system;
    for (const auto c : suppression.value().hidden) system.cells[c].shown = false;
    AuditOptions options;
    options.witnesses = &suppression.value().witnesses;
    const auto audited = audit(system, options);
    if (!audited.ok() || !audited.value().safe()) return state.SkipWithError("not safe");
    state.counters["cells"] = static_cast<double>(system.cells.size());
    state.counters["sensitive"] = static_cast<double>(
        std::count_if(system.cells.begin(), system.cells.end(), [](const SystemCell& cell) { return cell.sensitive; }));
    state.counters["secondary"] = static_cast<double>(suppression.value().hidden.size());
  }
}
BENCHMARK(LargeTable)
    ->ArgNames({"side", "log_count"})
    ->Args({31, 4})->Args({99, 2})->Args({99, 4})->Args({315, 4})
    ->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace kinfold::disclosure
