// Parquet that somebody else made, read up to a limit: a few kilobytes can stand for any amount of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "base/result.h"
#include "table/table.h"

namespace kinfold::table {

struct ReadLimits {
  std::uint64_t column_count_max = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t row_count_max = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t byte_count_max =
      std::numeric_limits<std::uint64_t>::max();  ///< As Table::byte_count(), roughly.
  bool none() const { return byte_count_max == std::numeric_limits<std::uint64_t>::max(); }
};

/// As read_parquet_bytes(). `limits.byte_count_max` must be set.
/// \retval kInvalid too where a limit is passed, before what passes it is in memory; and for lists and
/// structures,
///         which could be of any size.
Result<Table> read_parquet_within(std::span<const std::byte> bytes, const ReadLimits& limits);

}  // namespace kinfold::table
