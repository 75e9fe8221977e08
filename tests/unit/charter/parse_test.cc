#include "sample.h"

namespace kinfold::charter {
namespace {

TEST(ParseCharter, ReadsBothChartersOfTheRepository) {
  const Charter charter = demo();
  EXPECT_EQ(charter.programme, "family-focus-demo");
  EXPECT_EQ(charter.parties.size(), 8U);
  EXPECT_EQ(charter.criteria.problems.size(), 6U);
  EXPECT_EQ(charter.criteria.needed, 2);
  EXPECT_EQ(charter.find_variable("ks2_score")->kind, Variable::Kind::kMeasure);
  EXPECT_EQ(charter.data_class_of_variable("conviction")->id, "offending");
  EXPECT_EQ(charter.find_flow(Kind::kSubmission, "north-riding", "ons-demo")->purpose, "linkage");
  EXPECT_EQ(real().programme, "troubled-families");
}

}  // namespace
}  // namespace kinfold::charter
