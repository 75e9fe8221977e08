#include "research/release.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/random.h"

namespace kinfold::research {
namespace {

using table::ColumnType;
using table::Table;

Date day(const char* iso) { return *parse_iso_date(iso); }

struct Person {
  std::int64_t key;
  std::int64_t family = 1;
  std::string authority = "north";
  std::string group = "programme";
  std::string start = "2020-01-01";
  std::int64_t age = 30;
  std::string problem_date = "";
};

Table attributes(const std::vector<Person>& persons) {
  Table t;
  t.add("person", ColumnType::kInt64);
  t.add("family", ColumnType::kInt64);
  t.add("authority", ColumnType::kString);
  t.add("relation", ColumnType::kString);
  t.add("group", ColumnType::kString);
  t.add("start_date", ColumnType::kDate);
  t.add("gender", ColumnType::kString);
  t.add("age_at_start", ColumnType::kInt64);
  t.add("problem_work", ColumnType::kDate);
  auto& c = t.columns();
  for (const auto& p : persons) {
    c[0].append_int(p.key);
    c[1].append_int(p.family);
    c[2].append_string(p.authority);
    c[3].append_string("head");
    c[4].append_string(p.group);
    p.start.empty() ? c[5].append_null() : c[5].append_date(day(p.start.c_str()));
    c[6].append_string("female");
    c[7].append_int(p.age);
    p.problem_date.empty() ? c[8].append_null() : c[8].append_date(day(p.problem_date.c_str()));
  }
  return t;
}

struct EventRow {
  std::int64_t key;
  std::string variable;
  std::string first;
  std::string last = "";
  double value = -1;  // below 0: NULL
};

DepartmentReturn department(const std::vector<std::pair<std::int64_t, std::string>>& links,
                            const std::vector<EventRow>& events) {
  DepartmentReturn from;
  from.department = "dwp";
  from.variables = {{"jsa", VariableKind::kSpell, "Jobseeker's Allowance", {}, {}, {16, 66}},
                    {"caution", VariableKind::kEvent, "cautions", {}, {}, {10, 200}},
                    {"absence_rate", VariableKind::kMeasure, "absence", {}, {}, {}}};
  from.links.add("person", ColumnType::kInt64);
  from.links.add("grade", ColumnType::kString);
  for (const auto& [key, grade] : links) {
    from.links.columns()[0].append_int(key);
    from.links.columns()[1].append_string(grade);
  }
  from.events.add("person", ColumnType::kInt64);
  from.events.add("variable", ColumnType::kString);
  from.events.add("start_date", ColumnType::kDate);
  from.events.add("end_date", ColumnType::kDate);
  from.events.add("value", ColumnType::kDouble);
  auto& c = from.events.columns();
  for (const auto& e : events) {
    c[0].append_int(e.key);
    c[1].append_string(e.variable);
    c[2].append_date(day(e.first.c_str()));
    e.last.empty() ? c[3].append_null() : c[3].append_date(day(e.last.c_str()));
    e.value < 0 ? c[4].append_null() : c[4].append_double(e.value);
  }
  return from;
}

RandomSource seeded(std::uint64_t seed) {
  return [stream = RandomStream(seed)]() mutable { return stream.next(); };
}

Release build(const std::vector<Person>& persons, const DepartmentReturn& from) {
  ReleaseInputs inputs;
  inputs.attributes = attributes(persons);
  inputs.returns.push_back(from);
  auto release = build_release(inputs, seeded(7));
  EXPECT_TRUE(release.ok()) << (release.ok() ? "" : release.error().message);
  return std::move(release).value();
}

/// The panel row of the `p`-th person of the release in `quarter`.
std::size_t at(std::size_t p, int quarter) {
  return p * static_cast<std::size_t>(kQuarterCount) + static_cast<std::size_t>(quarter - kFirstQuarter);
}

TEST(BuildRelease, CountsDaysOfASpellInEachQuarter) {
  const auto release = build({{1}}, department({{1, "strong"}}, {{1, "jsa", "2020-03-30", "2020-04-02"}}));
  const auto* jsa = release.panel.find("jsa");
  EXPECT_EQ(jsa->double_at(at(0, 0)), 2);  // 30 and 31 March
  EXPECT_EQ(jsa->double_at(at(0, 1)), 2);  // 1 and 2 April
  EXPECT_EQ(jsa->double_at(at(0, 2)), 0);
  EXPECT_FALSE(jsa->is_null(at(0, -8)));
}

TEST(BuildRelease, CountsADayOfTwoOverlappingSpellsOnce) {
  const auto release = build({{1}}, department({{1, "good"}}, {{1, "jsa", "2020-01-01", "2020-01-10"},
                                                               {1, "jsa", "2020-01-05", "2020-01-12"},
                                                               {1, "jsa", "2020-01-06", "2020-01-07"}}));
  EXPECT_EQ(release.panel.find("jsa")->double_at(at(0, 0)), 12);
}

TEST(BuildRelease, LetsAnOpenSpellRunToTheEndOfThePanel) {
  const auto release = build({{1}}, department({{1, "good"}}, {{1, "jsa", "2020-01-02"}}));
  EXPECT_EQ(release.panel.find("jsa")->double_at(at(0, 0)), 90);  // leap year: 91 days, less one
  EXPECT_EQ(release.panel.find("jsa")->double_at(at(0, 7)), 92);  // October to December
}

TEST(BuildRelease, CountsAnEventInTheQuarterItStarts) {
  const auto release = build({{1}}, department({{1, "strong"}}, {{1, "caution", "2019-12-31"},
                                                                 {1, "caution", "2020-01-01"},
                                                                 {1, "caution", "2020-03-31"},
                                                                 {1, "caution", "2035-01-01"}}));
  EXPECT_EQ(release.panel.find("caution")->double_at(at(0, -1)), 1);
  EXPECT_EQ(release.panel.find("caution")->double_at(at(0, 0)), 2);
}

TEST(BuildRelease, AveragesAMeasureAndLeavesAQuarterWithNoneMissing) {
  const auto release =
      build({{1}}, department({{1, "strong"}}, {{1, "absence_rate", "2020-01-05", "2020-03-20", 0.2},
                                                {1, "absence_rate", "2020-01-05", "2020-04-20", 0.4}}));
  EXPECT_DOUBLE_EQ(release.panel.find("absence_rate")->double_at(at(0, 0)), 0.3);
  EXPECT_DOUBLE_EQ(release.panel.find("absence_rate")->double_at(at(0, 1)), 0.4);
  EXPECT_TRUE(release.panel.find("absence_rate")->is_null(at(0, 2)));
}

TEST(BuildRelease, KeepsNotLinkedApartFromNoRecord) {
  const auto release = build({{1, 1}, {2, 1}}, department({{1, "weak"}, {2, "none"}}, {}));
  for (std::size_t p = 0; p < 2; ++p) {
    const bool linked = release.people.find("linked_dwp")->string_at(p) == "weak";
    EXPECT_EQ(release.panel.find("jsa")->is_null(at(p, 0)), !linked);
    if (linked) {
      EXPECT_EQ(release.panel.find("jsa")->double_at(at(p, 0)), 0);
    }
  }
}

TEST(BuildRelease, TakesAPersonWithoutALinkAsNotLinked) {
  const auto release = build({{1}}, department({}, {}));
  EXPECT_EQ(release.people.find("linked_dwp")->string_at(0), "none");
}

TEST(BuildRelease, LeavesOutWhatLiesOutsideTheChartersWindow) {
  auto from = department({{1, "strong"}}, {{1, "jsa", "2019-01-01", "2020-12-31"}});
  from.variables[0].window_first = day("2019-12-31");
  from.variables[0].window_last = day("2020-06-30");
  const auto release = build({{1}}, from);
  const auto* jsa = release.panel.find("jsa");
  EXPECT_TRUE(jsa->is_null(at(0, -1)));  // only partly seen
  EXPECT_FALSE(jsa->is_null(at(0, 0)));
  EXPECT_FALSE(jsa->is_null(at(0, 1)));
  EXPECT_TRUE(jsa->is_null(at(0, 2)));
}

TEST(BuildRelease, LeavesOutAgesAtWhichAVariableCannotApply) {
  const auto release =
      build({{1, 1, "north", "programme", "2020-01-01", 15}}, department({{1, "strong"}}, {}));
  EXPECT_TRUE(release.panel.find("jsa")->is_null(at(0, 3)));
  EXPECT_FALSE(release.panel.find("jsa")->is_null(at(0, 4)));  // sixteen a year after the start
  EXPECT_FALSE(release.panel.find("caution")->is_null(at(0, -8)));
}

TEST(BuildRelease, SaysWhoADepartmentCannotKnow) {
  auto from = department({{1, "strong"}}, {});
  from.variables.resize(1);
  const auto release = build({{1, 1, "north", "programme", "2020-01-01", 6}}, from);
  EXPECT_EQ(release.people.find("linked_dwp")->string_at(0), "not_eligible");
}

TEST(BuildRelease, CountsAPersonInTwoCouncilsOnce) {
  const auto release = build({{1, 5, "south", "waiting", "2019-01-01", 29, "2018-01-01"},
                              {1, 9, "north", "programme", "2020-02-01", 30},
                              {1, 9, "north", "programme", "2020-03-01", 30}},
                             department({{1, "strong"}}, {}));
  ASSERT_EQ(release.people.row_count(), 1u);
  EXPECT_EQ(release.repeated_row_count, 2u);
  EXPECT_EQ(release.people.find("group")->string_at(0), "programme");
  EXPECT_EQ(release.people.find("start_quarter")->string_at(0), "2020Q1");
  EXPECT_EQ(release.people.find("age_at_start")->int_at(0), 30);
  EXPECT_TRUE(release.people.find("problem_work")->bool_at(0)) << "shown by the other council";
  EXPECT_EQ(release.people.find("problem_count")->int_at(0), 1);
}

TEST(BuildRelease, DoesNotCountAProblemShownAfterTheStart) {
  const auto release =
      build({{1, 1, "north", "programme", "2020-01-01", 30, "2020-01-02"}}, department({}, {}));
  EXPECT_FALSE(release.people.find("problem_work")->bool_at(0));
}

TEST(BuildRelease, KeepsFamiliesOfTwoAuthoritiesApart) {
  const auto release = build({{1, 5, "north"}, {2, 5, "north"}, {3, 5, "south"}}, department({}, {}));
  std::map<std::string, std::set<std::int64_t>> families;
  for (std::size_t p = 0; p < 3; ++p) {
    families[std::string(release.people.find("authority")->string_at(p))].insert(
        release.people.find("family")->int_at(p));
  }
  EXPECT_EQ(families["north"].size(), 1u);
  EXPECT_NE(families["north"], families["south"]);
}

TEST(BuildRelease, ResearchNumbersAreFreshAndRowsFollowThem) {
  std::vector<Person> persons;
  for (std::int64_t key = 1; key <= 200; ++key) persons.push_back({key, key});
  ReleaseInputs inputs;
  inputs.attributes = attributes(persons);
  const auto first = build_release(inputs, seeded(1));
  const auto second = build_release(inputs, seeded(2));
  ASSERT_TRUE(first.ok() && second.ok());
  std::set<std::int64_t> numbers;
  const auto* person = first.value().people.find("person");
  for (std::size_t p = 0; p < 200; ++p) {
    if (p > 0) {
      EXPECT_LT(person->int_at(p - 1), person->int_at(p));
    }
    EXPECT_GT(person->int_at(p), 200);
    numbers.insert(person->int_at(p));
    numbers.insert(second.value().people.find("person")->int_at(p));
  }
  EXPECT_EQ(numbers.size(), 400u);
}

TEST(BuildRelease, DoesNotDependOnTheOrderOfTheRows) {
  std::vector<Person> persons;
  for (std::int64_t key = 1; key <= 50; ++key) persons.push_back({key, key % 7, key % 2 ? "north" : "south"});
  auto from = department({{3, "good"}, {4, "none"}},
                         {{3, "jsa", "2020-01-01", "2020-02-01"}, {3, "jsa", "2020-01-10", "2020-03-01"}});
  const auto forward = build(persons, from);
  std::reverse(persons.begin(), persons.end());
  from = department({{4, "none"}, {3, "good"}},
                    {{3, "jsa", "2020-01-10", "2020-03-01"}, {3, "jsa", "2020-01-01", "2020-02-01"}});
  const auto backward = build(persons, from);
  for (std::size_t c = 0; c < forward.people.column_count(); ++c) {
    for (std::size_t p = 0; p < 50; ++p) {
      ASSERT_EQ(forward.people.columns()[c].text_at(p), backward.people.columns()[c].text_at(p));
    }
  }
  for (std::size_t row = 0; row < forward.panel.row_count(); ++row) {
    ASSERT_EQ(forward.panel.find("jsa")->text_at(row), backward.panel.find("jsa")->text_at(row));
  }
}

TEST(BuildRelease, SetsBadRowsAsideAndCountsThem) {
  const auto release =
      build({{1}, {2, 1, "north", "other"}, {3, 1, "north", "programme", ""}},
            department({{1, "strong"}, {99, "good"}}, {{1, "jsa", "2020-02-01", "2020-01-01"},
                                                       {1, "shoe", "2020-01-01"},
                                                       {99, "jsa", "2020-01-01"},
                                                       {1, "absence_rate", "2020-01-01"}}));
  EXPECT_EQ(release.people.row_count(), 1u);
  EXPECT_EQ(release.attribute_row_count, 3u);
  std::uint64_t rows = 0;
  for (const auto& reason : release.set_aside) rows += reason.row_count;
  EXPECT_EQ(rows, 2u + 1u + 4u);
}

TEST(BuildRelease, DescribesEveryColumnInTheDictionary) {
  const auto release = build({{1}}, department({{1, "strong"}}, {}));
  std::set<std::string> described;
  for (std::size_t row = 0; row < release.dictionary.row_count(); ++row) {
    described.insert(release.dictionary.find("table")->text_at(row) + "." +
                     release.dictionary.find("column")->text_at(row));
    EXPECT_FALSE(release.dictionary.find("missing_means")->string_at(row).empty());
  }
  std::set<std::string> present;
  for (const auto& column : release.people.columns()) present.insert("people." + column.name());
  for (const auto& column : release.panel.columns()) present.insert("panel." + column.name());
  EXPECT_EQ(described, present);
}

TEST(BuildRelease, RefusesAGradeItDoesNotKnow) {
  ReleaseInputs inputs;
  inputs.attributes = attributes({{1}});
  inputs.returns.push_back(department({{1, "0.97"}}, {}));
  const auto release = build_release(inputs, seeded(1));
  ASSERT_FALSE(release.ok());
  EXPECT_NE(release.error().message.find("links of dwp, row 1: column grade"), std::string::npos);
  EXPECT_EQ(release.error().message.find("0.97"), std::string::npos);
}

TEST(BuildRelease, NamesAMissingColumn) {
  ReleaseInputs inputs;
  inputs.attributes.add("person", ColumnType::kInt64);
  const auto release = build_release(inputs, seeded(1));
  ASSERT_FALSE(release.ok());
  EXPECT_NE(release.error().message.find("family"), std::string::npos);
}

}  // namespace
}  // namespace kinfold::research
