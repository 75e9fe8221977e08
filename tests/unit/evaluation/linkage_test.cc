// What missed and false links do to an estimate, and what the corrections give back: synthetic people, the
// truth known.
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "base/random.h"
#include "evaluation/evaluate.h"
#include "simulated.h"

namespace kinfold::evaluation {
namespace {

using table::ColumnType;
using table::Table;

constexpr const char* kPlan = R"([data]
accepted_grades = ["strong", "weak"]
[data.false_links]
weak = 0.4
[treatment]
column = "t"
treated = "1"
comparison = "0"
[[outcome]]
id = "y"
column = "y"
unit = "share"
linked = "linked_moj"
[[covariate]]
column = "x"
[[method]]
kind = "ipw"
)";

struct World {
  double missed = 0;            ///< How much likelier the programme's people with a high x are to be missed.
  double false_of_weak = 0;     ///< Share of weak links that are somebody else's.
  bool zero_if_missed = false;  ///< The mistake: not linked read as no record.
};

struct People {
  Table table;
  double truth = 0;  ///< The effect on the treated that was planted, for these people.
};

/// The programme lowers the risk by 0.05 + 0.3 x: more for those with a high x, who are likelier on it.
People make_people(std::size_t count, std::uint64_t seed, const World& world) {
  People out;
  out.table.add("t", ColumnType::kInt64);
  for (const char* name : {"x", "y"}) out.table.add(name, ColumnType::kDouble);
  out.table.add("linked_moj", ColumnType::kString);
  RandomStream random(seed);
  auto& c = out.table.columns();
  double treated_count = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = random.uniform();
    const bool treated = random.chance(0.3 + 0.4 * x);
    const double effect = -(0.05 + 0.3 * x);
    bool y = random.chance(0.5 + 0.2 * x + (treated ? effect : 0));
    out.truth += treated ? effect : 0;
    treated_count += treated ? 1 : 0;
    const bool linked = random.chance(0.95 - world.missed * x * (treated ? 1.0 : 0.2));
    const bool weak = random.chance(0.5);
    // Somebody else's: of a person drawn from everybody, whatever this one's group.
    if (weak && random.chance(world.false_of_weak)) y = random.chance(0.5);
    c[0].append_int(treated ? 1 : 0);
    c[1].append_double(x);
    if (linked) {
      c[2].append_double(y ? 1 : 0);
    } else if (world.zero_if_missed) {
      c[2].append_double(0);
    } else {
      c[2].append_null();
    }
    c[3].append_string(!linked && !world.zero_if_missed ? "none" : weak ? "weak" : "strong");
  }
  out.truth /= treated_count;
  return out;
}

struct Row {
  double estimate = NAN, corrected = NAN, corrected_low = NAN, corrected_high = NAN, bound_low = NAN,
         bound_high = NAN;
};

Row row_of(const Table& people, const std::string& grades, const std::string& missed) {
  auto plan = parse_plan(kPlan, "p.toml");
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
  const auto result = evaluate({&people, nullptr, nullptr}, plan.value(), {});
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  for (const auto& output : result.value().outputs) {
    if (output.id != "linkage_sensitivity") continue;
    const auto& t = output.table;
    for (std::size_t r = 0; r < t.row_count(); ++r) {
      if (t.find("grades_accepted")->string_at(r) != grades || t.find("missed_links")->string_at(r) != missed)
        continue;
      const auto at = [&](const char* name) {
        return t.find(name)->is_null(r) ? NAN : t.find(name)->double_at(r);
      };
      return {at("estimate"),       at("corrected_estimate"), at("corrected_low"),
              at("corrected_high"), at("bound_low"),          at("bound_high")};
    }
  }
  ADD_FAILURE() << "no row of " << grades << ", " << missed;
  return {};
}

/// Mean over draws of an estimate less what was planted.
double bias(const World& world, const std::function<double(const Row&)>& pick, const std::string& missed) {
  const int draws = simulation_draws(12);
  double sum = 0;
  for (int seed = 1; seed <= draws; ++seed) {
    const auto people = make_people(4000, static_cast<std::uint64_t>(seed), world);
    sum += pick(row_of(people.table, "strong, weak", missed)) - people.truth;
  }
  const double mean = sum / draws;
  ::testing::Test::RecordProperty("bias_per_mille", static_cast<int>(std::lround(1000 * mean)));
  return mean;
}

const auto kEstimate = [](const Row& r) { return r.estimate; };

// One draw's standard error is about 0.017: of 12 draws 0.005.
TEST(MissedLinks, ReadAsNoRecordBendTheEstimateMost) {
  EXPECT_LT(bias({.missed = 0.6, .false_of_weak = 0, .zero_if_missed = true}, kEstimate, "left out"), -0.03);
}
TEST(MissedLinks, LeftOutBendTheEstimateWhereTheEffectDiffers) {
  EXPECT_GT(bias({.missed = 0.8, .false_of_weak = 0, .zero_if_missed = false}, kEstimate, "left out"), 0.012);
}
TEST(MissedLinks, WeightedForDoNotBendIt) {
  EXPECT_NEAR(bias({.missed = 0.8, .false_of_weak = 0, .zero_if_missed = false}, kEstimate, "weighted for"),
              0, 0.015);
}
TEST(FalseLinks, ShrinkTheEstimateByTheirShare) {
  const double share = 0.5 * 0.4;
  const World world{.missed = 0, .false_of_weak = 0.4, .zero_if_missed = false};
  EXPECT_NEAR(bias(world, kEstimate, "left out"), share * 0.22, 0.02);
}
TEST(FalseLinks, CorrectedForDoNotBendIt) {
  const World world{.missed = 0, .false_of_weak = 0.4, .zero_if_missed = false};
  EXPECT_NEAR(bias(
                  world, [](const Row& r) { return r.corrected; }, "left out"),
              0, 0.015);
}

TEST(FalseLinks, BoundsHoldTheTruthAndWidenWithTheShare) {
  const auto people = make_people(6000, 5, {.missed = 0, .false_of_weak = 0.4, .zero_if_missed = false});
  const auto all = row_of(people.table, "strong, weak", "left out");
  EXPECT_LT(all.bound_low, people.truth);
  EXPECT_GT(all.bound_high, people.truth);
  EXPECT_LT(all.corrected_low, all.corrected);
  const auto strong = row_of(people.table, "strong", "left out");
  EXPECT_NEAR(strong.bound_low, strong.estimate, 1e-12) << "no false link expected, so nothing is unknown";
  EXPECT_NEAR(strong.bound_high, strong.estimate, 1e-12);
  EXPECT_EQ(strong.corrected, strong.estimate);
}

TEST(MissedLinks, ThePlanCanWeighEveryEstimate) {
  const auto people = make_people(4000, 2, {.missed = 0.8, .false_of_weak = 0, .zero_if_missed = false});
  auto plan = parse_plan("[data]\nmissed_links = \"weighted\"\n" + std::string(kPlan).substr(7), "p.toml");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  const auto result = evaluate({&people.table, nullptr, nullptr}, plan.value(), {});
  ASSERT_TRUE(result.ok());
  EXPECT_NEAR(*result.value().estimates[0].estimate,
              row_of(people.table, "strong, weak", "weighted for").estimate, 1e-12);
}

}  // namespace
}  // namespace kinfold::evaluation
