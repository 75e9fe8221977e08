#include "evaluation/sensitivity.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "evaluation/multiplicity.h"

namespace kinfold::evaluation {
namespace {

TEST(EValue, AgreesWithThePublishedExample) {
  // VanderWeele and Ding (2017): risk ratio 3.9 (1.8 to 8.7) has E-values 7.26 and 3.0.
  EXPECT_NEAR(e_value(3.9), 7.26, 0.005);
  EXPECT_NEAR(e_value_of_limit(1.8, 8.7), 3.0, 0.005);
  EXPECT_NEAR(e_value(1 / 3.9), e_value(3.9), 1e-12);
  EXPECT_EQ(e_value(1), 1);
  EXPECT_EQ(e_value_of_limit(0.8, 1.2), 1);
}

TEST(Rosenbaum, WithoutBiasIsTheSignTestAndGrowsWithGamma) {
  EXPECT_NEAR(rosenbaum_p(9, 1, 1), 11.0 / 1024, 1e-12);  // Pr(X >= 9) of 10 fair coins
  double previous = 0;
  for (double gamma = 1; gamma < 8; gamma += 0.5) {
    const double p = rosenbaum_p(40, 15, gamma);
    EXPECT_GT(p, previous);
    previous = p;
  }
}

TEST(Rosenbaum, AgreesWithThePublishedSmokingStudy) {
  // Hammond (1964) in Rosenbaum (2002), section 4.3.2: 110 and 12 discordant pairs; .0001 at 4, .1 at 6.
  EXPECT_LT(rosenbaum_p(110, 12, 4), 0.005);
  EXPECT_NEAR(rosenbaum_p(110, 12, 6), 0.1, 0.05);
  const auto gamma = rosenbaum_gamma(110, 12);
  ASSERT_TRUE(gamma.has_value());
  EXPECT_GT(*gamma, 5);
  EXPECT_LT(*gamma, 6);
  EXPECT_FALSE(rosenbaum_gamma(5, 5).has_value());
}

TEST(Multiplicity, HolmAndBenjaminiHochbergAgreeWithR) {
  // p.adjust(c(.01, .04, .03, .005), "holm") and "BH".
  const auto holm = adjust_p_values({.01, .04, .03, .005}, Multiplicity::kHolm);
  EXPECT_NEAR(holm[0], .03, 1e-12);
  EXPECT_NEAR(holm[1], .06, 1e-12);
  EXPECT_NEAR(holm[2], .06, 1e-12);
  EXPECT_NEAR(holm[3], .02, 1e-12);
  const auto bh = adjust_p_values({.01, .04, .03, .005}, Multiplicity::kBenjaminiHochberg);
  EXPECT_NEAR(bh[0], .02, 1e-12);
  EXPECT_NEAR(bh[1], .04, 1e-12);
  EXPECT_NEAR(bh[2], .04, 1e-12);
  EXPECT_NEAR(bh[3], .02, 1e-12);
}

TEST(Multiplicity, RomanoWolfIsBelowHolmWhereTestsMoveTogether) {
  RandomStream random(1);
  std::vector<std::vector<double>> influence(3, std::vector<double>(2000));
  for (std::size_t c = 0; c < 2000; ++c) {
    const double shared = random.normal();
    for (auto& row : influence) row[c] = shared + 0.05 * random.normal();
  }
  const std::vector<double> t = {2.3, 2.2, 2.1};
  std::vector<double> p;
  for (const double v : t) p.push_back(std::erfc(v / std::sqrt(2.0)));
  const auto stepped = romano_wolf(t, influence, 4000, 1);
  const auto holm = adjust_p_values(p, Multiplicity::kHolm);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_LT(stepped[k], holm[k]);
  EXPECT_NEAR(stepped[0], p[0], 0.015) << "nearly one test, three times";
}

TEST(Multiplicity, RomanoWolfIsHolmWhereTestsAreIndependent) {
  RandomStream random(2);
  std::vector<std::vector<double>> influence(3, std::vector<double>(2000));
  for (auto& row : influence) {
    for (auto& v : row) v = random.normal();
  }
  const auto stepped = romano_wolf({2.6, 0.5, 0.1}, influence, 8000, 1);
  EXPECT_NEAR(stepped[0], 3 * std::erfc(2.6 / std::sqrt(2.0)), 0.006);
}

}  // namespace
}  // namespace kinfold::evaluation
