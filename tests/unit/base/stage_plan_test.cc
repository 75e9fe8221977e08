#include "base/stage_plan.h"

#include <gtest/gtest.h>

namespace kinfold {
namespace {

TEST(StagePlan, ForecastsFromWhatTheStagesSoFarTook) {
  StagePlan plan({{"read", 1.0}, {"compare", 3.0}, {"write", 1.0}});
  EXPECT_FALSE(plan.seconds_left(10.0, 0.0).has_value()) << "nothing has begun";
  plan.begin("read");
  plan.begin("compare");
  EXPECT_DOUBLE_EQ(*plan.share_done(0.0), 0.2);
  EXPECT_DOUBLE_EQ(*plan.seconds_left(10.0, 0.0), 40.0);
  EXPECT_DOUBLE_EQ(*plan.seconds_left(25.0, 0.5), 25.0);
  plan.begin("write");
  EXPECT_DOUBLE_EQ(*plan.seconds_left(40.0, 0.0), 10.0);
  EXPECT_DOUBLE_EQ(*plan.seconds_left(50.0, 1.0), 0.0);
}

TEST(StagePlan, PassesOverStagesThatDidNotTakePlace) {
  StagePlan plan({{"read", 1.0}, {"compare", 3.0}, {"write", 1.0}});
  plan.begin("read");
  plan.begin("write");
  EXPECT_DOUBLE_EQ(*plan.share_done(0.0), 0.8);
}

TEST(StagePlan, SaysNothingTooEarlyAndNothingOfWhatIsNotPlanned) {
  StagePlan plan({{"read", 1.0}, {"compare", 19.0}});
  plan.begin("read");
  EXPECT_FALSE(plan.seconds_left(100.0, 1.0).has_value()) << "a twentieth is too little to go by";
  plan.begin("read");
  EXPECT_FALSE(plan.share_done(1.0).has_value()) << "a stage that comes again was not planned for";
  plan.begin("compare");
  EXPECT_FALSE(plan.seconds_left(100.0, 1.0).has_value());
  EXPECT_FALSE(StagePlan().share_done(0.5).has_value());
}

}  // namespace
}  // namespace kinfold
