#include "disclosure/encode_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "base/text.h"

namespace kinfold::disclosure {
namespace {

using Where = std::map<std::string, std::vector<std::string>>;

/// Turns one output's rows into cells.
class OutputEncoder {
 public:
  OutputEncoder(Encoding& encoding, const Output& output, std::uint32_t index, const Rules& rules)
      : encoding_(encoding), output_(output), index_(index), rules_(rules) {}

  Status run();

 private:
  struct Column {
    const ColumnLayout* layout = nullptr;  ///< Null: not in the layout.
    const table::Column* data = nullptr;
    std::string variable;
    std::optional<std::size_t> twin;   ///< A share: the column that holds the count it implies.
    std::set<std::size_t> ignores;     ///< A count: dimensions it does not depend on.
    std::optional<int> decimals;       ///< A share: as it was rounded.
  };

  Status prepare();
  void read_decimals(std::size_t c);
  void find_twin(std::size_t c);
  void find_constant_dimensions(std::size_t c);
  Where where_of(std::size_t c) const;
  CellIndex count_cell(std::size_t row, std::size_t c);
  void tie_columns();
  Status require_number(const Column& column) const;
  void encode_row(std::size_t row);
  void encode_field(std::size_t row, std::size_t c);
  void encode_share(std::size_t row, std::size_t c, double base, const ShareReading& part, CellIndex base_cell, Level level);
  CellIndex share_cell(std::size_t row, std::size_t c, const ShareReading& part, Level level);
  void encode_sum(std::size_t row, std::size_t c);
  void tie_levels(std::size_t row);

  std::optional<std::size_t> find(std::string_view name) const;
  Contributors contributors(std::size_t row, const std::string& variable, const std::set<std::size_t>& ignores) const;
  Selection select(const std::string& unit, const Where& where, const std::string& variable,
                   const std::string& label) const;
  bool agrees(CellIndex known, const ShareReading& reading);
  CellIndex cell(Selection selection, double value, const Verdict& verdict, Level level);
  CellIndex cell(Selection selection, const ShareReading& reading, const Verdict& verdict, Level level);
  void show(CellIndex cell, std::size_t row, std::size_t c);
  void show(CellIndex cell, std::size_t row, std::size_t c, double low, double high);
  Verdict judge(double value, Level level, const Contributors& who, std::size_t row) const;
  bool structural_zero(std::size_t row) const;

  Encoding& encoding_;
  const Output& output_;
  std::uint32_t index_;
  Rules rules_;
  std::vector<Column> columns_;
  Where where_;  ///< Of the row at hand.
};

std::optional<std::size_t> OutputEncoder::find(std::string_view name) const {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].data->name() == name) return c;
  }
  return std::nullopt;
}

// A figure written as text ("x", "5 or fewer") would be passed over unchecked.
Status OutputEncoder::require_number(const Column& column) const {
  const auto role = column.layout->role;
  if (role == Role::kDimension || role == Role::kText || role == Role::kStructuralZero) return {};
  if (column.data->type() != table::ColumnType::kString) return {};
  std::size_t row = 0;
  for (; row + 1 < column.data->size(); ++row) {
    const auto text = std::string(trim(column.data->string_at(row)));
    char* end = nullptr;
    if (!text.empty() && (std::strtod(text.c_str(), &end), *end != '\0')) break;
  }
  return invalid(fmt::format("output {}: row {}, column {}: text where its role, {}, needs a number; mend the cell, leave it empty where "
                             "there is no figure, or give the column another role",
                             output_.id, row + 1, column.data->name(), role_name(role)));
}

Status OutputEncoder::prepare() {
  for (const auto& data : output_.table.columns()) {
    Column column;
    column.data = &data;
    for (const auto& layout : output_.layout) {
      if (layout.column == data.name()) column.layout = &layout;
    }
    if (column.layout != nullptr) {
      column.variable = column.layout->variable;
      if (column.layout->role == Role::kDimension && column.variable.empty()) column.variable = data.name();
      if (auto status = require_number(column); !status.ok()) return status;
    }
    columns_.push_back(column);
  }
  for (const auto& layout : output_.layout) {
    if (!find(layout.column)) {
      return invalid(fmt::format("output {}: the layout names a column {} that the table does not have",
                                 output_.id, layout.column));
    }
    if (!layout.of.empty() && !find(layout.of)) {
      return invalid(fmt::format("output {}: column {} is said to be of column {}, which the table does not have",
                                 output_.id, layout.column, layout.of));
    }
    if (layout.role == Role::kDimension) {
      const auto& variable = columns_[*find(layout.column)].variable;
      for (const auto& [child, parent] : layout.parent) encoding_.parents[variable][child] = parent;
    }
  }
  for (std::size_t c = 0; c < columns_.size(); ++c) read_decimals(c);
  for (std::size_t c = 0; c < columns_.size(); ++c) find_twin(c);
  for (std::size_t c = 0; c < columns_.size(); ++c) find_constant_dimensions(c);
  return {};
}

void OutputEncoder::read_decimals(std::size_t c) {
  auto& share = columns_[c];
  if (share.layout == nullptr || (share.layout->role != Role::kShare && share.layout->role != Role::kPercentage)) return;
  if (share.data->type() == table::ColumnType::kString) return;
  const auto base = find(share.layout->of);
  if (!base || columns_[*base].data->type() == table::ColumnType::kString) return;
  share.decimals = decimals_of(*share.data, *columns_[*base].data, share.layout->role == Role::kPercentage ? 100 : 1, *share.layout);
}

// A share of n that is another column's count over n in every row tells that count.
void OutputEncoder::find_twin(std::size_t c) {
  auto& share = columns_[c];
  if (share.layout == nullptr || (share.layout->role != Role::kShare && share.layout->role != Role::kPercentage)) return;
  const auto base = find(share.layout->of);
  if (!base) return;
  const double scale = share.layout->role == Role::kPercentage ? 100 : 1;
  for (std::size_t other = 0; other < columns_.size(); ++other) {
    const auto& count = columns_[other];
    if (other == *base || count.layout == nullptr || count.data->type() == table::ColumnType::kString) continue;
    const bool states = count.layout->role == Role::kContributors && count.variable == share.variable;
    if (count.layout->role != Role::kPart && count.layout->role != Role::kCount && !states) continue;
    bool same = output_.table.row_count() > 0;
    for (std::size_t row = 0; same && row < output_.table.row_count(); ++row) {
      const double number = count.data->number_at(row);
      const double value = share.data->number_at(row);
      const double n = columns_[*base].data->number_at(row);
      if (std::isnan(number) || std::isnan(value) || std::isnan(n)) continue;
      const auto part = read_share(value, scale, n, share.decimals);
      same = number >= part.low && number <= part.high;
    }
    if (!same) continue;
    share.twin = other;
    return;
  }
}

// A count that stays the same along a dimension is not about it: the group's size beside each of its
// categories is one number, told many times. A count with no other figure beside it is the category's own, though.
void OutputEncoder::find_constant_dimensions(std::size_t c) {
  auto& count = columns_[c];
  if (count.layout == nullptr || count.data->type() == table::ColumnType::kString ||
      (count.layout->role != Role::kCount && count.layout->role != Role::kContributors)) return;
  const bool has_company = std::any_of(columns_.begin(), columns_.end(), [&](const Column& other) {
    if (other.layout == nullptr || &other == &count) return false;
    const auto role = other.layout->role;
    return role != Role::kDimension && role != Role::kText && role != Role::kContributors && role != Role::kStructuralZero &&
           role != Role::kCellKey && role != Role::kLargest;
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
        if (columns_[e].layout == nullptr || columns_[e].layout->role != Role::kDimension || ignored.count(e) > 0) continue;
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
    const bool whole_row = column.layout->role == Role::kContributors && column.variable.empty() &&
                           std::includes(column.ignores.begin(), column.ignores.end(), ignores.begin(), ignores.end());
    const bool same = column.variable == variable && !(column.layout->role == Role::kContributors && variable.empty());
    if (!counts || (!same && !whole_row) || column.data->is_null(row)) continue;
    who[static_cast<std::size_t>(column.layout->level)] = column.data->number_at(row);
  }
  return who;
}

bool OutputEncoder::structural_zero(std::size_t row) const {
  return std::any_of(columns_.begin(), columns_.end(), [&](const Column& column) {
    return column.layout != nullptr && column.layout->role == Role::kStructuralZero && !column.data->is_null(row) &&
           column.data->type() != table::ColumnType::kString && column.data->number_at(row) != 0;
  });
}

Verdict OutputEncoder::judge(double value, Level level, const Contributors& who, std::size_t row) const {
  return judge_count(value, level, who, structural_zero(row), rules_);
}

/// Can the known number be this one? Then what is known of it is what both say.
bool OutputEncoder::agrees(CellIndex known, const ShareReading& reading) {
  auto& within = encoding_.facts[known].within;
  const double value = encoding_.system.cells[known].value;
  const double low = std::max(reading.low, within ? within->first : value);
  const double high = std::min(reading.high, within ? within->second : value);
  if (low > high + 1e-9) return false;
  if (!within) return true;
  within = {low, high};
  take_value(encoding_, known, std::clamp(reading.low == reading.high ? reading.count : value, low, high));
  if (low == high) within.reset();
  return true;
}

CellIndex OutputEncoder::cell(Selection selection, double value, const Verdict& verdict, Level level) {
  return cell(std::move(selection), ShareReading{value, value, value}, verdict, level);
}

CellIndex OutputEncoder::cell(Selection selection, const ShareReading& reading, const Verdict& verdict, Level level) {
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

/// A rounded share may stand for the fewest people in its range: those are judged, and what is hidden must reach past both ends.
void judge_range(Verdict& verdict, const ShareReading& part, double threshold) {
  if (!verdict.fails() || part.low == part.high) return;
  verdict.reason = fmt::format("rounded, it stands for {} to {}; for the fewest: {}", part.low, part.high, verdict.reason);
  verdict.need.below = part.count - std::max(0.0, part.low - 1);
  verdict.need.above = std::max(threshold, part.high + 1) - part.count;
}

CellIndex OutputEncoder::share_cell(std::size_t row, std::size_t c, const ShareReading& part, Level level) {
  if (columns_[c].twin && !columns_[*columns_[c].twin].data->is_null(row)) return count_cell(row, *columns_[c].twin);
  const auto unit = std::string(level_name(level));
  const auto& variable = columns_[c].variable.empty() ? columns_[c].data->name() : columns_[c].variable;
  auto who = contributors(row, variable, {});
  who[static_cast<std::size_t>(level)] = part.low;
  auto verdict = judge(part.low, level, who, row);
  judge_range(verdict, part, rules_.threshold_of(level));
  const auto yes = cell(select(unit, where_, variable, "yes"), part, verdict, level);
  auto& facts = encoding_.facts[yes];
  facts.alone = facts.alone || who[0] == 1.0 || who[1] == 1.0;
  return yes;
}

void OutputEncoder::encode_share(std::size_t row, std::size_t c, double base, const ShareReading& part, CellIndex base_cell,
                                 Level level) {
  const auto unit = std::string(level_name(level));
  const auto& variable = columns_[c].variable.empty() ? columns_[c].data->name() : columns_[c].variable;
  const auto yes = share_cell(row, c, part, level);
  const double value = encoding_.system.cells[yes].value;
  show(yes, row, c, std::min(part.low, value), std::max(part.high, value));
  const double rest = base - value;
  if (rest >= 0) {
    const auto within = encoding_.facts[yes].within;
    const ShareReading left{rest, within ? base - within->second : rest, within ? base - within->first : rest};
    Contributors others;
    others[static_cast<std::size_t>(level)] = left.low;
    auto rest_rules = rules_;
    rest_rules.level_required = {};
    auto verdict = judge_count(left.low, level, others, false, rest_rules);
    judge_range(verdict, left, rules_.threshold_of(level));
    if (verdict.fails()) {
      verdict.reason = fmt::format("the rest, those without \"{}\": {}", variable, verdict.reason);
      if (verdict.rule == "zero") verdict.rule = "all";
    }
    const auto no = cell(select(unit, where_, variable, "no"), left, verdict, level);
    encoding_.system.relations.push_back({{{base_cell, 1}, {yes, -1}, {no, -1}}});
  }
  if (columns_[c].layout->role != Role::kPart) {
    encoding_.field_cells[index_][row * columns_.size() + c].push_back(base_cell);
  }
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
    if (other.data->type() != table::ColumnType::kInt64 || other.data->is_null(row) || other.data->int_at(row) < 0) continue;
    encoding_.facts[index].cell_key = static_cast<std::uint64_t>(other.data->int_at(row));
  }
  return index;
}

void OutputEncoder::encode_sum(std::size_t row, std::size_t c) {
  const auto& column = columns_[c];
  std::vector<std::pair<int, double>> largest;
  for (const auto& other : columns_) {
    if (other.layout != nullptr && other.layout->role == Role::kLargest &&
        other.layout->of == column.data->name() && !other.data->is_null(row)) {
      largest.push_back({other.layout->largest_rank, other.data->number_at(row)});
    }
  }
  std::sort(largest.begin(), largest.end());
  std::vector<double> contributions;
  for (const auto& [rank, value] : largest) contributions.push_back(value);
  const auto base = find(column.layout->of);
  const auto who = contributors(row, base ? columns_[*base].variable : std::string(), {});
  const double value = column.data->number_at(row);
  const auto index = cell(select("sum of " + column.data->name(), where_, {}, {}), value,
                          judge_magnitude(value, who, contributions, rules_), Level::kPerson);
  encoding_.system.cells[index].integer = false;
  if (value < 0) encoding_.system.cells[index].lower = -kUnbounded;
  encoding_.facts[index].magnitude = true;
  show(index, row, c);
}

void OutputEncoder::encode_field(std::size_t row, std::size_t c) {
  const auto& column = columns_[c];
  const auto& layout = *column.layout;
  if (column.data->is_null(row) || column.data->type() == table::ColumnType::kString) return;
  const double value = column.data->number_at(row);
  if (layout.role == Role::kCount) {
    show(count_cell(row, c), row, c);
  } else if (layout.role == Role::kSum) {
    encode_sum(row, c);
  } else if (layout.role == Role::kPart || layout.role == Role::kShare || layout.role == Role::kPercentage) {
    const auto base = find(layout.of);
    if (!base || columns_[*base].layout == nullptr || columns_[*base].data->is_null(row) ||
        columns_[*base].data->type() == table::ColumnType::kString) return;
    const auto& of = columns_[*base];
    const double n = of.data->number_at(row);
    const auto base_cell = count_cell(row, *base);
    const double scale = layout.role == Role::kPercentage ? 100 : 1;
    const auto part = layout.role == Role::kPart ? ShareReading{value, value, value} : read_share(value, scale, n, column.decimals);
    encode_share(row, c, n, part, base_cell, of.layout->level);
  }
}

// Everybody knows that there are no more families than people, no more authorities than families.
void OutputEncoder::tie_levels(std::size_t row) {
  for (std::size_t a = 0; a < columns_.size(); ++a) {
    for (std::size_t b = 0; b < columns_.size(); ++b) {
      const auto* many = columns_[a].layout;
      const auto* few = columns_[b].layout;
      if (many == nullptr || few == nullptr || many->role != Role::kCount || few->role != Role::kCount) continue;
      if (columns_[a].variable != columns_[b].variable || many->level >= few->level) continue;
      const auto& cells = encoding_.field_cells[index_];
      const auto& first = cells[row * columns_.size() + a];
      const auto& second = cells[row * columns_.size() + b];
      if (first.empty() || second.empty()) continue;
      const double slack = encoding_.system.cells[first[0]].value - encoding_.system.cells[second[0]].value;
      if (slack < 0) continue;
      auto selection = encoding_.facts[second[0]].selection;
      selection.unit = fmt::format("{} beyond one for each {}", level_plural(many->level), level_name(few->level));
      const auto spare = cell(std::move(selection), slack, {}, many->level);
      encoding_.system.relations.push_back({{{first[0], 1}, {second[0], -1}, {spare, -1}}});
    }
  }
}

// Columns that add up to another in every row: treated and comparison to all, match grades to linked.
// A sum that holds by chance is true all the same, and an attacker may see it.
void OutputEncoder::tie_columns() {
  constexpr std::size_t kColumnCountMax = 9;
  const auto row_count = output_.table.row_count();
  const auto first_cell = [&](std::size_t row, std::size_t c) -> std::optional<CellIndex> {
    const auto& cells = encoding_.field_cells[index_][row * columns_.size() + c];
    if (cells.empty() || encoding_.facts[cells[0]].magnitude) return std::nullopt;
    return cells[0];
  };
  std::vector<std::size_t> numbers;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    bool any = false;
    for (std::size_t row = 0; row < row_count && !any; ++row) {
      const auto cell = first_cell(row, c);
      any = cell && encoding_.system.cells[*cell].value != 0;
    }
    if (any && !columns_[c].twin) numbers.push_back(c);
  }
  if (numbers.size() > kColumnCountMax) return;
  for (const auto total : numbers) {
    for (std::size_t mask = 1; mask < (std::size_t{1} << numbers.size()); ++mask) {
      std::vector<Relation> relations;
      bool holds = true;
      bool rounded = false;
      for (std::size_t row = 0; holds && row < row_count; ++row) {
        const auto whole = first_cell(row, total);
        if (!whole) continue;
        Relation relation{{{*whole, 1}}};
        double rest = encoding_.system.cells[*whole].value;
        for (std::size_t i = 0; holds && i < numbers.size(); ++i) {
          if ((mask >> i & 1) == 0) continue;
          const auto part = first_cell(row, numbers[i]);
          holds = part.has_value() && numbers[i] != total &&
                  encoding_.facts[*part].level == encoding_.facts[*whole].level;
          if (!holds) break;
          rest -= encoding_.system.cells[*part].value;
          relation.terms.push_back({*part, -1});
        }
        const double slack = rounding_slack(encoding_, relation);
        rounded = rounded || slack > 0;
        holds = holds && std::abs(rest) <= slack;
        const bool itself = relation.terms.size() == 2 && relation.terms[0].cell == relation.terms[1].cell;
        if (!itself) relations.push_back(std::move(relation));
      }
      if (!holds) continue;
      auto& kept = rounded ? encoding_.tentative : encoding_.system.relations;
      for (auto& relation : relations) kept.push_back(std::move(relation));
    }
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

Status OutputEncoder::run() {
  if (auto status = prepare(); !status.ok()) return status;
  const auto row_count = output_.table.row_count();
  for (const auto& column : columns_) {
    if (column.layout == nullptr || column.data->type() == table::ColumnType::kString) continue;
    if (column.layout->role != Role::kCount && column.layout->role != Role::kContributors && column.layout->role != Role::kPart) continue;
    for (std::size_t row = 0; row < row_count; ++row) {
      if (column.data->is_null(row) || column.data->number_at(row) >= 0) continue;
      return invalid(fmt::format("output {}: row {}, column {}: a number of people cannot be negative; mend the table, or give "
                                 "the column another role",
                                 output_.id, row + 1, column.data->name()));
    }
  }
  encoding_.field_cells[index_].resize(row_count * columns_.size());
  for (std::size_t row = 0; row < row_count; ++row) encode_row(row);
  tie_columns();
  return {};
}

}  // namespace

Result<Encoding> encode(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger) {
  Encoding encoding;
  for (const auto& released : ledger.outputs()) encode_released(encoding, released);
  encoding.field_cells.resize(outputs.size());
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    OutputEncoder encoder(encoding, outputs[o], static_cast<std::uint32_t>(o), rules);
    if (auto status = encoder.run(); !status.ok()) return status.error();
  }
  return encoding;
}

}  // namespace kinfold::disclosure
