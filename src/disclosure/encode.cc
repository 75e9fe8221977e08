// Rows of an output as cells of the system: counts, sums, and who is behind them.
#include "disclosure/encode_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "disclosure/output_encoder_internal.h"

namespace kinfold::disclosure {

std::optional<std::size_t> OutputEncoder::find(std::string_view name) const {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].data->name() == name) return c;
  }
  return std::nullopt;
}

void OutputEncoder::prepare() {
  for (const auto& data : output_.table.columns()) {
    Column column;
    column.data = &data;
    for (const auto& layout : output_.layout) {
      if (layout.column == data.name()) column.layout = &layout;
    }
    if (column.layout != nullptr) {
      column.variable = column.layout->variable;
      if (column.layout->role == Role::kDimension && column.variable.empty()) column.variable = data.name();
    }
    columns_.push_back(column);
  }
  for (const auto& layout : output_.layout) {
    if (layout.role == Role::kDimension) {
      const auto& variable = columns_[*find(layout.column)].variable;
      for (const auto& [child, parent] : layout.parent) encoding_.parents[variable][child] = parent;
    }
  }
  for (std::size_t c = 0; c < columns_.size(); ++c) read_decimals(c);
  for (std::size_t c = 0; c < columns_.size(); ++c) find_twin(c);
  for (std::size_t c = 0; c < columns_.size(); ++c) find_sum_of_mean(c);
  for (std::size_t c = 0; c < columns_.size(); ++c) find_constant_dimensions(c);
}

// A count that stays the same along a dimension is not about it: the group's size beside each of its
// categories is one number, told many times. A count with no other figure beside it is the category's own,
// though.
void OutputEncoder::find_constant_dimensions(std::size_t c) {
  auto& count = columns_[c];
  if (count.layout == nullptr || count.data->type() == table::ColumnType::kString ||
      (count.layout->role != Role::kCount && count.layout->role != Role::kContributors))
    return;
  const bool has_company = std::any_of(columns_.begin(), columns_.end(), [&](const Column& other) {
    if (other.layout == nullptr || &other == &count) return false;
    const auto role = other.layout->role;
    return role != Role::kDimension && role != Role::kText && role != Role::kContributors &&
           role != Role::kStructuralZero && role != Role::kCellKey && role != Role::kLargest;
  });
  if (!has_company && count.layout->role == Role::kCount) return;
  for (std::size_t d = 0; d < columns_.size(); ++d) {
    if (columns_[d].layout == nullptr || columns_[d].layout->role != Role::kDimension) continue;
    auto ignored = count.ignores;
    ignored.insert(d);
    std::map<std::string, double> value_at;
    bool constant = true;
    bool repeats = false;
    for (std::size_t row = 0; constant && row < output_.table.row_count(); ++row) {
      if (count.data->is_null(row)) continue;
      std::string others;
      for (std::size_t e = 0; e < columns_.size(); ++e) {
        if (columns_[e].layout == nullptr || columns_[e].layout->role != Role::kDimension ||
            ignored.count(e) > 0)
          continue;
        others += columns_[e].data->text_at(row) + '\x1f';
      }
      const auto [known, is_new] = value_at.emplace(others, count.data->number_at(row));
      repeats = repeats || !is_new;
      constant = known->second == count.data->number_at(row);
    }
    if (constant && repeats) count.ignores = ignored;
  }
}

Where OutputEncoder::where_of(std::size_t c) const {
  auto where = where_;
  for (const auto d : columns_[c].ignores) {
    const auto only = output_.population.only.find(columns_[d].variable);
    where.erase(columns_[d].variable);
    if (only != output_.population.only.end()) where.insert(*only);
  }
  return where;
}

Selection OutputEncoder::select(const std::string& unit, const Where& where, const std::string& variable,
                                const std::string& label) const {
  Selection selection{output_.population.name, output_.population.data_version, unit, where};
  if (!variable.empty()) selection.where[variable] = {label};
  return selection;
}

Contributors OutputEncoder::contributors(std::size_t row, const std::string& variable,
                                         const std::set<std::size_t>& ignores) const {
  Contributors who;
  for (const auto& column : columns_) {
    if (column.layout == nullptr || column.data->type() == table::ColumnType::kString) continue;
    const bool counts = column.layout->role == Role::kCount || column.layout->role == Role::kContributors ||
                        column.layout->role == Role::kPart;
    // Contributors that change along a dimension are not those of a count that does not.
    const bool whole_row =
        column.layout->role == Role::kContributors && column.variable.empty() &&
        std::includes(column.ignores.begin(), column.ignores.end(), ignores.begin(), ignores.end());
    const bool same =
        column.variable == variable && !(column.layout->role == Role::kContributors && variable.empty());
    if (!counts || (!same && !whole_row) || column.data->is_null(row)) continue;
    who[static_cast<std::size_t>(column.layout->level)] = column.data->number_at(row);
  }
  return who;
}

bool OutputEncoder::structural_zero(std::size_t row) const {
  return std::any_of(columns_.begin(), columns_.end(), [&](const Column& column) {
    return column.layout != nullptr && column.layout->role == Role::kStructuralZero &&
           !column.data->is_null(row) && column.data->type() != table::ColumnType::kString &&
           column.data->number_at(row) != 0;
  });
}

Verdict OutputEncoder::judge(double value, Level level, const Contributors& who, std::size_t row) const {
  return judge_count(value, level, who, structural_zero(row), rules_);
}

CellIndex OutputEncoder::cell(Selection selection, double value, const Verdict& verdict, Level level) {
  return cell(std::move(selection), ShareReading{value, value, value}, verdict, level);
}

CellIndex OutputEncoder::cell(Selection selection, const ShareReading& reading, const Verdict& verdict,
                              Level level) {
  auto key = selection.key();
  // The same words for another number: something the layout does not say tells them apart.
  for (int copy = 2;; ++copy) {
    const auto known = encoding_.by_key.find(key);
    if (known == encoding_.by_key.end()) break;
    auto& facts = encoding_.facts[known->second];
    if (agrees(known->second, reading)) {
      if (!facts.verdict.fails()) facts.verdict = verdict;
      return known->second;
    }
    selection.where["(reading)"] = {std::to_string(copy)};
    key = selection.key();
  }
  const auto index = static_cast<CellIndex>(encoding_.system.cells.size());
  SystemCell number;
  number.value = number.shown_low = number.shown_high = reading.count;
  number.shown = false;
  number.can_hide = false;
  encoding_.system.cells.push_back(number);
  CellFacts facts;
  facts.selection = std::move(selection);
  facts.level = level;
  facts.implied = true;
  facts.verdict = verdict;
  if (reading.low < reading.high) facts.within = {reading.low, reading.high};
  encoding_.facts.push_back(std::move(facts));
  encoding_.by_key.emplace(std::move(key), index);
  return index;
}

void OutputEncoder::show(CellIndex index, std::size_t row, std::size_t c) {
  const double value = encoding_.system.cells[index].value;
  show(index, row, c, value, value);
}

// What several fields tell of one number, somebody knows all together.
void OutputEncoder::show(CellIndex index, std::size_t row, std::size_t c, double low, double high) {
  auto& number = encoding_.system.cells[index];
  const bool is_narrower = number.shown && (low > number.shown_low || high < number.shown_high);
  if (is_narrower && !encoding_.facts[index].released_in.empty() && !number.can_hide) {
    number.lower = std::max(number.lower, number.shown_low);  // hidden here, the earlier range still stands
    number.upper = std::min(number.upper, number.shown_high);
    number.can_hide = true;
  }
  number.shown_low = number.shown ? std::max(number.shown_low, low) : low;
  number.shown_high = number.shown ? std::min(number.shown_high, high) : high;
  auto& facts = encoding_.facts[index];
  if (facts.released_in.empty()) {
    number.shown = true;
    number.can_hide = true;
  } else if (!number.shown) {  // hidden earlier, ours to show or hide now
    number.shown = true;
    number.can_hide = true;
  }
  facts.implied = false;
  if (facts.output == kNoField) {
    facts.output = index_;
    facts.row = static_cast<std::uint32_t>(row);
    facts.column = static_cast<std::uint32_t>(c);
  }
  if (columns_[c].layout != nullptr) number.cost = std::max(number.cost, columns_[c].layout->importance);
  encoding_.field_cells[index_][row * columns_.size() + c].push_back(index);
}

CellIndex OutputEncoder::count_cell(std::size_t row, std::size_t c) {
  const auto& column = columns_[c];
  const auto level = column.layout->level;
  const double value = column.data->number_at(row);
  auto who = contributors(row, column.variable, column.ignores);
  who[static_cast<std::size_t>(level)] = value;
  const auto index = cell(select(std::string(level_name(level)), where_of(c), column.variable, "yes"), value,
                          judge(value, level, who, row), level);
  encoding_.facts[index].alone = encoding_.facts[index].alone || who[0] == 1.0 || who[1] == 1.0;
  // The key is that of everybody in the row: other counts of the row are of other people.
  for (const auto& other : columns_) {
    const bool is_key = other.layout != nullptr && other.layout->role == Role::kCellKey;
    if (!is_key || !column.variable.empty() || level != Level::kPerson || !column.ignores.empty()) continue;
    if (other.data->type() != table::ColumnType::kInt64 || other.data->is_null(row) ||
        other.data->int_at(row) < 0)
      continue;
    encoding_.facts[index].cell_key = static_cast<std::uint64_t>(other.data->int_at(row));
  }
  return index;
}

CellIndex OutputEncoder::sum_cell(std::size_t row, std::size_t c) {
  const auto& column = columns_[c];
  Contributions largest;
  for (const auto& other : columns_) {
    if (other.layout == nullptr || other.layout->role != Role::kLargest ||
        other.layout->of != column.data->name())
      continue;
    if (!largest) largest.emplace();
    if (!other.data->is_null(row)) largest->push_back(std::abs(other.data->number_at(row)));
  }
  if (largest) std::sort(largest->begin(), largest->end(), std::greater<>());
  const auto base = find(column.layout->of);
  const auto who = contributors(row, base ? columns_[*base].variable : std::string(), {});
  const double value = column.data->number_at(row);
  const auto index = cell(select("sum of " + column.data->name(), where_, {}, {}), value,
                          judge_magnitude(value, who, largest, structural_zero(row), rules_), Level::kPerson);
  encoding_.system.cells[index].integer = false;
  if (value < 0) encoding_.system.cells[index].lower = -kUnbounded;
  encoding_.facts[index].magnitude = true;
  return index;
}

void OutputEncoder::encode_field(std::size_t row, std::size_t c) {
  const auto& column = columns_[c];
  const auto& layout = *column.layout;
  if (column.data->is_null(row) || column.data->type() == table::ColumnType::kString) return;
  const double value = column.data->number_at(row);
  if (layout.role == Role::kCount) {
    show(count_cell(row, c), row, c);
  } else if (layout.role == Role::kSum) {
    show(sum_cell(row, c), row, c);
  } else if (layout.role == Role::kMean) {
    encode_mean(row, c);
  } else if (layout.role == Role::kPart || is_share(layout.role)) {
    const auto base = find(layout.of);
    if (!base || columns_[*base].layout == nullptr || columns_[*base].data->is_null(row) ||
        columns_[*base].data->type() == table::ColumnType::kString)
      return;
    const auto& of = columns_[*base];
    const double n = of.data->number_at(row);
    const auto base_cell = count_cell(row, *base);
    const double scale = share_scale(layout.role);
    const auto part = layout.role == Role::kPart ? ShareReading{value, value, value}
                                                 : read_share(value, scale, n, column.decimals);
    encode_share(row, c, n, part, base_cell, of.layout->level);
  }
}

void OutputEncoder::encode_row(std::size_t row) {
  where_ = output_.population.only;
  for (auto& [variable, labels] : where_) std::sort(labels.begin(), labels.end());
  bool by_authority = false;
  for (const auto& column : columns_) {
    if (column.layout == nullptr || column.layout->role != Role::kDimension) continue;
    const auto label = column.data->text_at(row);
    if (column.layout->total.empty() || label != column.layout->total) {
      where_[column.variable] = {label};
      by_authority = by_authority || column.variable == "authority";
    }
  }
  const auto authority = static_cast<std::size_t>(Level::kAuthority);
  const auto kept = rules_;
  if (by_authority) {  // the cell is about that authority
    rules_.level_required[authority] = false;
    rules_.threshold[authority] = 0;
  }
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].layout != nullptr) encode_field(row, c);
  }
  tie_levels(row);
  rules_ = kept;
}

void OutputEncoder::run() {
  prepare();
  const auto row_count = output_.table.row_count();
  encoding_.field_cells[index_].resize(row_count * columns_.size());
  for (std::size_t row = 0; row < row_count; ++row) encode_row(row);
  tie_columns();
}

Result<Encoding> encode(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger) {
  Encoding encoding;
  for (const auto& released : ledger.outputs()) encode_released(encoding, released);
  encoding.field_cells.resize(outputs.size());
  encoding.remarks.resize(outputs.size());
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    if (auto status = check_figures(outputs[o]); !status.ok()) return status.error();
    OutputEncoder(encoding, outputs[o], static_cast<std::uint32_t>(o), rules).run();
  }
  return encoding;
}

}  // namespace kinfold::disclosure
