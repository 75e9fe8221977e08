// Do nominal 95 % intervals hold the truth in 93 to 97 % of 1,000 studies? Every estimator, families of two
// that share their luck, fixed seeds. KINFOLD_SIMULATION_DRAWS asks for other numbers (fewer: four standard
// errors are allowed). The figures are in docs/methods/evaluation.md.
#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "evaluation/bootstrap.h"
#include "evaluation/did.h"
#include "evaluation/score.h"
#include "simulated.h"

namespace kinfold::evaluation {
namespace {

using Estimator = std::function<Result<Effect>(const Sample&)>;

template <typename Make>
double coverage(int draws, const Estimator& estimator, Make make) {
  int covered = 0;
  for (int seed = 1; seed <= draws; ++seed) {
    const auto effect = estimator(make(static_cast<std::uint64_t>(seed)));
    if (effect.ok())
      covered += std::fabs(effect.value().estimate) <= 1.959964 * std::sqrt(effect.value().variance) ? 1 : 0;
  }
  return static_cast<double>(covered) / draws;
}

void expect_nominal(double share, int draws) {
  const double slack = draws >= 1000 ? 0.02 : 4 * std::sqrt(0.95 * 0.05 / draws);
  ::testing::Test::RecordProperty("coverage_per_mille", static_cast<int>(std::lround(1000 * share)));
  EXPECT_GE(share, 0.95 - slack) << "draws: " << draws;
  EXPECT_LE(share, 0.95 + slack) << "draws: " << draws;
}

struct Case {
  const char* name;
  Estimator estimator;
};

Result<Effect> nearest(const Sample& s, Estimand estimand, std::uint32_t neighbours, bool estimated) {
  const auto fit = fit_score(s.x, s.names, s.treated).value();
  NearestEffectOptions options;
  options.estimand = estimand;
  options.neighbours = neighbours;
  if (estimated) options.estimated_score = &fit;
  return nearest_effect(s, fit.probability, options);
}

/// The standard error of 200 replicates in place of the formula's.
Result<Effect> bootstrapped(const Sample& s) {
  auto effect = ipw_effect(s, ScoreLink::kLogit, Estimand::kAtt).value();
  std::vector<std::uint32_t> authority;
  for (std::size_t f = 0; f < s.size() / 2; ++f) authority.push_back(static_cast<std::uint32_t>(f % 10));
  const ClusterDraws draws(s.size() / 2, authority);
  const auto replicates = bootstrap_estimates(
      {{s, {s.y}}}, {MethodKind::kIpw, Estimand::kAtt, ScoreLink::kLogit}, draws, {200, 1, 1});
  effect.variance = replicate_covariance(replicates.value())->at(0, 0);
  return effect;
}

class Coverage : public ::testing::TestWithParam<Case> {};

TEST_P(Coverage, WithFamiliesIsNominal) {
  const int draws = simulation_draws(1000);
  expect_nominal(
      coverage(draws, GetParam().estimator, [](std::uint64_t seed) { return families(150, seed); }), draws);
}

INSTANTIATE_TEST_SUITE_P(
    All, Coverage,
    ::testing::Values(
        Case{"Nearest5Att", [](const Sample& s) { return nearest(s, Estimand::kAtt, 5, true); }},
        Case{"Nearest5AttScoreKnown", [](const Sample& s) { return nearest(s, Estimand::kAtt, 5, false); }},
        Case{"Nearest1Att", [](const Sample& s) { return nearest(s, Estimand::kAtt, 1, true); }},
        Case{"Nearest3Ate", [](const Sample& s) { return nearest(s, Estimand::kAte, 3, true); }},
        Case{"Nearest3Atc", [](const Sample& s) { return nearest(s, Estimand::kAtc, 3, true); }},
        Case{"GreedyPairs",
             [](const Sample& s) {
               return greedy_effect(s, fit_score(s.x, s.names, s.treated).value().linear, {.caliper = 0.2});
             }},
        Case{"KernelEpanechnikov",
             [](const Sample& s) {
               return kernel_effect(s, fit_score(s.x, s.names, s.treated).value().probability,
                                    KernelKind::kEpanechnikov, 0.1);
             }},
        Case{"KernelGaussian",
             [](const Sample& s) {
               return kernel_effect(s, fit_score(s.x, s.names, s.treated).value().probability,
                                    KernelKind::kGaussian, 0.06);
             }},
        Case{"IpwAtt", [](const Sample& s) { return ipw_effect(s, ScoreLink::kLogit, Estimand::kAtt); }},
        Case{"IpwAteProbit",
             [](const Sample& s) { return ipw_effect(s, ScoreLink::kProbit, Estimand::kAte); }},
        Case{"IpwAtm", [](const Sample& s) { return ipw_effect(s, ScoreLink::kLogit, Estimand::kAtm); }},
        Case{"EntropyBalancing", [](const Sample& s) { return entropy_effect(s); }},
        Case{"RegressionAdjustment",
             [](const Sample& s) { return regression_adjustment_effect(s, Estimand::kAtt); }},
        Case{"AipwAtt", [](const Sample& s) { return aipw_effect(s, ScoreLink::kLogit, Estimand::kAtt); }},
        Case{"AipwAte", [](const Sample& s) { return aipw_effect(s, ScoreLink::kLogit, Estimand::kAte); }},
        Case{"IpwraAte", [](const Sample& s) { return ipwra_effect(s, ScoreLink::kLogit, Estimand::kAte); }},
        Case{"Regression", [](const Sample& s) { return regression_effect(s); }},
        Case{"ChangeDoublyRobust", [](const Sample& s) { return change_effect(s); }}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(CoverageOfTheBootstrap, WithFamiliesWithinAuthoritiesIsNominal) {
  const int draws = simulation_draws(1000);
  expect_nominal(coverage(draws, bootstrapped, [](std::uint64_t seed) { return families(150, seed); }),
                 draws);
}

TEST(CoverageOfTheRawDifference, WithoutSelectionIsNominal) {
  const int draws = simulation_draws(1000);
  const auto random_groups = [](std::uint64_t seed) {
    auto s = families(100, seed);
    for (std::size_t i = 0; i < s.size(); ++i) s.treated[i] = mix64(seed * 1000 + i / 2) % 2 == 0;
    return s;
  };
  expect_nominal(coverage(
                     draws, [](const Sample& s) { return raw_difference(s); }, random_groups),
                 draws);
}

/// Nothing happens to anybody; two groups begin in periods 2 and 3, more of those with a covariate that also
/// moves the outcome.
DidPanel nothing_happens(std::uint64_t seed) {
  RandomStream random(seed);
  DidPanel panel;
  panel.periods = {1, 2, 3};
  panel.y = Matrix(300, 3);
  panel.x = Matrix(300, 2);
  panel.names = {"intercept", "x"};
  for (std::size_t i = 0; i < 300; ++i) {
    const double x = random.normal();
    const bool treated = random.chance(1 / (1 + std::exp(-0.5 * x)));
    panel.first_treated.push_back(treated ? (i % 2 != 0 ? 2 : 3) : 0);
    panel.x.at(i, 0) = 1;
    panel.x.at(i, 1) = x;
    const double own = random.normal();
    for (std::size_t t = 0; t < 3; ++t) panel.y.at(i, t) = own + static_cast<double>(t) * x + random.normal();
  }
  return panel;
}

using Points = std::vector<DidPoint>;
using Pick = std::function<Points(const DidResult&)>;

/// How often the intervals of all points that each pick names hold nothing at all, in the same studies.
void expect_did_nominal(int draws, const DidOptions& options, const std::vector<Pick>& picks) {
  std::vector<int> covered(picks.size(), 0);
  for (int seed = 1; seed <= draws; ++seed) {
    const auto r = group_time_effects(nothing_happens(static_cast<std::uint64_t>(seed)), options);
    ASSERT_TRUE(r.ok()) << r.error().message;
    for (std::size_t k = 0; k < picks.size(); ++k) {
      const auto points = picks[k](r.value());
      covered[k] += std::all_of(points.begin(), points.end(),
                                [](const DidPoint& p) { return p.low <= 0 && p.high >= 0; })
                        ? 1
                        : 0;
    }
  }
  for (const int count : covered) expect_nominal(static_cast<double>(count) / draws, draws);
}

TEST(CoverageOfTheDifferenceInDifferences, OfEveryAverageIsNominal) {
  const std::vector<Pick> averages = {[](const DidResult& r) { return Points{r.simple}; },
                                      [](const DidResult& r) { return Points{r.overall_dynamic}; },
                                      [](const DidResult& r) { return Points{r.overall_group}; },
                                      [](const DidResult& r) { return Points{r.overall_period}; }};
  for (const bool not_yet : {false, true})
    expect_did_nominal(simulation_draws(1000), {0.95, 0, 1, not_yet}, averages);
}

TEST(CoverageOfTheDifferenceInDifferences, TheBandHoldsAllEffectsAtOnce) {
  expect_did_nominal(
      simulation_draws(1000), {0.95, 199, 1},
      {[](const DidResult& r) { return r.group_time; }, [](const DidResult& r) { return r.dynamic; }});
}

}  // namespace
}  // namespace kinfold::evaluation
