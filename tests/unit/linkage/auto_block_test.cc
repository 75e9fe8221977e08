#include "linkage/auto_block_internal.h"

#include <gtest/gtest.h>

#include "people.h"

namespace kinfold::linkage {
namespace {

TEST(AutoBlocking, TakesWhatFindsMostForItsPairsAndKeepsToTheBudget) {
  // Rule 0 finds all at a high price; 1 and 2 find two halves cheaply; 3 finds what 1 does at ten times its
  // price.
  const std::vector<RuleWorth> rules = {{1000, {true, true, true, true}},
                                        {10, {true, true, false, false}},
                                        {20, {false, false, true, false}},
                                        {100, {true, true, false, false}}};
  const std::vector<double> weight = {1, 1, 1, 0.5};
  EXPECT_EQ(choose_rules(rules, weight, 2000, 0.001), (std::vector<std::size_t>{1, 2, 0}));
  EXPECT_EQ(choose_rules(rules, weight, 500, 0.001), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(choose_rules(rules, weight, 15, 0.001), (std::vector<std::size_t>{1}));
  EXPECT_EQ(choose_rules(rules, weight, 2000, 0.2), (std::vector<std::size_t>{1, 2}));
  EXPECT_TRUE(choose_rules(rules, weight, 5, 0.001).empty());
}

TEST(AutoBlocking, HasCandidatesForEveryKindOfField) {
  const auto rules = candidate_rules(people_model());
  const auto has = [&](const std::vector<std::string>& keys) {
    return std::any_of(rules.begin(), rules.end(),
                       [&](const BlockingRule& rule) { return rule.keys == keys; });
  };
  EXPECT_TRUE(has({"nino"}));
  EXPECT_TRUE(has({"surname.deletions", "forenames.root"}));
  EXPECT_TRUE(has({"postcode", "date_of_birth.year"}));
  EXPECT_TRUE(has({"full_name.tokens", "full_name.tokens", "date_of_birth.year"}));
}

TEST(AutoBlocking, LinksAboutAsWellAsTheRulesOfTheModelWithinItsBudget) {
  const testing_people::People people(1500, 51);
  const auto left = people.file(0, 1000, 0.2, 1);
  const auto right = people.file(500, 1500, 0.2, 2);
  Model automatic = people_model();
  automatic.settings.blocking_auto = true;
  automatic.settings.auto_pairs_per_record = 30;
  LinkOptions options;
  options.thread_count = 1;
  const auto hand = link(left, &right, people_model(), options);
  const auto own = link(left, &right, automatic, options);
  ASSERT_TRUE(hand.ok()) << hand.error().message;
  ASSERT_TRUE(own.ok()) << own.error().message;
  const auto right_links = [&](const LinkResult& result) {
    std::size_t count = 0;
    for (const auto& pair : result.pairs)
      count +=
          pair.linked && left.columns()[1].string_at(pair.left) == right.columns()[1].string_at(pair.right);
    return count;
  };
  EXPECT_GT(right_links(own.value()), right_links(hand.value()) * 98 / 100);
  EXPECT_LE(own.value().candidate_pair_count, 30U * 2000U);
  EXPECT_NE(own.value().notes.back().find("were chosen from"), std::string::npos);
  EXPECT_FALSE(own.value().model.settings.blocking_auto);
  // The fitted model links alike.
  const auto again = link(left, &right, own.value().model, options);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again.value().pairs.size(), own.value().pairs.size());
}

TEST(AutoBlocking, IsReadFromTheModelFile) {
  const auto model = parse_model_toml(
      "[settings]\nblocking = \"auto\"\nauto_pairs_per_record = 40\n[[field]]\nname = \"surname\"\nkind = "
      "\"surname\"\n"
      "[[comparison]]\nfield = \"surname\"\nlevels = [ { when = \"exact\" }, { when = \"else\" } ]\n");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_TRUE(model.value().settings.blocking_auto);
  const auto again = parse_model_toml(model_to_toml(model.value()));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_DOUBLE_EQ(again.value().settings.auto_pairs_per_record, 40);
  EXPECT_FALSE(parse_model_toml("[settings]\nblocking = \"maybe\"\n").ok());
}

// 1,000 matches and eight independent passes that each find three in ten.
TEST(BlockingRecall, HasAnIntervalThatMostlyHoldsTheTruth) {
  int held = 0;
  for (std::uint64_t run = 0; run < 200; ++run) {
    RandomStream random(run, {3});
    double found = 0, once = 0, twice = 0;
    for (int match = 0; match < 1000; ++match) {
      int times = 0;
      for (int rule = 0; rule < 8; ++rule) times += random.chance(0.3);
      found += times > 0;
      once += times == 1;
      twice += times == 2;
    }
    const auto recall = recall_of_counts(found, once, twice);
    held += recall.low <= found / 1000 && found / 1000 <= recall.high;
    EXPECT_LE(recall.low, recall.value);
    EXPECT_LE(recall.value, recall.high);
  }
  // His variance is that of large counts; here, with some 60 matches missed, 88 % of the intervals held
  // (176).
  EXPECT_GE(held, 165);
}

}  // namespace
}  // namespace kinfold::linkage
