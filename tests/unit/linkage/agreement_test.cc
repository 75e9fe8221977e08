#include "linkage/agreement.h"

#include <gtest/gtest.h>

namespace kinfold::linkage {
namespace {

constexpr Verdict kAll[] = {Verdict::kSame, Verdict::kDifferent, Verdict::kCannotTell};

// Two coders' decisions that make this table.
std::vector<Decision> table_of(const std::array<std::array<int, 3>, 3>& count) {
  std::vector<Decision> decisions;
  int pair = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (int n = 0; n < count[i][j]; ++n) {
        const auto id = std::to_string(++pair);
        decisions.push_back({"L" + id, "R" + id, "kim", kAll[i], Drawn::kSample});
        decisions.push_back({"L" + id, "R" + id, "lee", kAll[j], Drawn::kSample});
      }
    }
  }
  return decisions;
}

// 20 + 15 of 50 agreed, 25 by chance: kappa .4. Interval: statsmodels 0.14, cohens_kappa.
TEST(Agreement, IsThatOfATextbookAndItsIntervalThatOfStatsmodels) {
  const auto all = agreements(table_of({{{20, 5, 0}, {10, 15, 0}, {0, 0, 0}}}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].both_count, 50U);
  EXPECT_NEAR(all[0].observed, 0.7, 1e-12);
  EXPECT_NEAR(*all[0].kappa, 0.4, 1e-12);
  EXPECT_NEAR(all[0].kappa_low, 0.151092290476661, 1e-4) << "1.96 is rounded";
  EXPECT_NEAR(all[0].kappa_high, 0.6489077095233389, 1e-4);
  EXPECT_EQ(all[0].disagreements.size(), 15U);
}

TEST(Agreement, TakesCannotTellAsAnAnswerOfItsOwn) {
  const auto all = agreements(table_of({{{44, 5, 2}, {3, 30, 4}, {1, 2, 9}}}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_NEAR(*all[0].kappa, 0.7168082625353989, 1e-12);
  EXPECT_NEAR(all[0].kappa_low, 0.5970202263250279, 1e-4);
  EXPECT_NEAR(all[0].kappa_high, 0.8365962987457698, 1e-4);
  EXPECT_EQ(all[0].count[1][2], 4U);
}

TEST(Agreement, SaysNothingWhereChanceAloneWouldAgree) {
  EXPECT_FALSE(agreements(table_of({{{9, 0, 0}, {0, 0, 0}, {0, 0, 0}}}))[0].kappa.has_value());
  const std::vector<Decision> apart = {{"L1", "R1", "kim", Verdict::kSame, Drawn::kSample},
                                       {"L2", "R2", "lee", Verdict::kSame, Drawn::kSample}};
  EXPECT_FALSE(agreements(apart)[0].kappa.has_value());
  EXPECT_EQ(agreements(apart)[0].both_count, 0U);
  EXPECT_TRUE(agreements({}).empty());
}

TEST(Agreement, TakesALaterWordForAnEarlierAndLeavesOutWhatWasAgreed) {
  std::vector<Decision> decisions = {{"L1", "R1", "kim", Verdict::kSame, Drawn::kSample},
                                     {"L1", "R1", "lee", Verdict::kDifferent, Drawn::kSample},
                                     {"L2", "R2", "kim", Verdict::kSame, Drawn::kSample},
                                     {"L2", "R2", "lee", Verdict::kDifferent, Drawn::kSample},
                                     {"L2", "R2", "lee", Verdict::kSame, Drawn::kSample}};
  using Open = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(open_disagreements(decisions), (Open{{"L1", "R1"}}));
  EXPECT_EQ(agreements(decisions)[0].count[0][0], 1U);
  decisions.push_back({"L1", "R1", "agreed", Verdict::kSame, Drawn::kSample});
  EXPECT_EQ(open_disagreements(decisions), Open{});
  EXPECT_EQ(agreements(decisions).size(), 1U) << "what was agreed is no coder";
}

}  // namespace
}  // namespace kinfold::linkage
