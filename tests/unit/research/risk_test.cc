#include "research/risk.h"

#include <gtest/gtest.h>

namespace kinfold::research {
namespace {

table::Table people(const std::vector<std::pair<std::string, int>>& rows) {
  table::Table t;
  t.add("gender", table::ColumnType::kString);
  t.add("age_at_start", table::ColumnType::kInt64);
  for (const auto& [gender, age] : rows) {
    gender.empty() ? t.columns()[0].append_null() : t.columns()[0].append_string(gender);
    t.columns()[1].append_int(age);
  }
  return t;
}

TEST(AssessRisk, CountsThoseWhoStandAlone) {
  const auto risk = assess_risk(people({{"female", 30}, {"female", 30}, {"male", 30}, {"", 30}, {"", 30}, {"", 30}}),
                                {.quasi_identifiers = {"gender", "age_at_start"}, .k = 3});
  ASSERT_TRUE(risk.ok());
  EXPECT_EQ(risk.value().person_count, 6u);
  EXPECT_EQ(risk.value().class_count, 3u);
  EXPECT_EQ(risk.value().smallest_class, 1u);
  EXPECT_EQ(risk.value().unique_count, 1u);
  EXPECT_EQ(risk.value().below_k_count, 3u);
  EXPECT_DOUBLE_EQ(risk.value().mean_risk, 0.5);
}

TEST(AssessRisk, BandsAddUpToEverybody) {
  std::vector<std::pair<std::string, int>> rows;
  for (int age = 0; age < 12; ++age) rows.insert(rows.end(), static_cast<std::size_t>(age + 1), {"female", age});
  const auto risk = assess_risk(people(rows), {.quasi_identifiers = {"age_at_start"}});
  ASSERT_TRUE(risk.ok());
  std::int64_t persons = 0;
  for (std::size_t r = 0; r < risk.value().by_size.row_count(); ++r) persons += risk.value().by_size.find("persons")->int_at(r);
  EXPECT_EQ(persons, static_cast<std::int64_t>(rows.size()));
}

TEST(AssessRisk, NamesAMissingColumn) {
  const auto risk = assess_risk(people({{"female", 30}}), {.quasi_identifiers = {"shoe_size"}});
  ASSERT_FALSE(risk.ok());
  EXPECT_NE(risk.error().message.find("shoe_size"), std::string::npos);
}

TEST(AssessRisk, NobodyIsNoRisk) {
  const auto risk = assess_risk(people({}), {.quasi_identifiers = {"gender"}});
  ASSERT_TRUE(risk.ok());
  EXPECT_EQ(risk.value().smallest_class, 0u);
  EXPECT_EQ(risk.value().mean_risk, 0.0);
}

}  // namespace
}  // namespace kinfold::research
