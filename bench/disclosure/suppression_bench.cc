// What protection costs, and what it takes. Information lost by three rules of thumb, by our heuristic and by
// the optimum on the same random tables, and how many small counts each leaves to be worked out; then the
// time that large tables take. Fixed seeds; every result is audited.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "disclosure/check.h"
#include "disclosure/rules_of_thumb.h"

namespace kinfold::disclosure {
namespace {

struct Loss {
  double cells = 0, people = 0;
  double exposed = 0, sensitive = 0;

  void add(const System& system, const std::vector<CellIndex>& hidden) {
    System attacked = system;
    for (const auto c : hidden) {
      attacked.cells[c].shown = false;
      people += system.cells[c].value;
    }
    cells += static_cast<double>(hidden.size());
    const auto audited = audit(attacked);
    exposed += audited.ok() ? static_cast<double>(audited.value().exposed.size()) : -1e9;
    for (const auto& cell : system.cells) sensitive += cell.sensitive ? 1 : 0;
  }
};

void report(benchmark::State& state, const std::string& name, const Loss& loss, const Loss& exact) {
  state.counters[name + "_cells"] = loss.cells / exact.cells;
  state.counters[name + "_people"] = loss.people / exact.people;
  state.counters[name + "_exposed%"] = 100 * loss.exposed / loss.sensitive;
}

/// Ratios to the optimum, over 20 tables: cells hidden besides the small ones, and people in them.
void InformationLoss(benchmark::State& state, const Shape& shape, double typical) {
  Loss neighbour, box, rows, heuristic, exact;
  int proven = 0;
  for ([[maybe_unused]] auto round : state) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto table = count_table(shape, typical, seed);
      const auto ours = suppress_heuristic(table.system);
      if (!ours.ok()) return state.SkipWithError("the heuristic failed");
      const auto best = suppress_exact(table.system, ours.value(), 5000);
      if (!best.ok()) return state.SkipWithError("the exact method failed");
      proven += best.value().optimal ? 1 : 0;
      neighbour.add(table.system, smallest_neighbour(table));
      box.add(table.system, hypercube(table));
      rows.add(table.system, whole_rows(table));
      heuristic.add(table.system, ours.value().hidden);
      exact.add(table.system, best.value().hidden);
    }
  }
  report(state, "neighbour", neighbour, exact);
  report(state, "hypercube", box, exact);
  report(state, "rows", rows, exact);
  report(state, "heuristic", heuristic, exact);
  state.counters["exact_cells"] = exact.cells;
  state.counters["exact_exposed"] = exact.exposed;
  state.counters["proven_of_20"] = proven;
}
BENCHMARK_CAPTURE(InformationLoss, 6x6, Shape{{6, 6}}, 3.4)->Unit(benchmark::kSecond)->Iterations(1);
BENCHMARK_CAPTURE(InformationLoss, 3x3x4, Shape{{3, 3, 4}}, 3.4)->Unit(benchmark::kSecond)->Iterations(1);
BENCHMARK_CAPTURE(InformationLoss, 6x5_in_areas_of_3, Shape{{6, 5}, 3}, 3.4)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);

/// The whole check, as `kinfold check` does it.
void LargeTable(benchmark::State& state, const Shape& shape) {
  const auto table = count_table(shape, 4, 1);
  const auto output = output_of(table);
  Rules rules;
  rules.interval_count_max = 0;
  for ([[maybe_unused]] auto round : state) {
    NoProgress progress;
    const auto checked = check(std::span(&output, 1), rules, ReleaseLedger{}, progress);
    if (!checked.ok() || !checked.value().publishable()) return state.SkipWithError("not safe");
    const auto& result = checked.value().outputs[0];
    state.counters["cells"] = static_cast<double>(table.at.size());
    state.counters["fail"] = static_cast<double>(result.primary_count);
    state.counters["besides"] = static_cast<double>(result.secondary_count);
    const auto confirmed = std::count_if(
        result.certificate.begin(), result.certificate.end(),
        [](const CellCertificate& line) { return line.status == CellStatus::kPrimary && line.confirmed; });
    state.counters["confirmed"] = static_cast<double>(confirmed);
  }
}
BENCHMARK_CAPTURE(LargeTable, 99x99, Shape{{99, 99}})->Unit(benchmark::kSecond)->Iterations(1);
BENCHMARK_CAPTURE(LargeTable, 90x90_in_areas_of_9, Shape{{90, 90}, 9})
    ->Unit(benchmark::kSecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(LargeTable, 20x21x21, Shape{{20, 21, 21}})->Unit(benchmark::kSecond)->Iterations(1);
BENCHMARK_CAPTURE(LargeTable, 315x315, Shape{{315, 315}})->Unit(benchmark::kSecond)->Iterations(1);
BENCHMARK_CAPTURE(LargeTable, 290x312_in_areas_of_10, Shape{{290, 312}, 10})
    ->Unit(benchmark::kSecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(LargeTable, 45x46x46, Shape{{45, 46, 46}})->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
}  // namespace kinfold::disclosure
