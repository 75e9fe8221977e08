#include "linkage/household_sizes_internal.h"

namespace kinfold::linkage {

std::optional<std::size_t> HouseholdSizes::class_of(std::uint64_t left, std::uint64_t right) {
  if (left == 0 || right == 0 || left > kMax || right > kMax) return std::nullopt;
  return (left - 1) * kMax + (right - 1);
}

HouseholdSizes household_sizes(const Records& records, std::size_t field, const DecoyFlags& decoys) {
  const EncodedField& own = records.fields[field];
  HouseholdSizes sizes;
  sizes.left = own.left_count;
  sizes.right = own.count;
  for (std::size_t value = 0; value < sizes.right.size(); ++value) sizes.right[value] -= sizes.left[value];
  for (std::uint32_t record = 0; record < decoys.size(); ++record)
    if (decoys[record]) --sizes.left[records.of(record)[field]];
  const auto add = [&](std::uint64_t left, std::uint64_t right) {
    const auto size = HouseholdSizes::class_of(left, right);
    if (!size) return;
    auto& total = sizes.total[*size];
    total.left += static_cast<double>(left);
    total.right += static_cast<double>(right);
    total.pairs += static_cast<double>(left * right);
  };
  if (records.census != nullptr) {
    // Whoever is in both files has a value of two records.
    for (const auto& value : records.census->find(own.field.name)->repeated)
      add(value.left, value.both - value.left);
  } else {
    for (std::size_t value = 1; value < sizes.left.size(); ++value)
      add(sizes.left[value], sizes.right[value]);
  }
  return sizes;
}

}  // namespace kinfold::linkage
