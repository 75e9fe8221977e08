// Parts of the check that look at one output alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "disclosure/check.h"
#include "disclosure/encode_internal.h"

namespace kinfold::disclosure {

/// Null where the layout says nothing about the column.
const ColumnLayout* layout_of(const Output& output, std::size_t c);
const ColumnLayout* layout_of(const std::vector<ColumnLayout>& layouts, const std::string& column);

/// Figures whose decimals are stated become what is published of them: more would tell more than is judged.
void round_as_published(Output& output);

/// A field as it is written for people: with the decimals that its column's layout states.
std::string field_text(const table::Column& values, const ColumnLayout* layout, std::size_t row);

/// Who is behind the figures that rest on `column` in this row, as far as the table says.
Contributors contributors_of(const Output& output, std::size_t row, const std::string& column);

/// By how many per cent of its cost the suppression may be dearer than the cheapest; empty where no bound was
/// worked out.
std::optional<double> gap_percent(const CheckedOutput& output);

/// Means, percentiles, extremes and estimates; a count or a share passes here.
Verdict judge_statistic_field(const Output& output, std::size_t row, std::size_t c, const Rules& given);

/// A mean of a yes or no is a share, and its standard deviation tells it: is a count that follows too small?
Verdict judge_mean_as_share(const Output& output, std::size_t row, const ColumnLayout& layout, double value,
                            const Rules& given);

/// The same for what is worked out from two shares: their difference, standardised difference, standard
/// error, interval.
Verdict judge_estimate_of_shares(const Output& output, std::size_t row, const ColumnLayout& layout,
                                 double value, const Rules& given);

/// Hidden cells of one person or family, with what these know without asking: which part of the cell they are
/// in, and that the wider cells that nobody else is in hold them. Looks only at cells that share a condition
/// with it.
std::vector<Insider> find_insiders(const Encoding& encoding);

/// What the release ledger keeps of an output: its cells (`told`, one a cell of the system), the sums among
/// them, and its estimates.
ReleasedOutput released_form(const Encoding& encoding, const std::vector<bool>& told, const Output& output,
                             const CheckedOutput& checked);

}  // namespace kinfold::disclosure
