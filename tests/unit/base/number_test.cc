#include "base/number.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace kinfold {
namespace {

TEST(ParseNumber, ReadsATextThatIsANumberAsAWhole) {
  EXPECT_EQ(parse_number<int>("-12"), -12);
  EXPECT_EQ(parse_number<double>("2.5"), 2.5);
  EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), 18446744073709551615U);
}

TEST(ParseNumber, RefusesWhatIsNoNumberOrHasMoreToIt) {
  for (const auto* text : {"", " 1", "1 ", "+1", "1,000", "12x", "x", "1.5", "99999999999"})
    EXPECT_FALSE(parse_number<int>(text)) << text;
  EXPECT_FALSE(parse_number<std::uint64_t>("-1"));
}

}  // namespace
}  // namespace kinfold
