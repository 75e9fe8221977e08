#include "base/near_name.h"

#include <gtest/gtest.h>

namespace kinfold {
namespace {

const std::vector<std::string_view> kColumns = {"age",   "re74",         "re75",       "re78",
                                                "treat", "age_at_start", "first.treat"};

TEST(NearName, IsTheOneThatFewestLettersTellApart) {
  EXPECT_EQ(near_name("tread", kColumns), "treat");
  EXPECT_EQ(near_name("taret", kColumns), "treat");  // neighbours swapped, one letter changed
  EXPECT_EQ(near_name("age_at_strat", kColumns), "age_at_start");
  EXPECT_EQ(near_name("re77", kColumns), "re74") << "of names as near, the first";
}

TEST(NearName, DoesNotMindCapitalsAndPunctuation) {
  EXPECT_EQ(near_name("FIRST_TREAT", kColumns), "first.treat");
  EXPECT_EQ(near_name("Age", kColumns), "age");
}

TEST(NearName, IsNoneWhereNothingIsNear) {
  EXPECT_EQ(near_name("earnings", kColumns), "");
  EXPECT_EQ(near_name("", kColumns), "");
  EXPECT_EQ(near_name("xy", {"ab"}), "") << "nothing in common";
  EXPECT_EQ(near_name(std::string(5000, 'a'), {std::string_view("aaa")}), "");
  EXPECT_EQ(did_you_mean("earnings", kColumns), "");
  EXPECT_EQ(did_you_mean("tread", kColumns), "did you mean 'treat'? ");
}

TEST(ListNames, StopsWhereALineWouldNotBeRead) {
  EXPECT_EQ(list_names({}), "none");
  EXPECT_EQ(list_names({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(list_names({"a", "b", "c"}, 2), "a, b and 1 more");
  EXPECT_EQ(list_names(std::vector<std::string_view>(10'000, "x"), 1), "x and 9,999 more");
}

}  // namespace
}  // namespace kinfold
