// Looks people up in a register: for each person the one record that is theirs, or none.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "linkage/link.h"
#include "linkage/model.h"
#include "table/table.h"

namespace kinfold::linkage {

/// How sure a match is, in the bands that may leave a department. Bounds are on the probability.
enum class Grade { kNone, kWeak, kGood, kStrong };
std::string_view grade_name(Grade grade);  ///< "none", "weak", "good", "strong".
inline constexpr double kStrongProbabilityMin = 0.99;
inline constexpr double kGoodProbabilityMin = 0.90;
inline constexpr double kWeakProbabilityMin = 0.50;
Grade grade_of(double probability);

struct RegisterMatch {
  static constexpr std::uint32_t kNoRow = 0xFFFFFFFF;
  std::uint32_t register_row = kNoRow;  ///< Row in the register's table.
  double weight_bits = 0.0;
  double probability = 0.0;
  Grade grade = Grade::kNone;
};

struct RegisterMatches {
  std::vector<RegisterMatch> matches;  ///< One for each row of `people`, in its order.
  std::uint64_t candidate_pair_count = 0;
  FitReport fit;
  Model model;  ///< Fitted.
  std::vector<std::string> notes;
};

/// Matches every row of `people` to at most one row of `register_table` and the other way round,
/// assigned so that the sum of weights is greatest. Columns are found by the model's aliases
/// (forenames, surname, date_of_birth, gender, address, postcode, nino ...); missing ones are left
/// out, missing values count for nothing. `people_model()` needs no tuning.
///
/// Time and memory grow linearly: 60,000 people against 400,000 take seconds on two cores.
/// An empty table on either side is not an error: everybody is unmatched.
/// \retval kInvalid if no comparison or blocking rule can be used on these columns.
Result<RegisterMatches> match_to_register(const table::Table& people, const table::Table& register_table,
                                          const Model& model, const LinkOptions& options = {});

}  // namespace kinfold::linkage
