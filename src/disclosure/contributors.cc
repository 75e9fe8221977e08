// Who is behind each row of a table, and what the largest of them contribute, counted in the microdata it was
// made from.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "disclosure/check_internal.h"
#include "disclosure/tally_internal.h"

namespace kinfold::disclosure {
namespace {

Result<const table::Column*> column_of(const table::Table& microdata, const std::string& name) {
  auto column = microdata.require(name);
  if (!column.ok()) return invalid("microdata: " + column.error().message);
  return column;
}

void add_counts(Output& output, const char* name, Role role, Level level,
                const std::vector<std::int64_t>& values) {
  if (output.table.find(name) != nullptr) return;
  auto& column = output.table.add(name, table::ColumnType::kInt64);
  for (const auto value : values) column.append_int(value);
  ColumnLayout layout;
  layout.column = name;
  layout.role = role;
  layout.level = level;
  output.layout.push_back(layout);
}

/// A sum of the table whose contributions the microdata has.
struct Sum {
  const ColumnLayout* layout = nullptr;
  const table::Column* people = nullptr;
};

/// Sums with a column of their name in the microdata, and without largest contributions in the table.
Result<std::vector<Sum>> sums_to_fill(const Output& output, const table::Table& microdata) {
  std::vector<Sum> sums;
  for (const auto& layout : output.layout) {
    if (layout.role != Role::kSum) continue;
    const auto* people = microdata.find(layout.column);
    const bool stated =
        std::any_of(output.layout.begin(), output.layout.end(), [&](const ColumnLayout& other) {
          return other.role == Role::kLargest && (other.of.empty() || other.of == layout.column);
        });
    if (people == nullptr || stated) continue;
    if (people->type() != table::ColumnType::kInt64 && people->type() != table::ColumnType::kDouble) {
      return invalid("microdata: column " + layout.column + " must hold each person's number");
    }
    sums.push_back({&layout, people});
  }
  return sums;
}

/// The table's sums may be rounded to whole numbers.
Status sums_agree(const Output& output, const std::vector<Sum>& sums, const std::vector<Behind>& behind) {
  constexpr double kRounding = 0.5;
  constexpr double kNoise = 1e-9;
  for (std::size_t s = 0; s < sums.size(); ++s) {
    const auto* told = output.table.find(sums[s].layout->column);
    if (told->type() == table::ColumnType::kString) continue;
    for (std::size_t row = 0; row < behind.size(); ++row) {
      if (told->is_null(row)) continue;
      const double sum = behind[row].sums[s];
      if (std::abs(sum - told->number_at(row)) <= kRounding + kNoise * std::abs(sum)) continue;
      return invalid(
          fmt::format("microdata: row {} of {}, column {}: the microdata add up to another sum; are they the "
                      "same data, in the "
                      "same unit?",
                      row + 1, output.id, sums[s].layout->column));
    }
  }
  return {};
}

/// One column a rank; empty where fewer contribute.
void add_largest(Output& output, const std::string& sum, std::size_t s, std::size_t rank_count,
                 const std::vector<Behind>& behind) {
  for (std::size_t rank = 1; rank <= rank_count; ++rank) {
    ColumnLayout layout;
    layout.column = fmt::format("{} largest {}", sum, rank);
    if (output.table.find(layout.column) != nullptr) continue;
    layout.role = Role::kLargest;
    layout.of = sum;
    layout.largest_rank = static_cast<int>(rank);
    auto& column = output.table.add(layout.column, table::ColumnType::kDouble);
    for (const auto& each : behind) {
      const auto& largest = each.largest[s];
      if (largest.size() < rank)
        column.append_null();
      else
        column.append_double(largest[rank - 1]);
    }
    output.layout.push_back(std::move(layout));
  }
}

Status counts_agree(const Output& output, const std::vector<Behind>& behind) {
  for (const auto& layout : output.layout) {
    if (layout.role != Role::kCount || layout.level != Level::kPerson || !layout.variable.empty()) continue;
    const auto* counts = output.table.find(layout.column);
    if (counts->type() != table::ColumnType::kInt64) continue;
    for (std::size_t row = 0; row < behind.size(); ++row) {
      if (counts->is_null(row) || counts->int_at(row) == behind[row].person_count) continue;
      return invalid(fmt::format(
          "microdata: row {} of {}, column {}: the microdata has another number of people; are they "
          "the same data, and is every label written in the same way?",
          row + 1, output.id, layout.column));
    }
  }
  return {};
}

/// A record key is added up, so that it has to be one in every row.
Status keys_fit(const table::Column& keys, const std::string& name) {
  bool fits = keys.type() == table::ColumnType::kInt64;
  for (std::size_t person = 0; fits && person < keys.size(); ++person) {
    fits = !keys.is_null(person) && keys.int_at(person) >= 0 && keys.int_at(person) < 65'536;
  }
  if (fits) return {};
  return invalid("microdata: column " + name +
                 " must hold a whole number from 0 to 65535 in every row: the record key");
}

/// What the microdata tell of each row of the output, in the columns that the spec names.
Result<PeopleColumns> columns_of(const Output& output, const table::Table& microdata,
                                 const MicrodataSpec& spec, const std::vector<Sum>& sums) {
  PeopleColumns columns;
  for (const auto& layout : output.layout) {
    if (layout.role != Role::kDimension) continue;
    auto people = column_of(microdata, layout.column);
    if (!people.ok()) return people.error();
    columns.dimensions.push_back({&layout, output.table.find(layout.column), people.value()});
  }
  for (const auto& [name, column] :
       {std::pair{&spec.family, &columns.family}, std::pair{&spec.authority, &columns.authority},
        std::pair{&spec.record_key, &columns.record_key}}) {
    if (name->empty()) continue;
    auto found = column_of(microdata, *name);
    if (!found.ok()) return found.error();
    *column = found.value();
  }
  if (columns.record_key != nullptr) {
    if (auto status = keys_fit(*columns.record_key, spec.record_key); !status.ok()) return status.error();
  }
  for (const auto& sum : sums) columns.sums.push_back(sum.people);
  return columns;
}

}  // namespace

Status count_contributors(Output& output, const table::Table& microdata, const MicrodataSpec& spec,
                          const Rules& rules) {
  auto sums = sums_to_fill(output, microdata);
  if (!sums.ok()) return sums.error();
  auto columns = columns_of(output, microdata, spec, sums.value());
  if (!columns.ok()) return columns.error();
  const auto rank_count = static_cast<std::size_t>(std::max(2, rules.dominance_count));
  const auto behind =
      tally_people(columns.value(), output.table.row_count(), microdata.row_count(), rank_count);
  if (auto status = counts_agree(output, behind); !status.ok()) return status;
  if (auto status = sums_agree(output, sums.value(), behind); !status.ok()) return status;
  std::vector<std::string> names;  // adding to the layout moves what the sums point to
  for (const auto& sum : sums.value()) names.push_back(sum.layout->column);
  for (std::size_t s = 0; s < names.size(); ++s) add_largest(output, names[s], s, rank_count, behind);
  std::vector<std::int64_t> persons, families, authorities, keys;
  for (const auto& each : behind) {
    persons.push_back(each.person_count);
    families.push_back(each.family_count);
    authorities.push_back(each.authority_count);
    keys.push_back(each.key_sum);
  }
  add_counts(output, "contributing_persons", Role::kContributors, Level::kPerson, persons);
  if (!spec.family.empty())
    add_counts(output, "contributing_families", Role::kContributors, Level::kFamily, families);
  if (!spec.authority.empty())
    add_counts(output, "contributing_authorities", Role::kContributors, Level::kAuthority, authorities);
  if (!spec.record_key.empty()) add_counts(output, "cell_key", Role::kCellKey, Level::kPerson, keys);
  return {};
}

}  // namespace kinfold::disclosure
