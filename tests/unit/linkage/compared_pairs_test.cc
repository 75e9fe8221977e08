#include "linkage/compared_pairs_internal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/random.h"
#include "linkage/radix_internal.h"
#include "linkage/run_internal.h"
#include "linkage/screen_internal.h"
#include "linkage/shared_keys_internal.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

// By definition: a stable sort, then the runs of two and more.
LargeVector<std::uint64_t> shared_by_sorting(LargeVector<std::uint64_t> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](std::uint64_t a, std::uint64_t b) { return a >> 32 < b >> 32; });
  std::map<std::uint64_t, int> times;
  for (const auto entry : entries) ++times[entry >> 32];
  std::erase_if(entries, [&](std::uint64_t entry) { return times[entry >> 32] < 2; });
  return entries;
}

TEST(SharedKeys, AreThoseOfAStableSort) {
  RandomStream random(51);
  for (const std::uint64_t count : {0U, 1U, 2U, 3U, 50U, 3000U, 200'000U}) {
    for (const std::uint64_t key_count : {1U, 2U, 100U, 100'000U}) {
      LargeVector<std::uint64_t> entries;
      for (std::uint64_t n = 0; n < count; ++n) {
        // Keys spread over all bits; two that differ in the last bit only, with many entries each; and 0.
        std::uint64_t key = mix64(random.below(key_count)) >> 32;
        if (random.chance(0.2)) key = 0x8000'0000U + random.below(2);
        if (random.chance(0.01)) key = 0;
        entries.push_back(key << 32 | random.below(1000));
      }
      ASSERT_EQ(shared_keys(NumberParts(entries)), shared_by_sorting(entries))
          << count << " entries, " << key_count << " keys";
    }
  }
}

TEST(RadixSort, IsAStableSortOnAnyNumberOfThreads) {
  RandomStream random(53);
  for (const std::uint64_t count : {0U, 1U, 2U, 3000U, 16'384U, 16'385U, 50'000U, 131'072U}) {
    LargeVector<std::pair<std::uint64_t, std::uint32_t>> items;
    for (std::uint32_t n = 0; n < count; ++n)
      items.emplace_back(mix64(random.below(1 + count / 2)) << random.below(30), n);
    auto expected = items;
    std::stable_sort(expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
      auto own = items;
      radix_sort<64>(
          own, [](const auto& item) { return item.first; }, threads);
      ASSERT_EQ(own, expected) << count << " items, " << threads << " threads";
    }
  }
}

std::map<std::vector<std::uint8_t>, double> counts_of(const std::vector<PatternCount>& patterns) {
  std::map<std::vector<std::uint8_t>, double> counts;
  for (const auto& pattern : patterns) counts[pattern.level] = pattern.pair_count;
  return counts;
}

void expect_as_streamed(const table::Table& left, const table::Table* right, const Model& model) {
  auto prepared = prepare(left, right, model, {}, true);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  const Run& run = prepared.value();
  const auto blocks = prepare(left, right, model, {}, true);
  const auto compared = ComparedPairs::of(*run.records, *run.comparer, *blocks.value().blocker, 2, nullptr);
  ASSERT_TRUE(compared.has_value());
  ASSERT_GT(compared->pairs().size(), 1000U);
  for (const auto& pair : compared->pairs())
    ASSERT_EQ(pair.rule_count, run.blocker->rule_count_of(pair.left, pair.right));
  EXPECT_EQ(counts_of(compared->count_patterns(*run.comparer)),
            counts_of(count_patterns(*run.records, *run.comparer, *run.blocker, 1, 2)));

  RandomShares random;
  const auto fit = fit_model(run, model, random);
  ASSERT_TRUE(fit.ok());
  const Scorer scorer(*run.records, *run.comparer, fit.value().model);
  const RatioBounds bounds(scorer, 2);
  for (const double floor_bits : {-20.0, 6.0}) {
    auto yields = run.blocker->yields();
    auto streamed_yields = yields;
    const auto kept = score_compared(scorer, *compared, floor_bits, yields, 2, nullptr);
    const auto streamed = score_pairs(scorer, bounds, *run.blocker, floor_bits, streamed_yields, 2, nullptr);
    ASSERT_EQ(kept.size(), streamed.size());
    for (std::size_t n = 0; n < kept.size(); ++n) {
      EXPECT_EQ(std::pair(kept[n].left, kept[n].right), std::pair(streamed[n].left, streamed[n].right));
      EXPECT_EQ(kept[n].weight_bits, streamed[n].weight_bits);
      EXPECT_EQ(kept[n].pattern_key, streamed[n].pattern_key);
    }
    for (std::size_t rule = 0; rule < yields.size(); ++rule) {
      EXPECT_EQ(yields[rule].first_pair_count, streamed_yields[rule].first_pair_count);
      EXPECT_NEAR(yields[rule].expected_matches, streamed_yields[rule].expected_matches, 1e-6);
    }
  }
}

TEST(ComparedPairs, AreWhatIsStreamedFromTheBlocks) {
  const People people(1500, 52);
  const auto left = people.file(0, 1100, 0.3, 1);
  const auto right = people.file(400, 1500, 0.3, 2);
  expect_as_streamed(left, &right, people_model());
  auto file = left;
  for (std::size_t row = 0; row < right.row_count(); ++row) {
    for (std::size_t n = 0; n < file.column_count(); ++n)
      file.columns()[n].append_from(right.columns()[n], row);
  }
  expect_as_streamed(file, nullptr, people_model());
  // Rules with several keys a record: a pair that shares two of them is one pair.
  Model words = people_model();
  words.blocking.insert(words.blocking.begin(), {"words", {"address.tokens"}, 0.0, false});
  words.blocking.push_back({"names", {"surname.deletions"}, 0.0, false});
  expect_as_streamed(left, &right, words);
}

TEST(ComparedPairs, AreTheSameOnAnyNumberOfThreads) {
  const People people(30'000, 54);
  const auto left = people.file(0, 22'000, 0.3, 1);
  const auto right = people.file(8'000, 30'000, 0.3, 2);
  const auto compared_by = [&](std::size_t thread_count) {
    const auto prepared = prepare(left, &right, people_model(), {}, true);
    EXPECT_TRUE(prepared.ok()) << prepared.error().message;
    const auto& run = prepared.value();
    // So that several threads have parts to put in order.
    EXPECT_GT(run.blocker->pair_count(), 100'000U);
    return ComparedPairs::of(*run.records, *run.comparer, *run.blocker, thread_count, nullptr);
  };
  const auto one = compared_by(1);
  const auto three = compared_by(3);
  ASSERT_TRUE(one.has_value() && three.has_value());
  const auto as_numbers = [](const ComparedPairs& compared) {
    std::vector<std::array<std::uint64_t, 5>> numbers;
    for (const auto& pair : compared.pairs())
      numbers.push_back({pair.left, pair.right, pair.rule, pair.rule_count, pair.pattern_key});
    return numbers;
  };
  EXPECT_EQ(as_numbers(*one), as_numbers(*three));
}

}  // namespace
}  // namespace kinfold::linkage
