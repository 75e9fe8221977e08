// Counting people into the rows of a table that was made from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "disclosure/table.h"
#include "table/table.h"

namespace kinfold::disclosure {

struct PeopleDimension {
  const ColumnLayout* layout = nullptr;
  const table::Column* labels = nullptr;  ///< Of the output.
  const table::Column* people = nullptr;  ///< Of the microdata.
};

/// The columns of the microdata that are counted; null where there is none.
struct PeopleColumns {
  std::vector<PeopleDimension> dimensions;
  const table::Column* family = nullptr;
  const table::Column* authority = nullptr;
  const table::Column* record_key = nullptr;  ///< Whole numbers, none missing.
  std::vector<const table::Column*> sums;     ///< Numbers.
};

/// Who is behind one row of the output.
struct Behind {
  std::int64_t person_count = 0;
  std::int64_t family_count = 0;  ///< People of no known family are one.
  std::int64_t authority_count = 0;
  std::int64_t key_sum = 0;
  std::vector<double> sums;  ///< Of each sum.
  std::vector<std::vector<double>>
      largest;  ///< Of each sum, falling, `rank_count` at most: the sizes of what families
                ///< contribute together, or persons where no family is known.
};

/// One for each row of the output. A person is in the rows of their own labels, of what these are part of,
/// and of the totals; time grows with the people times the rows that each is in.
std::vector<Behind> tally_people(const PeopleColumns& columns, std::size_t row_count,
                                 std::size_t person_count, std::size_t rank_count);

}  // namespace kinfold::disclosure
