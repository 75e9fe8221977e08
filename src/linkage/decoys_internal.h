// Records that cannot match, made from the standard values of a file.
#pragma once

#include <cstdint>
#include <vector>

#include "linkage/records_internal.h"

namespace kinfold::linkage {

struct Decoys {
  table::Table left;                    ///< The left file in standard form, then the decoys.
  table::Table right;                   ///< In standard form; no rows where one file is deduplicated.
  std::vector<std::uint32_t> left_row;  ///< By decoy: the row of the left file whose group it counts for.
  std::vector<bool> relative;           ///< By decoy: keeps the shared fields of that row.
  Model model;                          ///< Reads these tables: each field from the column of its name.
};

/// `decoy_count` decoys, every other one a relative. A stranger has forenames, gender and further names of
/// one record, the surname of another, the year of birth of a third and the day of a fourth, and so on:
/// nobody is all of that. Values that hardly repeat (numbers, addresses) are put together from several, so
/// that a decoy does not carry somebody's own. A relative keeps all that a household shares of one record.
/// Deterministic for a seed.
Decoys make_decoys(const Records& records, const Model& model, std::size_t decoy_count, std::uint64_t seed);

}  // namespace kinfold::linkage
