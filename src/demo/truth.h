// How well a department's matches agree with the truth, which only a synthetic programme has.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "demo/state.h"
#include "linkage/match.h"
#include "site/match.h"
#include "table/table.h"

namespace kinfold::demo {

/// Who each line of a council's file and each register record really is.
class Truth {
 public:
  static Result<Truth> read(State& state);

  struct Score {
    std::uint64_t people = 0;       ///< Of the request whose true person is known.
    std::uint64_t in_register = 0;  ///< Of those, with a record in the register.
    std::uint64_t matched = 0;
    std::uint64_t right = 0;  ///< Matched to their own record.
    double precision() const {
      return matched == 0 ? 0 : static_cast<double>(right) / static_cast<double>(matched);
    }
    double recall() const {
      return in_register == 0 ? 0 : static_cast<double>(right) / static_cast<double>(in_register);
    }
  };
  /// All grades together, then each grade on its own.
  struct Scores {
    Score all;
    Score by_grade[4];
  };
  Scores score(const std::string& department, const table::Table& people,
               const std::vector<site::Found>& found) const;

 private:
  std::unordered_map<std::string, std::int64_t> person_of_identity_;  // -1: several people are written alike
  std::unordered_map<std::string, std::unordered_map<std::string, std::int64_t>> person_of_record_;
};

}  // namespace kinfold::demo
