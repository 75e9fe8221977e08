#include "research/microdata_internal.h"

#include <algorithm>
#include <unordered_map>

namespace kinfold::research {
namespace {

constexpr std::string_view kProblemPrefix = "problem_";
constexpr int kAdultAge = 18;

// Numbered in the order of the values, so that what is done does not hang on the order of the rows, which is
// random.
std::vector<int> codes_of(const table::Column& column) {
  std::map<std::string, int> known;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_null(row)) known.emplace(column.text_at(row), 0);
  }
  int next = 0;
  for (auto& [value, code] : known) code = next++;
  std::vector<int> codes;
  for (std::size_t row = 0; row < column.size(); ++row) {
    codes.push_back(column.is_null(row) ? kUnknown : known.at(column.text_at(row)));
  }
  return codes;
}

Result<std::vector<int>> codes_of(const table::Table& people, const std::string& name) {
  auto column = people.require(name);
  if (!column.ok()) return invalid("risk: " + column.error().message);
  return codes_of(*column.value());
}

/// Values of one combination of variables, by what they are worth together.
using Counts =
    std::map<std::vector<int>, std::pair<std::size_t, std::size_t>>;  // values -> count, last person

class UniqueSearch {
 public:
  UniqueSearch(const Microdata& data, int depth) : data_(data), depth_(static_cast<std::size_t>(depth)) {
    for (const auto& code : data.code) values_.push_back(code);
    std::vector<int> size_of_family(data.person_count() + 1, 0);
    for (std::size_t p = 0; p < data.person_count(); ++p) {
      if (data.kept[p] != 0) ++size_of_family[static_cast<std::size_t>(data.family[p])];
    }
    std::vector<int> size;
    for (const int family : data.family) size.push_back(size_of_family[static_cast<std::size_t>(family)]);
    values_.push_back(std::move(size));
    for (const auto& problem : data.problems) values_.emplace_back(problem.begin(), problem.end());
    found_of_.resize(data.person_count());
  }

  std::vector<MinimalUnique> run() {
    for (std::size_t size = 1; size <= depth_; ++size) {
      std::vector<std::size_t> chosen;
      choose(size, 0, chosen);
    }
    return std::move(found_);
  }

 private:
  void choose(std::size_t size, std::size_t from, std::vector<std::size_t>& chosen) {
    if (chosen.size() == size) return look(chosen);
    for (std::size_t v = from; v < values_.size(); ++v) {
      chosen.push_back(v);
      choose(size, v + 1, chosen);
      chosen.pop_back();
    }
  }

  void look(const std::vector<std::size_t>& chosen) {
    Counts counts;
    std::vector<int> key(chosen.size());
    for (std::size_t p = 0; p < data_.person_count(); ++p) {
      if (data_.kept[p] == 0) continue;
      bool known = true;
      for (std::size_t i = 0; i < chosen.size(); ++i)
        known = (key[i] = values_[chosen[i]][p]) != kUnknown && known;
      if (!known) continue;
      auto& [count, person] = counts[key];
      ++count;
      person = p;
    }
    for (const auto& [values, one] : counts) {
      if (one.first != 1) continue;
      auto& known = found_of_[one.second];
      const bool minimal = std::none_of(known.begin(), known.end(), [&](std::size_t index) {
        const auto& smaller = found_[index].variables;
        return std::includes(chosen.begin(), chosen.end(), smaller.begin(), smaller.end());
      });
      if (!minimal) continue;
      known.push_back(found_.size());
      found_.push_back({one.second, chosen});
    }
  }

  const Microdata& data_;
  std::size_t depth_;
  std::vector<std::vector<int>> values_;            ///< [variable][person]
  std::vector<std::vector<std::size_t>> found_of_;  ///< By person: positions in found_.
  std::vector<MinimalUnique> found_;
};

}  // namespace

std::vector<int> Microdata::key_of(std::size_t person) const {
  std::vector<int> key;
  for (const auto& column : code) key.push_back(column[person]);
  return key;
}

Result<Microdata> read_microdata(const table::Table& people, const ReleaseLimits& limits) {
  Microdata data;
  data.names = limits.quasi_identifiers;
  for (const auto& name : limits.quasi_identifiers) {
    auto codes = codes_of(people, name);
    if (!codes.ok()) return codes.error();
    if (name == "age_at_start") data.age_index = data.code.size();
    if (name == "authority") data.authority_index = data.code.size();
    data.code.push_back(std::move(codes).value());
  }
  for (auto [name, into] : {std::pair{"family", &data.family}, {"authority", &data.authority}}) {
    auto codes = codes_of(people, name);
    if (!codes.ok()) return codes.error();
    *into = std::move(codes).value();
  }
  const auto age = people.require("age_at_start", table::ColumnType::kInt64);
  if (!age.ok()) return invalid("risk: " + age.error().message);
  data.problem_set.assign(people.row_count(), 0);
  for (std::size_t p = 0; p < people.row_count(); ++p) {
    data.age.push_back(age.value()->is_null(p) ? kUnknown : age.value()->int_at(p));
    if (data.family[p] == kUnknown) data.family[p] = static_cast<int>(people.row_count());
  }
  for (const auto& column : people.columns()) {
    if (!column.name().starts_with(kProblemPrefix) || column.type() != table::ColumnType::kBool) continue;
    std::vector<std::uint8_t> shown;
    for (std::size_t p = 0; p < people.row_count(); ++p) {
      shown.push_back(!column.is_null(p) && column.bool_at(p) ? 1 : 0);
      if (shown.back() != 0) data.problem_set[p] |= std::uint64_t{1} << (data.problems.size() % 64);
    }
    data.problems.push_back(std::move(shown));
  }
  data.kept.assign(people.row_count(), 1);
  data.rank.assign(people.row_count(), 0);
  return data;
}

void Class::add(const Microdata& data, std::size_t person) {
  members.push_back(person);
  families.insert(data.family[person]);
  problem_sets.insert(data.problem_set[person]);
}

void Class::add(const Class& other) {
  members.insert(members.end(), other.members.begin(), other.members.end());
  families.insert(other.families.begin(), other.families.end());
  problem_sets.insert(other.problem_sets.begin(), other.problem_sets.end());
}

bool Class::within(const ReleaseLimits& limits) const {
  return members.size() >= limits.person_min && families.size() >= limits.family_min &&
         problem_sets.size() >= limits.problem_set_min;
}

Classes classes_of(const Microdata& data) {
  Classes classes;
  for (std::size_t p = 0; p < data.person_count(); ++p) {
    if (data.kept[p] != 0) classes[data.key_of(p)].add(data, p);
  }
  return classes;
}

Households households_of(const Microdata& data) {
  std::map<int, std::vector<std::size_t>> families;
  for (std::size_t p = 0; p < data.person_count(); ++p) {
    if (data.kept[p] != 0) families[data.family[p]].push_back(p);
  }
  Households households;
  for (auto& [family, members] : families) {
    std::sort(members.begin(), members.end(),
              [&](std::size_t a, std::size_t b) { return data.rank[a] < data.rank[b]; });
    int authority = kUnknown;  // one member who shows it shows it of all
    int adults = 0;
    int children = 0;
    for (const auto p : members) {
      const int shown = data.authority_index ? data.code[*data.authority_index][p] : data.authority[p];
      authority = std::max(authority, shown);
      const bool known =
          data.age[p] != kUnknown && (!data.age_index || data.code[*data.age_index][p] != kUnknown);
      if (known) ++(data.age[p] >= kAdultAge ? adults : children);
    }
    const auto size = static_cast<int>(members.size());
    households[{authority, size, adults, children}].push_back(std::move(members));
  }
  return households;
}

std::vector<MinimalUnique> minimal_uniques(const Microdata& data, int depth) {
  return UniqueSearch(data, depth).run();
}

std::vector<int> age_band_starts(int level) {
  switch (level) {
    case 1: return {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75};
    case 2: return {0, 5, 10, 14, 18, 25, 35, 45, 55, 65};
    case 3: return {0, 10, 18, 30, 45, 65};
    case 4: return {0, 10, 18};
    default: return {};
  }
}

}  // namespace kinfold::research
