// The parts of a release that are filled in by person index; private to the room.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "research/release.h"

namespace kinfold::research {

/// One person of the release, before research numbers are sorted.
struct ReleasePerson {
  std::int64_t key = 0;  ///< The caller's person key; never leaves the room.
  std::size_t row = 0;   ///< Row of `attributes` that was kept.
  Date start;
  std::optional<std::int64_t> age;
  std::int64_t research_number = 0;
};

/// Where each reason for leaving rows out is counted, in a fixed order.
class SetAsideCounter {
 public:
  void add(const std::string& what, const std::string& reason) { ++counts_[{what, reason}]; }
  std::vector<SetAside> list() const;

 private:
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts_;
};

/// What one department's return makes of the people, in the order of `people`.
struct DepartmentColumns {
  std::vector<std::string> linked;         ///< Grade or not_eligible; one a person.
  std::vector<std::vector<double>> panel;  ///< [variable][person * kQuarterCount + quarter]; NaN: NULL.
};

/// `people` sorted by research number. \retval kInvalid on a missing column or an unknown grade.
Result<DepartmentColumns> fill_department(const DepartmentReturn& from,
                                          const std::vector<ReleasePerson>& people,
                                          SetAsideCounter& set_aside);

/// First days of the panel's quarters, and the day after the last.
std::array<Date, kQuarterCount + 1> quarter_starts(Date start);

table::Table build_dictionary(const ReleaseInputs& inputs, const std::vector<std::string>& problem_columns);

}  // namespace kinfold::research
