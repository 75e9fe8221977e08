#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "disclosure/tally_internal.h"

namespace kinfold::disclosure {
namespace {

/// A column's values numbered from 0, in the order in which they first occur.
struct Codes {
  std::vector<std::uint32_t> of;  ///< Of each person.
  std::uint32_t count = 0;
};

Codes codes_of(const table::Column& column) {
  Codes codes;
  codes.of.reserve(column.size());
  std::unordered_map<std::string, std::uint32_t> number;
  for (std::size_t row = 0; row < column.size(); ++row) {
    codes.of.push_back(
        number.try_emplace(column.text_at(row), static_cast<std::uint32_t>(number.size())).first->second);
  }
  codes.count = static_cast<std::uint32_t>(number.size());
  return codes;
}

/// People alike in every dimension, who are in the same rows.
struct Alike {
  Codes group;                     ///< Of each person.
  std::vector<std::size_t> first;  ///< Of each group, one of its people.
};

Alike people_alike(const PeopleColumns& columns, std::size_t person_count) {
  Alike alike;
  alike.group.of.assign(person_count, 0);
  alike.group.count = person_count == 0 ? 0 : 1;
  for (const auto& dimension : columns.dimensions) {
    const auto labels = codes_of(*dimension.people);
    std::unordered_map<std::uint64_t, std::uint32_t> number;
    for (std::size_t person = 0; person < person_count; ++person) {
      auto& group = alike.group.of[person];
      const auto both = (std::uint64_t{group} << 32U) | labels.of[person];
      group = number.try_emplace(both, static_cast<std::uint32_t>(number.size())).first->second;
    }
    alike.group.count = static_cast<std::uint32_t>(number.size());
  }
  alike.first.assign(alike.group.count, person_count);
  for (std::size_t person = person_count; person-- > 0;) alike.first[alike.group.of[person]] = person;
  return alike;
}

/// A person's own label, those it is part of, and the total.
std::vector<std::string> labels_of(const PeopleDimension& dimension, std::size_t person) {
  std::vector<std::string> labels{dimension.people->text_at(person)};
  const auto add = [&](const std::string& label) {
    if (std::find(labels.begin(), labels.end(), label) != labels.end()) return false;
    labels.push_back(label);
    return true;
  };
  const auto& parent = dimension.layout->parent;
  auto above = parent.find(labels.back());
  while (above != parent.end() && add(above->second)) above = parent.find(labels.back());
  if (!dimension.layout->total.empty()) add(dimension.layout->total);
  return labels;
}

/// Of each row, the groups that are in it.
std::vector<std::vector<std::uint32_t>> groups_in_rows(const PeopleColumns& columns, const Alike& alike,
                                                       std::size_t row_count) {
  std::unordered_map<std::string, std::vector<std::size_t>> rows_at;
  for (std::size_t row = 0; row < row_count; ++row) {
    std::string key;
    for (const auto& dimension : columns.dimensions) key += dimension.labels->text_at(row) + '\x1f';
    rows_at[key].push_back(row);
  }
  std::vector<std::vector<std::uint32_t>> groups(row_count);
  for (std::uint32_t group = 0; group < alike.group.count; ++group) {
    std::vector<std::string> keys{""};
    for (const auto& dimension : columns.dimensions) {
      std::vector<std::string> longer;
      for (const auto& label : labels_of(dimension, alike.first[group])) {
        for (const auto& key : keys) longer.push_back(key + label + '\x1f');
      }
      keys = std::move(longer);
    }
    for (const auto& key : keys) {
      const auto found = rows_at.find(key);
      if (found == rows_at.end()) continue;
      for (const auto row : found->second) groups[row].push_back(group);
    }
  }
  return groups;
}

/// The people of each group, one group after the other.
struct Members {
  std::vector<std::size_t> begin;  ///< Of each group, and the end of the last.
  std::vector<std::uint32_t> persons;
};

Members members_of(const Codes& group) {
  Members members{std::vector<std::size_t>(group.count + std::size_t{1}, 0),
                  std::vector<std::uint32_t>(group.of.size())};
  for (const auto each : group.of) ++members.begin[each + std::size_t{1}];
  for (std::size_t g = 0; g < group.count; ++g) members.begin[g + 1] += members.begin[g];
  auto next = members.begin;
  for (std::size_t person = 0; person < group.of.size(); ++person) {
    members.persons[next[group.of[person]]++] = static_cast<std::uint32_t>(person);
  }
  return members;
}

/// What the people of one row contribute, by family or person; then of the next row.
class Contributions {
 public:
  explicit Contributions(std::size_t who_count) : total_(who_count, 0), is_in_(who_count, 0) {}
  void add(std::uint32_t who, double amount) {
    if (is_in_[who] == 0) {
      is_in_[who] = 1;
      there_.push_back(who);
    }
    total_[who] += amount;
  }
  /// Their sum; the sizes of the largest, falling.
  double take(std::vector<double>& largest, std::size_t rank_count) {
    double sum = 0;
    std::vector<double> sizes;
    for (const auto who : there_) {
      sum += total_[who];
      sizes.push_back(std::abs(total_[who]));
      total_[who] = 0;
      is_in_[who] = 0;
    }
    there_.clear();
    const auto end = sizes.begin() + static_cast<std::ptrdiff_t>(std::min(rank_count, sizes.size()));
    std::partial_sort(sizes.begin(), end, sizes.end(), std::greater<>());
    largest.assign(sizes.begin(), end);
    return sum;
  }

 private:
  std::vector<double> total_;
  std::vector<std::uint8_t> is_in_;
  std::vector<std::uint32_t> there_;
};

/// Whose a contribution is: a family knows what its members have; who is of none is alone.
Codes contributors_of(const table::Column* family, const Codes& families, std::size_t person_count) {
  Codes who{std::vector<std::uint32_t>(person_count), families.count};
  for (std::size_t person = 0; person < person_count; ++person) {
    const bool known = family != nullptr && !family->is_null(person);
    who.of[person] = known ? families.of[person] : who.count++;
  }
  return who;
}

}  // namespace

std::vector<Behind> tally_people(const PeopleColumns& columns, std::size_t row_count,
                                 std::size_t person_count, std::size_t rank_count) {
  const auto alike = people_alike(columns, person_count);
  const auto groups = groups_in_rows(columns, alike, row_count);
  const auto members = members_of(alike.group);
  const auto families = columns.family == nullptr ? Codes{} : codes_of(*columns.family);
  const auto authorities = columns.authority == nullptr ? Codes{} : codes_of(*columns.authority);
  const auto who = contributors_of(columns.family, families, person_count);
  std::vector<std::size_t> family_row(families.count, row_count), authority_row(authorities.count, row_count);
  const auto is_new = [](std::vector<std::size_t>& last_row, std::uint32_t each, std::size_t row) {
    return std::exchange(last_row[each], row) != row;
  };
  Contributions contributions(who.count);
  std::vector<Behind> behind(row_count);
  const auto each_in = [&](std::size_t row, const auto& visit) {
    for (const auto group : groups[row]) {
      for (auto n = members.begin[group]; n < members.begin[group + std::size_t{1}]; ++n)
        visit(members.persons[n]);
    }
  };
  for (std::size_t row = 0; row < row_count; ++row) {
    auto& of = behind[row];
    each_in(row, [&](std::uint32_t person) {
      ++of.person_count;
      if (columns.family != nullptr && is_new(family_row, families.of[person], row)) ++of.family_count;
      if (columns.authority != nullptr && is_new(authority_row, authorities.of[person], row))
        ++of.authority_count;
      if (columns.record_key != nullptr) of.key_sum += columns.record_key->int_at(person);
    });
    for (const auto* amounts : columns.sums) {
      each_in(row, [&](std::uint32_t person) {
        if (!amounts->is_null(person)) contributions.add(who.of[person], amounts->number_at(person));
      });
      of.sums.push_back(contributions.take(of.largest.emplace_back(), rank_count));
    }
  }
  return behind;
}

}  // namespace kinfold::disclosure
