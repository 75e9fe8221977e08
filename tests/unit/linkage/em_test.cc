#include "linkage/em.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kinfold::linkage {
namespace {

// Expected counts of all patterns of K comparisons with two levels each, under a known truth.
EmProblem expected_counts(const EmModel& truth, double pair_count) {
  EmProblem problem;
  problem.random_pair_count = pair_count;
  const std::size_t k = truth.m.size();
  const double rest = 1.0 - truth.match_rate - truth.related_rate;
  for (std::size_t bits = 0; bits < (std::size_t{1} << k); ++bits) {
    PatternCount pattern;
    double match = truth.match_rate;
    double related = truth.related_rate;
    double unrelated = rest;
    for (std::size_t n = 0; n < k; ++n) {
      const std::uint8_t level = (bits >> n & 1) != 0 ? 0 : 1;
      pattern.level.push_back(level);
      match *= truth.m[n][level];
      related *= truth.related[n][level];
      unrelated *= truth.u[n][level];
    }
    pattern.pair_count = pair_count * (match + related + unrelated);
    problem.patterns.push_back(pattern);
  }
  for (std::size_t n = 0; n < k; ++n) {
    std::vector<double> share(2);
    for (std::size_t level = 0; level < 2; ++level) {
      share[level] = truth.match_rate * truth.m[n][level] + truth.related_rate * truth.related[n][level] +
                     rest * truth.u[n][level];
    }
    problem.random_share.push_back(share);
  }
  return problem;
}

LevelShares agreeing(std::initializer_list<double> shares) {
  LevelShares rows;
  for (const double share : shares) rows.push_back({share, 1.0 - share});
  return rows;
}

const EmModel kTruth{0.02, 0.0, agreeing({0.95, 0.9, 0.8, 0.97}), agreeing({0.5, 0.5, 0.5, 0.5}),
                     agreeing({0.01, 0.05, 0.1, 0.02})};
const EmModel kStart{0.005, 0.0, agreeing({0.8, 0.8, 0.8, 0.8}), agreeing({0.5, 0.5, 0.5, 0.5}), {}};

TEST(FitEm, RecoversTheParametersThatMadeTheCounts) {
  EmOptions options;
  options.prior_pair_count = 0.0;
  options.tolerance = 1e-9;
  options.iteration_count_max = 5000;
  const auto fit = fit_em(expected_counts(kTruth, 1e7), kStart, options);
  ASSERT_TRUE(fit.ok());
  EXPECT_TRUE(fit.value().converged);
  // Counts are exact, so only the stopping rule keeps the fit from the truth.
  EXPECT_NEAR(fit.value().model.match_rate, kTruth.match_rate, 1e-5);
  for (std::size_t n = 0; n < 4; ++n) {
    EXPECT_NEAR(fit.value().model.m[n][0], kTruth.m[n][0], 1e-4);
    EXPECT_NEAR(fit.value().model.u[n][0], kTruth.u[n][0], 1e-5);
  }
}

TEST(FitEm, TellsRelativesFromMatchesWhereTwoClassesCannot) {
  // Households agree on the first two fields as matches do.
  EmModel truth{0.01, 0.01, agreeing({0.95, 0.95, 0.95, 0.95, 0.95}), agreeing({0.9, 0.9, 0.05, 0.03, 0.05}),
                agreeing({0.01, 0.01, 0.02, 0.01, 0.02})};
  EmModel start{0.004, 0.004, agreeing({0.8, 0.8, 0.8, 0.8, 0.8}), agreeing({0.6, 0.6, 0.1, 0.1, 0.1}), {}};
  EmOptions options;
  options.iteration_count_max = 5000;
  options.tolerance = 1e-9;
  options.prior_pair_count = 0.0;
  const auto fit = fit_em(expected_counts(truth, 1e7), start, options);
  ASSERT_TRUE(fit.ok());
  EXPECT_NEAR(fit.value().model.match_rate, 0.01, 1e-3);
  EXPECT_NEAR(fit.value().model.m[0][0], 0.95, 0.01);
  EXPECT_NEAR(fit.value().model.related[0][0], 0.9, 0.02);
  EXPECT_NEAR(fit.value().model.related[2][0], 0.05, 0.02);
}

// Two names and a date of birth. Surnames go with forenames, so that many more strangers than by chance have
// both, which independent fields can only take for matches with another date of birth.
TEST(FitEm, NamesakesAreNoMatchesWithAnotherDateOfBirth) {
  const EmModel truth{1e-4, 0.0, agreeing({0.95, 0.95, 0.97}), agreeing({0.5, 0.5, 0.5}),
                      agreeing({0.005, 0.005, 5e-5})};
  constexpr double kPairs = 1e8;
  constexpr double kNamesakes = 5000.0;
  EmProblem problem = expected_counts(truth, kPairs);
  for (auto& pattern : problem.patterns) {
    const auto& level = pattern.level;
    pattern.pair_count += kNamesakes * truth.m[0][level[0]] * truth.m[1][level[1]] * truth.u[2][level[2]];
  }
  EmModel start{5e-5, 0.0, agreeing({0.8, 0.8, 0.98}), agreeing({0.5, 0.5, 0.5}), {}};
  const auto without = fit_em(problem, start);
  ASSERT_TRUE(without.ok());
  EXPECT_LT(without.value().model.m[2][0], 0.7);
  start.alike = {{true, true}, {true, false}, {}};
  start.namesake_rate = start.match_rate;
  const auto fit = fit_em(problem, start);
  ASSERT_TRUE(fit.ok());
  EXPECT_NEAR(fit.value().model.m[2][0], 0.97, 0.03);
  EXPECT_NEAR(fit.value().model.match_rate, 1e-4, 4e-6);
  EXPECT_NEAR(fit.value().model.namesake_rate, kNamesakes / kPairs, 5e-6);
}

// As above, of relatives: two fields that a household shares, a forename, a date of birth.
TEST(FitEm, SonsOfOneNameAreNoMatchesWithAnotherDateOfBirth) {
  const EmModel truth{1e-4, 3e-4, agreeing({0.95, 0.95, 0.9, 0.97}), agreeing({0.9, 0.95, 0.01, 0.001}),
                      agreeing({0.005, 0.001, 0.005, 5e-5})};
  constexpr double kPairs = 1e8;
  constexpr double kSonShare = 0.03;
  EmProblem problem = expected_counts(truth, kPairs);
  for (auto& pattern : problem.patterns) {
    const auto& level = pattern.level;
    pattern.pair_count += kSonShare * truth.related_rate * kPairs * truth.related[0][level[0]] *
                          truth.related[1][level[1]] * truth.m[2][level[2]] * truth.related[3][level[3]];
  }
  problem.related_own_max = {1.0, 1.0, 0.3, 0.3};
  EmModel start{5e-5, 5e-5, agreeing({0.8, 0.8, 0.8, 0.98}), agreeing({0.6, 0.6, 0.05, 0.05}), {}};
  const auto without = fit_em(problem, start);
  ASSERT_TRUE(without.ok());
  start.alike = {{true, false}, {}, {true, true}, {}};
  start.namesake_rate = start.match_rate;
  start.related_name_share = 0.02;
  const auto fit = fit_em(problem, start);
  ASSERT_TRUE(fit.ok());
  EXPECT_NEAR(fit.value().model.m[3][0], 0.97, 0.03);
  EXPECT_GT(fit.value().model.m[3][0], without.value().model.m[3][0] + 0.02);
}

TEST(FitEm, SaysWhenItStoppedWithoutConverging) {
  EmOptions options;
  options.iteration_count_max = 2;
  const auto fit = fit_em(expected_counts(kTruth, 1e6), kStart, options);
  ASSERT_TRUE(fit.ok());
  EXPECT_FALSE(fit.value().converged);
  EXPECT_EQ(fit.value().iteration_count, 2);
}

TEST(FitEm, LeavesMissingValuesOut) {
  auto problem = expected_counts(kTruth, 1e6);
  for (auto& pattern : problem.patterns) pattern.level[2] = kPatternMissing;
  const auto fit = fit_em(problem, kStart, {});
  ASSERT_TRUE(fit.ok());
  EXPECT_NEAR(fit.value().model.m[2][0], kStart.m[2][0], 1e-9) << "nothing was seen: the start stays";
  EXPECT_EQ(fit.value().m_pair_count[2][0], 0.0);
}

// Three values that change on moving (the last), three that do not.
EmProblem movers_counts(const EmModel& stayed, double moved_rate, const LevelShares& moved,
                        double pair_count) {
  EmModel movers = stayed;
  for (std::size_t n = 3; n < 6; ++n) movers.m[n] = moved[n];
  EmProblem problem = expected_counts(stayed, pair_count);
  const EmProblem other = expected_counts(movers, pair_count);
  for (std::size_t n = 0; n < problem.patterns.size(); ++n) {
    problem.patterns[n].pair_count =
        (1.0 - moved_rate) * problem.patterns[n].pair_count + moved_rate * other.patterns[n].pair_count;
  }
  for (std::size_t n = 0; n < 6; ++n) {
    for (std::size_t level = 0; level < 2; ++level) {
      problem.random_share[n][level] =
          (1.0 - moved_rate) * problem.random_share[n][level] + moved_rate * other.random_share[n][level];
    }
  }
  problem.changes_on_moving = {false, false, false, true, true, true};
  return problem;
}

TEST(FitEm, TellsWhoMovedHouseFromWhoseValuesAreWrong) {
  const auto u = agreeing({0.005, 0.01, 0.003, 0.01, 0.02, 0.005});
  const EmModel truth{0.001, 0.0, agreeing({0.95, 0.9, 0.95, 0.95, 0.97, 0.9}), u, u};
  const auto moved = agreeing({0.0, 0.0, 0.0, 0.02, 0.10, 0.006});
  EmModel start{0.0005, 0.0, agreeing({0.8, 0.8, 0.8, 0.8, 0.8, 0.8}), u, {}};
  start.moved_rate = 0.1;
  start.moved = agreeing({0.8, 0.8, 0.8, 0.1, 0.1, 0.1});
  EmOptions options;
  options.prior_pair_count = 0.0;
  options.tolerance = 1e-9;
  options.iteration_count_max = 20000;
  const auto fit = fit_em(movers_counts(truth, 0.3, moved, 1e8), start, options);
  ASSERT_TRUE(fit.ok());
  const auto& model = fit.value().model;
  EXPECT_NEAR(model.match_rate, 0.001, 1e-5);
  EXPECT_NEAR(model.moved_rate, 0.3, 2e-3);
  EXPECT_NEAR(model.m[3][0], 0.95, 2e-3);
  EXPECT_NEAR(model.moved[3][0], 0.02, 2e-3);
  EXPECT_NEAR(model.moved[4][0], 0.10, 2e-3);
  EXPECT_EQ(model.moved[0], model.m[0]) << "what does not change on moving is one";
  EXPECT_NEAR(match_share(model, 3, 0), 0.7 * 0.95 + 0.3 * 0.02, 2e-3);
}

TEST(FitEm, TakesNobodyForAMoverWhereValuesAreWrongOneByOne) {
  const auto u = agreeing({0.005, 0.01, 0.003, 0.01, 0.02, 0.005});
  const EmModel truth{0.001, 0.0, agreeing({0.95, 0.9, 0.95, 0.9, 0.9, 0.9}), u, u};
  EmModel start{0.0005, 0.0, agreeing({0.8, 0.8, 0.8, 0.8, 0.8, 0.8}), u, {}};
  start.moved_rate = 0.1;
  start.moved = agreeing({0.8, 0.8, 0.8, 0.1, 0.1, 0.1});
  EmOptions options;
  options.iteration_count_max = 20000;
  options.tolerance = 1e-9;
  const auto fit = fit_em(movers_counts(truth, 0.0, u, 1e8), start, options);
  ASSERT_TRUE(fit.ok());
  EXPECT_LT(fit.value().model.moved_rate, 0.005);
  EXPECT_NEAR(match_share(fit.value().model, 3, 0), 0.9, 2e-3);
}

struct Refusal {
  const char* name;
  EmProblem problem;
  EmModel start;
  const char* message;
};

TEST(FitEm, RefusesWithTheReason) {
  const auto good = expected_counts(kTruth, 1e6);
  auto empty = good;
  for (auto& pattern : empty.patterns) pattern.pair_count = 0.0;
  auto rate = kStart;
  rate.match_rate = NAN;
  auto shape = kStart;
  shape.m.pop_back();
  auto levels = kStart;
  levels.m[1].push_back(0.1);
  for (const auto& refusal :
       {Refusal{"Empty", empty, kStart, "fit_em: no pair was counted; loosen the blocking rules"},
        Refusal{"Rate", good, rate, "fit_em: start.match_rate is outside (0, 1)"},
        Refusal{"Shape", good, shape, "fit_em: start and random_share have different numbers of comparisons"},
        Refusal{"Levels", good, levels,
                "fit_em: comparison 1 has different numbers of levels in start and random_share"}}) {
    const auto fit = fit_em(refusal.problem, refusal.start, {});
    ASSERT_FALSE(fit.ok()) << refusal.name;
    EXPECT_EQ(fit.error().message, refusal.message);
  }
}

// Date of birth, number, forename, then surname, street and town, which a household shares. Four in ten
// matches have other names, and nobody has relatives in the file.
TEST(FitEm, BadlyDamagedMatchesAreNotTakenForRelatives) {
  const auto u = agreeing({0.001, 0.0001, 0.01, 0.01, 0.01, 0.05});
  const EmModel whole{0.0002, 0.0, agreeing({0.97, 0.97, 0.95, 0.95, 0.9, 0.9}), u, u};
  const EmModel damaged{0.0002, 0.0, agreeing({0.97, 0.97, 0.05, 0.05, 0.9, 0.9}), u, u};
  EmProblem problem = expected_counts(whole, 1e7);
  const EmProblem others = expected_counts(damaged, 1e7);
  for (std::size_t n = 0; n < problem.patterns.size(); ++n) {
    problem.patterns[n].pair_count =
        0.6 * problem.patterns[n].pair_count + 0.4 * others.patterns[n].pair_count;
  }
  for (std::size_t n = 0; n < problem.random_share.size(); ++n) {
    for (std::size_t level = 0; level < 2; ++level) {
      problem.random_share[n][level] =
          0.6 * problem.random_share[n][level] + 0.4 * others.random_share[n][level];
    }
  }
  const EmModel start{
      0.0001, 0.0001, agreeing({0.8, 0.8, 0.8, 0.8, 0.8, 0.8}), agreeing({0.1, 0.1, 0.1, 0.5, 0.5, 0.5}), {}};
  const auto unbounded = fit_em(problem, start);
  problem.related_own_max = {0.3, 0.3, 0.3, 1.0, 1.0, 1.0};
  const auto bounded = fit_em(problem, start);
  ASSERT_TRUE(unbounded.ok() && bounded.ok());
  EXPECT_LT(unbounded.value().expected_match_count, 0.8 * 2000);
  EXPECT_NEAR(bounded.value().expected_match_count, 2000, 0.05 * 2000);
  const auto& fit = bounded.value().model;
  for (std::size_t n = 0; n < 3; ++n) {
    EXPECT_LE(fit.related[n][0], 0.3 * fit.m[n][0] + 0.7 * problem.random_share[n][0] + 1e-9);
    EXPECT_NEAR(fit.related[n][0] + fit.related[n][1], 1.0, 1e-9);
  }
}

}  // namespace
}  // namespace kinfold::linkage
