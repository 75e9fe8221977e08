#include "linkage/groups_internal.h"

#include <gtest/gtest.h>

namespace kinfold::linkage {
namespace {

// Twenty women and twenty men; woman n links to row n, and every second man to the wrong one.
struct Case {
  table::Table left;
  LinkResult result;
  Truth truth;

  Case() {
    auto& sex = left.add("Sex", table::ColumnType::kString);
    for (std::uint32_t row = 0; row < 40; ++row) {
      sex.append_string(row < 20 ? "f" : "m");
      truth.left.push_back("p" + std::to_string(row));
      truth.right.push_back(row < 20 || row % 2 == 0 ? "p" + std::to_string(row)
                                                     : "other" + std::to_string(row));
      result.pairs.push_back({row, row, 10.0, row < 20 ? 0.99 : 0.6, 0, true});
      result.left_cluster.push_back(row);
      result.right_cluster.push_back(row);
    }
    result.pairs.push_back({0, 1, 1.0, 0.25, 0, false});
    result.cluster_count = 40;
  }
};

TEST(QualityByGroup, CountsExpectedAndMeasuredOfEachGroup) {
  const Case data;
  const auto groups = quality_by_group(data.left, "sex", data.result, data.truth);
  ASSERT_TRUE(groups.ok()) << groups.error().message;
  ASSERT_EQ(groups.value().size(), 2U);
  const auto& women = groups.value()[0];
  const auto& men = groups.value()[1];
  EXPECT_EQ(women.name, "f");
  EXPECT_EQ(women.record_count, 20U);
  EXPECT_EQ(women.linked_count, 20U);
  EXPECT_NEAR(women.expected_precision, 0.99, 1e-12);
  EXPECT_NEAR(women.expected_recall, 19.8 / (19.8 + 0.25), 1e-12);
  EXPECT_DOUBLE_EQ(women.measured->precision, 1.0);
  EXPECT_NEAR(men.expected_precision, 0.6, 1e-12);
  EXPECT_DOUBLE_EQ(men.measured->precision, 0.5);
  EXPECT_DOUBLE_EQ(men.measured->recall, 1.0) << "ten of ten true pairs are linked";
}

TEST(QualityByGroup, PutsSmallGroupsTogetherAndTellsMissingOnesApart) {
  Case data;
  table::Table left;
  auto& sex = left.add("sex", table::ColumnType::kString);
  for (int row = 0; row < 40; ++row) {
    if (row == 0)
      sex.append_null();
    else
      sex.append_string(row < 4 ? "rare" + std::to_string(row) : "f");
  }
  const auto groups = quality_by_group(left, "sex", data.result, {});
  ASSERT_TRUE(groups.ok()) << groups.error().message;
  ASSERT_EQ(groups.value().size(), 3U);
  EXPECT_EQ(groups.value()[1].name, "no value");
  EXPECT_EQ(groups.value()[2].name, "groups of fewer than 10 records");
  EXPECT_EQ(groups.value()[2].record_count, 3U);
  EXPECT_FALSE(groups.value()[0].measured.has_value());
}

TEST(QualityByGroup, RefusesAColumnOfTooManyGroupsWithoutNamingAny) {
  Case data;
  table::Table left;
  auto& name = left.add("surname", table::ColumnType::kString);
  for (int row = 0; row < 1000; ++row) name.append_string("name" + std::to_string(row / 10));
  const auto groups = quality_by_group(left, "surname", data.result, {});
  ASSERT_FALSE(groups.ok());
  EXPECT_EQ(groups.error().message,
            "the column 'surname' has more than 60 groups of 10 records or more; name one with fewer values "
            "with --by, such as sex or region");
}

}  // namespace
}  // namespace kinfold::linkage
