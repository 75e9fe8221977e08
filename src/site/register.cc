#include "site/register.h"

#include <toml++/toml.h>
#include <algorithm>
#include <filesystem>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "table/io.h"

namespace kinfold::site {
namespace {

using table::ColumnType;
using table::Table;

const std::vector<std::string>& identity_columns() {
  static const std::vector<std::string> columns{"id",     "forenames", "surname",  "date_of_birth",
                                                "gender", "address",   "postcode", "nino"};
  return columns;
}

Result<toml::table> parse_toml(const std::string& path) {
  if (!std::filesystem::is_regular_file(path))
    return io_error("the register's TOML file is not there; give its path with --register");
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return invalid("register.toml:" + std::to_string(error.source().begin.line) + ": " +
                   std::string(error.description()));
  }
}

Result<std::string> needed(const toml::table& file, const char* section, const char* key) {
  const auto value = file[section][key].value<std::string>();
  if (value && !value->empty()) return *value;
  return invalid(std::string("register.toml: [") + section + "] needs a text `" + key +
                 "`; see docs/formats/data.md");
}

std::string beside(const std::string& toml_path, const std::string& name) {
  return (std::filesystem::path(toml_path).parent_path() / name).string();
}

/// The register's ids may be numbers or texts: as text they compare the same in both files.
table::Column as_text_column(const table::Column& column, const std::string& name) {
  table::Column out(name, ColumnType::kString);
  out.reserve(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    column.is_null(row) ? out.append_null() : out.append_string(column.text_at(row));
  }
  return out;
}

/// The register's people under Kinfold's names.
class PeopleReader final : public table::BatchReader {
 public:
  PeopleReader(std::unique_ptr<table::BatchReader> source, const Register& names)
      : source_(std::move(source)), names_(names) {}

  Result<Table> next() override {
    auto people = source_->next();
    if (!people.ok()) return people;
    std::vector<table::Column> columns;
    for (std::size_t k = 0; k < names_.people_columns.size(); ++k) {
      const auto column = people.value().require(names_.people_columns[k]);
      if (!column.ok()) return column.error();
      if (names_.identity_columns[k] == "id") {
        columns.push_back(as_text_column(*column.value(), "id"));
      } else {
        columns.push_back(std::move(*people.value().find(names_.people_columns[k])));
        columns.back().rename(names_.identity_columns[k]);
      }
    }
    return Table(std::move(columns));
  }

 private:
  std::unique_ptr<table::BatchReader> source_;
  Register names_;
};

struct Days {
  Date start;
  std::optional<Date> end;
};

/// What of an event lies in the window; empty: nothing, or it is a variable that may not be returned.
/// A spell is cut to the window (an open end runs on); anything else must begin in it.
std::optional<Days> within(Days days, bool is_spell, const EventFilter& filter) {
  if (filter.window_until && days.start > *filter.window_until) return std::nullopt;
  if (!is_spell) {
    if (filter.window_from && days.start < *filter.window_from) return std::nullopt;
    return days;
  }
  if (filter.window_from && days.end && *days.end < *filter.window_from) return std::nullopt;
  if (filter.window_from) days.start = std::max(days.start, *filter.window_from);
  if (filter.window_until && (!days.end || *days.end > *filter.window_until)) days.end = filter.window_until;
  return days;
}

struct EventColumns {
  const table::Column* id;
  const table::Column* variable;
  const table::Column* start;
  const table::Column* end;
  const table::Column* value;
};

Result<EventColumns> columns_of(const Table& batch, const Register& source) {
  EventColumns columns{};
  const auto pick = [&](const std::string& name, const table::Column*& into,
                        std::optional<ColumnType> type) -> Status {
    const auto column = type ? batch.require(name, *type) : batch.require(name);
    if (!column.ok()) return column.error();
    into = column.value();
    return {};
  };
  for (const auto& status : {pick(source.event_id, columns.id, {}),
                             pick(source.event_variable, columns.variable, ColumnType::kString),
                             pick(source.event_start, columns.start, ColumnType::kDate),
                             pick(source.event_end, columns.end, ColumnType::kDate),
                             pick(source.event_value, columns.value, {})}) {
    if (!status.ok()) return status.error();
  }
  return columns;
}

Table empty_events() {
  Table events;
  events.add("reference", ColumnType::kString);
  events.add("variable", ColumnType::kString);
  events.add("start_date", ColumnType::kDate);
  events.add("end_date", ColumnType::kDate);
  events.add("value", ColumnType::kDouble);
  return events;
}

void append_event(Table& events, const std::string& reference, const Days& days, const EventColumns& from,
                  std::size_t row) {
  auto& columns = events.columns();
  columns[0].append_string(reference);
  columns[1].append_string(from.variable->string_at(row));
  columns[2].append_date(days.start);
  days.end ? columns[3].append_date(*days.end) : columns[3].append_null();
  from.value->is_null(row) ? columns[4].append_null() : columns[4].append_double(from.value->number_at(row));
}

/// Sorted, the rows say nothing about the register's own order.
Table sorted(const Table& events) {
  std::vector<std::size_t> order(events.row_count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto& c = events.columns();
  const auto key = [&](std::size_t row) {
    return std::tuple(c[0].string_at(row), c[1].string_at(row), c[2].date_at(row),
                      c[3].is_null(row) ? Date{} : c[3].date_at(row),
                      c[4].is_null(row) ? 0.0 : c[4].double_at(row));
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return events.take(order);
}

}  // namespace

Result<Register> read_register(const std::string& path) {
  const auto file = parse_toml(path);
  if (!file.ok()) return file.error();
  Register out;
  const auto people = needed(file.value(), "register", "people");
  if (!people.ok()) return people.error();
  out.people_path = beside(path, people.value());
  if (const auto id = needed(file.value(), "people", "id"); !id.ok()) return id.error();
  for (const auto& column : identity_columns()) {
    if (const auto theirs = file.value()["people"][column].value<std::string>()) {
      out.people_columns.push_back(*theirs);
      out.identity_columns.push_back(column);
    }
  }
  const auto events = needed(file.value(), "register", "events");
  if (!events.ok()) return events.error();
  out.events_path = beside(path, events.value());
  const std::pair<const char*, std::string*> keys[] = {{"id", &out.event_id},
                                                       {"variable", &out.event_variable},
                                                       {"start_date", &out.event_start},
                                                       {"end_date", &out.event_end},
                                                       {"value", &out.event_value}};
  for (const auto& [key, into] : keys) {
    auto name = needed(file.value(), "events", key);
    if (!name.ok()) return name.error();
    *into = std::move(name).value();
  }
  return out;
}

Result<std::unique_ptr<table::BatchReader>> open_people(const Register& source, std::size_t rows_per_part) {
  table::ReadOptions options;
  options.columns = source.people_columns;
  auto reader = table::open_batches(source.people_path, options, rows_per_part);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<table::BatchReader>(
      std::make_unique<PeopleReader>(std::move(reader).value(), source));
}

Result<Table> events_of(const Register& source, const std::vector<std::string>& ids,
                        const std::vector<std::string>& references, const EventFilter& filter) {
  std::unordered_map<std::string_view, std::size_t> place;
  for (std::size_t k = 0; k < ids.size(); ++k) place.emplace(ids[k], k);
  auto reader = table::open_batches(source.events_path);
  if (!reader.ok()) return reader.error();
  Table events = empty_events();
  for (;;) {
    auto batch = reader.value()->next();
    if (!batch.ok()) return batch.error();
    if (batch.value().row_count() == 0) break;
    const auto columns = columns_of(batch.value(), source);
    if (!columns.ok()) return columns.error();
    const auto& from = columns.value();
    for (std::size_t row = 0; row < batch.value().row_count(); ++row) {
      if (from.id->is_null(row) || from.start->is_null(row) || from.variable->is_null(row)) continue;
      const bool is_text = from.id->type() == ColumnType::kString;
      const auto found = is_text ? place.find(from.id->string_at(row)) : place.find(from.id->text_at(row));
      if (found == place.end()) continue;
      const auto variable = filter.is_spell.find(from.variable->string_at(row));
      if (variable == filter.is_spell.end()) continue;
      const Days days{from.start->date_at(row),
                      from.end->is_null(row) ? std::nullopt : std::optional(from.end->date_at(row))};
      if (const auto inside = within(days, variable->second, filter)) {
        append_event(events, references[found->second], *inside, from, row);
      }
    }
  }
  return sorted(events);
}

}  // namespace kinfold::site
