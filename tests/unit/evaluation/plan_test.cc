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

TEST(Plan, ReadsConditions) {
  const auto plan = parse_plan(with("[population]\nwhere = [\"age >= 18\", \"relation in ('head', 'partner')\", \"problem_work\", "
                                    "\"gender != 'male'\"]\n"), "p.toml");
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
        Refusal{"NoOutcome", "[treatment]\ncolumn = 't'\ntreated = '1'\ncomparison = '0'\n", "has no outcome; add [[outcome]]"},
        Refusal{"UnknownKey", with("[settings]\nconfidense = 0.9\n"), "p.toml, line 9: settings.confidense is not known here; known are: "},
        Refusal{"BadCondition", with("[population]\nwhere = 'age <'\n"), "p.toml, line 9: population.where has a condition that cannot be read"},
        Refusal{"BothSources", with("variable = 'jsa'\n"), "needs either column"},
        Refusal{"NoWindow", with("[[covariate]]\nvariable = 'jsa'\n"), "needs quarters = [first, last]"},
        Refusal{"WindowBackwards", with("[[covariate]]\nvariable = 'jsa'\nquarters = [3, 1]\n"), "p.toml, line 10: covariate.quarters must be [first, last]"},
        Refusal{"BadKind", with("[[method]]\nkind = 'magic'\n"), "p.toml, line 9: method.kind must be one of: raw, regression, nearest"},
        Refusal{"TwiceTheSame", with("[[outcome]]\nid = 'y'\ncolumn = 'z'\n"), "has the id y twice"},
        Refusal{"AttOnly", with("[[method]]\nkind = 'kernel'\nestimand = 'ATE'\n"), "method.estimand must be ATT for this kind"},
        Refusal{"BadCaliper", with("[[method]]\nkind = 'nearest'\ncaliper = -1\n"), "method.caliper must be above 0"},
        Refusal{"CostOfNothing", with("[costs]\nbase_year = '2017/18'\nprogramme_pounds = 100\n[[costs.item]]\noutcome = 'z'\npounds = 5\n"
                                      "price_year = '2013/14'\nbearer = 'us'\n"), "has an item for the outcome z"},
        Refusal{"AtmByWeightsOnly", with("[[method]]\nkind = 'nearest'\nestimand = 'ATM'\n"), "may be ATM for the kind ipw only"},
        Refusal{"OrderWithoutPairs", with("[[method]]\nkind = 'nearest'\norder = 'closest'\n"), "order goes with the kind greedy only"},
        Refusal{"CaliperOnNothing", with("[[method]]\nkind = 'nearest'\n[method.calipers]\nweight = 1\n"), "calipers names weight, which is no covariate"},
        Refusal{"TooFewReplicates", with("[settings]\nbootstrap = 5\n"), "settings.bootstrap must be 0 (none) or from 100"},
        Refusal{"DiscountOutOfOrder", with("[costs]\nbase_year = '2017/18'\nprogramme_pounds = 100\n[[costs.discount]]\nfrom_year = 5\nrate = 0.03\n"),
                "must ascend from 0"},
        Refusal{"WrongType", with("[settings]\nconfidence = 'high'\n"), "settings.confidence must be a number"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(Plan, SaysThatAFileIsNotThere) {
  const auto plan = read_plan("/nowhere/plan.toml");
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().code, ErrorCode::kIo);
  EXPECT_EQ(plan.error().message.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace kinfold::evaluation
