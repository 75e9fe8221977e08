// Who is behind each row of a table, and what the largest of them contribute, counted in the microdata it was
// made from.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include "disclosure/check_internal.h"
#include "disclosure/table.h"

namespace kinfold::disclosure {
namespace {

struct Behind {
  std::int64_t person_count = 0;
  std::set<std::string> families, authorities;
  std::uint64_t key_sum = 0;
  std::vector<std::unordered_map<std::string, double>>
      contributions;  ///< Of each sum: by family, or by person where none is known.
};

struct Dimension {
  const ColumnLayout* layout = nullptr;
  const table::Column* labels = nullptr;  ///< Of the table.
  const table::Column* people = nullptr;  ///< Of the microdata.
};

/// A person's own label, those it is part of, and the total.
std::vector<std::string> labels_of(const Dimension& dimension, std::size_t person) {
  std::vector<std::string> labels{dimension.people->text_at(person)};
  for (auto above = dimension.layout->parent.find(labels.back());
       above != dimension.layout->parent.end() && labels.size() < 32;
       above = dimension.layout->parent.find(labels.back())) {
    labels.push_back(above->second);
  }
  if (!dimension.layout->total.empty()) labels.push_back(dimension.layout->total);
  return labels;
}

Result<const table::Column*> column_of(const table::Table& microdata, const std::string& name) {
  auto column = microdata.require(name);
  if (!column.ok()) return invalid("microdata: " + column.error().message);
  return column;
}

void add_counts(Output& output, const char* name, Role role, Level level, const std::vector<std::int64_t>& values) {
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
      double sum = 0;
      for (const auto& [who, amount] : behind[row].contributions[s]) sum += amount;
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
void add_largest(Output& output, const std::string& sum, std::size_t s, int rank_count,
                 const std::vector<Behind>& behind) {
  std::vector<std::vector<double>> largest;
  for (const auto& each : behind) {
    auto& row = largest.emplace_back();
    for (const auto& [who, amount] : each.contributions[s]) row.push_back(std::abs(amount));
    std::sort(row.begin(), row.end(), std::greater<>());
  }
  for (int rank = 1; rank <= rank_count; ++rank) {
    ColumnLayout layout;
    layout.column = fmt::format("{} largest {}", sum, rank);
    if (output.table.find(layout.column) != nullptr) continue;
    layout.role = Role::kLargest;
    layout.of = sum;
    layout.largest_rank = rank;
    auto& column = output.table.add(layout.column, table::ColumnType::kDouble);
    for (const auto& row : largest) {
      if (row.size() < static_cast<std::size_t>(rank))
        column.append_null();
      else
        column.append_double(row[static_cast<std::size_t>(rank) - 1]);
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
      return invalid(fmt::format("microdata: row {} of {}, column {}: the microdata has another number of people; are they "
                                 "the same data, and is every label written in the same way?",
                                 row + 1, output.id, layout.column));
    }
  }
  return {};
}

}  // namespace

Status count_contributors(Output& output, const table::Table& microdata, const MicrodataSpec& spec,
                          const Rules& rules) {
  std::vector<Dimension> dimensions;
  for (const auto& layout : output.layout) {
    if (layout.role != Role::kDimension) continue;
    auto people = column_of(microdata, layout.column);
    if (!people.ok()) return people.error();
    dimensions.push_back({&layout, output.table.find(layout.column), people.value()});
  }
  std::map<std::string, const table::Column*> named;
  for (const auto& name : {spec.family, spec.authority, spec.record_key}) {
    if (name.empty()) continue;
    auto column = column_of(microdata, name);
    if (!column.ok()) return column.error();
    named[name] = column.value();
  }
  if (!spec.record_key.empty()) {
    const auto& keys = *named[spec.record_key];
    bool fits = keys.type() == table::ColumnType::kInt64;
    for (std::size_t person = 0; fits && person < keys.size(); ++person) {
      fits = !keys.is_null(person) && keys.int_at(person) >= 0 && keys.int_at(person) < 65'536;
    }
    if (!fits) return invalid("microdata: column " + spec.record_key + " must hold a whole number from 0 to 65535 in every row: the record key");
  }
  std::map<std::string, std::vector<std::size_t>> rows_at;
  for (std::size_t row = 0; row < output.table.row_count(); ++row) {
    std::string key;
    for (const auto& dimension : dimensions) key += dimension.labels->text_at(row) + '\x1f';
    rows_at[key].push_back(row);
  }
  auto sums = sums_to_fill(output, microdata);
  if (!sums.ok()) return sums.error();
  std::vector<Behind> behind(output.table.row_count());
  for (auto& each : behind) each.contributions.resize(sums.value().size());
  // A family knows what its members have: its contribution is theirs together.
  const auto who = [&](std::size_t person) {
    const auto* family = spec.family.empty() ? nullptr : named[spec.family];
    return family == nullptr || family->is_null(person) ? "\x1f" + std::to_string(person)
                                                        : family->text_at(person);
  };
  for (std::size_t person = 0; person < microdata.row_count(); ++person) {
    const std::function<void(std::size_t, const std::string&)> visit = [&](std::size_t d, const std::string& key) {
      if (d < dimensions.size()) {
        for (const auto& label : labels_of(dimensions[d], person)) visit(d + 1, key + label + '\x1f');
        return;
      }
      const auto found = rows_at.find(key);
      if (found == rows_at.end()) return;
      for (const auto row : found->second) {
        ++behind[row].person_count;
        if (!spec.family.empty()) behind[row].families.insert(named[spec.family]->text_at(person));
        if (!spec.authority.empty()) behind[row].authorities.insert(named[spec.authority]->text_at(person));
        if (!spec.record_key.empty()) behind[row].key_sum += static_cast<std::uint64_t>(named[spec.record_key]->int_at(person));
        for (std::size_t s = 0; s < sums.value().size(); ++s) {
          if (sums.value()[s].people->is_null(person)) continue;
          behind[row].contributions[s][who(person)] += sums.value()[s].people->number_at(person);
        }
      }
    };
    visit(0, {});
  }
  if (auto status = counts_agree(output, behind); !status.ok()) return status;
  if (auto status = sums_agree(output, sums.value(), behind); !status.ok()) return status;
  std::vector<std::string> names;  // adding to the layout moves what the sums point to
  for (const auto& sum : sums.value()) names.push_back(sum.layout->column);
  for (std::size_t s = 0; s < names.size(); ++s)
    add_largest(output, names[s], s, std::max(2, rules.dominance_count), behind);
  std::vector<std::int64_t> persons, families, authorities, keys;
  for (const auto& each : behind) {
    persons.push_back(each.person_count);
    families.push_back(static_cast<std::int64_t>(each.families.size()));
    authorities.push_back(static_cast<std::int64_t>(each.authorities.size()));
    keys.push_back(static_cast<std::int64_t>(each.key_sum));
  }
  add_counts(output, "contributing_persons", Role::kContributors, Level::kPerson, persons);
  if (!spec.family.empty()) add_counts(output, "contributing_families", Role::kContributors, Level::kFamily, families);
  if (!spec.authority.empty()) add_counts(output, "contributing_authorities", Role::kContributors, Level::kAuthority, authorities);
  if (!spec.record_key.empty()) add_counts(output, "cell_key", Role::kCellKey, Level::kPerson, keys);
  return {};
}

}  // namespace kinfold::disclosure
