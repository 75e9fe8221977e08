// Matchkeys, the associative stage and people's decisions, one after the other.
#include <gtest/gtest.h>

#include <map>

#include "linkage/link.h"
#include "people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

LinkOptions options_with(std::vector<Decision> decisions = {}) {
  LinkOptions options;
  options.thread_count = 1;
  options.decisions = std::move(decisions);
  return options;
}

Model people_with(const std::string& stages) {
  auto model = parse_model_toml(std::string(people_model_toml()) + stages);
  EXPECT_TRUE(model.ok()) << model.error().message;
  return std::move(model).value();
}

constexpr const char* kProbabilistic = "\n[[stage]]\nkind = \"probabilistic\"\n";
constexpr const char* kAssociative =
    "\n[[stage]]\nkind = \"probabilistic\"\n[[stage]]\nkind = \"associative\"\nhousehold = [\"family_id\"]\n"
    "together = [[\"address\"], [\"surname\", \"postcode\"]]\nprobability = 0.9\n";

// Families of three of whom the right file often has a member's name by its first letter only, and no day of
// birth.
struct Families {
  table::Table left, right;
};
Families make_families(int count, std::uint64_t seed, bool right_families) {
  const People people(count, seed);
  Families made{people.file(0, count * 2 / 3, 0.05, 1), people.file(count / 3, count, 0.25, 2)};
  for (auto* table : {&made.left, &made.right}) table->columns()[5].rename("what_it_was");  // No gender.
  const auto add_families = [](table::Table& table) {
    auto& column = table.add("family_id", table::ColumnType::kString);
    const auto& person = *table.find("person");
    for (std::size_t row = 0; row < table.row_count(); ++row)
      column.append_string("F" + std::to_string(std::stoi(std::string(person.string_at(row).substr(1))) / 3));
  };
  add_families(made.left);
  if (right_families) add_families(made.right);
  RandomStream random(seed, {99});
  table::Column forenames("forenames", table::ColumnType::kString);
  table::Column birth("date_of_birth", table::ColumnType::kString);
  for (std::size_t row = 0; row < made.right.row_count(); ++row) {
    const auto& name = made.right.columns()[2];
    const auto& date = made.right.columns()[4];
    const bool poor = random.chance(0.6);
    if (name.is_null(row))
      forenames.append_null();
    else
      forenames.append_string(poor ? name.string_at(row).substr(0, 1) : name.string_at(row));
    if (date.is_null(row))
      birth.append_null();
    else
      birth.append_string(poor ? date.string_at(row).substr(0, 4) : date.string_at(row));
  }
  made.right.columns()[2] = std::move(forenames);
  made.right.columns()[4] = std::move(birth);
  return made;
}

struct Quality {
  double precision = 0.0, recall = 0.0;
};
Quality quality_of(const Families& files, const LinkResult& result) {
  std::map<std::string, std::size_t> in_left;
  for (std::size_t row = 0; row < files.left.row_count(); ++row)
    ++in_left[files.left.columns()[1].text_at(row)];
  double matching = 0, linked = 0, both = 0;
  for (std::size_t row = 0; row < files.right.row_count(); ++row)
    matching += static_cast<double>(in_left.count(files.right.columns()[1].text_at(row)));
  for (const auto& pair : result.pairs) {
    linked += pair.linked;
    both += pair.linked &&
            files.left.columns()[1].text_at(pair.left) == files.right.columns()[1].text_at(pair.right);
  }
  return {both / linked, both / matching};
}

TEST(Stages, TheAssociativeOneRaisesRecallAndNotTheErrors) {
  for (const bool right_families : {false, true}) {
    const auto files = make_families(3000, 41, right_families);
    const auto alone = link(files.left, &files.right, people_with(kProbabilistic), options_with());
    const auto with = link(files.left, &files.right, people_with(kAssociative), options_with());
    ASSERT_TRUE(alone.ok()) << alone.error().message;
    ASSERT_TRUE(with.ok()) << with.error().message;
    const auto before = quality_of(files, alone.value());
    const auto after = quality_of(files, with.value());
    EXPECT_GT(after.recall, before.recall + 0.005);
    EXPECT_GE(after.precision, before.precision - 0.002);
    EXPECT_EQ(with.value().stages[1].kind, StageKind::kAssociative);
  }
}

TEST(Stages, AModelWithoutAListLinksAsTheProbabilisticStageAlone) {
  const auto files = make_families(600, 43, false);
  const auto plain = link(files.left, &files.right, people_model(), options_with());
  const auto listed = link(files.left, &files.right, people_with(kProbabilistic), options_with());
  ASSERT_TRUE(plain.ok() && listed.ok());
  ASSERT_EQ(plain.value().pairs.size(), listed.value().pairs.size());
  for (std::size_t n = 0; n < plain.value().pairs.size(); ++n) {
    EXPECT_EQ(plain.value().pairs[n].linked, listed.value().pairs[n].linked);
    EXPECT_EQ(plain.value().pairs[n].stage, plain.value().pairs[n].linked ? 0 : kNoStage);
  }
  ASSERT_EQ(plain.value().stages.size(), 1U);
}

// Two files of a few people; the model is given so that nothing depends on an estimate.
table::Table small_file(const std::vector<std::array<std::string, 5>>& rows) {
  table::Table table;
  for (const char* name : {"id", "forenames", "surname", "date_of_birth", "nino"})
    table.add(name, table::ColumnType::kString);
  for (const auto& row : rows) {
    for (std::size_t n = 0; n < row.size(); ++n)
      row[n].empty() ? table.columns()[n].append_null() : table.columns()[n].append_string(row[n]);
  }
  return table;
}

const ScoredPair* find(const LinkResult& result, std::uint32_t left, std::uint32_t right) {
  for (const auto& pair : result.pairs)
    if (pair.left == left && pair.right == right) return &pair;
  return nullptr;
}

TEST(Stages, AMatchkeyTakesUniquePairsAndLeavesOrRefusesConflicts) {
  const auto left = small_file({{"1", "Ann", "Bell", "1980-01-02", "AB123456A"},
                                {"2", "Bob", "Cole", "1970-03-04", "CD123456A"},
                                {"3", "Cat", "Dunn", "1960-05-06", ""}});
  const auto right = small_file({{"1", "Xavier", "Young", "1999-09-09", "AB123456A"},
                                 {"2", "Bob", "Cole", "1970-03-04", "CD123456A"},
                                 {"3", "Bob", "Cole", "1970-03-04", "CD123456A"},
                                 {"4", "Cat", "Dunn", "1960-05-06", ""}});
  const auto run = [&](const std::string& conflict) {
    auto options = options_with();
    options.pairing = Pairing::kOneToOne;
    auto linked = link(left, &right,
                       people_with("\n[[stage]]\nkind = \"matchkey\"\nkeys = [\"nino\"]\nconflict = \"" +
                                   conflict + "\"\n" + kProbabilistic),
                       options);
    EXPECT_TRUE(linked.ok()) << linked.error().message;
    return std::move(linked).value();
  };
  const auto leave = run("leave");
  const auto* by_key = find(leave, 0, 0);
  ASSERT_NE(by_key, nullptr);
  EXPECT_TRUE(by_key->linked);
  EXPECT_EQ(by_key->stage, 0);
  EXPECT_EQ(leave.stages[0].link_count, 1U);
  EXPECT_EQ(leave.stages[0].conflict_count, 3U);
  const auto linked_to_bob = [](const LinkResult& result) {
    std::size_t count = 0;
    for (const auto& pair : result.pairs) count += pair.left == 1 && pair.linked;
    return count;
  };
  EXPECT_EQ(linked_to_bob(leave), 1U);
  EXPECT_EQ(linked_to_bob(run("refuse")), 0U);
}

TEST(Stages, WhatPeopleDecidedHoldsBetweenTwoFilesAndWithinOne) {
  const auto files = make_families(600, 47, false);
  const std::string stages =
      std::string(kProbabilistic) + "\n[[stage]]\nkind = \"clerical\"\nfrom = 0.05\nto = 0.95\n";
  const auto first = link(files.left, &files.right, people_with(stages), options_with());
  ASSERT_TRUE(first.ok());
  const ScoredPair* linked = nullptr;
  const ScoredPair* apart = nullptr;
  for (const auto& pair : first.value().pairs) (pair.linked ? linked : apart) = &pair;
  ASSERT_TRUE(linked != nullptr && apart != nullptr);
  const auto id = [](const table::Table& table, std::uint32_t row) {
    return table.columns()[0].text_at(row);
  };
  const std::vector<Decision> decisions = {
      {id(files.left, linked->left), id(files.right, linked->right), "kim", Verdict::kDifferent,
       Drawn::kChosen},
      {id(files.left, apart->left), id(files.right, apart->right), "kim", Verdict::kSame, Drawn::kChosen}};
  const auto second = link(files.left, &files.right, people_with(stages), options_with(decisions));
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(find(second.value(), linked->left, linked->right)->linked);
  const auto* joined = find(second.value(), apart->left, apart->right);
  EXPECT_TRUE(joined->linked);
  EXPECT_EQ(second.value().stages[joined->stage].kind, StageKind::kClerical);
  EXPECT_EQ(second.value().left_cluster[apart->left], second.value().right_cluster[apart->right]);

  table::Table both = files.left;
  for (std::size_t row = 0; row < files.right.row_count(); ++row) {
    for (std::size_t c = 0; c < both.column_count(); ++c) {
      if (c < files.right.column_count())
        both.columns()[c].append_from(files.right.columns()[c], row);
      else
        both.columns()[c].append_null();
    }
  }
  const auto one = link(both, nullptr, people_with(stages), options_with(decisions));
  ASSERT_TRUE(one.ok()) << one.error().message;
  const auto offset = static_cast<std::uint32_t>(files.left.row_count());
  const auto& cluster = one.value().left_cluster;
  EXPECT_NE(cluster[linked->left], cluster[offset + linked->right]);
  EXPECT_EQ(cluster[apart->left], cluster[offset + apart->right]);
}

TEST(Stages, ComeBackFromTheFittedModelFile) {
  const auto model = people_with(std::string("\n[[stage]]\nkind = \"matchkey\"\nkeys = [\"nino\", "
                                             "\"surname.soundex\"]\nconflict = \"refuse\"\n") +
                                 kAssociative + "\n[[stage]]\nkind = \"clerical\"\nfrom = 0.2\nto = 0.7\n");
  const auto again = parse_model_toml(model_to_toml(model));
  ASSERT_TRUE(again.ok()) << again.error().message;
  ASSERT_EQ(again.value().stages.size(), 4U);
  EXPECT_TRUE(again.value().stages[0].refuse_conflicts);
  EXPECT_EQ(again.value().stages[0].keys[0].keys, model.stages[0].keys[0].keys);
  EXPECT_EQ(again.value().stages[2].household, std::vector<std::string>{"family_id"});
  ASSERT_EQ(again.value().stages[2].keys.size(), 2U);
  EXPECT_EQ(again.value().stages[2].keys[1].keys, (std::vector<std::string>{"surname", "postcode"}));
  EXPECT_DOUBLE_EQ(again.value().stages[3].probability_max, 0.7);
}

TEST(Stages, ThatMakeNoSenseAreRefused) {
  const auto message = [](const std::string& stages) {
    const auto model = parse_model_toml(std::string(people_model_toml()) + stages);
    return model.ok() ? std::string("read") : model.error().message;
  };
  EXPECT_NE(message("\n[[stage]]\nkind = \"guess\"\n").find("needs kind ="), std::string::npos);
  EXPECT_NE(message("\n[[stage]]\nkind = \"matchkey\"\n").find("a matchkey has no keys"), std::string::npos);
  EXPECT_NE(message(std::string(kProbabilistic) + "\n[[stage]]\nkind = \"matchkey\"\nkeys = [\"nino\"]\n")
                .find("stands in the wrong place"),
            std::string::npos);
  EXPECT_NE(message("\n[[stage]]\nkind = \"matchkey\"\nkeys = [\"nino\"]\n").find("no probabilistic stage"),
            std::string::npos);
  EXPECT_NE(
      message(std::string(kProbabilistic) + "\n[[stage]]\nkind = \"associative\"\n").find("needs household"),
      std::string::npos);
}

}  // namespace
}  // namespace kinfold::linkage
