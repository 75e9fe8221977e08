#include "linkage/frequencies.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "base/number.h"
#include "linkage/frequencies_internal.h"
#include "table/io.h"

namespace kinfold::linkage {
namespace {

constexpr double kSharesScale = 4e9;  // Fits 32 bits.

// A count, or a share as one; nothing where the text is neither.
std::optional<double> frequency_at(const table::Column& column, std::size_t row, bool share) {
  if (column.is_null(row)) return std::nullopt;
  const auto number = parse_number<double>(column.text_at(row));
  if (!number || !(*number >= 0.0) || !std::isfinite(*number) || (share && *number > 1.0))
    return std::nullopt;
  return share ? std::max(1.0, std::round(*number * kSharesScale)) : *number;
}

}  // namespace

Status take_frequencies(Field& field, const table::Table& table) {
  const auto* count = find_column(table, {"count"});
  const auto* share = find_column(table, {"share"});
  const auto* frequency = count != nullptr ? count : share;
  const auto* named = find_column(table, {"value"});
  if (frequency == nullptr || table.row_count() == 0) {
    return invalid("the table of frequencies of field " + field.name +
                   " has no column `count` or `share`, or no rows; write value,count");
  }
  const auto& value = named != nullptr ? *named : table.columns().front();
  if (&value == frequency)
    return invalid("the table of frequencies of field " + field.name +
                   " has no column of values before its counts; write value,count");
  std::map<std::uint64_t, double> sums;
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    const auto found = frequency_at(*frequency, row, count == nullptr);
    if (!found) {
      return invalid("the table of frequencies of field " + field.name + ", row " + std::to_string(row + 1) +
                     ": `" + frequency->name() + "` is not a " +
                     (count != nullptr ? "number of 0 or more" : "number between 0 and 1"));
    }
    const std::string standard =
        value.is_null(row) ? std::string{} : standard_text(field.kind, value.text_at(row));
    if (!standard.empty()) sums[hash_text(standard)] += *found;
  }
  field.frequencies.counts.clear();
  field.frequencies.total = 0.0;
  for (const auto& [hash, sum] : sums) {
    const double kept =
        std::clamp(std::round(sum), 1.0, static_cast<double>(std::numeric_limits<std::uint32_t>::max()));
    field.frequencies.counts.emplace_back(hash, static_cast<std::uint32_t>(kept));
    field.frequencies.total += kept;
  }
  if (sums.empty())
    return invalid("the table of frequencies of field " + field.name + " has no values; write value,count");
  return {};
}

Status take_frequencies(Field& field, const std::string& path) {
  table::ReadOptions options;
  options.all_strings = true;
  const auto table = table::read_file(path, options);
  if (!table.ok())
    return Error{table.error().code,
                 "the table of frequencies of field " + field.name + ": " + table.error().message};
  field.frequencies.file = path;
  return take_frequencies(field, table.value());
}

ValueTally tally_of(const ValueFrequencies& frequencies, const ValueTable& values) {
  ValueTally tally;
  tally.total = frequencies.total;
  std::uint32_t rarest = std::numeric_limits<std::uint32_t>::max();
  for (const auto& [hash, count] : frequencies.counts) {
    rarest = std::min(rarest, count);
    tally.square_total += static_cast<double>(count) * (static_cast<double>(count) - 1.0);
  }
  tally.count.resize(values.size(), 0);
  for (std::size_t code = 1; code < values.size(); ++code) {
    const std::uint64_t hash = hash_text(values[code].text);
    const auto at =
        std::lower_bound(frequencies.counts.begin(), frequencies.counts.end(), hash,
                         [](const auto& one, std::uint64_t wanted) { return one.first < wanted; });
    tally.count[code] = at != frequencies.counts.end() && at->first == hash ? at->second : rarest;
  }
  return tally;
}

void count_by_person(Records& records, const std::vector<std::uint32_t>& left_cluster,
                     const std::vector<std::uint32_t>& right_cluster) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> held;  // Code and person.
  for (std::size_t n = 0; n < records.fields.size(); ++n) {
    auto& field = records.fields[n];
    if (!field.field.frequencies.file.empty()) continue;
    held.clear();
    for (std::size_t record = 0; record < records.count; ++record) {
      const auto code = records.of(record)[n];
      const auto& cluster = record < records.left_count ? left_cluster : right_cluster;
      if (code != 0) held.emplace_back(code, cluster[records.row[record]]);
    }
    std::sort(held.begin(), held.end());
    held.erase(std::unique(held.begin(), held.end()), held.end());
    ValueTally tally;
    tally.count.resize(field.values.size(), 0);
    for (const auto& [code, person] : held) ++tally.count[code];
    for (const double count : tally.count) {
      tally.total += count;
      tally.square_total += count * std::max(0.0, count - 1.0);
    }
    field.tally = std::move(tally);
  }
}

}  // namespace kinfold::linkage
