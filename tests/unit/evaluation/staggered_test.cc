// Staggered starts from a plan: what is read, what is left out, what is refused.
#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.h"
#include "evaluation/command.h"
#include "evaluation/evaluate.h"
#include "evaluation/report.h"

namespace kinfold::evaluation {
namespace {

using table::ColumnType;
using table::Table;

constexpr const char* kPlan =
    "[[staggered]]\nid = 'y'\ntitle = 'Jobs'\nunit_column = 'place'\nperiod_column = "
    "'year'\nfirst_treated_column = 'began'\noutcome_column = 'y'\n"
    "better = 'more'\n";

Plan plan_of(const std::string& text) {
  auto plan = parse_plan(text, "p.toml");
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
  return std::move(plan).value();
}

/// 90 places over four years; a third begins in 2012, a third in 2013, a third never; the effect is 2.
Table places(double effect = 2) {
  Table t;
  t.add("place", ColumnType::kString);
  t.add("year", ColumnType::kInt64);
  t.add("began", ColumnType::kInt64);
  t.add("y", ColumnType::kDouble);
  t.add("region", ColumnType::kString);
  RandomStream random(4);
  for (int place = 0; place < 90; ++place) {
    const int began = place % 3 == 0 ? 0 : 2011 + place % 3;
    const double own = random.normal();
    for (int year = 2010; year < 2014; ++year) {
      auto& c = t.columns();
      c[0].append_string("place " + std::to_string(place));
      c[1].append_int(year);
      c[2].append_int(began);
      c[3].append_double(own + 0.5 * (year - 2010) + 0.3 * random.normal() +
                         (began != 0 && year >= began ? effect : 0));
      c[4].append_string("region " + std::to_string(place % 10));
    }
  }
  return t;
}

Evaluation run(const Table& t, const std::string& plan = kPlan) {
  auto result = evaluate({&t, nullptr, nullptr}, plan_of(plan), {});
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(result).value() : Evaluation{};
}

/// The column again with one cell changed.
Table changed(const Table& t, const std::string& column, std::size_t row, const std::string& text,
              bool null = false) {
  Table out;
  for (const auto& from : t.columns()) {
    auto& to = out.add(from.name(), from.type());
    for (std::size_t r = 0; r < from.size(); ++r) {
      if (from.name() != column || r != row) {
        to.append_from(from, r);
      } else if (null) {
        to.append_null();
      } else if (from.type() == ColumnType::kInt64) {
        to.append_int(std::stoll(text));
      } else if (from.type() == ColumnType::kDouble) {
        to.append_double(std::stod(text));
      } else {
        to.append_string(text);
      }
    }
  }
  return out;
}

bool has_note(const Evaluation& e, const std::string& words) {
  return std::any_of(e.notes.begin(), e.notes.end(),
                     [&](const auto& note) { return note.find(words) != std::string::npos; });
}

TEST(Staggered, FindsAPlantedEffectAndNeedsNoTreatmentSection) {
  const auto result = run(places());
  ASSERT_EQ(result.estimates.size(), 4u);
  for (const auto& e : result.estimates) {
    EXPECT_NEAR(*e.estimate, 2, 4 * *e.std_error) << e.method;
    EXPECT_EQ(e.n_treated, 60u);
    EXPECT_EQ(e.n_comparison, 30u);
    EXPECT_EQ(e.estimand, "ATT");
  }
}

TEST(Staggered, DoesNotDependOnTheOrderOfRowsOrOnThreads) {
  const auto t = places();
  std::vector<std::size_t> rows(t.row_count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::reverse(rows.begin(), rows.end());
  const auto turned = t.take(rows);
  const auto plan = plan_of(kPlan);
  const auto forward = evaluate({&t, nullptr, nullptr}, plan, {1, nullptr}).value();
  const auto backward = evaluate({&turned, nullptr, nullptr}, plan, {2, nullptr}).value();
  EXPECT_EQ(estimates_to_json(forward.estimates), estimates_to_json(backward.estimates));
}

TEST(Staggered, ClustersItsErrors) {
  const auto alone = run(places());
  const auto clustered = run(places(), std::string(kPlan) + "cluster_column = 'region'\n");
  EXPECT_EQ(*alone.estimates[0].estimate, *clustered.estimates[0].estimate);
  EXPECT_NE(*alone.estimates[0].std_error, *clustered.estimates[0].std_error);
}

TEST(Staggered, LeavesOutUnitsWithAGapAndSaysSo) {
  const auto gap = run(changed(places(), "y", 5, "", true));
  EXPECT_EQ(gap.estimates[0].n_treated, 59u);
  EXPECT_TRUE(has_note(gap, "1 units were left out: they are not there, or lack a value"));
}

TEST(Staggered, LeavesOutThoseWhoBeganBeforeAnythingIsKnown) {
  Table t = places();
  for (std::size_t r = 4; r < 8; ++r) t = changed(t, "began", r, "2010");
  const auto result = run(t);
  EXPECT_EQ(result.estimates[0].n_treated, 59u);
  EXPECT_TRUE(has_note(result, "began in the first period or before"));
}

TEST(Staggered, TakesMissingAsNever) {
  Table t = places();
  for (std::size_t r = 0; r < 4; ++r) t = changed(t, "began", r, "", true);
  EXPECT_EQ(run(t).estimates[0].n_comparison, 30u);
}

TEST(Staggered, HasAReportInWords) {
  const auto plan = plan_of(kPlan);
  const auto result = run(places());
  const auto page = render_report(plan, result.outputs, result.notes);
  for (const char* words : {"Jobs: once they had begun, 2.0", "higher than it would have been without",
                            "This is an improvement", "Nothing says that the groups moved apart",
                            "Effect by time since the start", "Every group in every period"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(page.find("Matching makes the groups alike"), std::string::npos) << "nothing was matched";
}

TEST(Staggered, SaysThatTheGroupsMovedApartBefore) {
  Table t = places();
  const auto* began = t.find("began");
  table::Column drifting("y", ColumnType::kDouble);
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    drifting.append_double(
        t.find("y")->double_at(r) +
        (began->int_at(r) != 0 ? 1.5 * static_cast<double>(t.find("year")->int_at(r) - 2010) : 0));
  }
  *t.find("y") = drifting;
  const auto result = run(t);
  EXPECT_NE(render_report(plan_of(kPlan), result.outputs, result.notes)
                .find("moving apart before they began (p below 0.001)"),
            std::string::npos);
}

void expect_reason(const Table& t, const std::string& plan, const std::string& reason) {
  const auto result = run(t, plan);
  ASSERT_EQ(result.estimates.size(), 1u);
  EXPECT_FALSE(result.estimates[0].estimate.has_value());
  EXPECT_NE(result.estimates[0].not_estimable_because.find(reason), std::string::npos)
      << result.estimates[0].not_estimable_because;
}

TEST(Staggered, IsNotEstimableBecause) {
  const auto t = places();
  expect_reason(t, std::string(kPlan) + "where = \"began > 0\"\n", "fewer never-treated units");
  expect_reason(t, std::string(kPlan) + "where = \"began = 0\"\n", "no group of units begins");
  expect_reason(t, std::string(kPlan) + "where = \"year = 2011\"\n", "no group of units begins");
  expect_reason(t,
                std::string(kPlan) +
                    "cluster_column = 'region'\nwhere = \"region = 'region 1'\"\n[settings]\nunits_min = 2\n",
                "one cluster only");
}

TEST(Staggered, AConstantOutcomeHasNoStandardError) {
  Table t = places();
  table::Column same("y", ColumnType::kDouble);
  for (std::size_t r = 0; r < t.row_count(); ++r) same.append_double(1);
  *t.find("y") = same;
  for (const auto& e : run(t).estimates)
    EXPECT_NE(e.not_estimable_because.find("the standard error does not exist"), std::string::npos);
}

void expect_refused(const Table& t, const std::string& plan, const std::string& message) {
  const auto result = evaluate({&t, nullptr, nullptr}, plan_of(plan), {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find(message), std::string::npos) << result.error().message;
}

TEST(Staggered, RefusesWhatIsNoPanelAndSaysWhere) {
  const auto t = places();
  expect_refused(changed(t, "year", 1, "2010"), kPlan,
                 "row 2, column year: the unit is there twice in this period");
  expect_refused(changed(t, "began", 6, "2013"), kPlan,
                 "row 7, column began: a unit begins once, but row 5 says otherwise of the same unit");
  expect_refused(changed(t, "place", 3, "", true), kPlan, "row 4, column place: the unit has no name");
  expect_refused(changed(t, "year", 3, "", true), kPlan, "row 4, column year: a whole number is needed");
  expect_refused(changed(t, "region", 2, "elsewhere"), std::string(kPlan) + "cluster_column = 'region'\n",
                 "row 3, column region: a unit stays in one cluster, but row 1 says otherwise");
  expect_refused(changed(t, "y", 5, "inf"), kPlan, "row 6 of column y holds an infinite value");
  std::string plan = kPlan;
  expect_refused(t, plan.replace(plan.find("'y'\nbetter"), 3, "'region'"),
                 "row 1 of column region holds text where a number is needed");
  plan = kPlan;
  expect_refused(t, plan.replace(plan.find("'year'"), 6, "'yaer'"),
                 "p.toml, line 5: staggered.period_column: no column 'yaer'; did you mean 'year'?");
}

}  // namespace
}  // namespace kinfold::evaluation
