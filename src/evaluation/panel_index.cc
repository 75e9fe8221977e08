// Conditions on people, and panel variables summed up over their quarters.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>

#include "base/number.h"
#include "base/text.h"
#include "evaluation/frame_internal.h"

namespace kinfold::evaluation {
namespace {

using table::Column;
using table::ColumnType;
using table::Table;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// As R, Stata and databases write it.
bool stands_for_missing(std::string_view text) {
  return text.empty() || text == "." || ascii_lower(text) == "na" || ascii_lower(text) == "nan" ||
         ascii_lower(text) == "null";
}

bool compare(Condition::Op op, double a, double b) {
  switch (op) {
    case Condition::Op::kEqual: return a == b;
    case Condition::Op::kNotEqual: return a != b;
    case Condition::Op::kLess: return a < b;
    case Condition::Op::kLessEqual: return a <= b;
    case Condition::Op::kGreater: return a > b;
    case Condition::Op::kGreaterEqual: return a >= b;
    case Condition::Op::kIn:
    case Condition::Op::kTrue: break;
  }
  return false;
}

bool is_numeric(const Column& column) {
  return column.type() != ColumnType::kString && column.type() != ColumnType::kDate;
}

bool holds(const Condition& condition, const Column& column,
           const std::vector<std::optional<double>>& numbers, std::size_t row) {
  if (column.is_null(row)) return false;
  if (condition.op == Condition::Op::kTrue) return column.number_at(row) != 0;
  if (is_numeric(column)) {
    const double own = column.number_at(row);
    for (const auto& number : numbers) {
      const bool hit =
          condition.op == Condition::Op::kIn ? own == *number : compare(condition.op, own, *number);
      if (hit) return true;
    }
    return false;
  }
  const auto own = column.text_at(row);
  const bool listed =
      std::find(condition.values.begin(), condition.values.end(), own) != condition.values.end();
  switch (condition.op) {
    case Condition::Op::kEqual:
    case Condition::Op::kIn: return listed;
    case Condition::Op::kNotEqual: return !listed;
    // Dates in ISO 8601 sort as text.
    case Condition::Op::kLess: return own < condition.values[0];
    case Condition::Op::kLessEqual: return own <= condition.values[0];
    case Condition::Op::kGreater: return own > condition.values[0];
    case Condition::Op::kGreaterEqual: return own >= condition.values[0];
    case Condition::Op::kTrue: break;
  }
  return false;
}

Result<std::vector<std::optional<double>>> condition_numbers(const Condition& condition,
                                                             const Column& column) {
  std::vector<std::optional<double>> numbers;
  if (condition.op == Condition::Op::kTrue && !is_numeric(column)) {
    return invalid("plan: the condition \"" + condition.text + "\" needs a value to compare column " +
                   column.name() + " with");
  }
  for (const auto& value : condition.values) {
    numbers.push_back(column.type() == ColumnType::kBool && (value == "true" || value == "false")
                          ? std::optional<double>(value == "true")
                          : parse_number<double>(value));
    if (is_numeric(column) && !numbers.back()) {
      return invalid("plan: the condition \"" + condition.text + "\" compares column " + column.name() +
                     ", which holds numbers, with text");
    }
  }
  return numbers;
}

struct Running {
  double sum = 0;
  std::uint16_t seen = 0;
  bool missing = false;
};

double settle(const Running& running, const Quantity& quantity, int quarter_count) {
  if (quantity.measure == Measure::kMean) return running.seen == 0 ? kMissing : running.sum / running.seen;
  if (running.missing || running.seen != quarter_count) return kMissing;
  switch (quantity.measure) {
    case Measure::kAny: return running.sum > 0 ? 1 : 0;
    case Measure::kCount: return running.sum;
    case Measure::kRate: return running.sum / quarter_count;
    case Measure::kMean: break;
  }
  return kMissing;
}

constexpr int kQuarterMax = 400;  // a hundred years before the start or after it

/// The panel's quarters as whole numbers.
Result<std::vector<int>> quarters_of(const Column& column) {
  const auto numbers = numbers_of(column);
  if (!numbers.ok()) return invalid("panel: " + numbers.error().message);
  std::vector<int> out;
  out.reserve(column.size());
  for (const double value : numbers.value()) {
    if (!(std::fabs(value) <= kQuarterMax) || value != std::floor(value)) {
      return invalid(
          "panel, row " + std::to_string(out.size() + 1) + ": column " + column.name() +
          " needs a whole number, quarters counted from the start of support (0 is the first after it)");
    }
    out.push_back(static_cast<int>(value));
  }
  return out;
}

/// Two rows of one unit and quarter would be summed up as if they were two quarters.
Status no_row_twice(const std::vector<std::uint32_t>& person, const std::vector<int>& quarter,
                    std::size_t person_count) {
  if (quarter.empty()) return {};
  const auto [low, high] = std::minmax_element(quarter.begin(), quarter.end());
  const auto width = static_cast<std::size_t>(*high - *low) + 1;
  std::vector<bool> seen(person_count * width, false);
  for (std::size_t row = 0; row < quarter.size(); ++row) {
    if (person[row] == PanelIndex::kNobody) continue;
    const auto cell = person[row] * width + static_cast<std::size_t>(quarter[row] - *low);
    if (seen[cell]) {
      return invalid("panel, row " + std::to_string(row + 1) +
                     ": an earlier row has the same unit and quarter; one row a unit and quarter is needed");
    }
    seen[cell] = true;
  }
  return {};
}

}  // namespace

Result<std::vector<std::uint8_t>> meets(const Table& people, const std::vector<Condition>& conditions) {
  std::vector<std::uint8_t> in(people.row_count(), 1);
  for (const auto& condition : conditions) {
    auto column = people.require(condition.column);
    if (!column.ok())
      return invalid("plan: the condition \"" + condition.text + "\": " + column.error().message);
    auto numbers = condition_numbers(condition, *column.value());
    if (!numbers.ok()) return numbers.error();
    for (std::size_t row = 0; row < in.size(); ++row) {
      if (in[row] != 0 && !holds(condition, *column.value(), numbers.value(), row)) in[row] = 0;
    }
  }
  return in;
}

Result<PanelIndex> PanelIndex::build(const Table& people, const Table* panel, const std::string& id_column) {
  PanelIndex index;
  index.person_count_ = people.row_count();
  if (panel == nullptr) return index;
  if (id_column.empty())
    return invalid("plan: a panel needs data.id, the column that names the unit in both tables");
  auto ids = people.require(id_column);
  if (!ids.ok()) return invalid("people: " + ids.error().message);
  auto panel_ids = panel->require(id_column);
  if (!panel_ids.ok()) return invalid("panel: " + panel_ids.error().message);
  auto quarters = panel->require("quarter");
  if (!quarters.ok()) return invalid("panel: " + quarters.error().message);
  auto numbers = quarters_of(*quarters.value());
  if (!numbers.ok()) return numbers.error();
  index.panel_ = panel;
  const bool whole =
      ids.value()->type() == ColumnType::kInt64 && panel_ids.value()->type() == ColumnType::kInt64;
  std::unordered_map<std::int64_t, std::uint32_t> by_number;
  std::unordered_map<std::string, std::uint32_t> by_text;
  for (std::uint32_t row = 0; row < people.row_count(); ++row) {
    if (ids.value()->is_null(row)) {
      return invalid("people, row " + std::to_string(row + 1) + ": column " + id_column +
                     " is empty; the panel's rows are found by it");
    }
    const bool fresh = whole ? by_number.emplace(ids.value()->int_at(row), row).second
                             : by_text.emplace(ids.value()->text_at(row), row).second;
    if (!fresh) {
      return invalid("people, row " + std::to_string(row + 1) + ": column " + id_column +
                     " repeats a value; one row a unit is needed");
    }
  }
  index.person_of_row_.assign(panel->row_count(), kNobody);
  index.quarter_of_row_ = std::move(numbers.value());
  for (std::size_t row = 0; row < panel->row_count(); ++row) {
    if (panel_ids.value()->is_null(row)) continue;
    if (whole) {
      const auto found = by_number.find(panel_ids.value()->int_at(row));
      if (found != by_number.end()) index.person_of_row_[row] = found->second;
    } else {
      const auto found = by_text.find(panel_ids.value()->text_at(row));
      if (found != by_text.end()) index.person_of_row_[row] = found->second;
    }
  }
  if (auto status = no_row_twice(index.person_of_row_, index.quarter_of_row_, index.person_count_);
      !status.ok())
    return status.error();
  return index;
}

Result<std::vector<double>> PanelIndex::summarise(const Quantity& quantity) const {
  if (panel_ == nullptr) {
    return invalid("plan: variable " + quantity.variable +
                   " is of the panel, but there is none; give a folder with people and panel");
  }
  auto column = panel_->require(quantity.variable);
  if (!column.ok()) return invalid("panel: " + column.error().message);
  auto read = numbers_of(*column.value());
  if (!read.ok()) return invalid("panel: " + read.error().message);
  const auto& values = read.value();
  std::vector<Running> running(person_count_);
  for (std::size_t row = 0; row < person_of_row_.size(); ++row) {
    const auto person = person_of_row_[row];
    if (person == kNobody || quarter_of_row_[row] < quantity.first_quarter ||
        quarter_of_row_[row] > quantity.last_quarter)
      continue;
    if (std::isnan(values[row])) {
      running[person].missing = true;
    } else {
      if (values[row] < 0 && quantity.measure != Measure::kMean) {
        return invalid("panel: column " + quantity.variable +
                       " holds a value below 0, which no count or number of days is; "
                       "correct the data, or use measure = \"mean\" if it is a figure that may be negative");
      }
      running[person].sum += values[row];
      ++running[person].seen;
    }
  }
  const int quarter_count = quantity.last_quarter - quantity.first_quarter + 1;
  std::vector<double> out(person_count_);
  for (std::size_t p = 0; p < out.size(); ++p) out[p] = settle(running[p], quantity, quarter_count);
  return out;
}

Result<std::vector<double>> numbers_of(const Column& column) {
  std::vector<double> out(column.size());
  const auto wrong = [&](std::size_t row, const std::string& what) {
    return invalid("row " + std::to_string(row + 1) + " of column " + column.name() + " holds " + what);
  };
  for (std::size_t row = 0; row < out.size(); ++row) {
    out[row] = column.type() == ColumnType::kString ? kMissing : column.number_at(row);
    if (column.type() == ColumnType::kString && !column.is_null(row)) {
      const auto text = std::string(trim(column.string_at(row)));
      if (stands_for_missing(text)) continue;
      const auto number = parse_number<double>(text);
      if (!number) return wrong(row, "text where a number is needed");
      out[row] = *number;
    }
    if (std::isinf(out[row])) return wrong(row, "an infinite value; correct it, or leave the cell empty");
  }
  return out;
}

Result<std::vector<double>> quantity_of(const Table& people, const PanelIndex& panel,
                                        const Quantity& quantity) {
  if (!quantity.variable.empty()) return panel.summarise(quantity);
  auto column = people.require(quantity.column);
  if (!column.ok()) return invalid("plan: " + column.error().message);
  return numbers_of(*column.value());
}

}  // namespace kinfold::evaluation
