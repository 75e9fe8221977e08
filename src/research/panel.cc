// A department's links and events as columns of the people table and the panel.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "research/panel_internal.h"

namespace kinfold::research {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kQuarters = static_cast<std::size_t>(kQuarterCount);
// A spell still open runs to the end of every window.
constexpr Date kOpenEnd{std::numeric_limits<std::int32_t>::max() / 2};

/// Best first, so that of several links of one person the best counts.
constexpr std::array<std::string_view, 4> kGrades = {"strong", "good", "weak", "none"};
constexpr std::size_t kNone = 3;

struct Event {
  std::size_t person = 0;
  std::size_t variable = 0;
  Date first;
  Date last;  // included
  double value = 0;
  bool operator<(const Event& other) const {
    return std::tie(person, variable, first, last, value) <
           std::tie(other.person, other.variable, other.first, other.last, other.value);
  }
};

using PersonIndex = std::unordered_map<std::int64_t, std::size_t>;

bool is_eligible(const AgeRange& range, std::optional<std::int64_t> age, int quarter) {
  if (!age) return true;
  const auto at = *age + static_cast<std::int64_t>(std::floor(quarter / 4.0));
  return at >= range.low && at <= range.high;
}

bool is_ever_eligible(const std::vector<Variable>& variables, std::optional<std::int64_t> age) {
  for (const auto& variable : variables) {
    for (int q = kFirstQuarter; q <= kLastQuarter; ++q) {
      if (is_eligible(variable.eligible, age, q)) return true;
    }
  }
  return variables.empty();
}

Result<std::vector<std::size_t>> read_grades(const DepartmentReturn& from, const PersonIndex& index,
                                             std::size_t person_count, SetAsideCounter& set_aside) {
  const auto person = from.links.require("person", table::ColumnType::kInt64);
  if (!person.ok()) return invalid("links of " + from.department + ": " + person.error().message);
  const auto grade = from.links.require("grade", table::ColumnType::kString);
  if (!grade.ok()) return invalid("links of " + from.department + ": " + grade.error().message);
  std::vector<std::size_t> grades(person_count, kNone);
  for (std::size_t row = 0; row < from.links.row_count(); ++row) {
    const auto at = std::find(kGrades.begin(), kGrades.end(), grade.value()->string_at(row));
    if (at == kGrades.end()) {
      return invalid(
          "links of " + from.department + ", row " + std::to_string(row + 1) +
          ": column grade is none of strong, good, weak, none; ask the department for a return that is");
    }
    const auto found = index.find(person.value()->int_at(row));
    if (person.value()->is_null(row) || found == index.end()) {
      set_aside.add("links of " + from.department, "the person has no attributes in this release");
      continue;
    }
    auto& best = grades[found->second];
    best = std::min(best, static_cast<std::size_t>(at - kGrades.begin()));
  }
  return grades;
}

struct EventColumns {
  const table::Column* person;
  const table::Column* variable;
  const table::Column* first;
  const table::Column* last;
  const table::Column* value;
};

Result<EventColumns> find_event_columns(const DepartmentReturn& from) {
  using table::ColumnType;
  EventColumns columns{};
  const auto need = [&](std::string_view name, ColumnType type, const table::Column*& into) -> Status {
    auto found = from.events.require(name, type);
    if (!found.ok()) return invalid("events of " + from.department + ": " + found.error().message);
    into = found.value();
    return {};
  };
  if (auto s = need("person", ColumnType::kInt64, columns.person); !s.ok()) return s.error();
  if (auto s = need("variable", ColumnType::kString, columns.variable); !s.ok()) return s.error();
  if (auto s = need("start_date", ColumnType::kDate, columns.first); !s.ok()) return s.error();
  if (auto s = need("end_date", ColumnType::kDate, columns.last); !s.ok()) return s.error();
  if (auto s = need("value", ColumnType::kDouble, columns.value); !s.ok()) return s.error();
  return columns;
}

/// Why an event cannot be used; empty if it can.
std::string_view fault_of(const EventColumns& columns, std::size_t row, VariableKind kind) {
  if (columns.first->is_null(row)) return "no start date";
  if (!columns.last->is_null(row) && columns.last->date_at(row) < columns.first->date_at(row)) {
    return "ends before it starts";
  }
  if (kind != VariableKind::kMeasure) return {};
  if (columns.value->is_null(row) || !std::isfinite(columns.value->double_at(row)))
    return "a measure without a value";
  return {};
}

Result<std::vector<Event>> read_events(const DepartmentReturn& from, const PersonIndex& index,
                                       const std::vector<std::size_t>& grades, SetAsideCounter& set_aside) {
  const auto found_columns = find_event_columns(from);
  if (!found_columns.ok()) return found_columns.error();
  const auto& columns = found_columns.value();
  const std::string what = "events of " + from.department;
  std::unordered_map<std::string_view, std::size_t> variable_index;
  for (std::size_t v = 0; v < from.variables.size(); ++v) variable_index[from.variables[v].name] = v;
  std::vector<Event> events;
  events.reserve(from.events.row_count());
  for (std::size_t row = 0; row < from.events.row_count(); ++row) {
    const auto variable = variable_index.find(columns.variable->string_at(row));
    const auto person = index.find(columns.person->int_at(row));
    if (variable == variable_index.end()) {
      set_aside.add(what, "a variable that the charter does not name");
    } else if (columns.person->is_null(row) || person == index.end()) {
      set_aside.add(what, "the person has no attributes in this release");
    } else if (grades[person->second] == kNone) {
      set_aside.add(what, "the person is not linked");
    } else {
      const auto kind = from.variables[variable->second].kind;
      if (const auto fault = fault_of(columns, row, kind); !fault.empty()) {
        set_aside.add(what, std::string(fault));
        continue;
      }
      const Date first = columns.first->date_at(row);
      const Date open = kind == VariableKind::kSpell ? kOpenEnd : first;
      events.push_back({person->second, variable->second, first,
                        columns.last->is_null(row) ? open : columns.last->date_at(row),
                        columns.value->is_null(row) ? 0 : columns.value->double_at(row)});
    }
  }
  std::sort(events.begin(), events.end());
  return events;
}

/// 0 (or NULL for a measure) where the variable was observed for the person, NULL elsewhere.
std::vector<double> observed_cells(const Variable& variable, const std::vector<ReleasePerson>& people,
                                   const std::vector<std::size_t>& grades) {
  std::vector<double> cells(people.size() * kQuarters, kMissing);
  if (variable.kind == VariableKind::kMeasure) return cells;
  for (std::size_t p = 0; p < people.size(); ++p) {
    if (grades[p] != kNone)
      std::fill_n(cells.begin() + static_cast<std::ptrdiff_t>(p * kQuarters), kQuarters, 0.0);
  }
  return cells;
}

void add_spells(const Event* begin, const Event* end, const std::array<Date, kQuarters + 1>& starts,
                double* cells) {
  Date counted_to{std::numeric_limits<std::int32_t>::min() / 2};  // days up to here are counted already
  for (const Event* e = begin; e != end; ++e) {
    const Date from = std::max(e->first, add_days(counted_to, 1));
    for (std::size_t q = 0; q < kQuarters; ++q) {
      const int low = std::max(from.days, starts[q].days);
      const int high = std::min(e->last.days, starts[q + 1].days - 1);
      if (high >= low) cells[q] += high - low + 1;
    }
    counted_to = std::max(counted_to, e->last);
  }
}

void add_counts(const Event* begin, const Event* end, const std::array<Date, kQuarters + 1>& starts,
                double* cells) {
  for (const Event* e = begin; e != end; ++e) {
    const auto after = std::upper_bound(starts.begin(), starts.end(), e->first);
    const auto q = after - starts.begin() - 1;
    if (q >= 0 && q < kQuarterCount) cells[q] += 1;
  }
}

void add_measures(const Event* begin, const Event* end, const std::array<Date, kQuarters + 1>& starts,
                  double* cells) {
  for (std::size_t q = 0; q < kQuarters; ++q) {
    double sum = 0;
    int count = 0;
    for (const Event* e = begin; e != end; ++e) {
      if (e->first < starts[q + 1] && e->last >= starts[q]) {
        sum += e->value;
        ++count;
      }
    }
    if (count > 0) cells[q] = sum / count;
  }
}

/// Takes back what may not be there: outside the window, or at an age it cannot apply to.
void blank_unobserved(const Variable& variable, const ReleasePerson& person,
                      const std::array<Date, kQuarters + 1>& starts, double* cells) {
  for (std::size_t q = 0; q < kQuarters; ++q) {
    const bool before = variable.window_first && starts[q] < *variable.window_first;
    const bool after = variable.window_last && add_days(starts[q + 1], -1) > *variable.window_last;
    if (before || after || !is_eligible(variable.eligible, person.age, kFirstQuarter + static_cast<int>(q))) {
      cells[q] = kMissing;
    }
  }
}

}  // namespace

std::vector<SetAside> SetAsideCounter::list() const {
  std::vector<SetAside> out;
  for (const auto& [key, count] : counts_) out.push_back({key.first, key.second, count});
  return out;
}

std::array<Date, kQuarters + 1> quarter_starts(Date start) {
  std::array<Date, kQuarters + 1> starts;
  for (std::size_t q = 0; q <= kQuarters; ++q)
    starts[q] = add_months(start, 3 * (kFirstQuarter + static_cast<int>(q)));
  return starts;
}

Result<DepartmentColumns> fill_department(const DepartmentReturn& from,
                                          const std::vector<ReleasePerson>& people,
                                          SetAsideCounter& set_aside) {
  PersonIndex index;
  index.reserve(people.size());
  for (std::size_t p = 0; p < people.size(); ++p) index[people[p].key] = p;
  auto grades = read_grades(from, index, people.size(), set_aside);
  if (!grades.ok()) return grades.error();
  auto events = read_events(from, index, grades.value(), set_aside);
  if (!events.ok()) return events.error();

  DepartmentColumns out;
  out.linked.reserve(people.size());
  for (std::size_t p = 0; p < people.size(); ++p) {
    const bool eligible = is_ever_eligible(from.variables, people[p].age);
    out.linked.emplace_back(eligible ? kGrades[grades.value()[p]] : "not_eligible");
  }
  for (const auto& variable : from.variables)
    out.panel.push_back(observed_cells(variable, people, grades.value()));

  const Event* next = events.value().data();
  const Event* const end = next + events.value().size();
  for (std::size_t p = 0; p < people.size(); ++p) {
    const auto starts = quarter_starts(people[p].start);
    for (std::size_t v = 0; v < from.variables.size(); ++v) {
      double* cells = out.panel[v].data() + p * kQuarters;
      const Event* stop = next;
      while (stop != end && stop->person == p && stop->variable == v) ++stop;
      switch (from.variables[v].kind) {
        case VariableKind::kSpell: add_spells(next, stop, starts, cells); break;
        case VariableKind::kEvent: add_counts(next, stop, starts, cells); break;
        case VariableKind::kMeasure: add_measures(next, stop, starts, cells); break;
      }
      next = stop;
      blank_unobserved(from.variables[v], people[p], starts, cells);
    }
  }
  return out;
}

}  // namespace kinfold::research
