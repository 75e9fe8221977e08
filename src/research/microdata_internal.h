// The people of a release as small numbers: what the risk measures and the protection count with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "research/protect.h"

namespace kinfold::research {

inline constexpr int kUnknown = -1;  ///< Missing or hidden: a class of its own.

struct Microdata {
  std::vector<std::string> names;                   ///< Of the quasi-identifiers.
  std::vector<std::vector<int>> code;               ///< [quasi-identifier][person]
  std::vector<std::vector<std::uint8_t>> problems;  ///< [problem][person]
  std::vector<std::uint64_t> problem_set;           ///< One bit a problem.
  std::vector<int> family, authority;
  std::vector<std::int64_t> age;  ///< kUnknown where missing.
  std::vector<std::uint8_t> kept;
  std::vector<std::size_t>
      rank;  ///< Order of a family's members where one has to be chosen; 0: as they come.
  std::optional<std::size_t> age_index;  ///< Which quasi-identifier is the age.
  std::optional<std::size_t> authority_index;

  std::size_t person_count() const { return kept.size(); }
  std::vector<int> key_of(std::size_t person) const;
};

/// \retval kInvalid naming the missing column.
Result<Microdata> read_microdata(const table::Table& people, const ReleaseLimits& limits);

struct Class {
  std::vector<std::size_t> members;
  std::set<int> families;
  std::set<std::uint64_t> problem_sets;
  void add(const Microdata& data, std::size_t person);
  void add(const Class& other);
  bool within(const ReleaseLimits& limits) const;
};
using Classes = std::map<std::vector<int>, Class>;
Classes classes_of(const Microdata& data);

/// Families by council, size, adults, children and members of unknown age.
using Households = std::map<std::vector<int>, std::vector<std::vector<std::size_t>>>;
Households households_of(const Microdata& data);

/// Somebody who is alone in a combination of key variables, and in no part of that combination.
struct MinimalUnique {
  std::size_t person = 0;
  std::vector<std::size_t> variables;  ///< Quasi-identifiers first, then the family's size, then problems.
};
/// All of at most `depth` variables, in order of size. Unknown values single nobody out.
/// Complexity: O(people * variables^depth).
std::vector<MinimalUnique> minimal_uniques(const Microdata& data, int depth);

/// Age bands from fine to coarse; the first has single years.
inline constexpr int kAgeLevelCount = 5;
std::vector<int> age_band_starts(int level);

}  // namespace kinfold::research
