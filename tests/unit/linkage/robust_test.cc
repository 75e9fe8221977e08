// The starting model on files unlike those it was made with.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "linkage/link.h"
#include "linkage/pairs.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

struct Quality {
  double precision = 0.0;
  double recall = 0.0;
};

Quality quality(const LinkResult& result, const table::Table& left, const table::Table& right,
                double matching) {
  double both = 0.0;
  double all = 0.0;
  for (const auto& pair : result.pairs) {
    if (!pair.linked) continue;
    all += 1.0;
    both += left.find("person")->string_at(pair.left) == right.find("person")->string_at(pair.right);
  }
  return {both / std::max(all, 1.0), both / matching};
}

// Every third person of the file lives elsewhere now: address and postcode have nothing to do with the old
// ones.
table::Table with_movers(const People& people) {
  table::Table file = people.file(0, 900, 0.06, 2);
  const table::Table others = people.file(0, 900, 0.0, 5);
  for (const char* name : {"address", "postcode"}) {
    const auto before = *file.find(name);
    table::Column after(name, table::ColumnType::kString);
    for (std::size_t row = 0; row < 900; ++row)
      after.append_from(row % 3 == 0 ? *others.find(name) : before, row % 3 == 0 ? (row + 450) % 900 : row);
    *file.find(name) = after;
  }
  table::Column town("town", table::ColumnType::kString);
  for (std::size_t row = 0; row < 900; ++row)
    town.append_string("Town" + std::to_string((row % 3 == 0 ? (row + 450) : row) / 3 % 60));
  file.add("town", table::ColumnType::kString) = town;
  return file;
}

TEST(StartingModel, KnowsPeopleAgainWhoMovedHouse) {
  const People people(900, 33);
  table::Table left = people.file(0, 900, 0.06, 1);
  table::Column town("town", table::ColumnType::kString);
  for (std::size_t row = 0; row < 900; ++row) town.append_string("Town" + std::to_string(row / 3 % 60));
  left.add("town", table::ColumnType::kString) = town;
  const table::Table right = with_movers(people);
  const auto result = link(left, &right, people_model(), {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_NEAR(result.value().model.moved_rate, 1.0 / 3.0, 0.05);
  const auto found = quality(result.value(), left, right, 900.0);
  EXPECT_GT(found.precision, 0.995);
  EXPECT_GT(found.recall, 0.96);
}

// Of a population with few names, each of them of one gender, the people [begin, end): one value in thirty
// wrong.
table::Table of_few_names(std::uint64_t begin, std::uint64_t end, std::uint64_t file_number) {
  table::Table table;
  for (const char* name : {"id", "person", "forename", "surname", "dob", "sex"})
    table.add(name, table::ColumnType::kString);
  for (std::uint64_t n = begin; n < end; ++n) {
    RandomStream person(41, {n});
    RandomStream names(42, {person.below(40)});
    RandomStream surnames(43, {person.below(40)});
    RandomStream random(44, {n, file_number});
    const std::string forename = People::word(names, 400, 3);
    const std::string surname = People::word(surnames, 400, 3) + "er";
    const std::string birth = to_iso({person.between(-15000, 16000)});
    const auto written = [&](const std::string& value) {
      return random.chance(1.0 / 30.0) ? People::mistyped(value, random) : value;
    };
    const std::array<std::string, 6> row = {std::to_string(file_number) + "-" + std::to_string(n),
                                            "P" + std::to_string(n),
                                            written(forename),
                                            written(surname),
                                            written(birth),
                                            forename.back() < 'j' ? "F" : "M"};
    for (std::size_t column = 0; column < row.size(); ++column)
      table.columns()[column].append_string(row[column]);
  }
  return table;
}

TEST(StartingModel, TellsNamesakesApartWhereNamesAreFew) {
  const table::Table left = of_few_names(0, 1500, 1);
  const table::Table right = of_few_names(900, 2400, 2);
  const auto result = link(left, &right, people_model(), {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto found = quality(result.value(), left, right, 600.0);
  EXPECT_GT(found.precision, 0.98);
  EXPECT_GT(found.recall, 0.95);
}

TEST(StartingModel, ReadsDatesOutOfThreeColumns) {
  const People people(600, 34);
  const auto parts = [](table::Table table) {
    const auto dates = *table.find("date_of_birth");
    for (const auto& [name, from, length] : {std::tuple{"by", 0, 4}, {"bm", 5, 2}, {"bd", 8, 2}}) {
      auto& part = table.add(name, table::ColumnType::kString);
      for (std::size_t row = 0; row < dates.size(); ++row) {
        const std::string whole(dates.string_at(row));
        whole.size() < 10 ? part.append_null()
                          : part.append_string(whole.substr(static_cast<std::size_t>(from),
                                                            static_cast<std::size_t>(length)));
      }
    }
    table.find("date_of_birth")->rename("not_a_date");
    table.find("address")->rename("unused_1");
    table.find("postcode")->rename("unused_2");
    return table;
  };
  const table::Table left = parts(people.file(0, 500, 0.04, 1));
  const table::Table right = parts(people.file(100, 600, 0.04, 2));
  const auto result = link(left, &right, people_model(), {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  const auto found = quality(result.value(), left, right, 400.0);
  EXPECT_GT(found.precision, 0.99);
  EXPECT_GT(found.recall, 0.9);
}

table::Table named(const std::vector<std::array<const char*, 3>>& rows) {
  table::Table table;
  for (const char* name : {"id", "forenames", "surname", "date_of_birth"})
    table.add(name, table::ColumnType::kString);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    table.columns()[0].append_string(std::to_string(row));
    for (std::size_t n = 0; n < 3; ++n) table.columns()[n + 1].append_string(rows[row][n]);
  }
  return table;
}

TEST(StartingModel, SeesNamesThatChangedPlacesAlsoWhereOneIsMisspelt) {
  const auto left = named({{"JOSH", "HARDING", "1992-05-18"},
                           {"FIONA", "WHITELAW", "1951-03-07"},
                           {"CALLUM", "SHEPHERD", "2005-07-16"},
                           {"RITA", "BLAKE", "1960-11-25"}});
  const auto right = named({{"HARDING", "JOSH", "1992-05-18"},
                            {"WHITELWA", "FIONA", "1951-03-07"},
                            {"SHEPHERD", "CALUM", "2005-07-16"},
                            {"BLAKE", "CELIA", "1960-11-25"}});
  const People people(600, 36);
  const table::Table one = people.file(0, 600, 0.05, 1);
  const table::Table other = people.file(0, 600, 0.05, 2);
  const auto fitted = link(one, &other, people_model(), {});
  ASSERT_TRUE(fitted.ok());
  const auto explained = explain_pairs(left, &right, fitted.value().model, {{0, 0}, {1, 1}, {2, 2}, {3, 3}});
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  for (std::size_t pair = 0; pair < 3; ++pair) {
    EXPECT_EQ(explained.value()[pair].steps[0].level, "swapped surname") << pair;
    EXPECT_EQ(explained.value()[pair].steps[1].level, "missing") << "the exchange is counted once";
  }
  EXPECT_EQ(explained.value()[3].steps[0].level, "else") << "only one name came across";
}

TEST(StartingModel, FindsNobodyTwiceInAFileWithoutDuplicates) {
  const People people(3000, 35);
  const table::Table file = people.file(0, 3000, 0.05, 1);
  const auto result = link(file, nullptr, people_model(), {});
  ASSERT_TRUE(result.ok()) << result.error().message;
  std::size_t links = 0;
  for (const auto& pair : result.value().pairs) links += pair.linked;
  EXPECT_LE(links, 3U);
}

}  // namespace
}  // namespace kinfold::linkage
