#include "base/large_vector.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>

namespace kinfold {
namespace {

// Sizes on both sides of the one from which pages are huge.
TEST(LargeVector, KeepsWhatItHoldsWhileItGrowsFromSmallPagesToHugeOnes) {
  LargeVector<std::uint32_t> numbers;
  for (std::uint32_t n = 0; n < 5'000'000; ++n) numbers.push_back(n);
  for (std::uint32_t n = 0; n < numbers.size(); ++n) ASSERT_EQ(numbers[n], n);
  numbers.resize(1000);
  numbers.shrink_to_fit();
  EXPECT_EQ(numbers.capacity(), 1000U);
  EXPECT_EQ(numbers.back(), 999U);
}

TEST(LargeVector, IsCopiedMovedAndFilledAsAnyOther) {
  LargeVector<std::uint64_t> numbers(1'000'000, 7);
  numbers.back() = 8;
  LargeVector<std::uint64_t> copy = numbers;
  EXPECT_EQ(copy, numbers);
  const auto* at = numbers.data();
  const LargeVector<std::uint64_t> moved = std::move(numbers);
  EXPECT_EQ(moved.data(), at);
  copy.assign(600'000, 1);
  EXPECT_EQ(std::accumulate(copy.begin(), copy.end(), std::uint64_t{0}), 600'000U);
}

TEST(LargeVector, ASizeThatDoesNotExistIsSaid) {
  EXPECT_THROW(allocate_on_huge_pages(~std::size_t{0} - 100), std::bad_alloc);
}

}  // namespace
}  // namespace kinfold
