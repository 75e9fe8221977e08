#include "base/parallel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "base/random.h"

namespace kinfold {
namespace {

TEST(ParallelChunks, CoversEveryItemOnceOnAnyNumberOfThreads) {
  for (const std::size_t count : {0U, 1U, 999U, 1000U, 1001U}) {
    for (const std::size_t threads : {1U, 2U, 5U}) {
      std::vector<int> seen(count, 0);
      parallel_chunks(count, 100, threads, [&](std::size_t chunk, std::size_t begin, std::size_t end) {
        ASSERT_EQ(begin, chunk * 100);
        for (std::size_t item = begin; item < end; ++item) ++seen[item];
      });
      EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), std::size_t{0}), count);
      EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
    }
  }
}

TEST(RandomStream, IsTheSameForTheSameKeysAndOtherwiseDiffers) {
  RandomStream a(7, {1, 2});
  RandomStream b(7, {1, 2});
  RandomStream c(7, {2, 1});
  std::set<std::uint64_t> values;
  for (int k = 0; k < 1000; ++k) {
    const auto value = a.next();
    ASSERT_EQ(value, b.next());
    values.insert(value);
    values.insert(c.next());
  }
  EXPECT_EQ(values.size(), 2000U);
}

TEST(RandomStream, DrawsHaveTheRightMeans) {
  RandomStream random(11);
  double uniform = 0;
  double normal = 0;
  double normal_squared = 0;
  constexpr int kDraws = 200'000;
  for (int k = 0; k < kDraws; ++k) {
    uniform += random.uniform();
    const double z = random.normal();
    normal += z;
    normal_squared += z * z;
    ASSERT_LT(random.below(6), 6U);
  }
  // Five standard errors of each mean at this number of draws.
  EXPECT_NEAR(uniform / kDraws, 0.5, 0.0033);
  EXPECT_NEAR(normal / kDraws, 0.0, 0.0112);
  EXPECT_NEAR(normal_squared / kDraws, 1.0, 0.0159);
}

}  // namespace
}  // namespace kinfold
