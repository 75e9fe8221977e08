// Counts over whole files, by which a part of them is scored as the whole would be.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kinfold::linkage {

/// A value that several records have.
struct RepeatedValue {
  std::uint64_t hash = 0;  ///< Of its standard text.
  std::uint64_t left = 0;  ///< Records of the left file.
  std::uint64_t both = 0;  ///< Of both files.

  auto operator<=>(const RepeatedValue&) const = default;
};

/// One field of both files.
struct FieldCensus {
  std::string name;
  bool left_day_first = true;  ///< Dates: whether 03/04/2009 is 3 April, as the whole file has it.
  bool right_day_first = true;
  double left_total = 0.0;  ///< Records that have a value.
  double right_total = 0.0;
  double same_total = 0.0;    ///< Two files: sum of left x right records over all values; one: of n (n - 1).
  double square_total = 0.0;  ///< Sum of n (n - 1) over all values, both files together.
  /// By hash of the standard text, the values that more than one record has. Every other value counts for one
  /// record.
  std::vector<RepeatedValue> repeated;

  const RepeatedValue* find(std::uint64_t hash) const;
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
