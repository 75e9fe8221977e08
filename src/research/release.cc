#include "research/release.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_set>

#include "research/panel_internal.h"

namespace kinfold::research {
namespace {

using table::Column;
using table::ColumnType;
using table::Table;

constexpr std::array<std::string_view, 3> kGroups = {"programme", "waiting", "assessed"};
constexpr std::string_view kProblemPrefix = "problem_";

struct AttributeColumns {
  const Column* person = nullptr;
  const Column* family = nullptr;
  const Column* authority = nullptr;
  const Column* relation = nullptr;
  const Column* group = nullptr;
  const Column* start = nullptr;
  const Column* gender = nullptr;
  const Column* age = nullptr;
  std::vector<const Column*> problems;
};

Result<AttributeColumns> find_columns(const Table& attributes) {
  AttributeColumns columns;
  const std::vector<std::tuple<std::string_view, ColumnType, const Column**>> needed = {
      {"person", ColumnType::kInt64, &columns.person},
      {"family", ColumnType::kInt64, &columns.family},
      {"authority", ColumnType::kString, &columns.authority},
      {"relation", ColumnType::kString, &columns.relation},
      {"group", ColumnType::kString, &columns.group},
      {"start_date", ColumnType::kDate, &columns.start},
      {"gender", ColumnType::kString, &columns.gender},
      {"age_at_start", ColumnType::kInt64, &columns.age}};
  for (const auto& [name, type, into] : needed) {
    auto found = attributes.require(name, type);
    if (!found.ok()) return invalid("attributes: " + found.error().message);
    *into = found.value();
  }
  for (const auto& column : attributes.columns()) {
    if (!column.name().starts_with(kProblemPrefix)) continue;
    if (column.type() != ColumnType::kDate) {
      return invalid("attributes: column " + column.name() +
                     " must be the date on which the problem was shown");
    }
    columns.problems.push_back(&column);
  }
  return columns;
}

/// Why a row of attributes cannot be used; empty if it can.
std::string_view fault_of(const AttributeColumns& columns, std::size_t row) {
  if (columns.person->is_null(row)) return "no person";
  if (columns.family->is_null(row) || columns.authority->is_null(row)) return "no family or authority";
  if (columns.start->is_null(row)) return "no start date";
  if (std::find(kGroups.begin(), kGroups.end(), columns.group->string_at(row)) == kGroups.end()) {
    return "the group is none of programme, waiting, assessed";
  }
  return {};
}

/// Rows that can be used, those of one person together and the row to keep first.
std::vector<std::size_t> ordered_rows(const Table& attributes, const AttributeColumns& columns,
                                      SetAsideCounter& set_aside) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < attributes.row_count(); ++row) {
    const auto fault = fault_of(columns, row);
    if (fault.empty()) {
      rows.push_back(row);
    } else {
      set_aside.add("attributes", std::string(fault));
    }
  }
  const auto rank = [&](std::size_t row) {
    return std::find(kGroups.begin(), kGroups.end(), columns.group->string_at(row)) - kGroups.begin();
  };
  // Every attribute that is published is in the key, so that rows which tie are the same row.
  const auto key = [&](std::size_t row) {
    return std::tuple(columns.person->int_at(row), rank(row), columns.start->date_at(row),
                      columns.authority->string_at(row), columns.family->int_at(row),
                      columns.age->int_at(row), columns.gender->string_at(row),
                      columns.relation->string_at(row));
  };
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return rows;
}

/// Distinct, positive, below 2^53 so that every tool reads them exactly.
class NumberSource {
 public:
  explicit NumberSource(const RandomSource& random) : random_(random) {}
  std::int64_t next() {
    for (;;) {
      const auto number = static_cast<std::int64_t>(random_() >> 11);
      if (number > 0 && used_.insert(number).second) return number;
    }
  }

 private:
  const RandomSource& random_;
  std::unordered_set<std::int64_t> used_;
};

struct People {
  std::vector<ReleasePerson> persons;               // sorted by research number
  std::vector<std::vector<std::uint8_t>> problems;  // [problem][person], same order
  std::vector<std::int64_t> families;               // research numbers, same order
};

std::int64_t family_number(const AttributeColumns& columns, std::size_t row,
                           std::map<std::pair<std::string, std::int64_t>, std::int64_t>& known,
                           NumberSource& numbers) {
  const std::pair<std::string, std::int64_t> key{std::string(columns.authority->string_at(row)),
                                                 columns.family->int_at(row)};
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  return known[key] = numbers.next();
}

People number_people(const AttributeColumns& columns, const std::vector<std::size_t>& rows,
                     const RandomSource& random) {
  struct Draft {
    ReleasePerson person;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  NumberSource person_numbers(random);
  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i;
    while (end < rows.size() && columns.person->int_at(rows[end]) == columns.person->int_at(rows[i])) ++end;
    ReleasePerson person{
        columns.person->int_at(rows[i]), rows[i], columns.start->date_at(rows[i]), {}, person_numbers.next()};
    if (!columns.age->is_null(rows[i])) person.age = columns.age->int_at(rows[i]);
    drafts.push_back({person, i, end});
    i = end;
  }
  std::sort(drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) {
    return a.person.research_number < b.person.research_number;
  });
  NumberSource family_numbers(random);
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> families;
  People out;
  out.problems.resize(columns.problems.size());
  for (const auto& draft : drafts) {
    out.persons.push_back(draft.person);
    out.families.push_back(family_number(columns, draft.person.row, families, family_numbers));
    for (std::size_t k = 0; k < columns.problems.size(); ++k) {
      bool shown = false;
      for (std::size_t i = draft.begin; i < draft.end; ++i) {
        shown = shown || (!columns.problems[k]->is_null(rows[i]) &&
                          columns.problems[k]->date_at(rows[i]) <= draft.person.start);
      }
      out.problems[k].push_back(shown ? 1 : 0);
    }
  }
  return out;
}

void append_copy(Column& into, const Column& from, std::size_t row) { into.append_from(from, row); }

std::string calendar_quarter(Date date) {
  const auto ymd = to_ymd(date);
  return std::to_string(ymd.year) + "Q" + std::to_string((ymd.month - 1) / 3 + 1);
}

Table people_table(const AttributeColumns& columns, const People& people) {
  Column person("person", ColumnType::kInt64), family("family", ColumnType::kInt64);
  Column authority("authority", ColumnType::kString), group("group", ColumnType::kString);
  Column relation("relation", ColumnType::kString), gender("gender", ColumnType::kString);
  Column age("age_at_start", ColumnType::kInt64), quarter("start_quarter", ColumnType::kString);
  Column count("problem_count", ColumnType::kInt64);
  std::vector<Column> problems;
  for (const auto* from : columns.problems) problems.emplace_back(from->name(), ColumnType::kBool);
  for (std::size_t p = 0; p < people.persons.size(); ++p) {
    const auto& one = people.persons[p];
    person.append_int(one.research_number);
    family.append_int(people.families[p]);
    append_copy(authority, *columns.authority, one.row);
    append_copy(group, *columns.group, one.row);
    append_copy(relation, *columns.relation, one.row);
    append_copy(gender, *columns.gender, one.row);
    append_copy(age, *columns.age, one.row);
    quarter.append_string(calendar_quarter(one.start));
    std::int64_t shown_count = 0;
    for (std::size_t k = 0; k < problems.size(); ++k) {
      problems[k].append_bool(people.problems[k][p] != 0);
      shown_count += people.problems[k][p];
    }
    count.append_int(shown_count);
  }
  std::vector<Column> all;
  for (auto* column : {&person, &family, &authority, &group, &relation, &gender, &age, &quarter}) {
    all.push_back(std::move(*column));
  }
  for (auto& column : problems) all.push_back(std::move(column));
  all.push_back(std::move(count));
  return Table(std::move(all));
}

Table empty_panel(const std::vector<ReleasePerson>& persons) {
  Column person("person", ColumnType::kInt64), quarter("quarter", ColumnType::kInt64);
  person.reserve(persons.size() * static_cast<std::size_t>(kQuarterCount));
  quarter.reserve(persons.size() * static_cast<std::size_t>(kQuarterCount));
  for (const auto& one : persons) {
    for (int q = kFirstQuarter; q <= kLastQuarter; ++q) {
      person.append_int(one.research_number);
      quarter.append_int(q);
    }
  }
  std::vector<Column> columns;
  columns.push_back(std::move(person));
  columns.push_back(std::move(quarter));
  return Table(std::move(columns));
}

void add_department(Release& release, const DepartmentReturn& from, const DepartmentColumns& filled) {
  auto& linked = release.people.add("linked_" + from.department, ColumnType::kString);
  for (const auto& grade : filled.linked) linked.append_string(grade);
  for (std::size_t v = 0; v < from.variables.size(); ++v) {
    Column column(from.variables[v].name, ColumnType::kDouble);
    column.reserve(filled.panel[v].size());
    for (const double value : filled.panel[v]) {
      if (std::isnan(value)) {
        column.append_null();
      } else {
        column.append_double(value);
      }
    }
    release.panel.columns().push_back(std::move(column));
  }
}

Status check_names(const ReleaseInputs& inputs) {
  std::unordered_set<std::string> seen = {"person", "quarter"};
  for (const auto& from : inputs.returns) {
    for (const auto& variable : from.variables) {
      if (!seen.insert(variable.name).second) {
        return invalid("release: variable " + variable.name +
                       " is returned twice; give it a name of its own for each department in the charter");
      }
    }
  }
  return {};
}

}  // namespace

Result<Release> build_release(const ReleaseInputs& inputs, const RandomSource& random) {
  if (auto status = check_names(inputs); !status.ok()) return status.error();
  auto columns = find_columns(inputs.attributes);
  if (!columns.ok()) return columns.error();
  SetAsideCounter set_aside;
  const auto rows = ordered_rows(inputs.attributes, columns.value(), set_aside);
  const auto people = number_people(columns.value(), rows, random);

  Release release;
  release.attribute_row_count = inputs.attributes.row_count();
  release.repeated_row_count = rows.size() - people.persons.size();
  release.people = people_table(columns.value(), people);
  release.panel = empty_panel(people.persons);
  for (const auto& from : inputs.returns) {
    auto filled = fill_department(from, people.persons, set_aside);
    if (!filled.ok()) return filled.error();
    add_department(release, from, filled.value());
  }
  std::vector<std::string> problem_columns;
  for (const auto* problem : columns.value().problems) problem_columns.push_back(problem->name());
  release.dictionary = build_dictionary(inputs, problem_columns);
  release.set_aside = set_aside.list();
  return release;
}

}  // namespace kinfold::research
