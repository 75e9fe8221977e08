#include <gtest/gtest.h>

#include <map>

#include "linkage/link.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

// Two files, one under the other; ids stay distinct because each file's are its own.
table::Table both(const table::Table& one, const table::Table& other) {
  table::Table joined;
  for (const auto& column : one.columns()) {
    auto& own = joined.add(column.name(), column.type());
    for (const auto* table : {&one, &other}) {
      const auto* from = table->find(column.name());
      for (std::size_t row = 0; row < table->row_count(); ++row) own.append_from(*from, row);
    }
  }
  return joined;
}

Result<LinkResult> linked(const table::Table& left, const table::Table& right, Pairing pairing) {
  LinkOptions options;
  options.thread_count = 1;
  options.pairing = pairing;
  return link(left, &right, people_model(), options);
}

std::size_t most_links_of_one(const LinkResult& result, std::uint32_t ScoredPair::*side) {
  std::map<std::uint32_t, std::size_t> links;
  std::size_t most = 0;
  for (const auto& pair : result.pairs)
    if (pair.linked) most = std::max(most, ++links[pair.*side]);
  return most;
}

struct Files {
  People people{900, 21};
  table::Table once = people.file(0, 900, 0.1, 1);
  table::Table also_once = people.file(0, 900, 0.1, 2);
  table::Table twice = both(people.file(0, 900, 0.1, 3), people.file(300, 900, 0.1, 4));
};

TEST(Pairing, SeesThatNeitherFileHoldsAnybodyTwice) {
  const Files files;
  const auto result = linked(files.once, files.also_once, Pairing::kAuto);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result.value().pairing, Pairing::kOneToOne);
  EXPECT_EQ(most_links_of_one(result.value(), &ScoredPair::left), 1U);
}

TEST(Pairing, SeesWhichFileHoldsPeopleTwiceAndLinksAllTheirRecords) {
  const Files files;
  const auto result = linked(files.once, files.twice, Pairing::kAuto);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result.value().pairing, Pairing::kOneToMany);
  EXPECT_GE(most_links_of_one(result.value(), &ScoredPair::left), 2U);
  EXPECT_EQ(most_links_of_one(result.value(), &ScoredPair::right), 1U) << "a record is about one person";
  std::size_t right = 0;
  std::size_t all = 0;
  for (const auto& pair : result.value().pairs) {
    if (!pair.linked) continue;
    ++all;
    right +=
        files.once.find("person")->string_at(pair.left) == files.twice.find("person")->string_at(pair.right);
  }
  EXPECT_GT(static_cast<double>(right), 0.95 * 1500.0);
  EXPECT_GT(static_cast<double>(right), 0.99 * static_cast<double>(all));
  ASSERT_FALSE(result.value().notes.empty());
  EXPECT_NE(result.value().notes.back().find("right file seems to hold people more than once"),
            std::string::npos);

  const auto turned = linked(files.twice, files.once, Pairing::kAuto);
  ASSERT_TRUE(turned.ok());
  EXPECT_EQ(turned.value().pairing, Pairing::kManyToOne);
  const auto many = linked(files.twice, files.twice, Pairing::kAuto);
  ASSERT_TRUE(many.ok());
  EXPECT_EQ(many.value().pairing, Pairing::kMany);
}

// The same people, all born on one day with the two others of their family, whose forenames are others.
table::Table of_one_birthday(const table::Table& file) {
  table::Table triplets;
  for (const auto& column : file.columns()) {
    auto& own = triplets.add(column.name(), column.type());
    for (std::size_t row = 0; row < file.row_count(); ++row) {
      RandomStream random(22, {row});
      if (column.name() == "forenames")
        own.append_string(People::word(random, 4000, 3));
      else
        own.append_from(column, column.name() == "date_of_birth" ? row - row % 3 : row);
    }
  }
  return triplets;
}

TEST(Pairing, DoesNotTakeTwinsForRepeats) {
  const Files files;
  const auto result = linked(of_one_birthday(files.once), of_one_birthday(files.also_once), Pairing::kAuto);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result.value().pairing, Pairing::kOneToOne);
  std::size_t right = 0;
  for (const auto& pair : result.value().pairs) right += pair.linked && pair.left == pair.right;
  EXPECT_GT(right, 855U) << "of 900";
}

TEST(Pairing, IsKeptToWhereItIsAskedFor) {
  const Files files;
  const auto result = linked(files.once, files.twice, Pairing::kOneToOne);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(most_links_of_one(result.value(), &ScoredPair::left), 1U);
  EXPECT_EQ(most_links_of_one(result.value(), &ScoredPair::right), 1U);
}

TEST(Pairing, HasANameForEachKind) {
  for (const auto pairing :
       {Pairing::kAuto, Pairing::kOneToOne, Pairing::kOneToMany, Pairing::kManyToOne, Pairing::kMany}) {
    EXPECT_EQ(pairing_of(pairing_name(pairing)), pairing);
  }
  EXPECT_FALSE(pairing_of("some").has_value());
}

}  // namespace
}  // namespace kinfold::linkage
