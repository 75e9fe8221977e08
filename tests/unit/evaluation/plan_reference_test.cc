// The published results through a plan and a table, as a user gets them; lalonde_test.cc and its kin hold the
// estimators themselves.
#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "evaluation/evaluate.h"
#include "reference_data.h"

namespace kinfold::evaluation {
namespace {

Evaluation evaluate_file(const std::string& data, const Plan& plan) {
  const auto table = reference_table(data);
  auto result = evaluate({&table, nullptr, nullptr}, plan, {});
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(result).value() : Evaluation{};
}

Plan example(const std::string& name) {
  auto plan = read_plan(source_dir() + "/plans/" + name);
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
  return plan.ok() ? std::move(plan).value() : Plan{};
}

struct Published {
  const char* method;
  double estimate;
  double std_error;  ///< 0: none is published.
  double tolerance = 1e-5;
  std::uint64_t n_treated = 0;
};

void expect_published(const Evaluation& evaluation, const std::vector<Published>& all,
                      const std::string& outcome) {
  for (const auto& one : all) {
    const auto found =
        std::find_if(evaluation.estimates.begin(), evaluation.estimates.end(), [&](const Estimate& e) {
          return e.outcome == outcome && e.subgroup == "all" && e.method == one.method;
        });
    ASSERT_NE(found, evaluation.estimates.end()) << one.method;
    ASSERT_TRUE(found->estimate.has_value()) << one.method << ": " << found->not_estimable_because;
    EXPECT_NEAR(*found->estimate, one.estimate, one.tolerance) << one.method;
    if (one.std_error > 0) {
      EXPECT_NEAR(*found->std_error, one.std_error, std::max(one.tolerance, 5e-5)) << one.method;
    }
    if (one.n_treated > 0) {
      EXPECT_EQ(found->n_treated, one.n_treated) << one.method;
    }
  }
}

Plan with_methods(Plan plan, const std::string& methods) {
  const auto others = parse_plan(
      "[treatment]\ncolumn = 't'\ntreated = '1'\ncomparison = '0'\n[[outcome]]\nid = 'y'\ncolumn = 'y'\n" +
          methods,
      "methods");
  EXPECT_TRUE(others.ok()) << (others.ok() ? "" : others.error().message);
  plan.methods = others.value().methods;
  plan.subgroups.clear();
  return plan;
}

TEST(ThePlanOnLalonde, GivesThePublishedResults) {
  KINFOLD_NEED_DATA("lalonde.csv");
  const auto result = evaluate_file("lalonde.csv", with_methods(example("lalonde.toml"), R"(
[[method]]
kind = "raw"
[[method]]
id = "ols"
kind = "regression"
errors = "classic"
[[method]]
kind = "ipw"
[[method]]
id = "ipw_ate"
kind = "ipw"
estimand = "ATE"
[[method]]
id = "aipw_ate"
kind = "aipw"
estimand = "ATE"
errors = "efficient"
[[method]]
id = "aipw_att"
kind = "aipw"
errors = "efficient"
[[method]]
kind = "entropy"
[[method]]
id = "kernel_06"
kind = "kernel"
[[method]]
id = "kernel_1"
kind = "kernel"
bandwidth = 0.1
[[method]]
id = "gaussian"
kind = "kernel"
kernel = "gaussian"
[[method]]
id = "nearest_1"
kind = "nearest"
[[method]]
id = "nearest_2"
kind = "nearest"
neighbours = 2
[[method]]
id = "nearest_5"
kind = "nearest"
neighbours = 5
)"));
  expect_published(result,
                   {{"raw", -635.0262, 0, 5e-5},
                    {"ols", 1548.2438, 781.2793, 5e-5},
                    {"ipw", 1214.07122, 0},
                    {"ipw_ate", 224.67631, 0},
                    {"aipw_ate", 469.63998, 926.1551 * std::sqrt(613.0 / 614)},  // theirs divides by n - 1
                    {"aipw_att", 1226.54374, 813.4162},
                    {"entropy", 1273.26178, 0, 5e-5},  // WeightIt's optimiser stops earlier
                    {"kernel_06", 1249.40775, 0, 1e-5, 184},
                    {"kernel_1", 1184.70644, 0},
                    {"gaussian", 1157.95448, 0},
                    {"nearest_1", 1968.79972, 0},
                    {"nearest_2", 1811.27673, 0},
                    {"nearest_5", 1446.37552, 0}},
                   "earnings_1978");
}

const table::Table& output_of(const Evaluation& evaluation, const std::string& id) {
  for (const auto& output : evaluation.outputs) {
    if (output.id == id) return output.table;
  }
  ADD_FAILURE() << "no output " << id;
  return evaluation.outputs.front().table;
}

double cell(const table::Table& t, const std::string& key, const std::string& value,
            const std::string& column, const std::string& group = {}) {
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    const bool same_group = group.empty() || t.find("group")->text_at(r) == group;
    if (t.find(key)->text_at(r) == value && same_group) return t.find(column)->number_at(r);
  }
  ADD_FAILURE() << "no row " << value;
  return 0;
}

TEST(ThePlanOnLalonde, WritesThePublishedBalanceAndEffectiveSampleSizes) {
  KINFOLD_NEED_DATA("lalonde.csv");
  const auto result = evaluate_file("lalonde.csv", example("lalonde.toml"));
  const auto& balance = output_of(result, "balance");
  EXPECT_NEAR(cell(balance, "covariate", "propensity score", "smd_before"), 1.7941, 5e-5);
  EXPECT_NEAR(cell(balance, "covariate", "race = black", "smd_before"), 1.7615, 5e-5);
  EXPECT_NEAR(cell(balance, "covariate", "re74", "smd_before"), -.7211, 5e-5);
  // MatchIt's summary() before matching.
  EXPECT_NEAR(cell(balance, "covariate", "re74", "variance_ratio_before"), .5181, 5e-5);
  EXPECT_NEAR(cell(balance, "covariate", "re74", "ecdf_mean_before"), .2248, 5e-5);
  EXPECT_NEAR(cell(balance, "covariate", "re74", "ecdf_max_before"), .4470, 5e-5);
  const auto& units = output_of(result, "units");
  EXPECT_NEAR(cell(units, "method", "ipw", "effective", "comparison"), 99.8154, 5e-5);
  EXPECT_NEAR(cell(units, "method", "entropy", "effective", "comparison"), 98.4578, 5e-5);
  EXPECT_EQ(cell(units, "method", "raw", "effective", "programme"), 185);
}

TEST(ThePlanOnTheExperiment, GivesThePublishedResults) {
  KINFOLD_NEED_DATA("nsw.csv");
  const auto result = evaluate_file("nsw.csv", with_methods(example("nsw.toml"), R"(
[[method]]
id = "classic"
kind = "regression"
errors = "classic"
[[method]]
id = "hc2"
kind = "regression"
[[method]]
id = "hc3"
kind = "regression"
errors = "hc3"
)"));
  expect_published(result,
                   {{"classic", 1794.342382, 632.8534, 5e-7},
                    {"hc2", 1794.342382, 670.9965, 5e-7},
                    {"hc3", 1794.342382, 672.6821, 5e-7}},
                   "earnings_1978");
}

TEST(ThePlanOnBirthWeights, GivesWhatStataGives) {
  KINFOLD_NEED_DATA("cattaneo2.csv");
  expect_published(evaluate_file("cattaneo2.csv", example("cattaneo2.toml")),
                   {{"ra_ate", -239.63921146, 23.82402100, 1e-6},
                    {"ra", -223.30165085, 22.74219517, 1e-6},
                    {"ipw_ate", -230.68863780, 25.81524380, 1e-6},
                    {"ipw", -225.17726055, 23.66458273, 1e-6},
                    {"aipw_ate", -230.98920111, 26.21056463, 1e-6},
                    {"ipwra_ate", -229.96707794, 26.62667572, 1e-6},
                    {"ipwra", -223.54526199, 23.79401567, 1e-6},
                    {"nearest_ate", -210.968337, 0, 5e-7},
                    {"nearest", -236.784751, 0, 5e-7}},
                   "birth_weight");
}

TEST(ThePlanOnMinimumWages, GivesWhatRsDidGives) {
  KINFOLD_NEED_DATA("mpdta.csv");
  const auto result = evaluate_file("mpdta.csv", example("mpdta.toml"));
  expect_published(result,
                   {{"did-simple", -.039951275, 0, 5e-10, 191},
                    {"did-dynamic", -.0772, .0203, 5e-4, 191},
                    {"did-group", -.0310, .0124, 5e-4, 191},
                    {"did-calendar", -.0417, 0, 5e-5, 191}},
                   "employment");
  const auto& dynamic = output_of(result, "staggered_event_study");
  const std::map<std::string, double> by_time = {{"0", -.0199}, {"1", -.0510}, {"2", -.1373}, {"3", -.1008}};
  for (const auto& [time, effect] : by_time)
    EXPECT_NEAR(cell(dynamic, "periods_since_start", time, "estimate"), effect, 5e-5) << time;
  EXPECT_LT(cell(dynamic, "periods_since_start", "1", "band_low"),
            cell(dynamic, "periods_since_start", "1", "ci_low"));
  const auto& points = output_of(result, "staggered_group_time");
  EXPECT_NEAR(points.find("estimate")->double_at(0), -.0105, 5e-5);
  EXPECT_EQ(points.find("group")->int_at(0), 2004);
  EXPECT_NEAR(points.find("estimate")->double_at(11), -.0261, 5e-5);
  // att_gt() prints the Wald test of both, with and without the population.
  const auto& trends = output_of(result, "staggered_pre_trends");
  EXPECT_NEAR(trends.find("p_value")->double_at(0), .16812, 5e-6);
  EXPECT_NEAR(trends.find("p_value")->double_at(1), .23267, 5e-6);
}

}  // namespace
}  // namespace kinfold::evaluation
