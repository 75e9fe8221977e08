#include "disclosure/system.h"

#include <gtest/gtest.h>

#include "disclosure/witness_internal.h"
#include "unit/disclosure/random_tables.h"
#include "unit/disclosure/systems.h"

namespace kinfold::disclosure {
namespace {

/// A random table whose small counts are hidden, and nothing else.
System with_small_hidden(const RandomTable& table) {
  std::vector<bool> shown;
  for (const double value : table.value) shown.push_back(value >= 10);
  auto system = independent_system(table, shown);
  for (auto& cell : system.cells) {
    cell.cost = 1 + cell.value;
    cell.sensitive = !cell.shown;
    if (cell.sensitive) cell.need = {std::min(cell.value, 1.0), std::max(1.0, 10 - cell.value), 10};
  }
  return system;
}

System hide(System system, const std::vector<CellIndex>& cells) {
  for (const auto c : cells) system.cells[c].shown = false;
  return system;
}

TEST(Audit, FindsTheIntervalOfAPublishedExample) {
  // Rows (20, x, 30) and (y, z, 40) with margins 60, 70 and (35, 25, 70): x = 10, y = 15, z = 15 each known.
  System system;
  system.cells = {cell_of(10, false), cell_of(15, false), cell_of(15, false),
                  cell_of(25)};  // the last is x + z
  system.relations.push_back({{{0, 1}, {2, 1}, {3, -1}}});
  AuditOptions options;
  options.exact_intervals = true;
  const auto audited = audit(system, options);
  ASSERT_TRUE(audited.ok());
  EXPECT_EQ(audited.value().intervals[0].low, 0);
  EXPECT_EQ(audited.value().intervals[0].high, 25);
  EXPECT_EQ(audited.value().intervals[1].high, kUnbounded);  // nothing that is shown bounds it
}

TEST(Witness, RefusesATableThatChangesWhatIsShownOrDoesNotAddUp) {
  const auto table = random_table(3, 2, 3);
  auto system = independent_system(table, std::vector<bool>(table.value.size(), true));
  system.cells[0].shown = system.cells[1].shown = false;
  std::vector<std::uint32_t> all;
  for (std::uint32_t r = 0; r < system.relations.size(); ++r) all.push_back(r);
  std::vector<double> deviation(system.cells.size(), 0.0);
  EXPECT_TRUE(is_witness(system, deviation, all));
  deviation[0] = 1;
  EXPECT_FALSE(is_witness(system, deviation, all));  // does not add up
  deviation[2] = -1;
  EXPECT_FALSE(is_witness(system, deviation, all));  // moves a shown cell
}

TEST(Suppress, TheExactChoiceIsSafeAndNeverDearerThanTheHeuristic) {
  double heuristic_cost = 0;
  double exact_cost = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto system = with_small_hidden(random_table(seed, 2, 4));
    const auto heuristic = suppress_heuristic(system);
    ASSERT_TRUE(heuristic.ok());
    const auto exact = suppress_exact(system, heuristic.value(), 5000);
    ASSERT_TRUE(exact.ok());
    EXPECT_LE(exact.value().cost, heuristic.value().cost);
    EXPECT_LE(exact.value().bound, exact.value().cost + 1e-6);
    const auto audited = audit(hide(system, exact.value().hidden));
    ASSERT_TRUE(audited.ok());
    EXPECT_TRUE(audited.value().safe());
    heuristic_cost += heuristic.value().cost;
    exact_cost += exact.value().cost;
  }
  RecordProperty("heuristic_over_exact_percent",
                 static_cast<int>(100 * heuristic_cost / std::max(1.0, exact_cost)));
}

// 2 x = 3 y + z with x = 6 (5 to 7 as everybody knows), y = 3, z = 3. Hiding y alone lets x move in
// fractions; in whole numbers, x moves by threes, and is known. The programme works in fractions and takes y,
// which is cheaper; the audit does not.
TEST(Suppress, AnAnswerThatTheSolverCallsOptimalGivesWayWhereTheAuditDisagrees) {
  System system;
  system.cells = {cell_of(6, false), cell_of(3), cell_of(3)};
  system.cells[0].lower = 5;
  system.cells[0].upper = 7;
  system.cells[0].sensitive = true;
  system.cells[0].need = {1, 1, 2};
  system.cells[1].cost = 1;
  system.cells[2].cost = 5;
  system.relations.push_back({{{0, 2}, {1, -3}, {2, -1}}});
  Suppression start;
  start.hidden = {2};
  start.cost = 5;
  const auto exact = suppress_exact(system, start, 1000);
  ASSERT_TRUE(exact.ok());
  EXPECT_EQ(exact.value().hidden, std::vector<CellIndex>{2});
  EXPECT_FALSE(exact.value().optimal);
  EXPECT_NEAR(exact.value().bound, 1, 1e-6);  // what it would have cost
  const auto by_fractions = audit(hide(system, {1}));
  ASSERT_TRUE(by_fractions.ok());
  EXPECT_FALSE(by_fractions.value().safe());
  const auto kept = audit(hide(system, exact.value().hidden));
  ASSERT_TRUE(kept.ok());
  EXPECT_TRUE(kept.value().safe());
  EXPECT_TRUE(kept.value().intervals[0].confirmed);
}

TEST(Explain, NamesTheFiguresThatGiveACellAway) {
  const auto system = small_part_of_a_sum();
  const auto steps = explain(system, 0, true);
  ASSERT_TRUE(steps.ok());
  ASSERT_EQ(steps.value().size(), 2U);
  EXPECT_EQ(steps.value()[0].cell, 1U);
  EXPECT_EQ(steps.value()[0].weight, -1);
  EXPECT_EQ(steps.value()[1].cell, 2U);
  EXPECT_EQ(steps.value()[1].weight, 1);
}

}  // namespace
}  // namespace kinfold::disclosure
