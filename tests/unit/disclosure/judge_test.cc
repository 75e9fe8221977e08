// Each rule by itself, against hand-computed and published examples: one row a case, on both sides of the
// limit.
#include "disclosure/judge_internal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinfold::disclosure {
namespace {

using ::testing::HasSubstr;

Rules only_dominance(int n, double k) {
  Rules rules;
  rules.level_required = {};
  rules.dominance_count = n;
  rules.dominance_share = k;
  rules.p_share = 0;
  return rules;
}

Rules only_p_percent(double p) {
  auto rules = only_dominance(1, 1.01);
  rules.p_share = p;
  return rules;
}

struct Case {
  const char* name;
  std::vector<double> contributions;  // falling
  bool fails;
};

Verdict judge(const std::vector<double>& contributions, const Rules& rules) {
  double sum = 0;
  for (const double each : contributions) sum += each;
  return judge_magnitude(sum, {}, contributions, false, rules);
}

void expect_each(const std::vector<Case>& cases, const Rules& rules, const std::string& rule) {
  for (const auto& each : cases) {
    const auto verdict = judge(each.contributions, rules);
    EXPECT_EQ(verdict.rule, each.fails ? rule : "") << each.name << ": " << verdict.reason;
    if (!verdict.fails()) continue;
    EXPECT_THAT(verdict.remedy, HasSubstr("combine")) << each.name;
  }
}

// The contributions of the example in the manual of SuppressDominantCells, R package GaussSuppression
// (Langsrud 2024).
TEST(Judge, DominanceOfTheTwoLargest) {
  expect_each({{"100", {100}, true},
               {"90 10", {90, 10}, true},
               {"80 20", {80, 20}, true},
               {"70 30", {70, 30}, true},
               {"50 25 25", {50, 25, 25}, false},  // 75 %
               {"40 20 20 20", {40, 20, 20, 20}, false},
               {"25 25 25 25", {25, 25, 25, 25}, false},
               {"85 % is at the limit", {60, 25, 15}, true}},
              only_dominance(2, 0.85), "dominance");
}

TEST(Judge, DominanceOfTheLargestAlone) {
  expect_each({{"90 10", {90, 10}, true},
               {"80 20", {80, 20}, true},
               {"70 30", {70, 30}, false},
               {"50 25 25", {50, 25, 25}, false}},
              only_dominance(1, 0.75), "dominance");
}

// Hundepool et al. (2012), section 4.2.2: a cell is sensitive if the total less the two largest is below p %
// of the largest.
TEST(Judge, PPercentIsWhatTheSecondLargestCanEstimate) {
  expect_each({{"rest 5 of 50: ten per cent, at the limit", {50, 45, 5}, false},
               {"rest 4.9 of 50", {50, 45, 4.9}, true},
               {"two contributors know each other", {60, 40}, true},
               {"dominant, but in a crowd", {50, 10, 10, 10, 10, 10}, false},
               // 90 % of the two largest, and yet p % is kept: the rules are not the same one.
               {"45 45 10", {45, 45, 10}, false}},
              only_p_percent(0.10), "p-percent");
}

// The same section: q (total - the two largest) < p times the largest, where everybody knows each
// contribution to within q %.
TEST(Judge, PriorPosteriorTakesOffWhatIsKnownBeforehand) {
  auto rules = only_p_percent(0.10);
  rules.prior_share = 0.5;
  expect_each({{"half of a rest of 10 is 10 % of 50, at the limit", {50, 45, 10}, false},
               {"rest 9.9 of 50", {50, 45, 9.9}, true},
               {"kept by p % alone", {50, 45, 5}, true},
               {"dominant, but in a crowd", {50, 10, 10, 10, 10, 10}, false}},
              rules, "prior-posterior");
  const auto verdict = judge({50, 45, 4}, rules);
  EXPECT_THAT(verdict.reason, HasSubstr("who knows each of the others to within 50 %"));
  EXPECT_THAT(verdict.reason, HasSubstr("to within 4.0 %"));
}

TEST(Judge, ASumWhoseLargestContributionsAreNotStatedFailsUnlessTheRulesDoNotAsk) {
  Rules rules;
  const Contributors hundred{100.0, {}, {}};
  EXPECT_EQ(judge_magnitude(5000, hundred, std::nullopt, false, rules).rule, "not-stated-largest");
  EXPECT_EQ(judge_magnitude(5000, hundred, std::vector<double>{100}, false, rules).rule,
            "not-stated-largest");  // two are asked for
  EXPECT_EQ(judge_magnitude(5000, hundred, std::vector<double>{100, 90}, false, rules).rule, "");
  rules.dominance_count = 3;
  EXPECT_EQ(judge_magnitude(5000, hundred, std::vector<double>{100, 90}, false, rules).rule,
            "not-stated-largest");
  rules.largest_required = false;
  EXPECT_EQ(judge_magnitude(5000, hundred, std::nullopt, false, rules).rule, "");
}

TEST(Judge, ASumOfNothingSaysItOfEverybodyUnlessItCannotBeOtherwise) {
  const Rules rules;
  const Contributors hundred{100.0, {}, {}};
  EXPECT_EQ(judge_magnitude(0, hundred, std::vector<double>{0, 0}, false, rules).rule, "zero");
  EXPECT_EQ(judge_magnitude(0, hundred, std::vector<double>{0, 0}, true, rules).rule, "");
}

TEST(Judge, SumsOfCreditsAreJudgedByTheirSize) {
  const Rules rules;
  const Contributors hundred{100.0, {}, {}};
  EXPECT_EQ(judge_magnitude(-5000, hundred, std::vector<double>{4000, 900}, false, rules).rule, "dominance");
  EXPECT_EQ(judge_magnitude(-5000, hundred, std::vector<double>{100, 90}, false, rules).rule, "");
}

// The upper protection levels of the same handbook (table 4.3): p/100 x1 - rest, and top_n / k - total.
TEST(Judge, ProtectionLevelsAreTheClassicalOnes) {
  const auto p = judge({50, 45, 1}, only_p_percent(0.10));
  ASSERT_EQ(p.rule, "p-percent");
  EXPECT_GE(p.need.above, 0.10 * 50 - 1);
  const auto nk = judge({80, 15, 5}, only_dominance(2, 0.85));
  ASSERT_EQ(nk.rule, "dominance");
  EXPECT_GE(nk.need.above, 95 / 0.85 - 100 - 1e-9);
}

TEST(Judge, EachLevelHasItsThresholdAndTheFirstThatFailsIsNamed) {
  Rules rules;
  rules.threshold = {10, 5, 2};
  struct Row {
    double persons, families, authorities;
    const char* rule;
  };
  for (const auto& [persons, families, authorities, rule] : {Row{10, 5, 2, ""},
                                                             {9, 5, 2, "threshold-person"},
                                                             {10, 4, 2, "threshold-family"},
                                                             {10, 5, 1, "threshold-authority"}}) {
    EXPECT_EQ(judge_count(persons, Level::kPerson, {persons, families, authorities}, false, rules).rule,
              rule);
  }
}

TEST(Judge, ACountThatDoesNotSayWhoIsBehindItFailsWhereTheRulesAsk) {
  Rules rules;
  rules.level_required = {true, true, false};
  const auto verdict = judge_count(50, Level::kPerson, {50, {}, {}}, false, rules);
  EXPECT_EQ(verdict.rule, "not-stated-family");
  EXPECT_EQ(verdict.remedy, "add a column with the number of families");
}

TEST(Judge, PercentilesNeedPeopleOnBothSides) {
  const Rules rules;
  EXPECT_EQ(judge_percentile(90, {100, {}, {}}, rules).rule, "");  // ten beyond
  EXPECT_EQ(judge_percentile(91, {100, {}, {}}, rules).rule, "percentile");
  EXPECT_EQ(judge_percentile(9, {100, {}, {}}, rules).rule, "percentile");
  EXPECT_EQ(judge_percentile(50, {20, {}, {}}, rules).rule, "");
  EXPECT_EQ(judge_percentile(50, {19, {}, {}}, rules).rule, "percentile");
}

TEST(Judge, ModelsExtremesAndCurves) {
  Rules rules;
  EXPECT_EQ(judge_residual_df(10, rules).rule, "");
  EXPECT_EQ(judge_residual_df(9, rules).rule, "residual-df");
  EXPECT_EQ(judge_at_risk(10, rules).rule, "");
  EXPECT_EQ(judge_at_risk(9, rules).rule, "survival");
  EXPECT_EQ(judge_extreme(rules).rule, "extreme");
  rules.extremes_allowed = true;
  EXPECT_EQ(judge_extreme(rules).rule, "");
}

}  // namespace
}  // namespace kinfold::disclosure
