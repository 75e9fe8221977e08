#include "linkage/review.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "linkage/command.h"
#include "linkage/review_session.h"
#include "people.h"
#include "table/io.h"

namespace kinfold::linkage {
namespace {

ReviewSet some_pairs() {
  ReviewSet set{"key", {"surname", "town"}, {}};
  set.pairs.push_back({{"L1", {"Smith", "Leeds"}}, {"R1", {"Smyth", ""}}, Drawn::kSample, 0});
  set.pairs.push_back({{"L2", {"Jones", ""}}, {"R2", {"Jones", ""}}, Drawn::kSample, 0});
  set.pairs.push_back({{"L3", {"Khan", "York"}}, {"L4", {"Khan", "Ripon"}}, Drawn::kChosen, 1});
  set.pairs.push_back({{"L3", {"Khan", "York"}}, {"L5", {"Kahn", "York"}}, Drawn::kChosen, 1});
  set.pairs.push_back({{"L4", {"Khan", "Ripon"}}, {"L5", {"Kahn", "York"}}, Drawn::kChosen, 1});
  return set;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

using Step = ReviewSession::Step;

TEST(ReviewSession, GoesOnToTheNextOpenPairAndComesBack) {
  ReviewSession session(some_pairs(), "kim", {});
  EXPECT_EQ(session.press('s'), Step::kDecided);
  EXPECT_EQ(session.position(), 1U);
  EXPECT_EQ(session.press('c'), Step::kDecided);
  EXPECT_EQ(session.press('b'), Step::kMoved);
  EXPECT_EQ(session.position(), 1U);
  EXPECT_TRUE(has(session.screen(80, false), "this one: cannot tell"));
  EXPECT_EQ(session.press('d'), Step::kDecided) << "a new answer replaces the old one";
  ASSERT_EQ(session.decisions().size(), 2U);
  EXPECT_EQ(session.decisions()[1].verdict, Verdict::kDifferent);
  EXPECT_EQ(session.press('x'), Step::kNothing);
  EXPECT_EQ(session.press('q'), Step::kLeave);
}

TEST(ReviewSession, TakesAllOfAClusterAtOnceAndOnlyThere) {
  ReviewSession session(some_pairs(), "kim", {});
  EXPECT_EQ(session.press('a'), Step::kNothing) << "this pair is by itself";
  session.press('s');
  session.press('s');
  EXPECT_TRUE(has(session.screen(80, false), "Others in this cluster:\n    Kahn"));
  EXPECT_EQ(session.press('a'), Step::kDecided);
  EXPECT_TRUE(session.done());
  EXPECT_EQ(session.decisions()[4].verdict, Verdict::kSame);
  EXPECT_EQ(session.decisions()[4].drawn, Drawn::kChosen);
  EXPECT_TRUE(has(session.screen(80, false), "Every pair is decided"));
}

TEST(ReviewSession, StartsWhereItStoppedAndKeepsWordsOnOtherPairs) {
  ReviewSession session(some_pairs(), "kim",
                        {{"L1", "R1", "kim", Verdict::kSame, Drawn::kSample},
                         {"far", "away", "kim", Verdict::kDifferent, Drawn::kSample}});
  EXPECT_EQ(session.position(), 1U);
  EXPECT_EQ(session.decided_count(), 1U);
  ASSERT_EQ(session.decisions().size(), 2U);
  EXPECT_EQ(session.decisions()[0].left_id, "far");
}

TEST(ReviewSession, ShowsWhatDiffersAndNoIdAndNoWeight) {
  const ReviewSession session(some_pairs(), "kim", {});
  const auto plain = session.screen(80, false);
  EXPECT_TRUE(has(plain, "surname  \u2260  Smith"));
  EXPECT_TRUE(has(plain, "town     \u00b7  Leeds"));
  EXPECT_FALSE(has(plain, "\033"));
  for (const char* hidden : {"L1", "R1", "bits", "probab", "weight"})
    EXPECT_FALSE(has(plain, hidden)) << hidden;
  EXPECT_TRUE(has(session.screen(80, true), "Sm\033[7mi\033[0mth")) << "the letter that differs stands out";
}

TEST(ReviewSession, LetsNoValueDrawOnTheScreen) {
  ReviewSet set{"key", {"name"}, {}};
  set.pairs.push_back(
      {{"1", {"Ann\033[2J\nfalse line\xE2\x80\xAE"}}, {"2", {std::string(10'000, 'A')}}, Drawn::kSample, 0});
  const ReviewSession session(set, "kim", {});
  const auto screen = session.screen(80, false);
  EXPECT_FALSE(has(screen, "\033"));
  EXPECT_FALSE(has(screen, "\nfalse line"));
  EXPECT_FALSE(has(screen, "\xE2\x80\xAE"));
  EXPECT_LT(screen.size(), 2000U);
}

TEST(ReviewSession, BearsAnEmptySet) {
  ReviewSession session({}, "kim", {});
  EXPECT_EQ(session.press('s'), Step::kNothing);
  EXPECT_TRUE(has(session.screen(80, false), "no pair"));
  EXPECT_EQ(session.press('q'), Step::kLeave);
}

TEST(Review, IsReadBackAsItWasWritten) {
  const auto set = some_pairs();
  const auto back = parse_review_json(review_to_json(set));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(review_to_json(back.value()), review_to_json(set));
  for (
      const char* bad :
      {"", "{}", "[1]",
       R"({"key":"k","fields":["a"],"pairs":[{"left":{"id":"1","values":[]},"right":{"id":"2","values":["x"]},"drawn":"sample","group":0}]})"}) {
    EXPECT_FALSE(parse_review_json(bad).ok()) << bad;
  }
}

TEST(Review, SaysWhyNoClusterWasDrawnBetweenTwoFiles) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("kinfold-review-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const testing_people::People people(200, 5);
  LinkCommand command;
  command.left_path = (folder / "left.csv").string();
  command.right_path = (folder / "right.csv").string();
  command.out_dir = (folder / "linked").string();
  command.pairing = Pairing::kOneToOne;
  ASSERT_TRUE(table::write_csv(people.file(0, 200, 0.1, 1), command.left_path).ok());
  ASSERT_TRUE(table::write_csv(people.file(0, 200, 0.1, 2), command.right_path).ok());
  const auto linked = run_link(command);
  ASSERT_TRUE(linked.ok()) << linked.error().message;
  DrawOptions options;
  options.run_dir = command.out_dir;
  options.review_dir = (folder / "review").string();
  options.pair_count = 20;
  options.cluster_count = 5;
  const auto drawn = draw_review(options);
  ASSERT_TRUE(drawn.ok()) << drawn.error().message;
  EXPECT_EQ(drawn.value().cluster_count, 0U);
  EXPECT_EQ(drawn.value().note,
            "the run has no cluster of three records or more from both files: where records are linked one "
            "to one a link is a pair, "
            "and pairs are drawn by chance (--pairs)");
  std::filesystem::remove_all(folder);
}

TEST(ReviewPage, HoldsHostileValuesAsDataOnly) {
  ReviewSet set{"key", {"name"}, {}};
  set.pairs.push_back({{"1", {"</script><script>alert(1)</script>"}},
                       {"2", {"<img src=x onerror=alert(1)>"}},
                       Drawn::kSample,
                       0});
  const auto html = review_page(set, "kim");
  EXPECT_FALSE(has(html, "<script>alert"));
  EXPECT_FALSE(has(html, "<img"));
  EXPECT_TRUE(has(html, "\\u003cimg src=x"));
  EXPECT_TRUE(has(html, "script-src 'sha256-"));
  EXPECT_FALSE(has(html, "unsafe-eval"));
}

TEST(Review, TakesNamesOfCodersThatAreSafeInAFilesName) {
  for (const char* good : {"kim", "Coder-2", "a_b"}) EXPECT_TRUE(is_coder_name(good)) << good;
  for (const char* bad : {"", "../x", "a b", "a/b", "\xC3\xA9"}) EXPECT_FALSE(is_coder_name(bad)) << bad;
}

}  // namespace
}  // namespace kinfold::linkage
