#include "evaluation/did.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/random.h"
#include "evaluation/linear.h"
#include "reference_data.h"

namespace kinfold::evaluation {
namespace {

DidPanel minimum_wages(bool with_population = false) {
  const auto t = reference_table("mpdta.csv");
  const auto county = numbers(t, "countyreal");
  const auto year = numbers(t, "year");
  const auto first = numbers(t, "first.treat");
  const auto y = numbers(t, "lemp");
  DidPanel panel;
  std::map<double, std::size_t> row;
  std::set<int> years;
  for (std::size_t i = 0; i < county.size(); ++i) {
    row.emplace(county[i], row.size());
    years.insert(static_cast<int>(year[i]));
  }
  panel.periods.assign(years.begin(), years.end());
  panel.first_treated.resize(row.size());
  panel.y = Matrix(row.size(), panel.periods.size());
  for (std::size_t i = 0; i < county.size(); ++i) {
    panel.first_treated[row[county[i]]] = static_cast<int>(first[i]);
    panel.y.at(row[county[i]], static_cast<std::size_t>(static_cast<int>(year[i]) - panel.periods.front())) =
        y[i];
  }
  if (!with_population) return panel;
  const auto population = numbers(t, "lpop");
  panel.x = Matrix(row.size(), 2);
  panel.names = {"intercept", "lpop"};
  for (std::size_t i = 0; i < county.size(); ++i) {
    panel.x.at(row[county[i]], 0) = 1;
    panel.x.at(row[county[i]], 1) = population[i];
  }
  return panel;
}

TEST(GroupTimeEffects, AgreeWithRsDid) {
  KINFOLD_NEED_DATA("mpdta.csv");
  const auto result = group_time_effects(minimum_wages());
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto& r = result.value();
  for (const auto& point : r.group_time) {
    if (point.group == 2004 && point.at == 2004) {
      EXPECT_NEAR(point.estimate, -.0105, 5e-5);
    }
    if (point.group == 2007 && point.at == 2007) {
      EXPECT_NEAR(point.estimate, -.0261, 5e-5);
    }
  }
  const std::map<int, double> dynamic = {{0, -.0199}, {1, -.0510}, {2, -.1373}, {3, -.1008}};
  std::size_t seen = 0;
  for (const auto& point : r.dynamic) {
    const auto expected = dynamic.find(point.at);
    if (expected == dynamic.end()) continue;
    EXPECT_NEAR(point.estimate, expected->second, 5e-5) << point.at;
    ++seen;
  }
  EXPECT_EQ(seen, 4u);
  EXPECT_NEAR(r.overall_dynamic.estimate, -.0772, 5e-5);
  EXPECT_NEAR(r.overall_dynamic.std_error, .0203, 5e-4);  // R's is a bootstrap, with an error of its own
  EXPECT_NEAR(r.simple.estimate, -.039951275, 5e-10);
  EXPECT_TRUE(r.pre_trend_p.has_value());
  EXPECT_GT(r.critical_value, 1.96);
}

TEST(GroupTimeEffects, WithoutCovariatesEveryPointAgreesWithRsDid) {
  KINFOLD_NEED_DATA("mpdta.csv");
  // att_gt(..., xformla = ~1): groups 2004, 2006, 2007 by year.
  const std::vector<double> expected = {-.0105, -.0704, -.1373, -.1008, .0065,  -.0028,
                                        -.0046, -.0412, .0305,  -.0027, -.0311, -.0261};
  const auto r = group_time_effects(minimum_wages()).value();
  ASSERT_EQ(r.group_time.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k)
    EXPECT_NEAR(r.group_time[k].estimate, expected[k], 5.1e-5) << k;
}

TEST(GroupTimeEffects, WithACovariateAgreeWithStatasCsdid) {
  KINFOLD_NEED_DATA("mpdta.csv");
  // csdid lemp lpop, ivar(countyreal) time(year) gvar(first_treat). Its score is tilted until it balances
  // (Sant'Anna and Zhao's improved estimator), ours is of maximum likelihood: they differ in the fourth digit
  // after the point at most.
  struct Row {
    double estimate, std_error;
  };
  const std::vector<Row> expected = {{-.0145329, .0221602}, {-.0764267, .0287098}, {-.1404536, .0354269},
                                     {-.1069093, .0329364}, {-.0006112, .0222299}, {-.006267, .0185075},
                                     {.0009473, .019409},   {-.0413123, .0197454}, {.0266993, .0140788},
                                     {-.0045906, .015728},  {-.0284515, .0181982}, {-.0287821, .0162518}};
  // The same with the score of glm(): Sant'Anna and Zhao's formula written out in R.
  const std::vector<double> written_out = {-0.014529668, -0.076421882, -0.140448337, -0.106903898,
                                           -0.000472146, -0.006202525, 0.000960574,  -0.041293866,
                                           0.026727796,  -0.004576571, -0.028447487, -0.028781361};
  const auto r = group_time_effects(minimum_wages(true)).value();
  ASSERT_EQ(r.group_time.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_NEAR(r.group_time[k].estimate, expected[k].estimate, 1.5e-4) << k;
    EXPECT_NEAR(r.group_time[k].estimate, written_out[k], 5e-9) << k;
    EXPECT_NEAR(r.group_time[k].std_error, expected[k].std_error, 5e-5) << k;
  }
}

TEST(GroupTimeEffects, AveragesByGroupAndPeriodAgreeWithRsDid) {
  KINFOLD_NEED_DATA("mpdta.csv");
  const auto r = group_time_effects(minimum_wages()).value();
  // aggte(type = "group"), aggte(type = "calendar").
  const std::vector<double> groups = {-.0797, -.0229, -.0261};
  const std::vector<double> periods = {-.0105, -.0704, -.0488, -.0371};
  ASSERT_EQ(r.by_group.size(), groups.size());
  ASSERT_EQ(r.by_period.size(), periods.size());
  for (std::size_t k = 0; k < groups.size(); ++k) EXPECT_NEAR(r.by_group[k].estimate, groups[k], 5.1e-5) << k;
  for (std::size_t k = 0; k < periods.size(); ++k)
    EXPECT_NEAR(r.by_period[k].estimate, periods[k], 5.1e-5) << k;
  EXPECT_NEAR(r.overall_group.estimate, -.0310, 5e-5);
  EXPECT_NEAR(r.overall_group.std_error, .0124, 5e-4);
  EXPECT_NEAR(r.overall_period.estimate, -.0417, 5e-5);
  EXPECT_EQ(r.simple.n_treated, 191u);
  EXPECT_EQ(r.simple.n_comparison, 309u);
  EXPECT_EQ(r.by_group[1].n_treated, 40u);
}

TEST(GroupTimeEffects, AgainstTheNotYetTreatedAreDifferencesOfMeans) {
  KINFOLD_NEED_DATA("mpdta.csv");
  const auto panel = minimum_wages();
  DidOptions options;
  options.not_yet_treated = true;
  const auto r = group_time_effects(panel, options).value();
  ASSERT_EQ(r.group_time.size(), 12u);
  for (const auto& point : r.group_time) {
    const auto t = static_cast<std::size_t>(point.at - panel.periods.front());
    const auto base =
        point.at >= point.group ? static_cast<std::size_t>(point.group - 1 - panel.periods.front()) : t - 1;
    double sum[2] = {0, 0};
    double count[2] = {0, 0};
    for (std::size_t i = 0; i < panel.first_treated.size(); ++i) {
      const int first = panel.first_treated[i];
      const bool waits =
          first != point.group && (first == 0 || first > std::max(point.at, panel.periods[base]));
      if (first != point.group && !waits) continue;
      sum[waits ? 0 : 1] += panel.y.at(i, t) - panel.y.at(i, base);
      count[waits ? 0 : 1] += 1;
    }
    EXPECT_NEAR(point.estimate, sum[1] / count[1] - sum[0] / count[0], 1e-12);
    EXPECT_EQ(static_cast<double>(point.n_comparison), count[0]);
  }
  EXPECT_GT(r.group_time[0].n_comparison, 309u);
}

TEST(GroupTimeEffects, WithoutANeverTreatedUnitTheLastGroupIsCompared) {
  RandomStream random(9);
  DidPanel panel;
  panel.periods = {1, 2, 3};
  panel.y = Matrix(400, 3);
  for (std::size_t i = 0; i < 400; ++i) {
    panel.first_treated.push_back(i % 2 ? 2 : 3);
    for (std::size_t t = 0; t < 3; ++t)
      panel.y.at(i, t) = random.normal() + (static_cast<int>(t) + 1 >= panel.first_treated[i] ? 5 : 0);
  }
  DidOptions options;
  options.not_yet_treated = true;
  const auto r = group_time_effects(panel, options).value();
  ASSERT_EQ(r.group_time.size(), 1u)
      << "in period 3 nobody is left to compare with, and group 3 has nobody in period 2 that is not treated";
  EXPECT_EQ(r.group_time[0].group, 2);
  EXPECT_NEAR(r.simple.estimate, 5, 4 * r.simple.std_error);
  EXPECT_FALSE(r.pre_trend_p.has_value());
}

TEST(ChangeEffect, IsRightIfTheGroupsMoveApartWithACovariate) {
  RandomStream random(11);
  Sample s;
  s.x = Matrix(20000, 2);
  s.names = {"intercept", "x"};
  for (std::size_t i = 0; i < 20000; ++i) {
    const double x = random.normal();
    s.x.at(i, 0) = 1;
    s.x.at(i, 1) = x;
    s.treated.push_back(random.chance(1 / (1 + std::exp(-x))));
    s.y.push_back(x + 0.5 * s.treated.back() + random.normal());  // who is treated would have moved up anyway
  }
  const auto effect = change_effect(s).value();
  EXPECT_NEAR(effect.estimate, 0.5, 4 * std::sqrt(effect.variance));
  EXPECT_GT(raw_difference(s).value().estimate, 1.0);
}

TEST(GroupTimeEffects, FindAPlantedEffectAndNoPreTrend) {
  RandomStream random(5);
  DidPanel panel;
  panel.periods = {1, 2, 3, 4};
  panel.y = Matrix(2000, 4);
  for (std::size_t i = 0; i < 2000; ++i) {
    panel.first_treated.push_back(i % 2 ? 3 : 0);
    const double own = random.normal();
    for (std::size_t t = 0; t < 4; ++t)
      panel.y.at(i, t) = own + 0.3 * static_cast<double>(t) + random.normal() + (i % 2 && t >= 2 ? 1 : 0);
  }
  const auto r = group_time_effects(panel).value();
  EXPECT_NEAR(r.simple.estimate, 1, 4 * r.simple.std_error);
  EXPECT_GT(*r.pre_trend_p, 0.001);
}

TEST(GroupTimeEffects, SayWhatIsMissing) {
  DidPanel panel;
  panel.periods = {1, 2};
  panel.first_treated = {2, 2};
  panel.y = Matrix(2, 2);
  EXPECT_EQ(group_time_effects(panel).error().message,
            "differences in differences: everybody is treated at some time; some units must never be, or "
            "compare with those not yet treated");
  panel.first_treated = {1, 0};
  EXPECT_EQ(group_time_effects(panel).error().message,
            "differences in differences: no group is treated after the first period and by the last");
}

TEST(Nsw, TheExperimentsDifferenceAgrees) {
  KINFOLD_NEED_DATA("nsw.csv");
  const auto t = reference_table("nsw.csv");
  const auto treat = numbers(t, "treat");
  const auto y = numbers(t, "re78");
  Matrix x(treat.size(), 2);
  for (std::size_t i = 0; i < treat.size(); ++i) {
    x.at(i, 0) = 1;
    x.at(i, 1) = treat[i];
  }
  const std::map<Covariance, double> errors = {
      {Covariance::kClassic, 632.8534}, {Covariance::kHc2, 670.9965}, {Covariance::kHc3, 672.6821}};
  for (const auto& [kind, error] : errors) {
    LinearOptions options;
    options.covariance = kind;
    const auto fit = fit_linear(x, y, options).value();
    EXPECT_NEAR(fit.coefficients[1], 1794.342382, 5e-7);
    EXPECT_NEAR(fit.std_error(1), error, 5e-5);
  }
}

}  // namespace
}  // namespace kinfold::evaluation
