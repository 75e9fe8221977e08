#include <gtest/gtest.h>

#include <map>
#include <set>

#include "scratch_folder.h"
#include "synth/synth.h"
#include "table/io.h"

namespace kinfold::synth {
namespace {

PairsSummary write(const std::string& dir, const PairsOptions& options) {
  NoProgress progress;
  auto written = write_people_pairs(dir, options, progress);
  EXPECT_TRUE(written.ok()) << written.error().message;
  return written.ok() ? written.value() : PairsSummary{};
}

TEST(WritePeoplePairs, WritesAsManyRecordsAsAskedWithTheirTruth) {
  const ScratchFolder folder("pairs");
  const auto summary = write(folder.path(), {.record_count = 20'000, .thread_count = 2});
  const auto records = table::read_file(folder.path("people.parquet"));
  ASSERT_TRUE(records.ok()) << records.error().message;
  ASSERT_EQ(records.value().row_count(), 20'000U);
  EXPECT_EQ(summary.record_count, 20'000U);
  std::map<std::int64_t, std::uint64_t> count;
  std::set<std::int64_t> ids;
  for (std::size_t i = 0; i < 20'000; ++i) {
    ++count[records.value().find("person")->int_at(i)];
    ids.insert(records.value().find("record_id")->int_at(i));
  }
  std::uint64_t pairs = 0;
  for (const auto& [person, n] : count) pairs += n * (n - 1) / 2;
  EXPECT_EQ(ids.size(), 20'000U);
  EXPECT_EQ(count.size(), summary.person_count);
  EXPECT_EQ(pairs, summary.true_pair_count);
  EXPECT_NEAR(1 - static_cast<double>(count.size()) / 20'000, 0.3, 0.02);
}

TEST(WritePeoplePairs, PutsNobodyTwiceIntoOneOfTwoFiles) {
  const ScratchFolder folder("two");
  const auto summary = write(folder.path(), {.record_count = 10'000, .two_files = true, .thread_count = 2});
  std::set<std::int64_t> left;
  std::uint64_t both = 0;
  for (const std::string name : {"left", "right"}) {
    const auto records = table::read_file(folder.path(name + ".parquet"));
    ASSERT_TRUE(records.ok());
    ASSERT_EQ(records.value().row_count(), 5'000U);
    std::set<std::int64_t> people;
    for (std::size_t i = 0; i < 5'000; ++i) people.insert(records.value().find("person")->int_at(i));
    EXPECT_EQ(people.size(), 5'000U);
    for (const auto person : people) both += name == "right" && left.contains(person) ? 1U : 0U;
    if (name == "left") left = people;
  }
  EXPECT_EQ(both, summary.true_pair_count);
  EXPECT_GT(both, 2'000U);
}

TEST(WritePeoplePairs, GivesTheSameBytesOnAnyNumberOfThreads) {
  const ScratchFolder one("p1");
  const ScratchFolder three("p3");
  write(one.path(), {.record_count = 30'000, .thread_count = 1});
  write(three.path(), {.record_count = 30'000, .thread_count = 3});
  EXPECT_TRUE(bytes_of(one.path("people.parquet")) == bytes_of(three.path("people.parquet")));
}

TEST(WritePeoplePairs, RefusesOptionsOutOfRange) {
  NoProgress progress;
  const auto few = write_people_pairs("/tmp/never", {.record_count = 1}, progress);
  ASSERT_FALSE(few.ok());
  EXPECT_EQ(few.error().message, "record_count is out of range; choose 2 to 50000000");
  const auto many = write_people_pairs("/tmp/never", {.duplicate_share = 0.6, .two_files = true}, progress);
  ASSERT_FALSE(many.ok());
  EXPECT_EQ(many.error().message, "duplicate_share must lie between 0 and 0.9, and at most 0.5 in two files");
}

}  // namespace
}  // namespace kinfold::synth
