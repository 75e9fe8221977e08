#include "base/stop.h"

#include <gtest/gtest.h>

#include "base/parallel.h"

namespace kinfold {
namespace {

TEST(Stop, NothingStopsWhereNobodyAsked) {
  std::atomic<bool> flag{true};
  EXPECT_NO_THROW(stop_point());
  {
    const StopScope scope(&flag);
    EXPECT_THROW(stop_point(), Stopped);
  }
  EXPECT_NO_THROW(stop_point());
}

TEST(Stop, ParallelWorkGivesUpBetweenChunksAndOnlyOnceAllThreadsAreDone) {
  std::atomic<bool> flag{false};
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
  const StopScope scope(&flag);
  EXPECT_THROW(
      parallel_chunks(1000, 1, 2,
                      [&](std::size_t, std::size_t, std::size_t) {
                        if (++begun == 10) flag = true;
                        EXPECT_NO_THROW(stop_point());  // Inside a chunk nothing throws: `work` must not.
                        ++ended;
                      }),
      Stopped);
  EXPECT_EQ(begun, ended);
  EXPECT_GE(begun, 10);
  EXPECT_LT(begun, 1000);
}

}  // namespace
}  // namespace kinfold
