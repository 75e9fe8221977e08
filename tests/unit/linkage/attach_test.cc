#include "linkage/attach_internal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "linkage/cluster.h"
#include "linkage/run_internal.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

// Four records of each person, who then are groups of several and a few left alone.
table::Table four_of_each(const People& people, int count) {
  auto file = people.file(0, count, 0.5, 1);
  for (std::uint64_t copy = 2; copy <= 4; ++copy) {
    const auto more = people.file(0, count, 0.5, copy);
    file.append(more, 0, more.row_count());
  }
  return file;
}

// Bounds only spare the weighing of what cannot be chosen.
TEST(AttachSmallGroups, DoesTheSameWithBoundsAndWithout) {
  const auto file = four_of_each(People(700, 61), 700);
  const Model model = people_model();
  LinkOptions options;
  auto prepared = prepare(file, nullptr, model, options, false);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  const auto& run = prepared.value();
  RandomShares random;
  const auto fit = fit_model(run, model, random);
  ASSERT_TRUE(fit.ok());
  const Scorer scorer(*run.records, *run.comparer, fit.value().model);
  auto yields = run.blocker->yields();
  const auto kept = score_pairs(scorer, RatioBounds(scorer, 2), *run.blocker, -4.0, yields, 2, nullptr);
  std::vector<ClusterPair> pairs;
  for (const auto& pair : kept) pairs.push_back({pair.left, pair.right, pair.log_odds_bits});
  ClusterOptions strict;
  strict.merge_bits_min = 8.0;  // So that some are left alone.
  const auto grown = cluster_records(
      run.records->count, pairs, connected_parts(run.records->count, pairs),
      [&](std::uint32_t a, std::uint32_t b) { return scorer.score(a, b).log_odds_bits; }, strict);

  const auto attached = [&](double unbounded_per_record_max, bool expect_bounds) {
    AttachOptions attach;
    attach.unbounded_per_record_max = unbounded_per_record_max;
    std::optional<RatioBounds> bounds;
    auto cluster = grown;
    attach_small_groups(scorer, bounds, run.model, *run.parts, *run.blocker, kept, cluster, attach, 2);
    EXPECT_EQ(bounds.has_value(), expect_bounds);
    return cluster;
  };
  const auto bounded = attached(0.0, true);
  EXPECT_EQ(bounded, attached(std::numeric_limits<double>::infinity(), false));
  const auto groups = [](const std::vector<std::uint32_t>& cluster) {
    return *std::max_element(cluster.begin(), cluster.end()) + 1;
  };
  EXPECT_LT(groups(bounded) + 10, groups(grown)) << "hardly anybody was attached";
}

}  // namespace
}  // namespace kinfold::linkage
