// How many people of one household are in either file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "linkage/records_internal.h"

namespace kinfold::linkage {

/// Records of the left file that cannot match (estimate_from_decoys()): by record, empty where there is none.
using DecoyFlags = std::vector<bool>;

inline bool is_decoy(const DecoyFlags& decoys, std::uint32_t record) {
  return !decoys.empty() && decoys[record];
}

/// Households by how many records of the left and how many of the right file have one value of a field: 1 to
/// 6 of either. More are hardly a family, and of addresses without relatives (homes, large buildings) the
/// many pairs would drown what families show. In the whole of the files, whatever part of them is here;
/// without decoys.
struct HouseholdSizes {
  static constexpr std::size_t kMax = 6;
  struct Total {
    double left = 0.0, right = 0.0;  ///< Records.
    double pairs = 0.0;              ///< Of a left and a right record with one value.
  };
  static std::optional<std::size_t> class_of(std::uint64_t left, std::uint64_t right);

  std::vector<std::uint32_t> left, right;  ///< Records by value; at 0 those that have none.
  std::array<Total, kMax * kMax> total;    ///< By class.

  std::optional<std::size_t> class_of_value(std::uint32_t value) const {
    return value == 0 ? std::nullopt : class_of(left[value], right[value]);
  }
};
HouseholdSizes household_sizes(const Records& records, std::size_t field, const DecoyFlags& decoys);

}  // namespace kinfold::linkage
