#include "evaluation/costs.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "evaluation/plan.h"
#include "reference_data.h"

namespace kinfold::evaluation {
namespace {

/// What follows `"key": ` in the entry that begins with this code, as text.
std::string entry_value(const std::string& json, const std::string& code, const std::string& key) {
  const auto entry = json.find("\"code\": \"" + code + "\"");
  if (entry == std::string::npos) return "no such code";
  const auto mark = "\"" + key + "\": ";
  const auto at = json.find(mark, entry) + mark.size();
  return json.substr(at, json.find_first_of(",}", at) - at);
}

TEST(UnitCosts, OfTheExamplePlanAreThoseOfTheDatabase) {
  KINFOLD_NEED_DATA("gmca-unit-costs-v1.4.json");
  std::ostringstream text;
  text << std::ifstream(reference_path("gmca-unit-costs-v1.4.json")).rdbuf();
  const auto json = text.str();
  std::size_t entries = 0;
  for (auto at = json.find("\"cost_gbp\""); at != std::string::npos; at = json.find("\"cost_gbp\"", at + 1))
    ++entries;
  EXPECT_EQ(entries, 674u);
  const auto plan = read_plan(source_dir() + "/plans/troubled-families.toml");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  ASSERT_FALSE(plan.value().costs->items.empty());
  for (const auto& item : plan.value().costs->items) {
    EXPECT_EQ(std::stod(entry_value(json, item.code, "cost_gbp")), item.pounds) << item.code;
    EXPECT_EQ(entry_value(json, item.code, "source_detail"), "\"" + item.price_year + "\"") << item.code;
    EXPECT_TRUE(Deflator::built_in().factor(item.price_year, plan.value().costs->base_year).ok())
        << item.code;
  }
}

TEST(Deflating, ACalendarYearLiesInTwoFinancialYears) {
  const auto deflator = Deflator::parse("year,index\n2012/13,40\n2013/14,50\n2017/18,60\n").value();
  EXPECT_DOUBLE_EQ(deflator.factor("2013", "2017/18").value(), 60 / 47.5);
  EXPECT_FALSE(deflator.factor("2017", "2017/18").ok()) << "2016/17 is not there";
}

TEST(Discounting, PartsByYearSumToTheAnnuity) {
  const auto parts = annuity_by_year(3.5, 0.1, green_book_bands());
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0), annuity(3.5, 0.1, green_book_bands()), 1e-15);
  EXPECT_LT(parts[3], parts[2] / 1.5) << "half a year, later and decayed";
}

TEST(Costs, ThePublishedArithmeticComesOut) {
  // March 2019, the 2017/18 cohort over five years: GBP 366 m net and 2.28 for each pound; fiscal 147 m
  // and 1.51.
  const double cost = 287;
  EXPECT_NEAR(benefit_ratio(366, cost).gross_per_pound, 2.28, 0.006);
  EXPECT_NEAR(benefit_ratio(147, cost).gross_per_pound, 1.51, 0.006);
  EXPECT_NEAR(366 / (2.28 - 1), cost, 1.5);
  EXPECT_NEAR(147 / (1.51 - 1), cost, 1.5);
  EXPECT_NEAR(benefit_ratio(366, cost).net_per_pound, 1.28, 0.006);
}

TEST(Discounting, FollowsTheGreenBooksStepsWithoutAJump) {
  const auto& bands = green_book_bands();
  EXPECT_EQ(discount_factor(0, bands), 1);
  EXPECT_NEAR(discount_factor(1, bands), 1 / 1.035, 1e-14);
  EXPECT_NEAR(discount_factor(30, bands), std::pow(1.035, -30), 1e-14);  // .3563 in annex 6
  EXPECT_NEAR(discount_factor(30, bands), 0.3563, 5e-5);
  EXPECT_NEAR(discount_factor(75, bands), std::pow(1.035, -30) * std::pow(1.03, -45), 1e-14);
  for (double year = 0.5; year < 400; year += 0.5) {
    EXPECT_LT(discount_factor(year, bands), discount_factor(year - 0.5, bands));
    EXPECT_NEAR(discount_factor(year, bands) / discount_factor(year - 1e-9, bands), 1, 1e-9);
  }
}

TEST(Discounting, AnAnnuityWithoutRateIsItsYears) {
  const std::vector<DiscountBand> none = {{0, 0}};
  EXPECT_NEAR(annuity(5, 0, none), 5, 1e-14);
  EXPECT_NEAR(annuity(2.5, 0, none), 2.5, 1e-14);
  EXPECT_NEAR(annuity(3, 0.5, none), 1.75, 1e-14);
  EXPECT_NEAR(annuity(1, 0, green_book_bands()), std::pow(1.035, -0.5), 1e-14);
}

TEST(Deflating, UsesRatiosAndNamesAMissingYear) {
  const auto deflator = Deflator::parse("# a series\nyear,index\n2013/14,50\n2017/18,60\n");
  ASSERT_TRUE(deflator.ok());
  EXPECT_DOUBLE_EQ(deflator.value().factor("2013/14", "2017/18").value(), 1.2);
  EXPECT_DOUBLE_EQ(deflator.value().factor("2017/18", "2017/18").value(), 1);
  const auto missing = deflator.value().factor("1990/91", "2017/18");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message,
            "costs: the deflator has no year 1990/91; it goes from 2013/14 to 2017/18, written as 2013/14");
}

TEST(Deflating, RefusesBadSeriesWithTheLine) {
  EXPECT_EQ(Deflator::parse("year,index\n2013/14,x\n").error().message,
            "deflator, line 2: expected two columns, the second a number");
  EXPECT_EQ(Deflator::parse("year,index\n2013/14,-1\n").error().message,
            "deflator, line 2: the index must be above 0");
  EXPECT_EQ(Deflator::parse("jahr,index\n").error().message,
            "deflator, line 1: the first line must be year,index");
  EXPECT_EQ(parse_discount_bands("from_year,rate\n5,0.03\n").error().message,
            "discount bands, line 2: years must ascend from 0 and rates be above -1");
}

TEST(Deflating, TheBuiltInSeriesIsTheTreasurysAndSaysSo) {
  // March 2026 release, as two others transcribed it: 100 / 80.8738 = 1.236494 from 2019/20 to
  // 2024/25, 1.340835 from 2015/16.
  const auto& series = Deflator::built_in();
  EXPECT_NEAR(series.factor("2019/20", "2024/25").value(), 1.236494, 5e-7);
  EXPECT_NEAR(series.factor("2015/16", "2024/25").value(), 1.340835, 5e-7);
  EXPECT_NEAR(series.factor("2020/21", "2024/25").value(), 1.1751, 5e-5);
  EXPECT_NEAR(series.factor("2013/14", "2017/18").value(), 77.0388 / 73.0337, 1e-12);
  EXPECT_EQ(
      series.source(),
      "HM Treasury, GDP deflators at market prices, and money GDP, March 2026 (Quarterly National Accounts)");
  EXPECT_EQ(
      green_book_source(),
      "HM Treasury, The Green Book: central government guidance on appraisal and evaluation (2022), annex 6");
  EXPECT_EQ(Deflator::parse("year,index\n2013/14,50\n").value().source(), "");
  const double earlier = series.factor("2000/01", "2024/25").value();
  EXPECT_GT(earlier, 1.8);
  EXPECT_FALSE(series.factor("2025/26", "2024/25").ok()) << "forecasts are no prices";
}

TEST(Deflating, TheBuiltInSeriesHoldsTheYearsOfTheExampleCosts) {
  for (const char* year : {"2002/03", "2004/05", "2005/06", "2006/07", "2010/11", "2012/13", "2013/14"}) {
    const auto factor = Deflator::built_in().factor(year, "2017/18");
    ASSERT_TRUE(factor.ok()) << year;
    EXPECT_GT(factor.value(), 1);
  }
}

/// One outcome halved in risk: 1 % fewer of half the people, 10,000 pounds each, for one undiscounted year.
CostInputs small() {
  CostInputs inputs;
  inputs.lines = {{"a", "A", "fiscal", "council", -0.01, 0.5, 10000, 8000, 12000, 1, true},
                  {"a", "B", "social", "everybody", -0.01, 0.5, 4000, 4000, 4000, 1, true},
                  {"b", "C", "fiscal", "council", 0.02, 1, 500, 500, 500, 1, true}};
  inputs.change_index = {0, 0, 1};
  inputs.covariance = Matrix(2, 2);
  inputs.covariance.values = {1e-6, 0, 0, 1e-6};
  inputs.programme_pounds = 120;
  inputs.comparison_pounds = 70;
  inputs.draw_count = 20000;
  return inputs;
}

TEST(Costs, AddUpByBearerAndKind) {
  const auto r = add_up_costs(small()).value();
  EXPECT_DOUBLE_EQ(r.cost, 50);
  EXPECT_DOUBLE_EQ(r.line_benefit[0], 50);
  EXPECT_DOUBLE_EQ(r.line_benefit[2], -10) << "an adverse effect counts";
  EXPECT_DOUBLE_EQ(r.by_bearer.at("council"), 40);
  EXPECT_DOUBLE_EQ(r.benefit, 60);
  EXPECT_DOUBLE_EQ(r.fiscal_benefit, 40);
  EXPECT_DOUBLE_EQ(r.per_pound, 1.2);
  EXPECT_NEAR(r.net_per_pound, 0.2, 1e-12);
  EXPECT_DOUBLE_EQ(r.switching_cost, 60);
  double sum = 0;
  for (const auto& [kind, pounds] : r.by_kind) sum += pounds;
  EXPECT_NEAR(sum, r.benefit, 1e-12);
}

TEST(Costs, TheIntervalIsThatOfTheEffectsWhenPricesAreCertain) {
  auto inputs = small();
  for (auto& line : inputs.lines) line.pounds_low = line.pounds_high = line.pounds;
  const auto r = add_up_costs(inputs).value();
  // benefit / cost has the derivative 0.5 * 14000 / 50 in the first effect, 500 / 50 in the second.
  const double sd = 1e-3 * std::hypot(140, 10);
  EXPECT_NEAR(r.per_pound_low, 1.2 - 1.959964 * sd, 0.01);
  EXPECT_NEAR(r.per_pound_high, 1.2 + 1.959964 * sd, 0.01);
  EXPECT_NEAR(r.chance_of_breaking_even, 0.5 * std::erfc(-(0.2 / sd) / std::sqrt(2.0)), 0.01);
}

TEST(Costs, EffectsThatMoveTogetherWidenTheInterval) {
  auto inputs = small();
  inputs.lines[2].saving_when_less = false;  // then both lines save
  const auto apart = add_up_costs(inputs).value();
  inputs.covariance.values = {1e-6, -1e-6, -1e-6, 1e-6};  // singular: fully tied
  const auto tied = add_up_costs(inputs);
  ASSERT_TRUE(tied.ok());
  EXPECT_GT(tied.value().per_pound_high - tied.value().per_pound_low,
            apart.per_pound_high - apart.per_pound_low);
}

TEST(Costs, TheTornadoIsWidestFirstAndDoesNotDependOnChance) {
  const auto r = add_up_costs(small()).value();
  ASSERT_EQ(r.tornado.size(), 5u);
  for (std::size_t k = 1; k < r.tornado.size(); ++k) {
    EXPECT_GE(r.tornado[k - 1].high - r.tornado[k - 1].low, r.tornado[k].high - r.tornado[k].low);
  }
  EXPECT_EQ(add_up_costs(small()).value().per_pound_low, r.per_pound_low);
}

TEST(Costs, RefusesACostThatIsNone) {
  auto inputs = small();
  inputs.comparison_pounds = 200;
  EXPECT_FALSE(add_up_costs(inputs).ok());
  inputs = small();
  inputs.covariance.values = {-1, 0, 0, 1};
  EXPECT_FALSE(add_up_costs(inputs).ok());
}

}  // namespace
}  // namespace kinfold::evaluation
