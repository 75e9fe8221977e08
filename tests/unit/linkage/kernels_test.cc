#include "linkage/kernels.h"

#include <gtest/gtest.h>

namespace kinfold::linkage {
namespace {

TEST(JaroWinkler, GivesWinklersPublishedExamples) {
  EXPECT_NEAR(jaro("MARTHA", "MARHTA"), 0.9444, 5e-5);
  EXPECT_NEAR(jaro_winkler("MARTHA", "MARHTA"), 0.9611, 5e-5);
  EXPECT_NEAR(jaro_winkler("DWAYNE", "DUANE"), 0.84, 5e-5);
  EXPECT_NEAR(jaro_winkler("DIXON", "DICKSONX"), 0.8133, 5e-5);
}

}  // namespace
}  // namespace kinfold::linkage
