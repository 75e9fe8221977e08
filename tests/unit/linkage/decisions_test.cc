#include "linkage/decisions.h"

#include <gtest/gtest.h>

namespace kinfold::linkage {
namespace {

TEST(Decisions, ComeBackAsTheyWereWritten) {
  const std::vector<Decision> decisions = {{"A,1", "B\"2", "kim", Verdict::kSame, Drawn::kSample},
                                           {"-2", "B9", "", Verdict::kCannotTell, Drawn::kChosen},
                                           {"A3", "B3", "agreed", Verdict::kDifferent, Drawn::kSample}};
  const auto read = parse_decisions(decisions_to_csv(decisions));
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read.value().size(), decisions.size());
  for (std::size_t n = 0; n < decisions.size(); ++n) {
    EXPECT_EQ(read.value()[n].left_id, decisions[n].left_id);
    EXPECT_EQ(read.value()[n].right_id, decisions[n].right_id);
    EXPECT_EQ(read.value()[n].coder, decisions[n].coder);
    EXPECT_EQ(read.value()[n].verdict, decisions[n].verdict);
    EXPECT_EQ(read.value()[n].drawn, decisions[n].drawn);
  }
}

TEST(Decisions, NeedOnlyTheIdsAndTheVerdict) {
  const auto read = parse_decisions("verdict,right_id,left_id\nsame,B1,A1\n");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value()[0].left_id, "A1");
  EXPECT_EQ(read.value()[0].drawn, Drawn::kSample);
}

TEST(Decisions, ThatCannotBeReadAreRefusedByLineWithoutAValue) {
  const auto message = [](std::string_view csv) {
    const auto read = parse_decisions(csv);
    return read.ok() ? std::string("read") : read.error().message;
  };
  EXPECT_EQ(message("left_id,right_id,verdict\nA,B,same\nA,C,perhaps\n"),
            "decisions, line 3: the verdict is none of: same, different, cannot tell");
  EXPECT_EQ(message("left_id,right_id,verdict\n,B,same\n"),
            "decisions, line 2: an id is missing; write both ids of the pair");
  EXPECT_EQ(message("left_id,right_id,verdict,drawn\nA,B,same,random\n"),
            "decisions, line 2: drawn is neither sample nor chosen");
  EXPECT_NE(message("left_id,verdict\nA,same\n").find("right_id"), std::string::npos);
}

TEST(Decisions, OfSeveralCodersSettleOrStayOpen) {
  const auto settled = settle({{"1", "1", "kim", Verdict::kSame, Drawn::kSample},
                               {"1", "1", "lee", Verdict::kSame, Drawn::kSample},
                               {"2", "2", "kim", Verdict::kSame, Drawn::kSample},
                               {"2", "2", "lee", Verdict::kDifferent, Drawn::kSample},
                               {"3", "3", "kim", Verdict::kSame, Drawn::kSample},
                               {"3", "3", "lee", Verdict::kDifferent, Drawn::kSample},
                               {"3", "3", "agreed", Verdict::kDifferent, Drawn::kSample},
                               {"4", "4", "kim", Verdict::kSame, Drawn::kSample},
                               {"4", "4", "kim", Verdict::kDifferent, Drawn::kChosen}});
  ASSERT_EQ(settled.size(), 4U);
  EXPECT_EQ(settled[0].verdict, Verdict::kSame);
  EXPECT_EQ(settled[0].coder_count, 2U);
  EXPECT_EQ(settled[1].verdict, Verdict::kCannotTell);
  EXPECT_EQ(settled[2].verdict, Verdict::kDifferent);
  EXPECT_EQ(settled[2].coder_count, 2U);
  EXPECT_EQ(settled[3].verdict, Verdict::kDifferent);
  EXPECT_EQ(settled[3].drawn, Drawn::kChosen);
}

}  // namespace
}  // namespace kinfold::linkage
