// Means that tell another number: times their n they are a sum that stands beside them, or the count of a yes
// or no.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "disclosure/output_encoder_internal.h"

namespace kinfold::disclosure {
namespace {

bool is_number(const table::Column& column) {
  return column.type() == table::ColumnType::kInt64 || column.type() == table::ColumnType::kDouble;
}

bool is_deviation(const std::string& column) {
  const auto name = ascii_lower(column);
  return name == "sd" || name.find("std") != std::string::npos || name.find("dev") != std::string::npos;
}

}  // namespace

void OutputEncoder::find_sum_of_mean(std::size_t c) {
  auto& mean = columns_[c];
  if (mean.layout == nullptr || mean.layout->role != Role::kMean || !is_number(*mean.data)) return;
  const auto n = find(mean.layout->of);
  if (!n || !is_number(*columns_[*n].data)) return;
  for (std::size_t other = 0; other < columns_.size() && !mean.sum; ++other) {
    const auto& sum = columns_[other];
    if (sum.layout == nullptr || sum.layout->role != Role::kSum || !is_number(*sum.data)) continue;
    bool any = false;
    bool same = true;
    for (std::size_t row = 0; same && row < output_.table.row_count(); ++row) {
      const double people = columns_[*n].data->number_at(row);
      const double value = mean.data->number_at(row);
      const double expected = sum.data->number_at(row) / people;
      if (std::isnan(value) || std::isnan(expected) || people <= 0) continue;
      any = true;
      same = std::abs(value - expected) <= rounded_by(value) + 1e-9 * std::abs(expected);
    }
    if (any && same) mean.sum = other;
  }
}

/// A share in the same row, of the same people, whose count or rest is `part`.
std::optional<CellIndex> OutputEncoder::share_beside(std::size_t row, std::size_t c, double part, double n,
                                                     Level level) {
  for (std::size_t other = 0; other < columns_.size(); ++other) {
    const auto& column = columns_[other];
    if (other == c || column.layout == nullptr || column.layout->of != columns_[c].layout->of ||
        column.data->is_null(row))
      continue;
    const auto role = column.layout->role;
    if (!is_share(role) && role != Role::kMean) continue;
    const double scale = share_scale(role);
    const auto reading = read_share(column.data->number_at(row), scale, n, column.decimals);
    const bool whole = role != Role::kMean || whole_part(column.data->number_at(row), n).has_value();
    if (whole && reading.low == reading.high && (reading.count == part || reading.count == n - part)) {
      return share_cell(row, other, reading, level);
    }
  }
  return std::nullopt;
}

void OutputEncoder::encode_mean(std::size_t row, std::size_t c) {
  const auto& mean = columns_[c];
  const auto base = find(mean.layout->of);
  if (!base || columns_[*base].layout == nullptr || columns_[*base].data->is_null(row) ||
      !is_number(*columns_[*base].data))
    return;
  const auto role = columns_[*base].layout->role;
  if (role != Role::kCount && role != Role::kContributors) return;
  if (mean.sum && !columns_[*mean.sum].data->is_null(row)) {
    show(sum_cell(row, *mean.sum), row, c);
    return;
  }
  const double value = mean.data->number_at(row);
  const double n = columns_[*base].data->number_at(row);
  const auto level = columns_[*base].layout->level;
  const bool deviation = is_deviation(mean.layout->column);
  auto part = deviation ? part_with_deviation(value, n) : whole_part(value, n);
  if (!part) return;
  if (deviation) {
    if (const auto beside = share_beside(row, c, *part, n, level)) {
      show(*beside, row, c);
      return;
    }
  }
  encode_share(row, c, n, {*part, *part, *part}, count_cell(row, *base), level);
}

}  // namespace kinfold::disclosure
