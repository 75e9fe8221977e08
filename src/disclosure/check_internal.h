// Parts of the check that look at one output alone.
#pragma once

#include <string>
#include <vector>

#include "disclosure/check.h"
#include "disclosure/encode_internal.h"

namespace kinfold::disclosure {

/// Null where the layout says nothing about the column.
const ColumnLayout* layout_of(const Output& output, std::size_t c);

/// Who is behind the figures that rest on `column` in this row, as far as the table says.
Contributors contributors_of(const Output& output, std::size_t row, const std::string& column);

/// Means, percentiles, extremes and estimates; a count or a share passes here.
Verdict judge_statistic_field(const Output& output, std::size_t row, std::size_t c, const Rules& given);

/// What the release ledger keeps of an output: its cells (`told`, one a cell of the system), the sums among them,
/// and its estimates.
ReleasedOutput released_form(const Encoding& encoding, const std::vector<bool>& told, const Output& output,
                             const CheckedOutput& checked);

}  // namespace kinfold::disclosure
