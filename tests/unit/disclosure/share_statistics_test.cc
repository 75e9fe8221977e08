// What is worked out from shares tells counts, whatever it is called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "disclosure/check.h"

namespace kinfold::disclosure {
namespace {

using ::testing::HasSubstr;

CheckedOutput check_one(const Output& output) {
  NoProgress progress;
  auto checked = check(std::span(&output, 1), Rules{}, ReleaseLedger{}, progress);
  EXPECT_TRUE(checked.ok()) << (checked.ok() ? "" : checked.error().message);
  return checked.ok() ? std::move(checked.value().outputs[0]) : CheckedOutput{};
}

/// One row of figures that rest on n_treated = 2,356 and n_comparison = 1,819.
Output row_of(const std::vector<std::pair<std::string, double>>& figures) {
  table::Table table;
  table.add("outcome", table::ColumnType::kString).append_string("rare");
  table.add("n_treated", table::ColumnType::kInt64).append_int(2356);
  table.add("n_comparison", table::ColumnType::kInt64).append_int(1819);
  for (const auto& [name, value] : figures) table.add(name, table::ColumnType::kDouble).append_double(value);
  auto layout = guess_layout(table);
  for (const auto& [name, value] : figures) {
    ColumnLayout column;
    column.column = name;
    column.role = Role::kEstimate;
    column.n = {"n_treated", "n_comparison"};
    std::erase_if(layout, [&](const ColumnLayout& known) { return known.column == column.column; });
    layout.push_back(column);
  }
  return {"effects", "Effects", {}, table, layout};
}

struct Shares {
  double p, q;
  double distance() const { return p - q; }
  double error() const { return std::sqrt(p * (1 - p) / 2355 + q * (1 - q) / 1818); }
};
const Shares kRare{8.0 / 2356, 31.0 / 1819};
const Shares kCommon{580.0 / 2356, 310.0 / 1819};

std::vector<std::string> rules_of(const CheckedOutput& output) {
  std::vector<std::string> rules;
  for (std::size_t c = 3; c < output.original.column_count(); ++c) rules.push_back(output.at(0, c).rule);
  return rules;
}

TEST(ShareStatistics, ARawDifferenceInFullIsMetByOnePairOfCounts) {
  const auto rare = check_one(row_of({{"estimate", kRare.distance()}}));
  EXPECT_EQ(rare.at(0, 3).rule, "implied-count");
  EXPECT_THAT(rare.at(0, 3).reason, HasSubstr("only shares of few people differ by it"));
  EXPECT_THAT(rare.at(0, 3).remedy, HasSubstr("round it"));
  EXPECT_EQ(check_one(row_of({{"estimate", kCommon.distance()}})).at(0, 3).rule, "");
}

TEST(ShareStatistics, RoundedTheDifferenceLeavesManyPairs) {
  EXPECT_EQ(check_one(row_of({{"estimate", std::round(kRare.distance() * 1e4) / 1e4}})).at(0, 3).rule, "");
}

TEST(ShareStatistics, TheMiddleOfAnIntervalIsTheDifference) {
  const auto with_interval = [](const Shares& shares) {
    const double half =
        1.96 * 1.3 * shares.error();  // of families, so that no formula of two shares gives it
    return check_one(row_of({{"estimate", shares.distance()},
                             {"ci_low", shares.distance() - half},
                             {"ci_high", shares.distance() + half}}));
  };
  EXPECT_THAT(rules_of(with_interval(kRare)), ::testing::Each("implied-count"));
  EXPECT_THAT(rules_of(with_interval(kCommon)), ::testing::Each(""));
}

TEST(ShareStatistics, AStandardErrorOfTwoSharesGoesWithItsTest) {
  const auto row = [](const Shares& shares) {
    return check_one(row_of({{"programme_mean", shares.p},
                             {"comparison_mean", shares.q},
                             {"std_error", shares.error()},
                             {"p_value", 0.25}}));
  };
  EXPECT_THAT(rules_of(row(kRare)), ::testing::Each("implied-count"));
  EXPECT_THAT(rules_of(row(kCommon)), ::testing::Each(""));
}

TEST(ShareStatistics, BalanceOfAYesOrNoTellsItsShare) {
  // After weighting the comparison mean is no count; the standardised difference and the gap together still
  // tell p.
  const double weighted = 0.004567;
  const auto row = [&](const Shares& shares) {
    const double sd = std::sqrt(shares.p * (1 - shares.p));
    return check_one(row_of({{"mean_programme", shares.p},
                             {"mean_comparison_after", weighted},
                             {"smd_after", (shares.p - weighted) / sd},
                             {"ecdf_max_after", std::abs(shares.p - weighted)},
                             {"ecdf_mean_before", std::abs(shares.distance()) / 2}}));
  };
  const auto rare = rules_of(row(kRare));
  EXPECT_EQ(rare[0], "implied-count");
  EXPECT_EQ(rare[2], "implied-count");
  EXPECT_EQ(rare[3], "");  // alone it leaves both open
  EXPECT_EQ(rare[4], "implied-count");
  EXPECT_THAT(rules_of(row(kCommon)), ::testing::Each(""));
}

TEST(ShareStatistics, TheStandardDeviationOfAYesOrNoTellsItsMean) {
  for (const double part : {4.0, 60.0}) {
    table::Table table;
    table.add("group", table::ColumnType::kString).append_string("a");
    table.add("n", table::ColumnType::kInt64).append_int(500);
    table.add("sd", table::ColumnType::kDouble)
        .append_double(std::sqrt(part / 500 * (1 - part / 500) * 500 / 499));
    const auto output = check_one({"means", "Means", {}, table, guess_layout(table)});
    EXPECT_EQ(output.at(0, 2).rule, part < 10 ? "implied-count" : "");
  }
}

}  // namespace
}  // namespace kinfold::disclosure
