// Counts over whole files, by which a part of them is scored as the whole would be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinfold::linkage {

/// One field of both files.
struct FieldCensus {
  std::string name;
  bool left_day_first = true;  ///< Dates: whether 03/04/2009 is 3 April, as the whole file has it.
  bool right_day_first = true;
  double left_total = 0.0;  ///< Records that have a value.
  double right_total = 0.0;
  double same_total = 0.0;    ///< Two files: sum of left x right records over all values; one: of n (n - 1).
  double square_total = 0.0;  ///< Sum of n (n - 1) over all values, both files together.
  /// Hash of the standard text and number of records, by hash, of the values that more than one record has.
  /// Every other value counts for one record.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> repeated;

  std::uint64_t count_of(std::uint64_t hash) const;
};

/// What scoring takes from the whole of the files beyond the two records of a pair.
struct Census {
  std::uint64_t left_count = 0;
  std::uint64_t right_count = 0;  ///< 0: one file.
  std::uint64_t pair_count =
      0;  ///< Of all blocks that are not left out; those of several rules count for each.
  std::vector<FieldCensus> fields;  ///< Those that both files have values of; all others are left out.
  std::vector<std::vector<std::uint32_t>>
      struck;  ///< By rule of the model: keys of the blocks that are left out, sorted.

  const FieldCensus* find(std::string_view name) const;
  bool strikes(std::size_t rule, std::uint32_t key) const;
};

/// Of all blocks those that fall into one of so many buckets, by hash of rule and key.
struct BlockShare {
  std::uint32_t bucket = 0;
  std::uint32_t bucket_count = 1;
};
std::uint32_t bucket_of(std::size_t rule, std::uint32_t key, std::uint32_t bucket_count);

}  // namespace kinfold::linkage
