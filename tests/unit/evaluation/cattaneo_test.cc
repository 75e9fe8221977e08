// Cattaneo's birth weights: what Stata's teffects gives, standard errors included.
#include <cmath>

#include <gtest/gtest.h>

#include "evaluation/effect.h"
#include "evaluation/score.h"
#include "reference_data.h"

namespace kinfold::evaluation {
namespace {

/// bweight on maternal smoking, with the covariates of Stata's manual.
Sample births(const std::vector<std::string>& covariates) {
  const auto t = reference_table("cattaneo2.csv");
  Sample s;
  add_column(s, "intercept", std::vector<double>(t.row_count(), 1));
  for (const auto& name : covariates) add_column(s, name, numbers(t, name));
  for (const double v : numbers(t, "mbsmoke_")) s.treated.push_back(static_cast<std::uint8_t>(v));
  s.y = numbers(t, "bweight");
  return s;
}

const std::vector<std::string> kOutcome = {"prenatal1_", "mmarried_", "mage", "fbaby_"};
const std::vector<std::string> kScore = {"mmarried_", "mage", "mage2", "fbaby_", "medu"};

void expect(const Result<Effect>& effect, double estimate, double std_error) {
  ASSERT_TRUE(effect.ok()) << effect.error().message;
  EXPECT_NEAR(effect.value().estimate, estimate, 1e-6);  // Stata's probit stops before the last digits
  if (std_error > 0) {
    EXPECT_NEAR(std::sqrt(effect.value().variance), std_error, 5e-7);
  }
}

TEST(Cattaneo, RegressionAdjustmentAgreesWithStata) {
  KINFOLD_NEED_DATA("cattaneo2.csv");
  const auto sample = births(kOutcome);
  expect(regression_adjustment_effect(sample, Estimand::kAte), -239.63921146, 23.82402100);
  expect(regression_adjustment_effect(sample, Estimand::kAtt), -223.30165085, 22.74219517);
}

TEST(Cattaneo, WeightingAgreesWithStata) {
  KINFOLD_NEED_DATA("cattaneo2.csv");
  const auto sample = births(kScore);
  expect(ipw_effect(sample, ScoreLink::kProbit, Estimand::kAte), -230.68863780, 25.81524380);
  expect(ipw_effect(sample, ScoreLink::kProbit, Estimand::kAtt), -225.17726055, 23.66458273);
}

TEST(Cattaneo, DoublyRobustAgreesWithStata) {
  KINFOLD_NEED_DATA("cattaneo2.csv");
  auto sample = births(kScore);
  sample.outcome_x = births(kOutcome).x;
  expect(aipw_effect(sample, ScoreLink::kProbit, Estimand::kAte), -230.98920111, 26.21056463);
  expect(ipwra_effect(sample, ScoreLink::kProbit, Estimand::kAte), -229.96707794, 26.62667572);
  expect(ipwra_effect(sample, ScoreLink::kProbit, Estimand::kAtt), -223.54526199, 23.79401567);
}

TEST(Cattaneo, MatchingAgreesWithStata) {
  KINFOLD_NEED_DATA("cattaneo2.csv");
  const auto sample = births(kScore);
  const auto fit = fit_score(sample.x, sample.names, sample.treated).value();
  NearestEffectOptions options;
  options.estimand = Estimand::kAte;
  EXPECT_NEAR(nearest_effect(sample, fit.probability, options).value().estimate, -210.968337, 5e-7);
  options.estimand = Estimand::kAtt;
  EXPECT_NEAR(nearest_effect(sample, fit.probability, options).value().estimate, -236.784751, 5e-7);
}

TEST(Cattaneo, MatchingErrorsWithAnEstimatedScoreAgreeWithStata) {
  KINFOLD_NEED_DATA("cattaneo2.csv");
  const auto sample = births(kScore);
  const auto fit = fit_score(sample.x, sample.names, sample.treated).value();
  NearestEffectOptions options;
  options.variance_neighbours = 1;  // Stata's default nn(2) counts the unit itself
  options.estimated_score = &fit;
  options.estimand = Estimand::kAte;
  EXPECT_NEAR(std::sqrt(nearest_effect(sample, fit.probability, options).value().variance), 32.021,
              5e-4);  // teffects psmatch, manual
  options.estimand = Estimand::kAtt;
  // From the formulas written out in R, unit by unit (with the score known: 26.6022).
  EXPECT_NEAR(std::sqrt(nearest_effect(sample, fit.probability, options).value().variance), 26.75111, 5e-6);
  options.estimated_score = nullptr;
  EXPECT_NEAR(std::sqrt(nearest_effect(sample, fit.probability, options).value().variance), 26.6022, 5e-5);
}

}  // namespace
}  // namespace kinfold::evaluation
