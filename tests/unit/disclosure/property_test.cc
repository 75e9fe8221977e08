// After protection no attack recovers a small count within its protection interval. By default 30
// random tables of each kind; KINFOLD_PROPERTY_TABLES=10000 is the full run (`make disclosure-proof`),
// KINFOLD_PROPERTY_FIRST the seed it begins with.
#include <gtest/gtest.h>

#include <cstdlib>

#include "disclosure/check.h"
#include "unit/disclosure/attacks.h"

namespace kinfold::disclosure {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}
std::uint64_t table_count() { return from_environment("KINFOLD_PROPERTY_TABLES", 30); }
std::uint64_t first_seed() { return from_environment("KINFOLD_PROPERTY_FIRST", 1); }

std::vector<bool> shown_rows(const CheckedOutput& output, const char* column) {
  const auto* values = output.protected_table.find(column);
  std::vector<bool> shown;
  for (std::size_t row = 0; row < values->size(); ++row) shown.push_back(!values->is_null(row));
  return shown;
}

void expect_wide(double value, double low, double high, const std::string& attack) {
  EXPECT_LE(low, std::max(0.0, value - 1)) << attack;
  EXPECT_GE(high, 10) << attack;
  EXPECT_GE(high - low, 10) << attack;
}

bool is_part_of(const RandomTable& table, std::size_t part, std::size_t whole) {
  for (std::size_t d = 0; d < table.sizes.size(); ++d) {
    if (table.at[whole][d] != table.sizes[d] && table.at[whole][d] != table.at[part][d]) return false;
  }
  return true;
}

// A person who is alone in a hidden cell knows its figure, and takes it out. (Which of its parts they
// are in they know anyway.)
void attack_as_singleton(const RandomTable& table, const std::vector<bool>& shown) {
  for (std::size_t alone = 0; alone < table.value.size(); ++alone) {
    if (shown[alone] || table.value[alone] != 1) continue;
    auto known = shown;
    known[alone] = true;
    const auto bounds = propagate(table, known);
    for (std::size_t row = 0; row < table.value.size(); ++row) {
      const bool around = table.value[row] == 1 && is_part_of(table, alone, row);
      if (known[row] || table.value[row] >= 10 || around || is_part_of(table, row, alone)) continue;
      expect_wide(table.value[row], bounds[row].low, bounds[row].high, "singleton");
    }
  }
}

/// The linear programme, on a system made without the room's encoding.
void attack_by_programme(System system) {
  for (CellIndex c = 0; c < system.cells.size(); ++c) {
    auto& cell = system.cells[c];
    if (cell.value >= 10) continue;
    ASSERT_FALSE(cell.shown) << "cell " << c;
    cell.sensitive = true;
    cell.need = {std::min(cell.value, 1.0), 10 - cell.value, 10};
  }
  const auto attacked = audit(system);
  ASSERT_TRUE(attacked.ok());
  for (const auto c : attacked.value().exposed) {
    const auto& interval = attacked.value().intervals[c];
    ADD_FAILURE() << "the linear programme brings cell " << c << ", which is " << system.cells[c].value
                  << ", between " << interval.low << " and " << interval.high;
  }
}

/// Elimination and zero margins before it: where every shown figure is exact.
void attack_system(const System& system) {
  for (const auto& [c, value] : solve_by_differencing(system)) {
    EXPECT_GE(system.cells[c].value, 10) << "differencing works out cell " << c << " as " << value;
  }
  for (const auto c : zeros_from_margins(system)) ADD_FAILURE() << "zero margins work out cell " << c;
  attack_by_programme(system);
}

/// The certificate's intervals do not change what is hidden, and the integer programme takes nearly all of
/// the time: nine tables of ten are protected by the heuristic in one attempt, the tenth as by default.
Rules quick_rules(std::uint64_t seed) {
  Rules rules;
  rules.interval_count_max = 0;
  if (seed % 10 != 0) rules.exact_cell_count_max = 0, rules.attempt_count = 1;
  return rules;
}

struct Tally {
  std::size_t small = 0, secondary = 0, refused = 0;
};

void record(const Tally& tally) {
  ::testing::Test::RecordProperty("small", static_cast<int>(tally.small));
  ::testing::Test::RecordProperty("secondary", static_cast<int>(tally.secondary));
  ::testing::Test::RecordProperty("refused", static_cast<int>(tally.refused));
  EXPECT_GT(tally.small, table_count());
  // A table that is refused gives nothing away; but refusing is no way of protecting.
  EXPECT_LE(tally.refused, 2 + table_count() / 50);
}

TEST(Property, NoAttackRecoversASmallCount) {
  Tally tally;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + table_count(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto table = random_table(seed);
    NoProgress progress;
    const auto checked = check(std::span(&table.output, 1), quick_rules(seed), ReleaseLedger{}, progress);
    ASSERT_TRUE(checked.ok()) << checked.error().message;
    const auto& output = checked.value().outputs[0];
    if (!output.publishable()) {
      ++tally.refused;
      continue;
    }
    const auto shown = shown_rows(output, "n");
    const auto bounds = propagate(table, shown);
    for (std::size_t row = 0; row < table.value.size(); ++row) {
      if (table.value[row] >= 10) {
        tally.secondary += shown[row] ? 0U : 1U;
        continue;
      }
      ++tally.small;
      ASSERT_FALSE(shown[row]) << "row " << row;
      expect_wide(table.value[row], bounds[row].low, bounds[row].high, "pencil");
    }
    attack_system(independent_system(table, shown));
    attack_as_singleton(table, shown);
    if (::testing::Test::HasFailure()) return;
  }
  record(tally);
}

/// `rounded`: to no, one or two decimals; else in full.
void protect_percentages(bool rounded) {
  Tally tally;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + table_count(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto table =
        percent_table(seed, 3, rounded ? std::optional<int>(static_cast<int>(seed % 3)) : std::nullopt);
    NoProgress progress;
    const auto checked =
        check(std::span(&table.table.output, 1), quick_rules(seed), ReleaseLedger{}, progress);
    ASSERT_TRUE(checked.ok()) << checked.error().message;
    const auto& output = checked.value().outputs[0];
    if (!output.publishable()) {
      ++tally.refused;
      continue;
    }
    const auto system = percent_system(table, shown_rows(output, "n"), shown_rows(output, "percent"));
    for (const auto& cell : system.cells) {
      tally.small += cell.value < 10 ? 1U : 0U;
      tally.secondary += cell.value >= 10 && !cell.shown ? 1U : 0U;
    }
    if (rounded)
      attack_by_programme(system);
    else
      attack_system(system);
    if (::testing::Test::HasFailure()) return;
  }
  record(tally);
}

/// The same people but for one, who left: the table of the second version.
RandomTable one_less(const RandomTable& before, std::uint64_t seed) {
  RandomStream rng(seed, {18});
  RandomTable after = before;
  std::vector<int> cell;
  do {
    cell.clear();
    for (const int size : before.sizes) cell.push_back(rng.between(0, size - 1));
  } while (before.value[before.row_at.at(cell)] == 0 && before.value.back() > 0);
  auto* n = after.output.table.find("n");
  table::Column counts("n", n->type());
  for (std::size_t row = 0; row < after.value.size(); ++row) {
    bool holds = before.value.back() > 0;
    for (std::size_t d = 0; d < cell.size(); ++d)
      holds = holds && (after.at[row][d] == cell[d] || after.at[row][d] == after.sizes[d]);
    if (holds) after.value[row] -= 1;
    counts.append_int(static_cast<std::int64_t>(after.value[row]));
  }
  *n = std::move(counts);
  after.output.population.data_version = "v2";
  return after;
}

/// Both versions, for somebody who knows which figures nobody came to or left.
System both_versions(const RandomTable& before, const std::vector<bool>& shown_before,
                     const RandomTable& after, const std::vector<bool>& shown_after) {
  auto system = independent_system(before, shown_before);
  const auto second = independent_system(after, shown_after);
  const auto offset = static_cast<CellIndex>(system.cells.size());
  system.cells.insert(system.cells.end(), second.cells.begin(), second.cells.end());
  for (auto relation : second.relations) {
    for (auto& term : relation.terms) term.cell += offset;
    system.relations.push_back(std::move(relation));
  }
  for (CellIndex c = 0; c < offset; ++c) {
    if (before.value[c] == after.value[c]) system.relations.push_back({{{c, 1}, {c + offset, -1}}});
  }
  return system;
}

TEST(Property, NoAttackThroughAVersionWithOnePersonLessRecoversASmallCount) {
  Tally tally;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + table_count(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto before = random_table(seed, 3);
    before.output.population.data_version = "v1";
    auto after = one_less(before, seed);
    after.output.id = "again";
    NoProgress progress;
    const auto first = check(std::span(&before.output, 1), quick_rules(seed), ReleaseLedger{}, progress);
    ASSERT_TRUE(first.ok()) << first.error().message;
    if (!first.value().outputs[0].publishable()) continue;
    ReleaseLedger ledger;
    ledger.add(to_released(first.value().outputs[0], "2026-01-01T00:00:00Z"));
    const auto second = check(std::span(&after.output, 1), quick_rules(seed), ledger, progress);
    ASSERT_TRUE(second.ok()) << second.error().message;
    if (!second.value().outputs[0].publishable()) {
      ++tally.refused;
      continue;
    }
    const auto system = both_versions(before, shown_rows(first.value().outputs[0], "n"), after,
                                      shown_rows(second.value().outputs[0], "n"));
    for (const auto& cell : system.cells) {
      tally.small += cell.value < 10 ? 1U : 0U;
      tally.secondary += cell.value >= 10 && !cell.shown ? 1U : 0U;
    }
    attack_system(system);
    if (::testing::Test::HasFailure()) return;
  }
  record(tally);
}

// CBC's pre-processing crossed two bounds on it, and an assertion in Clp ended the process.
TEST(Property, ATableThatTheSolverOnceDidNotSurviveIsProtected) {
  const auto table = percent_table(2385, 3);
  NoProgress progress;
  const auto checked = check(std::span(&table.table.output, 1), quick_rules(2385), ReleaseLedger{}, progress);
  ASSERT_TRUE(checked.ok());
  EXPECT_TRUE(checked.value().publishable());
}

TEST(Property, NoAttackThroughPercentagesRecoversASmallCount) { protect_percentages(false); }

TEST(Property, NoAttackThroughRoundedPercentagesRecoversASmallCount) { protect_percentages(true); }

}  // namespace
}  // namespace kinfold::disclosure
