#include "evaluation/bootstrap.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "simulated.h"

namespace kinfold::evaluation {
namespace {

/// The reweighted sample written out: a row of a cluster that counts twice is there twice.
Sample copied(const Sample& s, const std::vector<std::uint32_t>& count) {
  Sample out;
  out.names = s.names;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < s.size(); ++i) {
    for (std::uint32_t k = 0; k < count[s.cluster[i]]; ++k) rows.push_back(i);
  }
  out.x = Matrix(rows.size(), s.x.cols);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (std::size_t c = 0; c < s.x.cols; ++c) out.x.at(k, c) = s.x.at(rows[k], c);
    out.treated.push_back(s.treated[rows[k]]);
    out.y.push_back(s.y[rows[k]]);
  }
  return out;
}

Result<Effect> plainly(MethodKind kind, const Sample& s) {
  switch (kind) {
    case MethodKind::kRawDifference: return raw_difference(s);
    case MethodKind::kRegression: return regression_effect(s);
    case MethodKind::kRegressionAdjustment: return regression_adjustment_effect(s, Estimand::kAtt);
    case MethodKind::kAipw: return aipw_effect(s, ScoreLink::kLogit, Estimand::kAtt);
    case MethodKind::kIpwra: return ipwra_effect(s, ScoreLink::kLogit, Estimand::kAtt);
    default: return ipw_effect(s, ScoreLink::kLogit, Estimand::kAtt);
  }
}

TEST(Bootstrap, ReweightingIsWhatCopyingGives) {
  const auto sample = families(200, 3);
  const ClusterDraws draws(200, {});
  for (const auto kind : {MethodKind::kRawDifference, MethodKind::kRegression, MethodKind::kIpw,
                          MethodKind::kRegressionAdjustment, MethodKind::kAipw, MethodKind::kIpwra}) {
    const auto replicates = bootstrap_estimates({{sample, {sample.y}}},
                                                {kind, Estimand::kAtt, ScoreLink::kLogit}, draws, {10, 7, 1});
    ASSERT_TRUE(replicates.ok()) << replicates.error().message;
    for (std::size_t r = 0; r < 10; ++r) {
      const auto expected = plainly(kind, copied(sample, draws.draw(7, r)));
      EXPECT_NEAR(replicates.value().at(r, 0), expected.value().estimate, 1e-6) << static_cast<int>(kind);
    }
  }
}

TEST(Bootstrap, DrawsAsManyClustersOfEachStratumAsThereAre) {
  std::vector<std::uint32_t> stratum;
  for (std::uint32_t c = 0; c < 100; ++c)
    stratum.push_back(c < 60 ? 0 : c < 98 ? 1 : c - 96);  // two strata of one
  const ClusterDraws draws(100, stratum);
  bool varies = false;
  for (std::uint64_t r = 0; r < 20; ++r) {
    const auto count = draws.draw(1, r);
    EXPECT_EQ(std::accumulate(count.begin(), count.begin() + 60, 0U), 60U);
    EXPECT_EQ(std::accumulate(count.begin() + 60, count.begin() + 98, 0U), 38U);
    EXPECT_EQ(count[98] + count[99], 2U);
    varies = varies || count[98] != 1;
  }
  EXPECT_TRUE(varies) << "strata of one cluster are drawn together";
}

TEST(Bootstrap, IsTheSameOnAnyNumberOfThreads) {
  const auto sample = families(150, 4);
  const ClusterDraws draws(150, {});
  const std::vector<BootstrapGroup> groups = {{sample, {sample.y, sample.y}}};
  const BootstrapMethod method{MethodKind::kAipw, Estimand::kAte, ScoreLink::kProbit};
  const auto one = bootstrap_estimates(groups, method, draws, {100, 5, 1}).value();
  const auto two = bootstrap_estimates(groups, method, draws, {100, 5, 2}).value();
  EXPECT_EQ(one.values, two.values) << "to the last bit";
}

TEST(Bootstrap, CovarianceOfTwoOutcomesIsThatOfTheirInfluences) {
  auto sample = families(1500, 6);
  std::vector<double> other = sample.y;
  RandomStream random(8);
  for (auto& v : other) v = 0.5 * v + random.normal();
  const ClusterDraws draws(1500, {});
  const auto replicates =
      bootstrap_estimates({{sample, {sample.y, other}}},
                          {MethodKind::kIpw, Estimand::kAtt, ScoreLink::kLogit}, draws, {600, 1, 2});
  const auto covariance = replicate_covariance(replicates.value()).value();
  const auto a = ipw_effect(sample, ScoreLink::kLogit, Estimand::kAtt).value();
  auto second = sample;
  second.y = other;
  const auto b = ipw_effect(second, ScoreLink::kLogit, Estimand::kAtt).value();
  // A variance from 600 replicates has a standard error of 6 %.
  EXPECT_NEAR(covariance.at(0, 0) / a.variance, 1, 0.2);
  EXPECT_NEAR(covariance.at(1, 1) / b.variance, 1, 0.2);
  EXPECT_NEAR(covariance.at(0, 1) / influence_covariance(a.influence, b.influence, sample.cluster), 1, 0.25);
}

TEST(Bootstrap, OfInfluencesHasTheirVariance) {
  RandomStream random(9);
  std::vector<double> sums(1000);
  for (auto& v : sums) v = random.normal() / 100;
  const auto replicates = bootstrap_influences({2.0}, {sums}, ClusterDraws(1000, {}), {800, 1, 1});
  double square = 0;
  for (const double v : sums) square += v * v;
  EXPECT_NEAR(replicate_covariance(replicates)->at(0, 0) / square, 1, 0.2);
  EXPECT_NEAR(replicate_quantile(replicates, 0, 0.5), 2.0, 0.1);
}

TEST(Bootstrap, SaysWhyThereIsNone) {
  auto sample = families(50, 1);
  for (std::size_t i = 0; i < sample.size(); ++i) sample.treated[i] = sample.x.at(i, 1) > 0.5;
  const auto result = bootstrap_estimates({{sample, {sample.y}}}, {}, ClusterDraws(50, {}), {100, 1, 1});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("covariate x"), std::string::npos) << result.error().message;
}

}  // namespace
}  // namespace kinfold::evaluation
