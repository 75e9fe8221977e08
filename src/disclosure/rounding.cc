#include "disclosure/rounding.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "disclosure/solver_internal.h"

namespace kinfold::disclosure {
namespace {

/// Column of cell c: its rounded value in units of base. Column cells + c: its distance from the truth.
IntegerOutcome solve_rounding(const System& system, int base, int steps, int node_count_max) {
  const auto cell_count = system.cells.size();
  std::vector<std::vector<std::pair<int, double>>> entries(2 * cell_count);
  std::vector<double> low(2 * cell_count, 0.0);
  std::vector<double> high(2 * cell_count, kUnbounded);
  std::vector<double> cost(2 * cell_count, 0.0);
  std::vector<double> row_low;
  std::vector<double> row_high;
  std::vector<bool> integer(2 * cell_count, false);
  for (std::size_t c = 0; c < cell_count; ++c) {
    const double units = system.cells[c].value / base;
    const double down = std::floor(units + 1e-9);
    const double up = std::ceil(units - 1e-9);
    low[c] = std::max(down - (steps - 1), std::ceil(system.cells[c].lower / base));
    high[c] = up + (steps - 1);
    integer[c] = true;
    cost[cell_count + c] = 1;
    for (const double sign : {1.0, -1.0}) {  // distance >= sign * (base * rounded - value)
      const int row = static_cast<int>(row_low.size());
      entries[c].push_back({row, -sign * base});
      entries[cell_count + c].push_back({row, 1});
      row_low.push_back(-sign * system.cells[c].value);
      row_high.push_back(kUnbounded);
    }
  }
  for (const auto& relation : system.relations) {
    for (const auto& term : relation.terms) {
      entries[term.cell].push_back({static_cast<int>(row_low.size()), term.coefficient});
    }
    row_low.push_back(0);
    row_high.push_back(0);
  }
  SparseColumns columns;
  columns.row_count = static_cast<int>(row_low.size());
  for (const auto& column : entries) {
    for (const auto& [row, value] : column) {
      columns.rows.push_back(row);
      columns.values.push_back(value);
    }
    columns.end_column();
  }
  return minimise_integer({&columns, low, high, cost, row_low, row_high, &integer, node_count_max, {}});
}

bool read_int(std::string_view text, int& value) {
  text = trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

double round_to_base(double value, int base) { return base * std::round(value / base); }

bool is_controlled_rounding(const System& system, std::span<const double> rounded, int base, int steps) {
  for (std::size_t c = 0; c < system.cells.size(); ++c) {
    const bool near = std::abs(rounded[c] - system.cells[c].value) < steps * base;
    if (std::fmod(rounded[c], base) != 0 || !near || rounded[c] < system.cells[c].lower) return false;
  }
  return std::all_of(system.relations.begin(), system.relations.end(), [&](const Relation& relation) {
    double sum = 0;  // whole numbers below 2^53: exact
    for (const auto& term : relation.terms) sum += term.coefficient * rounded[term.cell];
    return sum == 0;
  });
}

Result<ControlledRounding> round_controlled(const System& system, int base, int node_count_max) {
  for (const int steps : {1, 2}) {
    const auto outcome = solve_rounding(system, base, steps, node_count_max);
    if (outcome.solution.empty()) continue;
    ControlledRounding result;
    result.steps = steps;
    result.bound = outcome.bound;
    result.optimal = outcome.optimal;
    for (std::size_t c = 0; c < system.cells.size(); ++c) {
      result.rounded.push_back(base * std::nearbyint(outcome.solution[c]));
      result.distance += std::abs(result.rounded.back() - system.cells[c].value);
    }
    if (is_controlled_rounding(system, result.rounded, base, steps))
      return result;  // not on the solver's word
  }
  return refused(fmt::format(
      "controlled rounding: no table of multiples of {} that adds up was found; round each figure "
      "by itself, or hide instead",
      base));
}

Result<PerturbationTable> PerturbationTable::parse(std::string_view csv) {
  struct Entry {
    int row, key, change;
  };
  std::vector<Entry> entries;
  PerturbationTable table;
  std::size_t line_number = 0;
  for (const auto line : split(csv, '\n')) {
    ++line_number;
    if (line_number == 1 || trim(line).empty()) continue;
    const auto fields = split(trim(line), ',');
    Entry entry{};
    if (fields.size() != 3 || !read_int(fields[0], entry.row) || !read_int(fields[1], entry.key) ||
        !read_int(fields[2], entry.change) || entry.row < 1 || entry.row > 100'000 || entry.key < 0 ||
        entry.key >= 65'536 || entry.change < -30'000 || entry.change > 30'000) {
      return invalid(fmt::format(
          "perturbation table: line {}: three whole numbers pcv, ckey, pvalue are needed", line_number));
    }
    table.row_count_ = std::max(table.row_count_, entry.row);
    table.key_count_ = std::max(table.key_count_, entry.key + 1);
    entries.push_back(entry);
  }
  const auto size = static_cast<std::size_t>(table.row_count_) * static_cast<std::size_t>(table.key_count_);
  if (entries.empty() || entries.size() != size) {
    return invalid("perturbation table: every pair of pcv and ckey must be there once");
  }
  constexpr std::int16_t kUnset = 32'767;
  table.change_.assign(size, kUnset);
  for (const auto& entry : entries) {
    auto& change =
        table.change_[static_cast<std::size_t>(entry.row - 1) * static_cast<std::size_t>(table.key_count_) +
                      static_cast<std::size_t>(entry.key)];
    if (change != kUnset) return invalid("perturbation table: every pair of pcv and ckey must be there once");
    change = static_cast<std::int16_t>(entry.change);
    table.change_max_ = std::max<std::int64_t>(table.change_max_, std::abs(entry.change));
  }
  return table;
}

std::uint32_t PerturbationTable::cell_key(std::span<const std::uint32_t> record_keys) const {
  std::uint64_t sum = 0;
  for (const auto key : record_keys) sum += key;
  return static_cast<std::uint32_t>(sum % static_cast<std::uint64_t>(key_count_));
}

std::int64_t PerturbationTable::perturb(std::int64_t count, std::uint32_t key) const {
  if (count <= 0) return count;
  constexpr std::int64_t kReused = 250;
  std::int64_t row = count;
  if (row > row_count_) {
    const auto reused = std::min<std::int64_t>(kReused, row_count_);
    row = row_count_ - reused + 1 + (count - row_count_ - 1) % reused;
  }
  const auto index = static_cast<std::size_t>(row - 1) * static_cast<std::size_t>(key_count_) + key;
  return count + change_[index];
}

std::pair<std::int64_t, std::int64_t> PerturbationTable::range_of(std::int64_t shown) const {
  std::pair range{shown, shown};
  for (auto count = std::max<std::int64_t>(0, shown - change_max_); count <= shown + change_max_; ++count) {
    bool can = false;
    for (int key = 0; key < key_count_ && !can; ++key)
      can = perturb(count, static_cast<std::uint32_t>(key)) == shown;
    if (can) range = {std::min(range.first, count), std::max(range.second, count)};
  }
  return range;
}

}  // namespace kinfold::disclosure
