#include "disclosure/rounding.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "disclosure/check.h"
#include "source_dir.h"
#include "unit/disclosure/random_tables.h"
#include "unit/disclosure/systems.h"

namespace kinfold::disclosure {
namespace {

TEST(RoundToBase, GoesToTheNearestMultiple) {
  EXPECT_EQ(round_to_base(2, 5), 0);
  EXPECT_EQ(round_to_base(3, 5), 5);
  EXPECT_EQ(round_to_base(12, 5), 10);
  EXPECT_EQ(round_to_base(15, 10), 20);
}

TEST(ControlledRounding, KeepsEverySumAndStaysWithinOneStep) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto table = random_table(seed, 2, 5);
    const auto system = independent_system(table, std::vector<bool>(table.value.size(), true));
    const auto rounded = round_controlled(system, 5, 2000);
    ASSERT_TRUE(rounded.ok());
    EXPECT_EQ(rounded.value().steps, 1);  // in two dimensions there always is one
    for (std::size_t row = 0; row < table.value.size(); ++row) {
      EXPECT_LT(std::abs(rounded.value().rounded[row] - table.value[row]), 5);
      EXPECT_EQ(std::fmod(rounded.value().rounded[row], 5), 0);
    }
    for (const auto& [total, parts] : sums_of(table)) {
      double sum = 0;
      for (const auto part : parts) sum += rounded.value().rounded[part];
      EXPECT_EQ(sum, rounded.value().rounded[total]);
    }
  }
}

TEST(ControlledRounding, KeepsEverySumInThreeAndFourDimensionsAndInTablesWithSubtotals) {
  int wider = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    auto table = random_table(seed, 4, 3);
    auto system = independent_system(table, std::vector<bool>(table.value.size(), true));
    // The first category with the second, under each other label: a subtotal that has parts in common with
    // the total.
    const auto cell_count = static_cast<CellIndex>(system.cells.size());
    for (CellIndex c = 0; c < cell_count; ++c) {
      if (table.at[c][0] != 0) continue;
      auto beside = table.at[c];
      beside[0] = 1;
      const auto other = static_cast<CellIndex>(table.row_at.at(beside));
      system.cells.push_back(cell_of(table.value[c] + table.value[other]));
      system.relations.push_back(
          {{{static_cast<CellIndex>(system.cells.size() - 1), 1}, {c, -1}, {other, -1}}});
    }
    const auto rounded = round_controlled(system, 5, 2000);
    ASSERT_TRUE(rounded.ok()) << rounded.error().message;
    wider += rounded.value().steps == 2 ? 1 : 0;
    for (const auto& relation : system.relations) {
      double sum = 0;
      for (const auto& term : relation.terms) sum += term.coefficient * rounded.value().rounded[term.cell];
      EXPECT_EQ(sum, 0);
    }
    for (std::size_t c = 0; c < system.cells.size(); ++c) {
      EXPECT_EQ(std::fmod(rounded.value().rounded[c], 5), 0);
      EXPECT_GE(rounded.value().rounded[c], 0);
      EXPECT_LT(std::abs(rounded.value().rounded[c] - system.cells[c].value), 5 * rounded.value().steps);
    }
  }
  RecordProperty("tables_that_needed_a_second_step", wider);
}

TEST(ControlledRounding, TheSolversAnswerIsNotBelieved) {
  const auto system = small_part_of_a_sum();  // 4 + 50 = 54
  const auto is_one = [&](std::vector<double> rounded) {
    return is_controlled_rounding(system, rounded, 5, 1);
  };
  EXPECT_TRUE(is_one({5, 50, 55}));
  EXPECT_TRUE(is_one({0, 50, 50}));
  EXPECT_FALSE(is_one({5, 50, 50}));   // does not add up
  EXPECT_FALSE(is_one({4, 50, 54}));   // no multiples of five
  EXPECT_FALSE(is_one({0, 55, 55}));   // a multiple that moved by a whole step
  EXPECT_FALSE(is_one({-5, 55, 50}));  // below nothing
}

// What is published after controlled rounding adds up, and whoever knows the base cannot tell a small count
// closer.
TEST(ControlledRounding, WhatTheCheckPublishesAddsUp) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto table = random_table(seed, 3, 3);
    Rules rules;
    rules.method = Method::kControlledRound;
    NoProgress progress;
    const auto checked = check(std::span(&table.output, 1), rules, ReleaseLedger{}, progress);
    ASSERT_TRUE(checked.ok()) << checked.error().message;
    const auto& output = checked.value().outputs[0];
    ASSERT_TRUE(output.publishable()) << (output.refusals.empty() ? "" : output.refusals[0]);
    EXPECT_EQ(output.method, "rounded, sums kept");
    const auto* n = output.protected_table.find("n");
    for (const auto& [total, parts] : sums_of(table)) {
      double sum = 0;
      for (const auto part : parts) sum += n->number_at(part);
      EXPECT_EQ(sum, n->number_at(total));
    }
  }
}

std::string sample_table() {
  const char* given = std::getenv("KINFOLD_DATA");
  const std::string folder = given != nullptr ? given : source_dir() + "/../shared/data";
  std::ifstream file(folder + "/evaluation/ons_ptable_10_5_rule.csv", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : std::string();
}

TEST(PerturbationTable, ThePublishedSampleHidesBelowTenAndRoundsToFive) {
  const auto text = sample_table();
  if (text.empty()) GTEST_SKIP() << "ons_ptable_10_5_rule.csv is not in KINFOLD_DATA or ../shared/data";
  const auto table = PerturbationTable::parse(text);
  ASSERT_TRUE(table.ok()) << table.error().message;
  ASSERT_EQ(table.value().key_count(), 256);
  for (std::int64_t count = 0; count <= 3000; ++count) {
    const auto expected = count < 10 ? 0 : 5 * ((count + 2) / 5);
    for (const std::uint32_t key : {0U, 1U, 100U, 255U}) {
      EXPECT_EQ(table.value().perturb(count, key), expected) << count << " with key " << key;
    }
  }
}

// Worked out by hand from the published table: the rows of the file, keys added up modulo 256, counts over
// 750 by rows 501 to 750.
TEST(PerturbationTable, ThePublishedSampleWorkedOutByHand) {
  const auto text = sample_table();
  if (text.empty()) GTEST_SKIP() << "ons_ptable_10_5_rule.csv is not in KINFOLD_DATA or ../shared/data";
  const auto table = PerturbationTable::parse(text);
  ASSERT_TRUE(table.ok()) << table.error().message;
  const std::uint32_t keys[] = {250, 3, 9};
  EXPECT_EQ(table.value().cell_key(keys), 6U);  // 262 - 256
  EXPECT_EQ(table.value().perturb(3, 6), 0);    // 3 - 3: below ten nothing is left
  EXPECT_EQ(table.value().perturb(9, 6), 0);
  EXPECT_EQ(table.value().perturb(10, 6), 10);
  EXPECT_EQ(table.value().perturb(12, 255), 10);  // to the nearest five
  EXPECT_EQ(table.value().perturb(13, 0), 15);
  EXPECT_EQ(table.value().perturb(751, 6), 750);    // by row 501, whose change is -1
  EXPECT_EQ(table.value().perturb(1003, 6), 1005);  // by row 503, whose change is +2
  EXPECT_EQ(table.value().range_of(0), (std::pair<std::int64_t, std::int64_t>{0, 9}));
  EXPECT_EQ(table.value().range_of(15), (std::pair<std::int64_t, std::int64_t>{13, 17}));
}

TEST(PerturbationTable, KeysAddUpModuloTheRange) {
  const auto table = PerturbationTable::parse("pcv,ckey,pvalue\n1,0,-1\n1,1,2\n");
  ASSERT_TRUE(table.ok());
  const std::uint32_t keys[] = {1, 1, 1};
  EXPECT_EQ(table.value().cell_key(keys), 1U);
  EXPECT_EQ(table.value().perturb(1, 1), 3);
  EXPECT_EQ(table.value().perturb(7, 0), 6);  // above the last row its rows are used again
}

TEST(PerturbationTable, SaysWhichLineIsWrong) {
  const auto table = PerturbationTable::parse("pcv,ckey,pvalue\n1,0,x\n");
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(table.error().message,
            "perturbation table: line 2: three whole numbers pcv, ckey, pvalue are needed");
  EXPECT_FALSE(PerturbationTable::parse("pcv,ckey,pvalue\n1,0,1\n1,0,1\n").ok());
  EXPECT_FALSE(PerturbationTable::parse("").ok());
}

}  // namespace
}  // namespace kinfold::disclosure
