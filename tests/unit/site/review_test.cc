#include "site/review.h"

#include <gtest/gtest.h>

namespace kinfold::site {
namespace {

TEST(Wilson, IsThatOfR) {
  // R 4.2.2, prop.test(x, n, correct = FALSE)$conf.int.
  struct Known {
    std::uint64_t count, of;
    double low, high;
  };
  for (const auto& known : {Known{10, 20, 0.2992980, 0.7007020}, Known{0, 10, 0.0, 0.2775328},
                            Known{10, 10, 0.7224672, 1.0}, Known{7, 8, 0.5291118, 0.9775825}}) {
    const auto share = wilson(known.count, known.of);
    EXPECT_NEAR(share.low, known.low, 1e-6) << known.count << " of " << known.of;
    EXPECT_NEAR(share.high, known.high, 1e-6) << known.count << " of " << known.of;
  }
  const auto nothing = wilson(0, 0);
  EXPECT_EQ(nothing.value(), 0);
  EXPECT_EQ(nothing.low, 0);
  EXPECT_EQ(nothing.high, 1);
}

TEST(Verdicts, AreReadAsTheyAreWritten) {
  for (const auto verdict : {Verdict::kSame, Verdict::kDifferent, Verdict::kCannotTell})
    EXPECT_EQ(parse_verdict(name(verdict)), verdict);
  EXPECT_FALSE(parse_verdict("perhaps").has_value());
  EXPECT_FALSE(parse_verdict("").has_value());
}

}  // namespace
}  // namespace kinfold::site
