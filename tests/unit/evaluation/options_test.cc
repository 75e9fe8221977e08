// What a plan can ask of a method, and the tables that follow: matching rules, support, subgroups, weights,
// thin data.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "evaluation/evaluate.h"
#include "evaluation/score.h"
#include "simulated.h"

namespace kinfold::evaluation {
namespace {

using table::ColumnType;
using table::Table;

/// Programme people are older; the outcome falls with the programme by 1, for women by 3.
Table make_people(std::size_t count, std::uint64_t seed) {
  Table t;
  t.add("t", ColumnType::kBool);
  for (const char* name : {"age", "y"}) t.add(name, ColumnType::kDouble);
  t.add("woman", ColumnType::kBool);
  t.add("area", ColumnType::kString);
  t.add("family", ColumnType::kInt64);
  RandomStream random(seed);
  auto& c = t.columns();
  for (std::size_t i = 0; i < count; ++i) {
    const double age = 20 + 40 * random.uniform();
    const bool woman = random.chance(0.5);
    const bool treated = random.chance(0.1 + 0.02 * (age - 20));
    c[0].append_bool(treated);
    c[1].append_double(age);
    c[2].append_double(50 + 0.2 * age - (treated ? (woman ? 3 : 1) : 0) + 2 * random.normal());
    c[3].append_bool(woman);
    c[4].append_string(i % 3 == 0 ? "north" : "south");
    c[5].append_int(static_cast<std::int64_t>(i / 2));
  }
  return t;
}

std::string plan_text(const std::string& method) {
  return "[data]\ncluster = 'family'\nauthority = 'area'\n[treatment]\ncolumn = 't'\ntreated = "
         "'true'\ncomparison = 'false'\n"
         "[[outcome]]\nid = 'y'\ncolumn = 'y'\n[[covariate]]\ncolumn = 'age'\n[[covariate]]\ncolumn = "
         "'woman'\n"
         "[[covariate]]\ncolumn = 'area'\ncategory = true\n[[subgroup]]\nid = 'women'\nwhere = "
         "'woman'\n[[method]]\n" +
         method;
}

Evaluation run(const Table& people, const std::string& method, std::size_t threads = 1) {
  auto plan = parse_plan(plan_text(method), "p.toml");
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
  auto result = evaluate({&people, nullptr, nullptr}, plan.value(), {threads, nullptr});
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return std::move(result).value();
}

const Table& output(const Evaluation& evaluation, const std::string& id) {
  const auto found = std::find_if(evaluation.outputs.begin(), evaluation.outputs.end(),
                                  [&](const auto& o) { return o.id == id; });
  EXPECT_NE(found, evaluation.outputs.end()) << id;
  return found->table;
}

TEST(Options, EveryMatchingRuleFindsTheEffectAndTrueOrFalseColumnsAreNumbers) {
  const auto people = make_people(3000, 1);
  for (const char* method :
       {"kind = 'nearest'\nneighbours = 3", "kind = 'nearest'\nexact = 'area'\ncaliper = 0.2",
        "kind = 'nearest'\n[method.calipers]\nage = 0.2", "kind = 'greedy'\norder = 'closest'\ncaliper = 0.1",
        "kind = 'greedy'\norder = 'smallest'\ncaliper = 0.1",
        "kind = 'greedy'\ncaliper = 0.1\n[method.calipers]\nage = 0.1",
        "kind = 'greedy'\norder = 'data'\ncaliper = 0.1\nexact = 'area'",
        "kind = 'nearest'\nsupport = 'both'", "kind = 'ipw'\nestimand = 'ATM'"}) {
    const auto result = run(people, method);
    const auto& e = result.estimates[0];
    ASSERT_TRUE(e.estimate.has_value()) << method << ": " << e.not_estimable_because;
    EXPECT_NEAR(*e.estimate, -2, 5 * *e.std_error) << method;
    EXPECT_LT(*e.std_error, 0.4) << method;
  }
}

TEST(Options, AnEstimandThatLeavesSomebodyOutIsNamedAtm) {
  const auto people = make_people(1500, 2);
  EXPECT_EQ(run(people, "kind = 'nearest'").estimates[0].estimand, "ATT");
  EXPECT_EQ(run(people, "kind = 'greedy'").estimates[0].estimand, "ATM")
      << "more treated than comparison units somewhere";
  EXPECT_EQ(run(people, "kind = 'nearest'\ntrim = 0.4").estimates[0].estimand, "ATM");
}

TEST(Options, UnitsSayHowManyAMethodUsed) {
  const auto people = make_people(1500, 2);
  const auto result = run(people, "kind = 'greedy'\ncaliper = 0.1");
  const auto& units = output(result, "units");
  ASSERT_EQ(units.row_count(), 2u);
  const auto persons = units.find("persons")->int_at(0);
  const auto used = units.find("used")->double_at(0) * static_cast<double>(persons);
  EXPECT_NEAR(used, static_cast<double>(result.estimates[0].n_treated), 1e-6);
  EXPECT_LT(used, static_cast<double>(persons));
}

TEST(Options, InteractionsFindThatWomenGainMore) {
  const auto result = run(make_people(6000, 3), "kind = 'ipw'");
  const auto& t = output(result, "interactions");
  ASSERT_EQ(t.row_count(), 1u);
  EXPECT_NEAR(t.find("difference")->double_at(0), -2, 4 * t.find("std_error")->double_at(0));
  EXPECT_LT(t.find("p_value")->double_at(0), 0.001);
  EXPECT_NEAR(t.find("effect")->double_at(0) - t.find("effect_others")->double_at(0),
              t.find("difference")->double_at(0), 1e-12);
}

TEST(Options, InteractionsOfNothingAreRarelySignificant) {
  int found = 0;
  const int draws = simulation_draws(60);
  for (int seed = 1; seed <= draws; ++seed) {
    auto people = make_people(600, static_cast<std::uint64_t>(100 + seed));
    RandomStream random(static_cast<std::uint64_t>(seed));
    table::Column coin("woman", ColumnType::kBool);
    for (std::size_t i = 0; i < people.row_count(); ++i) coin.append_bool(random.chance(0.5));
    *people.find("woman") = coin;
    found += output(run(people, "kind = 'ipw'"), "interactions").find("p_value")->double_at(0) < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(found) / draws, 0.05,
              draws >= 1000 ? 0.02 : 4 * std::sqrt(0.05 * 0.95 / draws));
}

TEST(Options, TheBootstrapReplacesTheFormulasErrorsAndIsTheSameOnTwoThreads) {
  const auto people = make_people(1200, 4);
  const std::string method = "kind = 'ipw'\n[settings]\nbootstrap = 200\n";
  const auto one = run(people, method, 1);
  const auto two = run(people, method, 2);
  const auto& t = output(one, "bootstrap");
  EXPECT_EQ(*one.estimates[0].std_error, t.find("std_error_bootstrap")->double_at(0));
  EXPECT_EQ(*one.estimates[0].std_error, *two.estimates[0].std_error);
  EXPECT_NEAR(t.find("std_error_bootstrap")->double_at(0) / t.find("std_error_formula")->double_at(0), 1,
              0.25);
  EXPECT_EQ(t.find("how")->string_at(0), "estimated anew");
  EXPECT_EQ(output(run(people, "kind = 'nearest'\n[settings]\nbootstrap = 200\n"), "bootstrap")
                .find("how")
                ->string_at(0),
            "influences reweighted");
}

TEST(Options, MatchingWeightsGiveTheRarerArmOne) {
  const auto s = families(300, 5);
  const auto effect = ipw_effect(s, ScoreLink::kLogit, Estimand::kAtm).value();
  const auto fit = fit_score(s.x, s.names, s.treated).value();
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double p = fit.probability[i];
    EXPECT_NEAR(effect.weights[i], std::min(p, 1 - p) / (s.treated[i] ? p : 1 - p), 1e-12);
  }
}

TEST(Options, WeightsOfUnitsCountAsCopiesDo) {
  auto s = families(150, 6);
  s.cluster.clear();
  s.weight.assign(s.size(), 1);
  auto twice = s;
  twice.weight.clear();
  twice.x = Matrix(s.size() + 40, 2);
  std::copy_n(s.x.column(0), s.size(), twice.x.column(0));
  std::copy_n(s.x.column(1), s.size(), twice.x.column(1));
  for (std::size_t k = 0; k < 40; ++k) {
    s.weight[k] = 2;
    twice.x.at(s.size() + k, 0) = 1;
    twice.x.at(s.size() + k, 1) = s.x.at(k, 1);
    twice.treated.push_back(s.treated[k]);
    twice.y.push_back(s.y[k]);
  }
  const auto score = [](const Sample& of) {
    return fit_score(of.x, of.names, of.treated, ScoreLink::kLogit, 1e-12, of.weight).value().probability;
  };
  const auto near = [](const Result<Effect>& a, const Result<Effect>& b) {
    EXPECT_NEAR(a.value().estimate, b.value().estimate, 1e-7);
  };
  near(raw_difference(s), raw_difference(twice));
  near(regression_effect(s), regression_effect(twice));
  near(ipw_effect(s, ScoreLink::kProbit, Estimand::kAtt),
       ipw_effect(twice, ScoreLink::kProbit, Estimand::kAtt));
  near(aipw_effect(s, ScoreLink::kLogit, Estimand::kAte),
       aipw_effect(twice, ScoreLink::kLogit, Estimand::kAte));
  near(ipwra_effect(s, ScoreLink::kLogit, Estimand::kAtt),
       ipwra_effect(twice, ScoreLink::kLogit, Estimand::kAtt));
  near(entropy_effect(s), entropy_effect(twice));
  near(kernel_effect(s, score(s), KernelKind::kEpanechnikov, 0.1),
       kernel_effect(twice, score(twice), KernelKind::kEpanechnikov, 0.1));
  near(nearest_effect(s, score(s), {}), nearest_effect(twice, score(twice), {}));
}

TEST(Options, WhoIsTakenAmongTiesHasNothingToDoWithTheirOutcome) {
  // One yes-or-no covariate: hundreds of people share each score, and a rule has to say who is taken first.
  const auto plan = parse_plan(
      "[treatment]\ncolumn = 't'\ntreated = 'true'\ncomparison = 'false'\n[[outcome]]\nid = 'luck'\ncolumn = "
      "'luck'\n"
      "[[covariate]]\ncolumn = 'woman'\n[[method]]\nkind = 'greedy'\n",
      "p.toml");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  double sum = 0;
  constexpr int kStudies = 30;
  for (std::uint64_t seed = 1; seed <= kStudies; ++seed) {
    RandomStream random(seed, {7});
    Table people;
    for (const char* name : {"t", "woman"}) people.add(name, ColumnType::kBool);
    people.add("luck", ColumnType::kDouble);
    for (int i = 0; i < 400; ++i) {
      people.columns()[0].append_bool(random.chance(0.3));
      people.columns()[1].append_bool(random.chance(0.5));
      people.columns()[2].append_double(random.normal());
    }
    const auto result = evaluate({&people, nullptr, nullptr}, plan.value(), {});
    ASSERT_TRUE(result.ok()) << result.error().message;
    sum += *result.value().estimates[0].estimate;
  }
  // 120 pairs a study: a standard error of 0.13 for one, 0.024 for the mean of thirty. The lowest outcome
  // first gives 0.8.
  EXPECT_NEAR(sum / kStudies, 0, 0.1);
}

TEST(Options, RosenbaumsBoundsAreOfPairsHoweverManyNeighboursTheMethodTakes) {
  Table people = make_people(1200, 9);
  auto& share = people.add("found_work", ColumnType::kInt64);
  for (std::size_t i = 0; i < people.row_count(); ++i)
    share.append_int(people.find("y")->double_at(i) < 57 ? 1 : 0);
  const auto gamma = [&](const char* neighbours) {
    auto text = plan_text("kind = 'nearest'\n" + std::string(neighbours));
    text.replace(text.find("column = 'y'"), 12, "column = 'found_work'\nunit = 'share'");
    const auto result = evaluate({&people, nullptr, nullptr}, parse_plan(text, "p.toml").value(), {});
    EXPECT_TRUE(result.ok());
    return output(result.value(), "unmeasured").find("rosenbaum_gamma")->double_at(0);
  };
  EXPECT_GT(gamma(""), 1);
  EXPECT_EQ(gamma("neighbours = 3\n"), gamma(""));
}

TEST(Options, CalipersOnCovariatesHold) {
  const auto s = families(200, 7);
  const auto fit = fit_score(s.x, s.names, s.treated).value();
  std::vector<double> values(s.x.column(1), s.x.column(1) + s.size());
  GreedyEffectOptions greedy;
  greedy.covariate_calipers = {{values, 0.01}};
  const auto pairs = greedy_effect(s, fit.probability, greedy).value().pairs;
  EXPECT_GT(pairs.size(), 20u);
  for (const auto& [t, c] : pairs) EXPECT_LE(std::fabs(values[t] - values[c]), 0.01);
  // With the score as the covariate, the caliper on it is the caliper on the score.
  NearestEffectOptions wide, narrow;
  wide.caliper = 0.01;
  narrow.covariate_calipers = {{fit.probability, 0.01}};
  EXPECT_NEAR(nearest_effect(s, fit.probability, wide).value().estimate,
              nearest_effect(s, fit.probability, narrow).value().estimate, 1e-9);
  EXPECT_NEAR(nearest_effect(s, fit.probability, wide).value().variance,
              nearest_effect(s, fit.probability, narrow).value().variance, 1e-9);
}

// What cannot be estimated says which column is to blame.
Sample thin(std::size_t count) {
  Sample s;
  s.x = Matrix(count, 3);
  s.names = {"intercept", "age", "rare"};
  RandomStream random(1);
  for (std::size_t i = 0; i < count; ++i) {
    s.x.at(i, 0) = 1;
    s.x.at(i, 1) = random.normal();
    s.treated.push_back(i % 2 == 0);
    s.y.push_back(random.normal());
  }
  return s;
}

TEST(Blame, SeparationNamesTheCovariate) {
  auto s = thin(200);
  for (std::size_t i = 0; i < 200; i += 2) s.x.at(i, 2) = i < 60 ? 1 : 0;  // only treated ones
  const auto effect = ipw_effect(s, ScoreLink::kLogit, Estimand::kAtt);
  ASSERT_FALSE(effect.ok());
  EXPECT_NE(effect.error().message.find("covariate rare"), std::string::npos) << effect.error().message;
}

TEST(Blame, RankDeficiencyInAnArmNamesTheCovariate) {
  auto s = thin(200);
  for (std::size_t i = 0; i < 200; i += 2) s.x.at(i, 2) = i < 60 ? 1 : 0;  // 0 for every comparison unit
  const auto effect = regression_adjustment_effect(s, Estimand::kAtt);
  ASSERT_FALSE(effect.ok());
  EXPECT_NE(effect.error().message.find("regression among the comparison units: rare depends"),
            std::string::npos)
      << effect.error().message;
}

TEST(Blame, AMainMethodThatMatchesNobodySaysSo) {
  const Table people = make_people(300, 3);
  for (const char* method : {"kind = 'nearest'\ncaliper = 1e-12\n[method.calipers]\nage = 1e-12\n",
                             "kind = 'greedy'\ncaliper = 1e-12\n[method.calipers]\nage = 1e-12\n"}) {
    const auto result = run(people, method);
    EXPECT_FALSE(result.estimates[0].estimate.has_value()) << method;
    EXPECT_FALSE(result.estimates[0].not_estimable_because.empty()) << method;
  }
}

TEST(Options, FewClustersAreANote) {
  const auto says_so = [](const Evaluation& result) {
    return std::any_of(result.notes.begin(), result.notes.end(), [](const auto& note) {
      return note.find("fewer than 40 clusters (family)") != std::string::npos;
    });
  };
  EXPECT_TRUE(says_so(run(make_people(78, 3), "kind = 'raw'\n")));
  EXPECT_FALSE(says_so(run(make_people(80, 3), "kind = 'raw'\n")));
}

TEST(Blame, NobodyInASubgroupAndNobodyLeftByTrimmingAreToldApart) {
  const Table people = make_people(300, 3);
  const auto nobody = run(people, "kind = 'raw'\n[[subgroup]]\nid = 'old'\nwhere = 'age > 900'\n");
  EXPECT_EQ(nobody.estimates.back().not_estimable_because, "nobody is among those whom it is about");
  const auto trimmed = run(people, "kind = 'ipw'\ntrim = 0.4999999\n");
  EXPECT_EQ(trimmed.estimates[0].not_estimable_because,
            "among those whom trim and support leave, nobody with the outcome is treated");
}

TEST(Blame, AWeightThatExplodesNamesTheCovariate) {
  auto s = thin(4000);
  RandomStream random(2);
  for (std::size_t i = 0; i < 4000; ++i) {
    s.x.at(i, 2) = 3 * random.normal();
    s.treated[i] = random.chance(1 / (1 + std::exp(-2.5 * s.x.at(i, 2))));
  }
  s.x.at(0, 2) = -14;
  s.treated[0] = 1;  // one treated unit where hardly anybody is
  const auto effect = ipw_effect(s, ScoreLink::kLogit, Estimand::kAte);
  ASSERT_FALSE(effect.ok());
  EXPECT_NE(effect.error().message.find("covariate rare"), std::string::npos) << effect.error().message;
  EXPECT_NE(effect.error().message.find("explodes"), std::string::npos) << effect.error().message;
}

TEST(Blame, EntropyBalancingNamesWhatCannotBeBalanced) {
  auto s = thin(200);
  for (std::size_t i = 0; i < 200; ++i)
    s.x.at(i, 2) = (s.treated[i] ? 5 : 0) + 0.1 * static_cast<double>(i % 7);
  const auto effect = entropy_effect(s);
  ASSERT_FALSE(effect.ok());
  EXPECT_NE(effect.error().message.find("the furthest off is rare"), std::string::npos)
      << effect.error().message;
}

TEST(Blame, StrataWithoutAComparisonUnitLeaveTheirPeopleOut) {
  auto people = make_people(900, 9);
  table::Column area("area", ColumnType::kString);
  for (std::size_t i = 0; i < people.row_count(); ++i) {
    area.append_string(people.find("t")->bool_at(i) && i % 4 == 0 ? "treated only" : "mixed");
  }
  *people.find("area") = area;
  auto plan = parse_plan(plan_text("kind = 'nearest'\nexact = 'area'\n"), "p.toml").value();
  plan.covariates.pop_back();  // as a covariate it would separate
  plan.covariates.push_back({"area", {}, true});
  plan.covariates.back().quantity.column = "area";
  plan.outcomes[0].covariates = {"age", "woman"};
  const auto result = evaluate({&people, nullptr, nullptr}, plan, {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result.value().estimates[0].estimand, "ATM");
  EXPECT_TRUE(std::any_of(result.value().notes.begin(), result.value().notes.end(), [](const auto& note) {
    return note.find("without anybody of the other group") != std::string::npos;
  }));
}

TEST(Blame, ACountBelowZeroIsRefusedWithItsColumn) {
  Table people = make_people(200, 1);
  people.add("person", ColumnType::kInt64);
  Table panel;
  for (const char* name : {"person", "quarter"}) panel.add(name, ColumnType::kInt64);
  panel.add("days", ColumnType::kDouble);
  for (std::size_t i = 0; i < people.row_count(); ++i) {
    people.find("person")->append_int(static_cast<std::int64_t>(i));
    panel.columns()[0].append_int(static_cast<std::int64_t>(i));
    panel.columns()[1].append_int(0);
    panel.columns()[2].append_double(i == 7 ? -3 : 2);
  }
  auto plan = parse_plan(
      "[data]\nid = 'person'\n[treatment]\ncolumn = 't'\ntreated = 'true'\ncomparison = "
      "'false'\n[[outcome]]\nid = 'd'\n"
      "variable = 'days'\nquarters = [0, 0]\nmeasure = 'count'\n",
      "p.toml");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  const auto result = evaluate({&people, &panel, nullptr}, plan.value(), {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("days holds a value below 0"), std::string::npos)
      << result.error().message;
}

TEST(Blame, ACovariateThatIsMissingForEverybodyIsLeftOutAndNamed) {
  Table people = make_people(300, 2);
  auto& empty = people.add("income", ColumnType::kDouble);
  for (std::size_t i = 0; i < people.row_count(); ++i) empty.append_null();
  auto plan = parse_plan(plan_text("kind = 'ipw'\n[[covariate]]\ncolumn = 'income'\n"), "p.toml").value();
  const auto result = evaluate({&people, nullptr, nullptr}, plan, {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_TRUE(result.value().estimates[0].estimate.has_value());
  EXPECT_TRUE(std::any_of(result.value().notes.begin(), result.value().notes.end(), [](const auto& note) {
    return note.find("income is missing for everybody") != std::string::npos;
  }));
}

}  // namespace
}  // namespace kinfold::evaluation
