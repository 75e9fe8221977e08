// LaLonde's data: what R's MatchIt, WeightIt, sandwich and Stata's psmatch2 give, to the digits given.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "evaluation/balance.h"
#include "evaluation/effect.h"
#include "evaluation/linear.h"
#include "evaluation/nearest.h"
#include "evaluation/score.h"
#include "reference_data.h"

namespace kinfold::evaluation {
namespace {

class Lalonde : public ::testing::Test {
 protected:
  void SetUp() override {
    KINFOLD_NEED_DATA("lalonde.csv");
    sample_ = lalonde();
    auto fit = fit_score(sample_.x, sample_.names, sample_.treated);
    ASSERT_TRUE(fit.ok());
    fit_ = std::move(fit).value();
  }
  double score_sd() const {
    const auto& p = fit_.probability;
    const double mean = std::accumulate(p.begin(), p.end(), 0.0) / static_cast<double>(p.size());
    double sum = 0;
    for (const double v : p) sum += (v - mean) * (v - mean);
    return std::sqrt(sum / static_cast<double>(p.size() - 1));
  }
  double smd(const std::vector<double>& values) const {
    return measure_balance(values, sample_.treated, std::vector<double>(values.size(), 1)).smd;
  }
  double comparison_ess(const Effect& effect) const {
    std::vector<double> w;
    for (std::size_t i = 0; i < sample_.size(); ++i) {
      if (!sample_.treated[i]) w.push_back(effect.weights[i]);
    }
    return effective_sample_size(w);
  }
  std::vector<double> column(std::size_t c) const {
    return {sample_.x.column(c), sample_.x.column(c) + sample_.size()};
  }
  Sample sample_;
  ScoreFit fit_;
};

TEST_F(Lalonde, LogitAgreesWithR) {
  // To R's last digit only when stopped where R's glm stops, short of full convergence.
  const auto as_r = fit_score(sample_.x, sample_.names, sample_.treated, ScoreLink::kLogit, 1e-8).value();
  EXPECT_NEAR(as_r.deviance, 487.84393131, 5e-9);
  EXPECT_NEAR(as_r.coefficients[1], .0157770709858, 5e-14);
  EXPECT_NEAR(as_r.coefficients[5], -.832113271326, 5e-13);
  EXPECT_NEAR(fit_.coefficients[5], -.832113271326, 1e-8);
}

TEST_F(Lalonde, RawDifferenceAndRegressionAgreeWithR) {
  EXPECT_NEAR(raw_difference(sample_).value().estimate, -635.0262, 5e-5);
  Matrix x(sample_.size(), sample_.x.cols + 1);
  for (std::size_t i = 0; i < sample_.size(); ++i) x.at(i, 0) = sample_.treated[i];
  std::copy(sample_.x.values.begin(), sample_.x.values.end(), x.column(1));
  const auto fit =
      fit_linear(x, sample_.y, {.covariance = Covariance::kClassic, .weights = {}, .clusters = {}});
  EXPECT_NEAR(fit.value().coefficients[0], 1548.2438, 5e-5);
  EXPECT_NEAR(fit.value().std_error(0), 781.2793, 5e-5);
}

TEST_F(Lalonde, StandardisedDifferencesAgreeWithMatchIt) {
  std::vector<double> black(sample_.size());
  for (std::size_t i = 0; i < sample_.size(); ++i) black[i] = 1 - sample_.x.at(i, 3) - sample_.x.at(i, 4);
  EXPECT_NEAR(smd(fit_.probability), 1.7941, 5e-5);
  EXPECT_NEAR(smd(black), 1.7615, 5e-5);
  EXPECT_NEAR(smd(column(7)), -.7211, 5e-5);
}

TEST_F(Lalonde, WeightingAgreesWithWeightIt) {
  const auto att = ipw_effect(sample_, ScoreLink::kLogit, Estimand::kAtt).value();
  EXPECT_NEAR(att.estimate, 1214.07122, 5e-6);
  EXPECT_NEAR(comparison_ess(att), 99.8154, 5e-5);
  EXPECT_NEAR(ipw_effect(sample_, ScoreLink::kLogit, Estimand::kAte).value().estimate, 224.67631, 5e-6);
}

TEST_F(Lalonde, AugmentedWeightingAgrees) {
  const auto ate = aipw_effect(sample_, ScoreLink::kLogit, Estimand::kAte, true).value();
  EXPECT_NEAR(ate.estimate, 469.63998, 1e-5);  // the score of R's glm stops at 1e-8 of the deviance
  const double n = static_cast<double>(sample_.size());
  EXPECT_NEAR(std::sqrt(ate.variance * n / (n - 1)), 926.1551, 5e-5);  // theirs divides by n - 1
  const auto att = aipw_effect(sample_, ScoreLink::kLogit, Estimand::kAtt, true).value();
  EXPECT_NEAR(att.estimate, 1226.54374, 5e-6);
  EXPECT_NEAR(std::sqrt(att.variance), 813.4162, 5e-5);
}

TEST_F(Lalonde, EntropyBalancingAgreesWithWeightIt) {
  const auto att = entropy_effect(sample_);
  ASSERT_TRUE(att.ok()) << att.error().message;
  EXPECT_NEAR(att.value().estimate, 1273.26178, 5e-5);  // WeightIt's optimiser stops earlier
  EXPECT_NEAR(comparison_ess(att.value()), 98.4578, 5e-5);
}

TEST_F(Lalonde, KernelMatchingAgreesWithPsmatch2) {
  const auto narrow = kernel_effect(sample_, fit_.probability, KernelKind::kEpanechnikov, .06).value();
  EXPECT_NEAR(narrow.estimate, 1249.40775, 1e-5);  // the score of R's glm stops at 1e-8 of the deviance
  EXPECT_EQ(narrow.n_treated, 184u);
  EXPECT_NEAR(kernel_effect(sample_, fit_.probability, KernelKind::kEpanechnikov, .1).value().estimate,
              1184.70644, 5e-6);
  EXPECT_NEAR(kernel_effect(sample_, fit_.probability, KernelKind::kGaussian, .06).value().estimate,
              1157.95448, 5e-6);
}

TEST_F(Lalonde, NearestNeighboursWithTiesAveragedAgree) {
  for (const auto& [k, expected] :
       std::vector<std::pair<std::uint32_t, double>>{{1, 1968.79972}, {2, 1811.27673}, {5, 1446.37552}}) {
    NearestEffectOptions options;
    options.neighbours = k;
    EXPECT_NEAR(nearest_effect(sample_, fit_.probability, options).value().estimate, expected, 5e-6) << k;
  }
}

TEST_F(Lalonde, GreedyPairsAgree) {
  const auto all = greedy_effect(sample_, fit_.probability).value();
  EXPECT_EQ(all.n_treated, 185u);
  EXPECT_NEAR(all.estimate, 894.36748, 5e-6);
  EXPECT_NEAR(std::sqrt(all.variance), 714.7929, 5e-5);
  struct Row {
    double caliper;
    std::size_t pairs;
    double estimate;
  };
  for (const auto& row : {Row{.25, 116, 2029.32749}, Row{.2, 113, 1571.74445}, Row{.1, 111, 1835.40768}}) {
    const auto effect =
        greedy_effect(sample_, fit_.probability, {.caliper = row.caliper * score_sd()}).value();
    EXPECT_EQ(effect.n_treated, row.pairs) << row.caliper;
    EXPECT_NEAR(effect.estimate, row.estimate, 5e-6) << row.caliper;
  }
}

}  // namespace
}  // namespace kinfold::evaluation
