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

DidPanel minimum_wages() {
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
    panel.y.at(row[county[i]], static_cast<std::size_t>(static_cast<int>(year[i]) - panel.periods.front())) = y[i];
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

TEST(GroupTimeEffects, FindAPlantedEffectAndNoPreTrend) {
  RandomStream random(5);
  DidPanel panel;
  panel.periods = {1, 2, 3, 4};
  panel.y = Matrix(2000, 4);
  for (std::size_t i = 0; i < 2000; ++i) {
    panel.first_treated.push_back(i % 2 ? 3 : 0);
    const double own = random.normal();
    for (std::size_t t = 0; t < 4; ++t) panel.y.at(i, t) = own + 0.3 * static_cast<double>(t) + random.normal() + (i % 2 && t >= 2 ? 1 : 0);
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
            "differences in differences: everybody is treated at some time; some units must never be");
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
  const std::map<Covariance, double> errors = {{Covariance::kClassic, 632.8534}, {Covariance::kHc2, 670.9965}, {Covariance::kHc3, 672.6821}};
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
