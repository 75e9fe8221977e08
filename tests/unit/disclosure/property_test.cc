// After protection no attack recovers a small count within its protection interval. By default 30
// random tables; KINFOLD_PROPERTY_TABLES=10000 is the full run.
#include <gtest/gtest.h>

#include <cstdlib>

#include "disclosure/check.h"
#include "unit/disclosure/random_tables.h"

namespace kinfold::disclosure {
namespace {

std::uint64_t table_count() {
  const char* given = std::getenv("KINFOLD_PROPERTY_TABLES");
  return given == nullptr ? 30 : std::strtoull(given, nullptr, 10);
}

std::vector<bool> shown_rows(const CheckedOutput& output) {
  const auto* n = output.protected_table.find("n");
  std::vector<bool> shown;
  for (std::size_t row = 0; row < n->size(); ++row) shown.push_back(!n->is_null(row));
  return shown;
}

void expect_wide(double value, double low, double high, const char* attack) {
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

TEST(Property, NoAttackRecoversASmallCount) {
  std::size_t small_count = 0;
  std::size_t secondary_count = 0;
  for (std::uint64_t seed = 1; seed <= table_count(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto table = random_table(seed);
    NoProgress progress;
    const auto checked = check(std::span(&table.output, 1), Rules{}, ReleaseLedger{}, progress);
    ASSERT_TRUE(checked.ok()) << checked.error().message;
    const auto& output = checked.value().outputs[0];
    if (!output.publishable()) {
      // Only a table with too few people in all of it cannot be protected by hiding.
      ADD_FAILURE() << output.refusals[0];
      continue;
    }
    const auto shown = shown_rows(output);
    const auto bounds = propagate(table, shown);
    AuditOptions options;
    options.exact_intervals = true;
    const auto attacked = audit(independent_system(table, shown), options);
    ASSERT_TRUE(attacked.ok());
    for (std::size_t row = 0; row < table.value.size(); ++row) {
      if (table.value[row] >= 10) {
        secondary_count += shown[row] ? 0U : 1U;
        continue;
      }
      ++small_count;
      ASSERT_FALSE(shown[row]) << "row " << row;
      expect_wide(table.value[row], bounds[row].low, bounds[row].high, "pencil");
      const auto& interval = attacked.value().intervals[row];
      expect_wide(table.value[row], std::ceil(interval.low - 1e-6), std::floor(interval.high + 1e-6), "linear programme");
    }
    attack_as_singleton(table, shown);
    if (::testing::Test::HasFailure()) return;
  }
  RecordProperty("small", static_cast<int>(small_count));
  RecordProperty("secondary", static_cast<int>(secondary_count));
  EXPECT_GT(small_count, table_count());
}

}  // namespace
}  // namespace kinfold::disclosure
