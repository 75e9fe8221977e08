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

// Families of whom one in twelve has a son with his father's forename, who has three records and his father
// one.
struct FathersAndSons {
  table::Table file;
  std::vector<std::uint32_t> person;  // Of each record.

  explicit FathersAndSons(int people_count) {
    const People people(people_count, 62);
    for (int n = 0; n < people_count; ++n)
      for (int copy = 1; copy <= (n % 3 == 0 ? 1 : 3); ++copy) add(people, n, copy);
  }

 private:
  void add(const People& people, int number, int copy) {
    const int named_after = number % 36 == 1 ? number - 1 : number;
    const auto own = people.file(number, number + 1, 0.05, static_cast<std::uint64_t>(copy));
    const auto other = people.file(named_after, named_after + 1, 0.05, static_cast<std::uint64_t>(copy));
    if (file.columns().empty())
      for (const auto& column : own.columns()) file.add(column.name(), column.type());
    RandomStream random(63, {static_cast<std::uint64_t>(named_after)});
    for (auto& column : file.columns()) {
      if (column.name() == "forenames")
        column.append_string(People::word(random, 1000, 3));
      else
        column.append_from(*(column.name() == "gender" ? other : own).find(column.name()), 0);
    }
    person.push_back(static_cast<std::uint32_t>(number));
  }
};

// A father's record is as like his son's as a record with a wrong date of birth is like the others.
TEST(AttachSmallGroups, KnowsThatRelativesMayHaveOneName) {
  const FathersAndSons people(900);
  const Model model = people_model();
  auto prepared = prepare(people.file, nullptr, model, {}, false);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  const auto& run = prepared.value();
  RandomShares random;
  auto fit = fit_model(run, model, random);
  ASSERT_TRUE(fit.ok());
  const int field = run.records->find("date_of_birth");
  for (std::size_t n = 0; n < run.comparer->comparison_count(); ++n)
    if (static_cast<int>(run.comparer->field_of(n)) == field) fit.value().model.m[n].back() = 0.02;
  const auto joined = [&](double related_name_share) {
    fit.value().model.related_name_share = related_name_share;
    const Scorer scorer(*run.records, *run.comparer, fit.value().model);
    std::optional<RatioBounds> bounds;
    std::vector<std::uint32_t> cluster(people.person.size());  // Everybody's records are one group.
    for (std::uint32_t record = 0; record < cluster.size(); ++record)
      cluster[record] = people.person[run.records->row[record]];
    attach_small_groups(scorer, bounds, run.model, *run.parts, *run.blocker, {}, cluster, {}, 2);
    return 900U - (*std::max_element(cluster.begin(), cluster.end()) + 1);
  };
  EXPECT_GT(joined(0.0), 20U) << "of 25 fathers";
  EXPECT_LT(joined(0.02), 4U);
}

}  // namespace
}  // namespace kinfold::linkage
