#include "disclosure/rounding.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "source_dir.h"
#include "unit/disclosure/random_tables.h"

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
  EXPECT_EQ(table.error().message, "perturbation table: line 2: three whole numbers pcv, ckey, pvalue are needed");
  EXPECT_FALSE(PerturbationTable::parse("pcv,ckey,pvalue\n1,0,1\n1,0,1\n").ok());
  EXPECT_FALSE(PerturbationTable::parse("").ok());
}

}  // namespace
}  // namespace kinfold::disclosure
