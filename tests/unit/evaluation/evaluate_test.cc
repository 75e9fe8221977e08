// The whole evaluation on synthetic people: what it finds, what it refuses, and that order does not matter.
#include "evaluation/evaluate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "evaluation/command.h"
#include "evaluation/report.h"
#include "panel_people.h"

namespace kinfold::evaluation {
namespace {

using table::ColumnType;
using table::Table;

Evaluation run(const People& data, const std::string& plan = kPlan, std::size_t threads = 1) {
  auto result = evaluate({&data.people, &data.panel, nullptr}, plan_of(plan), {threads, nullptr});
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return std::move(result).value();
}

const Estimate& find(const Evaluation& e, const std::string& outcome, const std::string& subgroup,
                     const std::string& method) {
  for (const auto& one : e.estimates) {
    if (one.outcome == outcome && one.subgroup == subgroup && one.method == method) return one;
  }
  ADD_FAILURE() << "no estimate of " << outcome;
  return e.estimates.front();
}

TEST(Evaluate, TakesSelectionOutOfTheDifference) {
  const auto result = run(make_people(6000, 1));
  const auto& raw = find(result, "score", "all", "raw");
  const auto& matched = find(result, "score", "all", "nearest");
  EXPECT_LT(*raw.ci_high, -1.0) << "the raw difference is selection";
  EXPECT_LT(std::fabs(*matched.estimate), 4 * *matched.std_error) << "the true effect is 0";
  EXPECT_LT(std::fabs(*matched.estimate), std::fabs(*raw.estimate) / 4);
}

TEST(Evaluate, LeavesOutThoseWhoAreNotLinked) {
  const auto data = make_people(2000, 2);
  const auto result = run(data);
  std::uint64_t linked = 0;
  for (std::size_t r = 0; r < data.people.row_count(); ++r)
    linked += data.people.find("linked_dwp")->string_at(r) == "good" ? 1U : 0U;
  const auto& raw = find(result, "benefit", "all", "raw");
  EXPECT_EQ(raw.n_treated + raw.n_comparison, linked);
}

TEST(Evaluate, DoesNotDependOnTheOrderOfRows) {
  auto data = make_people(1500, 3);
  // Pairs meet ties; the bootstrap and the step-down test draw by the clusters' numbers.
  auto plan = std::string(kPlan);
  plan.replace(plan.find("kind = \"nearest\"\nneighbours = 3"), 31, "kind = \"greedy\"");
  plan += "[settings]\nbootstrap = 100\nmultiplicity = \"romano-wolf\"\n";
  const auto forward = estimates_to_json(run(data, plan).estimates);
  std::vector<std::size_t> rows(data.people.row_count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::reverse(rows.begin(), rows.end());
  data.people = data.people.take(rows);
  std::vector<std::size_t> panel_rows(data.panel.row_count());
  std::iota(panel_rows.begin(), panel_rows.end(), std::size_t{0});
  std::rotate(panel_rows.begin(), panel_rows.begin() + 777, panel_rows.end());
  data.panel = data.panel.take(panel_rows);
  EXPECT_EQ(estimates_to_json(run(data, plan).estimates), forward);
}

TEST(Evaluate, EveryRowNeedsAClusterAndTheFirstWithoutIsNamed) {
  auto data = make_people(100, 3);
  table::Column family("family", ColumnType::kInt64);
  for (std::size_t i = 0; i < data.people.row_count(); ++i)
    i == 6 ? family.append_null() : family.append_int(static_cast<std::int64_t>(i / 2));
  *data.people.find("family") = std::move(family);
  const auto result = evaluate({&data.people, &data.panel, nullptr}, plan_of(kPlan), {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("people, row 7: column family (data.cluster) is empty"),
            std::string::npos)
      << result.error().message;
}

TEST(Evaluate, IsTheSameOnAnyNumberOfThreads) {
  const auto data = make_people(1500, 4);
  EXPECT_EQ(estimates_to_json(run(data, kPlan, 1).estimates),
            estimates_to_json(run(data, kPlan, 3).estimates));
}

TEST(Evaluate, DescribesEveryColumnOfEveryOutput) {
  for (const auto& output : run(make_people(800, 5)).outputs) {
    ASSERT_EQ(output.layout.size(), output.table.column_count()) << output.id;
    for (std::size_t c = 0; c < output.layout.size(); ++c) {
      const auto& layout = output.layout[c];
      EXPECT_EQ(layout.name, output.table.columns()[c].name());
      if (layout.role == OutputRole::kShare || layout.role == OutputRole::kMean) {
        EXPECT_NE(output.table.find(layout.of), nullptr) << output.id << ": " << layout.name;
      }
      for (const auto& n : layout.n) EXPECT_NE(output.table.find(n), nullptr) << output.id << ": " << n;
    }
  }
}

TEST(Evaluate, CountsTheEligibleInTheMatchRates) {
  const auto data = make_people(1000, 6);
  const auto result = run(data);
  const auto rates = std::find_if(result.outputs.begin(), result.outputs.end(),
                                  [](const auto& o) { return o.id == "match_rates"; });
  ASSERT_NE(rates, result.outputs.end());
  std::int64_t everybody = 0;
  for (std::size_t r = 0; r < rates->table.row_count(); ++r) {
    if (rates->table.find("subgroup")->string_at(r) == "all")
      everybody += rates->table.find("eligible")->int_at(r);
  }
  EXPECT_EQ(everybody, 1000);
}

TEST(Evaluate, ReportNeedsOnlyTheTablesAndShowsWhatIsHiddenAsHidden) {
  auto result = run(make_people(800, 7));
  for (auto& output : result.outputs) {
    if (output.id != "effects") continue;
    table::Column hidden("estimate", ColumnType::kDouble);
    for (std::size_t r = 0; r < output.table.row_count(); ++r) hidden.append_null();
    *output.table.find("estimate") = hidden;
  }
  const auto page = render_report(plan_of(kPlan), result.outputs, result.notes);
  EXPECT_NE(page.find("withheld, because too few people stand behind it"), std::string::npos);
  EXPECT_NE(page.find("Were like compared with like?"), std::string::npos);
  for (const char* outside : {"src=\"http", "href=\"http", "url(http", "@import"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << "nothing from outside";
  }
}

TEST(Evaluate, AnEffectIsToldWhereOnlyTheSharesBehindItAreWithheld) {
  auto result = run(make_people(800, 7));
  for (auto& output : result.outputs) {
    if (output.id != "effects") continue;
    for (const char* name : {"programme_mean", "comparison_mean"}) {
      table::Column hidden(name, ColumnType::kDouble);
      for (std::size_t r = 0; r < output.table.row_count(); ++r) hidden.append_null();
      *output.table.find(name) = hidden;
    }
  }
  const auto page = render_report(plan_of(kPlan), result.outputs, result.notes);
  EXPECT_NE(page.find("the figures behind it are withheld, because too few people stand behind them"),
            std::string::npos);
}

TEST(Evaluate, AReportSaysThatThePlanWasChanged) {
  const auto result = run(make_people(300, 8));
  ReportOptions options;
  const std::string words = "The plan was changed after it was registered";
  EXPECT_EQ(render_report(plan_of(kPlan), result.outputs, result.notes, options).find(words),
            std::string::npos);
  options.plan_changed = true;
  EXPECT_NE(render_report(plan_of(kPlan), result.outputs, result.notes, options).find(words),
            std::string::npos);
}

struct BadInput {
  const char* name;
  std::string plan;
  std::string message;
};
class EvaluateRefusal : public ::testing::TestWithParam<BadInput> {};

TEST_P(EvaluateRefusal, NamesWhatIsMissing) {
  const auto data = make_people(200, 8);
  const auto result = evaluate({&data.people, &data.panel, nullptr}, plan_of(GetParam().plan), {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find(GetParam().message), std::string::npos) << result.error().message;
}

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = kPlan;
  text.replace(text.find(from), from.size(), to);
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    All, EvaluateRefusal,
    ::testing::Values(
        BadInput{"NoTreatmentColumn", replaced("column = \"group\"", "column = \"grp\""), "grp"},
        BadInput{"NobodyLeft",
                 replaced("treated = [\"programme\"]\ncomparison = [\"waiting\"]",
                          "treated = ['x']\ncomparison = ['y']"),
                 "no row is both in the population and in a group"},
        BadInput{"NoVariable",
                 replaced("variable = \"jsa\"\nquarters = [0, 1]", "variable = \"esa\"\nquarters = [0, 1]"),
                 "esa"},
        BadInput{"NoCluster", replaced("cluster = \"family\"", "cluster = \"fam\""), "data.cluster"},
        BadInput{"TextAsNumber", replaced("column = \"score\"", "column = \"authority\""), "holds text"},
        BadInput{"ShareOfMoreThanOne", replaced("column = \"score\"", "column = \"score\"\nunit = \"share\""),
                 "is below 0 or above 1, which no share is; divide percentages by 100"},
        BadInput{"NumberAgainstText", replaced("gender = 'female'", "age = 'old'"),
                 "holds numbers, with text"}),
    [](const auto& tested) { return std::string(tested.param.name); });

/// A table of one outcome y, treatment t and covariate x, built by a rule.
template <typename Rule>
Table simple(std::size_t count, Rule rule) {
  Table t;
  t.add("t", ColumnType::kInt64);
  t.add("x", ColumnType::kDouble);
  t.add("y", ColumnType::kDouble);
  t.add("g", ColumnType::kInt64);
  for (std::size_t i = 0; i < count; ++i) rule(i, t.columns());
  return t;
}

constexpr const char* kSimplePlan =
    "[data]\ncluster = 'g'\n[treatment]\ncolumn = 't'\ntreated = '1'\ncomparison = '0'\n[[outcome]]\nid = "
    "'y'\ncolumn = 'y'\n"
    "[[covariate]]\ncolumn = 'x'\n[[method]]\nkind = 'nearest'\n[[method]]\nkind = 'ipw'\n[[method]]\nkind = "
    "'aipw'\n"
    "[[method]]\nkind = 'regression'\n";

std::vector<Estimate> simple_run(const Table& people) {
  auto result = evaluate({&people, nullptr, nullptr}, plan_of(kSimplePlan), {});
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? result.value().estimates : std::vector<Estimate>{};
}

void put(std::vector<table::Column>& c, int t, double x, double y, int g) {
  c[0].append_int(t);
  c[1].append_double(x);
  std::isnan(y) ? c[2].append_null() : c[2].append_double(y);
  c[3].append_int(g);
}

void expect_none(const std::vector<Estimate>& estimates, const std::string& reason, std::size_t first = 0) {
  for (std::size_t k = first; k < estimates.size(); ++k) {
    EXPECT_FALSE(estimates[k].estimate.has_value()) << estimates[k].method;
    EXPECT_NE(estimates[k].not_estimable_because.find(reason), std::string::npos)
        << estimates[k].not_estimable_because;
  }
}

TEST(NotEstimable, AnOutcomeThatIsTheSameForEverybody) {
  expect_none(simple_run(simple(100, [](auto i, auto& c) { put(c, i % 2, double(i % 7), 3, int(i)); })),
              "the same for everybody");
}
TEST(NotEstimable, AnOutcomeThatIsMissingForEverybody) {
  expect_none(simple_run(simple(100, [](auto i, auto& c) { put(c, i % 2, double(i % 7), NAN, int(i)); })),
              "missing for everybody");
}
TEST(NotEstimable, TooFewTreated) {
  expect_none(
      simple_run(simple(100, [](auto i, auto& c) { put(c, i < 5, double(i % 7), double(i % 3), int(i)); })),
      "fewer than 10 treated units");
}
TEST(NotEstimable, EverybodyTreated) {
  expect_none(
      simple_run(simple(100, [](auto i, auto& c) { put(c, 1, double(i % 7), double(i % 3), int(i)); })),
      "everybody with the outcome is treated");
}
TEST(NotEstimable, OneCluster) {
  expect_none(
      simple_run(simple(100, [](auto i, auto& c) { put(c, i % 2, double(i % 7), double(i % 3), 1); })),
      "one cluster only");
}
TEST(NotEstimable, NoOverlapAtAllNamesTheCovariate) {
  const auto estimates =
      simple_run(simple(100, [](auto i, auto& c) { put(c, i < 50, double(i), double(i % 3), int(i)); }));
  expect_none(estimates,
              "the groups do not overlap: covariate x tells");  // a regression too could only extrapolate
}
TEST(NotEstimable, ValuesTooLargeToComputeWith) {
  expect_none(simple_run(simple(
                  100, [](auto i, auto& c) { put(c, i % 2, double(i % 7), double(i % 3) * 1e300, int(i)); })),
              "too large to compute with");
}

/// As simple(), with y as text, one cell of which is something else.
Table with_text(const std::string& cell) {
  Table t;
  t.add("t", ColumnType::kInt64);
  t.add("x", ColumnType::kDouble);
  t.add("y", ColumnType::kString);
  t.add("g", ColumnType::kInt64);
  for (std::size_t i = 0; i < 100; ++i) {
    auto& c = t.columns();
    c[0].append_int(i % 2);
    c[1].append_double(double(i % 7));
    c[2].append_string(i == 41 ? cell : " " + std::to_string(i % 5) + ".5");
    c[3].append_int(std::int64_t(i));
  }
  return t;
}

TEST(Numbers, InTextAreReadWithWhatOthersWriteForMissing) {
  for (const char* missing : {"", "NA", "nan", "NULL", "."}) {
    const auto estimates = simple_run(with_text(missing));
    EXPECT_EQ(estimates.back().n_treated + estimates.back().n_comparison, 99u) << missing;
    EXPECT_TRUE(estimates.back().estimate.has_value());
  }
  EXPECT_EQ(simple_run(with_text("2"))[3].n_treated, 50u);
}

TEST(Numbers, ThatAreNoneAreRefusedWithTheirRowAndNotTheirValue) {
  const std::pair<const char*, const char*> cases[] = {
      {"Smith", "outcome y: row 42 of column y holds text where a number is needed"},
      {"1,5", "row 42 of column y holds text where a number is needed"},
      {"inf", "row 42 of column y holds an infinite value"},
      {"1e999", "row 42 of column y holds text where a number is needed"}};
  for (const auto& [cell, message] : cases) {
    const auto t = with_text(cell);
    const auto result = evaluate({&t, nullptr, nullptr}, plan_of(kSimplePlan), {});
    ASSERT_FALSE(result.ok()) << cell;
    EXPECT_NE(result.error().message.find(message), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find("Smith"), std::string::npos);
  }
}

TEST(Evaluate, NamesTheLineOfAMisspeltColumnAndWhatWasMeant) {
  const auto t = simple(100, [](auto i, auto& c) { put(c, i % 2, double(i % 7), double(i % 3), int(i)); });
  const auto result = evaluate({&t, nullptr, nullptr},
                               plan_of("[treatment]\ncolumn = 'treated'\ntreated = '1'\ncomparison = "
                                       "'0'\n[[outcome]]\nid = 'y'\ncolumn = 'y'\n"),
                               {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message,
            "p.toml, line 2: treatment.column: no column 'treated'; there are: t, x, y, g. Add the column or "
            "correct its name");
}

TEST(Evaluate, ListsAFewOfTenThousandColumns) {
  Table t = simple(60, [](auto i, auto& c) { put(c, i % 2, double(i % 7), double(i % 3), int(i)); });
  for (int k = 0; k < 10'000; ++k) {
    auto& column = t.add("column_" + std::to_string(k), ColumnType::kDouble);
    for (std::size_t i = 0; i < 60; ++i) column.append_double(double((i * 31 + std::size_t(k)) % 17));
  }
  auto plan = std::string(kSimplePlan);
  const auto result =
      evaluate({&t, nullptr, nullptr}, plan_of(plan + "[[covariate]]\ncolumn = 'column_12345'\n"), {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("did you mean 'column_1"), std::string::npos)
      << result.error().message;
  EXPECT_LT(result.error().message.size(), 600u);
  EXPECT_TRUE(evaluate({&t, nullptr, nullptr}, plan_of(plan), {}).ok());
}

TEST(Evaluate, SaysHowManyHaveAThirdTreatmentValue) {
  const auto t =
      simple(300, [](auto i, auto& c) { put(c, int(i % 3), double(i % 7), double(i % 5), int(i)); });
  const auto result = evaluate({&t, nullptr, nullptr}, plan_of(kSimplePlan), {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().notes.front(), "100 rows are in neither the programme nor the comparison group.");
}

TEST(Evaluate, LeavesOutACovariateThatOthersTellAndSaysSo) {
  Table t =
      simple(400, [](auto i, auto& c) { put(c, (i * 7919 % 13) < 5, double(i % 7), double(i % 5), int(i)); });
  auto& twice = t.add("twice", ColumnType::kDouble);
  for (std::size_t i = 0; i < 400; ++i) twice.append_double(2 * double(i % 7) + 1);
  auto result = evaluate({&t, nullptr, nullptr},
                         plan_of(std::string(kSimplePlan) + "[[covariate]]\ncolumn = 'twice'\n"), {});
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result.value().estimates[0].estimate.has_value());
  EXPECT_TRUE(std::any_of(result.value().notes.begin(), result.value().notes.end(), [](const auto& note) {
    return note.find("\"twice\" was left out") != std::string::npos;
  }));
}

}  // namespace
}  // namespace kinfold::evaluation
