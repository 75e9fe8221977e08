// The planted effects, and that the files' events hold exactly them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "synth/programme.h"

namespace kinfold::synth {
namespace {

SynthOptions options_of(std::uint64_t family_count, std::uint64_t seed, bool planted = true) {
  SynthOptions options;
  options.family_count = family_count;
  options.seed = seed;
  options.planted_effects = planted;
  options.thread_count = 2;
  return options;
}

/// One big draw for all tests that only look.
const Programme& big_draw() {
  static const Programme kDraw = [] {
    NoProgress progress;
    return build_programme(options_of(30'000, 20'260'822), progress);
  }();
  return kDraw;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

struct Window {
  Variable variable;
  int first_month;
  int end_month;
};
constexpr std::array<Window, kOutcomeCount> kWindows{{{Variable::kLookedAfter, 18, 24},
                                                      {Variable::kCustodialSentence, 0, 24},
                                                      {Variable::kCustodialSentence, 0, 24},
                                                      {Variable::kConviction, 0, 24},
                                                      {Variable::kJsa, 18, 24},
                                                      {Variable::kChildProtectionPlan, 6, 18},
                                                      {Variable::kChildProtectionPlan, 18, 24}}};

/// As the panel sees it: any day, or any event, in the quarters of the window.
bool happened(const Family& family, const Member& member, const Window& window) {
  const int from = add_months(family.start, window.first_month).days;
  const int end = add_months(family.start, window.end_month).days;
  return std::any_of(member.events.begin(), member.events.end(), [&](const Event& e) {
    if (e.variable != window.variable) return false;
    const int last = e.end == kNoDay ? e.start : e.end;
    return e.start < end && last >= from;
  });
}

TEST(PlantedEffects, AreWhatTheEventsShow) {
  const auto& draw = big_draw();
  for (std::size_t k = 0; k < kOutcomeCount; ++k) {
    std::uint64_t programme = 0;
    std::uint64_t others = 0;
    for (const auto& family : draw.families) {
      for (std::size_t i = 0; i < family.members.size(); ++i) {
        if (!in_population(family.household.people[i], family.start, outcome_specs()[k].population)) continue;
        if (!happened(family, family.members[i], kWindows[k])) continue;
        ++(family.group == Group::kProgramme ? programme : others);
      }
    }
    EXPECT_EQ(programme, draw.sums.with[k]) << outcome_specs()[k].id;
    EXPECT_EQ(others, draw.sums.others[k]) << outcome_specs()[k].id;
  }
}

TEST(PlantedEffects, AreThePublishedOnesWithinSamplingError) {
  const auto& draw = big_draw();
  for (std::size_t k = 0; k < kOutcomeCount; ++k) {
    const auto& spec = outcome_specs()[k];
    const auto count = static_cast<double>(draw.sums.programme_count[k]);
    ASSERT_GT(count, 10'000);
    // Four standard errors; outcomes within a family go together, hence the design effect of 1.5.
    const auto bound = [&](double p) { return 4 * std::sqrt(1.5 * p * (1 - p) / count); };
    EXPECT_NEAR(share(draw.sums.without[k], draw.sums.programme_count[k]), spec.comparison_share,
                bound(spec.comparison_share))
        << spec.id;
    EXPECT_NEAR(share(draw.sums.with[k], draw.sums.programme_count[k]), spec.programme_share,
                bound(spec.programme_share))
        << spec.id;
  }
}

TEST(PlantedEffects, HaveTheirSignsAndNoneWhereNoneWasFound) {
  const auto& sums = big_draw().sums;
  for (const auto k : {kLookedAfter, kCustodyAdults, kCustodyJuveniles, kConvictionJuveniles, kJsa}) {
    EXPECT_LT(sums.with[k], sums.without[k]) << outcome_specs()[k].id;
  }
  EXPECT_GT(sums.with[kPlan7To18], sums.without[kPlan7To18]);
  EXPECT_EQ(sums.with[kPlan19To24], sums.without[kPlan19To24]);
}

TEST(PlantedEffects, AreLeftOutWhenAsked) {
  NoProgress progress;
  const auto draw = build_programme(options_of(1'500, 5, false), progress);
  for (std::size_t k = 0; k < kOutcomeCount; ++k) EXPECT_EQ(draw.sums.with[k], draw.sums.without[k]);
}

TEST(NaiveComparison, MakesTheProgrammeLookWorseThanItIs) {
  const auto& sums = big_draw().sums;
  for (std::size_t k = 0; k < kOutcomeCount; ++k) {
    const double comparison = share(sums.others[k], sums.others_count[k]);
    const double without = share(sums.without[k], sums.programme_count[k]);
    EXPECT_LT(comparison, without) << outcome_specs()[k].id;
  }
  // Not only too small an effect: for these the naive sign is wrong.
  for (const auto k : {kLookedAfter, kCustodyAdults, kConvictionJuveniles, kJsa}) {
    const double naive =
        share(sums.with[k], sums.programme_count[k]) - share(sums.others[k], sums.others_count[k]);
    EXPECT_GT(naive, 0) << outcome_specs()[k].id;
  }
}

TEST(Groups, HaveTheirSharesAndProgrammeFamiliesMeetTheCriteria) {
  const auto& families = big_draw().families;
  std::array<int, 3> count{};
  int one_problem = 0;
  for (const auto& family : families) {
    ++count[static_cast<std::size_t>(family.group)];
    EXPECT_GE(family.problem_count(), 1);
    one_problem += family.problem_count() == 1 ? 1 : 0;
    if (family.group == Group::kProgramme) {
      EXPECT_GE(family.problem_count(), 2);
    }
    EXPECT_EQ(family.end.days != 0, family.group == Group::kProgramme);
  }
  const auto total = static_cast<double>(families.size());
  EXPECT_NEAR(count[0] / total, 0.50, 0.02);
  EXPECT_NEAR(count[1] / total, 0.35, 0.02);
  EXPECT_NEAR(count[2] / total, 0.15, 0.02);
  EXPECT_NEAR(one_problem / total, 0.05, 0.01);
}

constexpr std::size_t kTermCount = 19;
using Row = std::array<double, kTermCount>;

/// What an analyst sees of one person before the start.
Row covariates(const Family& family, std::size_t place) {
  const auto& person = family.household.people[place];
  const auto& past = family.members[place].past;
  const double age = age_years(person.born, family.start);
  Row row{1,
          (age - 20) / 15,
          (age - 20) * (age - 20) / 225,
          person.sex == Sex::kMale ? 1.0 : 0.0,
          past.jsa_share,
          static_cast<double>(std::min(past.conviction_count, 3)),
          static_cast<double>(std::min(past.custody_count, 1)),
          static_cast<double>(std::min(past.caution_count, 2)),
          past.absence_mean,
          past.in_need_share,
          past.plan_share,
          past.looked_after_share,
          static_cast<double>(family.problem_count())};
  for (std::size_t k = 0; k < kProblemCount; ++k) row[13 + k] = family.has_problem(k) ? 1 : 0;
  // The count is the sum of the flags: one of the seven says nothing new.
  row[13 + kProblemCount - 1] = 0;
  return row;
}

/// Newton's method for a logit, with a little ridge; small and plain, for this test only.
Row fit_logit(const std::vector<Row>& x, const std::vector<int>& y) {
  Row beta{};
  for (int step = 0; step < 12; ++step) {
    std::array<Row, kTermCount> hessian{};
    Row gradient{};
    for (std::size_t i = 0; i < x.size(); ++i) {
      double eta = 0;
      for (std::size_t j = 0; j < kTermCount; ++j) eta += beta[j] * x[i][j];
      const double p = 1 / (1 + std::exp(-eta));
      for (std::size_t j = 0; j < kTermCount; ++j) {
        gradient[j] += (y[i] - p) * x[i][j];
        for (std::size_t k = 0; k < kTermCount; ++k) hessian[j][k] += p * (1 - p) * x[i][j] * x[i][k];
      }
    }
    for (std::size_t j = 0; j < kTermCount; ++j) hessian[j][j] += 1e-3;
    for (std::size_t j = 0; j < kTermCount; ++j) {  // Gauss and Jordan; positive definite, so without pivots.
      for (std::size_t i = 0; i < kTermCount; ++i) {
        if (i == j) continue;
        const double factor = hessian[i][j] / hessian[j][j];
        for (std::size_t k = j; k < kTermCount; ++k) hessian[i][k] -= factor * hessian[j][k];
        gradient[i] -= factor * gradient[j];
      }
    }
    for (std::size_t j = 0; j < kTermCount; ++j) beta[j] += gradient[j] / hessian[j][j];
  }
  return beta;
}

TEST(Selection, IsOnWhatThePanelShowsSoThatWeightingRecoversTheTruth) {
  const auto& draw = big_draw();
  for (std::size_t k = 0; k < kOutcomeCount; ++k) {
    std::vector<Row> x;
    std::vector<int> treated;
    std::vector<double> outcome;
    for (const auto& family : draw.families) {
      for (std::size_t i = 0; i < family.members.size(); ++i) {
        if (!in_population(family.household.people[i], family.start, outcome_specs()[k].population)) continue;
        x.push_back(covariates(family, i));
        treated.push_back(family.group == Group::kProgramme ? 1 : 0);
        outcome.push_back(happened(family, family.members[i], kWindows[k]) ? 1 : 0);
      }
    }
    const auto beta = fit_logit(x, treated);
    double weight_sum = 0;
    double weight_squares = 0;
    double weighted = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (treated[i] == 1) continue;
      double eta = 0;
      for (std::size_t j = 0; j < kTermCount; ++j) eta += beta[j] * x[i][j];
      const double w = std::exp(eta);  // Odds of treatment: the treated are the population.
      weight_sum += w;
      weight_squares += w * w;
      weighted += w * outcome[i];
    }
    const double estimate = weighted / weight_sum;
    const double truth = share(draw.sums.without[k], draw.sums.programme_count[k]);
    const double naive = share(draw.sums.others[k], draw.sums.others_count[k]);
    const double effective = weight_sum * weight_sum / weight_squares;
    const double error = std::sqrt(1.4 * truth * (1 - truth) / effective);
    EXPECT_NEAR(estimate, truth, 3.5 * error) << outcome_specs()[k].id;
    // Where the sample can tell them apart, weighting takes away most of the naive bias.
    if (std::abs(naive - truth) > 4 * error) {
      EXPECT_LT(std::abs(estimate - truth), 0.5 * std::abs(naive - truth)) << outcome_specs()[k].id;
    }
    RecordProperty(std::string(outcome_specs()[k].id),
                   std::to_string(estimate) + " truth " + std::to_string(truth) + " naive " +
                       std::to_string(naive) + " se " + std::to_string(error));
  }
}

TEST(Events, KeepToTheYearsRoundTheStartAndToLife) {
  for (const auto& family : big_draw().families) {
    const int from = add_months(family.start, -60).days;
    const int to = add_months(family.start, 24).days;
    for (std::size_t i = 0; i < family.members.size(); ++i) {
      const auto& person = family.household.people[i];
      for (const auto& e : family.members[i].events) {
        ASSERT_GE(e.start, from);
        ASSERT_LE(e.start, to);
        ASSERT_GE(e.start, person.born.days);
        if (e.end != kNoDay) {
          ASSERT_GE(e.end, e.start);
        }
        if (department_of(e.variable) == Department::kMoj) {
          ASSERT_GE(age_years(person.born, {e.start}), 10);
        }
        if (department_of(e.variable) == Department::kDwp) {
          ASSERT_GE(age_years(person.born, {e.start}), 16);
        }
        if (e.variable == Variable::kAbsenceRate) {
          ASSERT_GE(e.value, 0.0F);
          ASSERT_LE(e.value, 1.0F);
        }
      }
    }
  }
}

TEST(Events, NeverGiveTwoBenefitsForOneDay) {
  for (std::size_t f = 0; f < 4'000; ++f) {
    const auto& family = big_draw().families[f];
    for (const auto& member : family.members) {
      std::vector<std::pair<int, int>> spells;
      for (const auto& e : member.events) {
        if (department_of(e.variable) == Department::kDwp) spells.emplace_back(e.start, e.end);
      }
      std::sort(spells.begin(), spells.end());
      for (std::size_t i = 1; i < spells.size(); ++i)
        ASSERT_GT(spells[i].first, spells[i - 1].second) << "family " << f;
    }
  }
}

TEST(Events, GiveNobodyCustodyWithoutAConvictionOnTheDay) {
  for (const auto& family : big_draw().families) {
    for (const auto& member : family.members) {
      for (const auto& custody : member.events) {
        if (custody.variable != Variable::kCustodialSentence) continue;
        EXPECT_TRUE(std::any_of(member.events.begin(), member.events.end(), [&](const Event& e) {
          return e.variable == Variable::kConviction && e.start == custody.start;
        }));
      }
    }
  }
}

}  // namespace
}  // namespace kinfold::synth
