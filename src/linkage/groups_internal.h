// Quality of the links by subgroup: who is linked less well than others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"
#include "linkage/link.h"
#include "linkage/truth_internal.h"
#include "table/table.h"

namespace kinfold::linkage {

/// Subgroups of fewer records are put together: a rate of three people says nothing, and may say whose it is.
inline constexpr std::uint64_t kGroupRecordCountMin = 10;
inline constexpr std::size_t kGroupCountMax = 60;

struct GroupQuality {
  std::string name;                ///< The column's value; words for missing and for small groups together.
  std::uint64_t record_count = 0;  ///< Of the left file.
  std::uint64_t linked_count = 0;  ///< Of those, in a cluster with another record.
  double link_count =
      0.0;  ///< Linked pairs; where one file is deduplicated half of one for each of its records.
  double expected_precision = 0.0;  ///< Mean probability of the linked pairs.
  double expected_recall = 0.0;     ///< Of the matches expected among the pairs compared.
  std::optional<Quality> measured;  ///< Where there is a truth.
};

/// By the values of `column` in the left file, alphabetically.
/// \retval kInvalid if there is no such column, or it has more than kGroupCountMax values.
Result<std::vector<GroupQuality>> quality_by_group(const table::Table& left, const std::string& column,
                                                   const LinkResult& result, const Truth& truth);

}  // namespace kinfold::linkage
