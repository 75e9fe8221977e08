// What term frequencies weigh by where it is not the count of records.
#pragma once

#include <vector>

#include "linkage/records_internal.h"

namespace kinfold::linkage {

/// Counts of a field's values in the population of the table. A value that the table lacks counts as the
/// rarest in it.
ValueTally tally_of(const ValueFrequencies& frequencies, const ValueTable& values);

/// Every value of every field counts once for each person (cluster) who has it. By row of the tables, as
/// LinkResult has the clusters. A field with a table of its own keeps it.
void count_by_person(Records& records, const std::vector<std::uint32_t>& left_cluster,
                     const std::vector<std::uint32_t>& right_cluster);

}  // namespace kinfold::linkage
