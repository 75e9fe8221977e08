// Who is behind each row of a table: the fast count against one that looks at everybody for every row.
#include "disclosure/tally_internal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>

namespace kinfold::disclosure {
namespace {

using table::ColumnType;
using table::Table;

const std::map<std::string, std::string> kParent{
    {"0-4", "under 10"}, {"5-9", "under 10"}, {"under 10", "All"}, {"10+", "All"}};

/// area, age, family (some unknown), authority, key, cost (some unknown, some negative).
Table random_people(std::mt19937_64& random, int count) {
  Table people;
  for (const char* name : {"area", "age", "family", "authority"}) people.add(name, ColumnType::kString);
  people.add("key", ColumnType::kInt64);
  people.add("cost", ColumnType::kDouble);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int p = 0; p < count; ++p) {
    people.columns()[0].append_string(std::string(1, static_cast<char>('A' + pick(3))));
    people.columns()[1].append_string(
        std::vector<std::string>{"0-4", "5-9", "10+", "unknown"}[static_cast<std::size_t>(pick(4))]);
    if (pick(5) == 0)
      people.columns()[2].append_null();
    else
      people.columns()[2].append_string("f" + std::to_string(pick(count / 3)));
    people.columns()[3].append_string("authority " + std::to_string(pick(2)));
    people.columns()[4].append_int(pick(256));
    if (pick(6) == 0)
      people.columns()[5].append_null();
    else
      people.columns()[5].append_double(pick(400) - 50);
  }
  return people;
}

/// Every area and age, their totals, a label that nobody has, and one row twice.
Table rows_of_table() {
  Table rows;
  rows.add("area", ColumnType::kString);
  rows.add("age", ColumnType::kString);
  for (const char* area : {"A", "B", "C", "D", "Total", "A"}) {
    for (const char* age : {"0-4", "5-9", "under 10", "10+", "All"}) {
      rows.columns()[0].append_string(area);
      rows.columns()[1].append_string(age);
    }
  }
  return rows;
}

bool is_in(const std::string& person_area, std::string person_age, const std::string& area,
           const std::string& age) {
  if (area != "Total" && area != person_area) return false;
  if (age == "All") return true;
  while (person_age != age && kParent.count(person_age) > 0) person_age = kParent.at(person_age);
  return person_age == age;
}

Behind look_at_everybody(const Table& people, const std::string& area, const std::string& age,
                         std::size_t rank_count) {
  Behind behind;
  std::set<std::string> families, authorities;
  std::map<std::string, double> contributions;
  for (std::size_t p = 0; p < people.row_count(); ++p) {
    const auto& columns = people.columns();
    if (!is_in(columns[0].text_at(p), columns[1].text_at(p), area, age)) continue;
    ++behind.person_count;
    families.insert(columns[2].text_at(p));
    authorities.insert(columns[3].text_at(p));
    behind.key_sum += columns[4].int_at(p);
    const auto who = columns[2].is_null(p) ? "alone " + std::to_string(p) : columns[2].text_at(p);
    if (!columns[5].is_null(p)) contributions[who] += columns[5].double_at(p);
  }
  behind.family_count = static_cast<std::int64_t>(families.size());
  behind.authority_count = static_cast<std::int64_t>(authorities.size());
  behind.sums.assign(1, 0);
  auto& largest = behind.largest.emplace_back();
  for (const auto& [who, amount] : contributions) {
    behind.sums[0] += amount;
    largest.push_back(std::abs(amount));
  }
  std::sort(largest.begin(), largest.end(), std::greater<>());
  largest.resize(std::min(largest.size(), rank_count));
  return behind;
}

TEST(Tally, IsWhatLookingAtEverybodyForEveryRowGives) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    const auto people = random_people(random, 5 + 10 * static_cast<int>(seed));
    const auto rows = rows_of_table();
    ColumnLayout area, age;
    area.total = "Total";
    age.total = "All";
    age.parent = kParent;
    PeopleColumns columns;
    columns.dimensions = {{&area, rows.find("area"), people.find("area")},
                          {&age, rows.find("age"), people.find("age")}};
    columns.family = people.find("family");
    columns.authority = people.find("authority");
    columns.record_key = people.find("key");
    columns.sums = {people.find("cost")};
    const auto tally = tally_people(columns, rows.row_count(), people.row_count(), 3);
    ASSERT_EQ(tally.size(), rows.row_count());
    for (std::size_t row = 0; row < tally.size(); ++row) {
      const auto slow =
          look_at_everybody(people, rows.columns()[0].text_at(row), rows.columns()[1].text_at(row), 3);
      EXPECT_EQ(tally[row].person_count, slow.person_count) << "seed " << seed << " row " << row;
      EXPECT_EQ(tally[row].family_count, slow.family_count) << "seed " << seed << " row " << row;
      EXPECT_EQ(tally[row].authority_count, slow.authority_count);
      EXPECT_EQ(tally[row].key_sum, slow.key_sum);
      EXPECT_EQ(tally[row].sums, slow.sums);  // whole numbers: exact in any order
      EXPECT_EQ(tally[row].largest, slow.largest);
    }
  }
}

}  // namespace
}  // namespace kinfold::disclosure
