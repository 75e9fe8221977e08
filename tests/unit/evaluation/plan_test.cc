#include "evaluation/plan.h"
#include "source_dir.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace kinfold::evaluation {
namespace {

constexpr const char* kSmall = R"([treatment]
column = "treat"
treated = ["1"]
comparison = ["0"]
[[outcome]]
id = "y"
column = "y"
)";

std::string with(const std::string& more) { return std::string(kSmall) + more; }

TEST(Plan, ASmallOneGetsDefaults) {
  const auto plan = parse_plan(kSmall, "p.toml");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(plan.value().methods.size(), 1u);
  EXPECT_EQ(plan.value().methods[0].kind, MethodKind::kNearest);
  EXPECT_EQ(plan.value().confidence, 0.95);
  EXPECT_EQ(plan.value().text, kSmall);
}

TEST(Plan, TheDemonstrationsIsValid) {
  const auto plan = read_plan(source_dir() + "/plans/troubled-families.toml");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(plan.value().outcomes.size(), 7u);
  EXPECT_EQ(plan.value().outcomes[0].where[0].op, Condition::Op::kLess);
  EXPECT_TRUE(plan.value().outcomes[0].is_share);
}

TEST(Plan, TheExamplesAreValid) {
  for (const char* name : {"lalonde", "cattaneo2", "nsw", "mpdta"}) {
    const auto plan = read_plan(source_dir() + "/plans/" + name + ".toml");
    EXPECT_TRUE(plan.ok()) << name << ": " << plan.error().message;
  }
}

TEST(Plan, KnowsWhereItNamesEachColumn) {
  const auto plan = parse_plan(with("[population]\nwhere = [\n  \"age >= 18\",\n  "
                                    "\"poor\"]\n[describe]\ncolumns = [\"age\",\n\"race\"]\n"),
                               "p.toml");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  std::string seen;
  for (const auto& one : plan.value().columns)
    seen += one.where + " " + one.name + " " + std::to_string(one.line) + "\n";
  EXPECT_EQ(
      seen,
      "treatment.column treat 2\noutcome.column y 7\npopulation.where age 10\npopulation.where poor 11\n"
      "describe.columns age 13\ndescribe.columns race 14\n");
}

TEST(Plan, ReadsConditions) {
  const auto plan = parse_plan(
      with("[population]\nwhere = [\"age >= 18\", \"relation in ('head', 'partner')\", \"problem_work\", "
           "\"gender != 'male'\"]\n"),
      "p.toml");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  const auto& where = plan.value().population;
  ASSERT_EQ(where.size(), 4u);
  EXPECT_EQ(where[0].op, Condition::Op::kGreaterEqual);
  EXPECT_EQ(where[1].values, (std::vector<std::string>{"head", "partner"}));
  EXPECT_EQ(where[2].op, Condition::Op::kTrue);
  EXPECT_EQ(where[3].op, Condition::Op::kNotEqual);
}

struct Refusal {
  const char* name;
  std::string text;
  std::string message;
};
class PlanRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(PlanRefusal, SaysWhereAndWhatToDo) {
  const auto plan = parse_plan(GetParam().text, "p.toml");
  ASSERT_FALSE(plan.ok());
  EXPECT_NE(plan.error().message.find(GetParam().message), std::string::npos) << plan.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    All, PlanRefusal,
    ::testing::Values(
        Refusal{"NotToml", "[treatment\n", "p.toml, line 1: not valid TOML"},
        Refusal{"NoTreatment", "[[outcome]]\nid = 'y'\ncolumn = 'y'\n", "[treatment] is missing"},
        Refusal{"NoOutcome", "[treatment]\ncolumn = 't'\ntreated = '1'\ncomparison = '0'\n",
                "has no outcome; add [[outcome]]"},
        Refusal{"UnknownKey", with("[settings]\nconfidense = 0.9\n"),
                "p.toml, line 9: settings.confidense is not known here; did you mean 'confidence'? known "
                "are: bootstrap, confidence"},
        Refusal{"BadCondition", with("[population]\nwhere = 'age <'\n"),
                "p.toml, line 9: population.where has a condition that cannot be read"},
        Refusal{"BothSources", with("variable = 'jsa'\n"), "needs either column"},
        Refusal{"NoWindow", with("[[covariate]]\nvariable = 'jsa'\n"), "needs quarters = [first, last]"},
        Refusal{"WindowBackwards", with("[[covariate]]\nvariable = 'jsa'\nquarters = [3, 1]\n"),
                "p.toml, line 10: covariate.quarters must be [first, last]"},
        Refusal{"BadKind", with("[[method]]\nkind = 'magic'\n"),
                "p.toml, line 9: method.kind must be one of: raw, regression, nearest"},
        Refusal{"NearKind", with("[[method]]\nkind = 'neerest'\n"), "ipwra; perhaps nearest"},
        Refusal{"NearCovariate",
                with("[[covariate]]\ncolumn = 'weight'\n[[method]]\nkind = 'nearest'\nexact = 'wieght'\n"),
                "p.toml, line 10: plan.method.exact names wieght, which is no covariate; did you mean "
                "'weight'? there are: weight"},
        Refusal{"ErrorsOfAnotherKind", with("[[method]]\nkind = 'ipw'\nerrors = 'hc3'\n"),
                "method.errors goes with the kinds regression, aipw and nearest"},
        Refusal{"NoSuchErrors", with("[[method]]\nkind = 'regression'\nerrors = 'hc4'\n"),
                "method.errors must be one of: hc2, classic, hc1, hc3"},
        Refusal{"DeflatorWithoutSource",
                with("[costs]\nbase_year = '2017/18'\nprogramme_pounds = 100\n[costs.deflator]\n'2017/18' = "
                     "100\n"),
                "costs.deflator_source is missing"},
        Refusal{"StaggeredWithoutPeriod", "[[staggered]]\nid = 'y'\nunit_column = 'u'\n",
                "p.toml, line 1: staggered.period_column is missing"},
        Refusal{"StaggeredUnknownKey",
                "[[staggered]]\nid = 'y'\nunit_column = 'u'\nperiod_column = 't'\nfirst_treated_column = "
                "'g'\noutcome_column = 'y'\n"
                "covariates = 'x'\n",
                "p.toml, line 7: staggered.covariates is not known here"},
        Refusal{"OneNameForTwo",
                with("[[staggered]]\nid = 'y'\nunit_column = 'u'\nperiod_column = 't'\nfirst_treated_column "
                     "= 'g'\noutcome_column = 'y'\n"),
                "which an outcome has already"},
        Refusal{"CostsOfNoOutcome",
                "[[staggered]]\nid = 'y'\nunit_column = 'u'\nperiod_column = 't'\nfirst_treated_column = "
                "'g'\noutcome_column = 'y'\n"
                "[costs]\nbase_year = '2017/18'\nprogramme_pounds = 100\n",
                "needs outcomes to put a price on"},
        Refusal{"TwiceTheSame", with("[[outcome]]\nid = 'y'\ncolumn = 'z'\n"),
                "p.toml, line 8: plan.outcome has the id y twice; give each an id of its own"},
        Refusal{"AttOnly", with("[[method]]\nkind = 'kernel'\nestimand = 'ATE'\n"),
                "method.estimand must be ATT for this kind"},
        Refusal{"BadCaliper", with("[[method]]\nkind = 'nearest'\ncaliper = -1\n"),
                "method.caliper must be above 0"},
        Refusal{"CostOfNothing",
                with("[costs]\nbase_year = '2017/18'\nprogramme_pounds = 100\n[[costs.item]]\noutcome = "
                     "'z'\npounds = 5\n"
                     "price_year = '2013/14'\nbearer = 'us'\n"),
                "p.toml, line 11: plan.costs.item names z, which is no outcome; there are: y"},
        Refusal{"AtmByWeightsOnly", with("[[method]]\nkind = 'nearest'\nestimand = 'ATM'\n"),
                "may be ATM for the kind ipw only"},
        Refusal{"OrderWithoutPairs", with("[[method]]\nkind = 'nearest'\norder = 'closest'\n"),
                "order goes with the kind greedy only"},
        Refusal{"CaliperOnNothing", with("[[method]]\nkind = 'nearest'\n[method.calipers]\nweight = 1\n"),
                "calipers names weight, which is no covariate"},
        Refusal{"TooFewReplicates", with("[settings]\nbootstrap = 5\n"),
                "settings.bootstrap must be 0 (none) or from 100"},
        Refusal{"DiscountOutOfOrder",
                with("[costs]\nbase_year = '2017/18'\nprogramme_pounds = 100\n[[costs.discount]]\nfrom_year "
                     "= 5\nrate = 0.03\n"),
                "must ascend from 0"},
        Refusal{"NotFinite", with("[settings]\nconfidence = nan\n"), "settings.confidence must be a number"},
        Refusal{
            "InfiniteCaliper",
            with("[[covariate]]\ncolumn = 'x'\n[[method]]\nkind = 'nearest'\n[method.calipers]\nx = inf\n"),
            "method.calipers must give a number for each key"},
        Refusal{"InBothGroups",
                "[treatment]\ncolumn = 't'\ntreated = ['1', '2']\ncomparison = ['0', '2']\n[[outcome]]\nid = "
                "'y'\ncolumn = 'y'\n",
                "p.toml, line 4: treatment.comparison names a value that treated names too"},
        Refusal{"ExactOnANumber",
                with("[[covariate]]\ncolumn = 'age'\n[[method]]\nkind = 'nearest'\nexact = 'age'\n"),
                "p.toml, line 10: plan.method.exact names age, which is a number; write category = true"},
        Refusal{"CaliperOnACategory",
                with("[[covariate]]\ncolumn = 'area'\ncategory = true\n[[method]]\nkind = "
                     "'nearest'\n[method.calipers]\narea = 1\n"),
                "plan.method.calipers names area, which is a category and has no distances; use exact"},
        Refusal{"OutcomeExplainsItself", with("[[covariate]]\ncolumn = 'y'\n"),
                "p.toml, line 8: plan.covariate y is the column of the outcome y; take it out"},
        Refusal{"TreatmentExplainsItself", with("[[covariate]]\ncolumn = 'treat'\n"),
                "plan.covariate treat is the treatment's own column"},
        Refusal{"PoundsBelowZero",
                with("[costs]\nbase_year = '2017/18'\nprogramme_pounds = 100\n[[costs.item]]\noutcome = "
                     "'y'\npounds = "
                     "-500\nprice_year = '2013/14'\nbearer = 'us'\n"),
                "costs.item.pounds must not be below 0"},
        Refusal{"NoLimit", with("[settings]\nsmd_limit = 0\n"), "settings.smd_limit must be above 0"},
        Refusal{"PoundsOutsideTheirRange",
                with("[costs]\nbase_year = '2017/18'\nprogramme_pounds = 100\n[[costs.item]]\noutcome = "
                     "'y'\npounds = "
                     "500\nlow = 600\nprice_year = '2013/14'\nbearer = 'us'\n"),
                "costs.item.low and high must have pounds between them"},
        Refusal{"WrongType", with("[settings]\nconfidence = 'high'\n"),
                "settings.confidence must be a number"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(Plan, SaysThatAFileIsNotThere) {
  const auto plan = read_plan("/nowhere/plan.toml");
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code, ErrorCode::kIo);
  EXPECT_EQ(plan.error().message.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace kinfold::evaluation
