#include "disclosure/encode_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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
  };

  Status prepare();
  void encode_row(std::size_t row);
  void encode_field(std::size_t row, std::size_t c);
  void encode_share(std::size_t row, std::size_t c, double base, double part, CellIndex base_cell, Level level);
  void encode_sum(std::size_t row, std::size_t c);
  void encode_basis(std::size_t row, std::size_t c, const FieldBasis& basis);
  void tie_levels(std::size_t row);

  std::optional<std::size_t> find(std::string_view name) const;
  Contributors contributors(std::size_t row, const std::string& variable) const;
  Selection select(const std::string& unit, const Where& where, const std::string& variable,
                   const std::string& label) const;
  CellIndex cell(Selection selection, double value, const Verdict& verdict, const Contributors& who,
                 Level level);
  void show(CellIndex cell, std::size_t row, std::size_t c);
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

Status OutputEncoder::prepare() {
  for (const auto& data : output_.table.columns()) {
    Column column{nullptr, &data, {}};
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
  // A share and a part of the same base that agree in every row are about the same people.
  for (auto& column : columns_) {
    if (column.layout == nullptr || column.layout->role != Role::kPart) continue;
    for (auto& other : columns_) {
      const bool share = other.layout != nullptr && (other.layout->role == Role::kShare ||
                                                     other.layout->role == Role::kPercentage);
      if (!share || other.layout->of != column.layout->of) continue;
      const auto base = find(other.layout->of);
      const double scale = other.layout->role == Role::kPercentage ? 100 : 1;
      bool same = base.has_value();
      for (std::size_t row = 0; same && row < output_.table.row_count(); ++row) {
        const double part = column.data->number_at(row);
        const double implied = other.data->number_at(row) / scale * columns_[*base].data->number_at(row);
        same = std::isnan(part) || std::isnan(implied) || std::abs(part - implied) < 0.5;
      }
      if (same) other.variable = column.variable;
    }
  }
  return {};
}

Selection OutputEncoder::select(const std::string& unit, const Where& where, const std::string& variable,
                                const std::string& label) const {
  Selection selection{output_.population.name, output_.population.data_version, unit, where};
  if (!variable.empty()) selection.where[variable] = {label};
  return selection;
}

Contributors OutputEncoder::contributors(std::size_t row, const std::string& variable) const {
  Contributors who;
  for (const auto& column : columns_) {
    if (column.layout == nullptr || column.data->type() == table::ColumnType::kString) continue;
    const bool counts = column.layout->role == Role::kCount || column.layout->role == Role::kContributors ||
                        column.layout->role == Role::kPart;
    if (!counts || column.variable != variable || column.data->is_null(row)) continue;
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

CellIndex OutputEncoder::cell(Selection selection, double value, const Verdict& verdict, const Contributors&,
                              Level level) {
  auto key = selection.key();
  // The same words for another number: something the layout does not say tells them apart.
  for (int copy = 2;; ++copy) {
    const auto known = encoding_.by_key.find(key);
    if (known == encoding_.by_key.end()) break;
    auto& facts = encoding_.facts[known->second];
    if (std::abs(encoding_.system.cells[known->second].value - value) < 1e-9) {
      if (!facts.verdict.fails()) facts.verdict = verdict;
      return known->second;
    }
    selection.where["(reading)"] = {std::to_string(copy)};
    key = selection.key();
  }
  const auto index = static_cast<CellIndex>(encoding_.system.cells.size());
  SystemCell number;
  number.value = number.shown_low = number.shown_high = value;
  number.shown = false;
  number.can_hide = false;
  encoding_.system.cells.push_back(number);
  CellFacts facts;
  facts.selection = std::move(selection);
  facts.level = level;
  facts.implied = true;
  facts.verdict = verdict;
  encoding_.facts.push_back(std::move(facts));
  encoding_.by_key.emplace(std::move(key), index);
  return index;
}

void OutputEncoder::show(CellIndex index, std::size_t row, std::size_t c) {
  auto& number = encoding_.system.cells[index];
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

void OutputEncoder::encode_share(std::size_t row, std::size_t c, double base, double part, CellIndex base_cell,
                                 Level level) {
  const auto unit = std::string(level_name(level));
  const auto& variable = columns_[c].variable.empty() ? columns_[c].data->name() : columns_[c].variable;
  auto who = contributors(row, variable);
  who[static_cast<std::size_t>(level)] = part;
  const auto yes = cell(select(unit, where_, variable, "yes"), part, judge(part, level, who, row), who, level);
  show(yes, row, c);
  Contributors others;
  others[static_cast<std::size_t>(level)] = base - part;
  auto rest_rules = rules_;
  rest_rules.level_required = {};
  auto verdict = judge_count(base - part, level, others, false, rest_rules);
  if (verdict.fails()) {
    verdict.reason = fmt::format("the rest, those without \"{}\": {}", variable, verdict.reason);
    if (verdict.rule == "zero") verdict.rule = "all";
  }
  cell(select(unit, where_, variable, "no"), base - part, verdict, others, level);
  const auto role = columns_[c].layout != nullptr ? columns_[c].layout->role : Role::kShare;
  if (role != Role::kPart) encoding_.field_cells[index_][row * columns_.size() + c].push_back(base_cell);
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
  const auto who = contributors(row, base ? columns_[*base].variable : std::string());
  const double value = column.data->number_at(row);
  const auto index = cell(select("sum of " + column.data->name(), where_, {}, {}), value,
                          judge_magnitude(value, who, contributions, rules_), who, Level::kPerson);
  encoding_.system.cells[index].integer = false;
  if (value < 0) encoding_.system.cells[index].lower = -kUnbounded;
  encoding_.facts[index].magnitude = true;
  show(index, row, c);
}

void OutputEncoder::encode_basis(std::size_t row, std::size_t c, const FieldBasis& basis) {
  const bool share = basis.role == Role::kShare || basis.role == Role::kPercentage;
  if (basis.role != Role::kCount && !(share && basis.persons && basis.numerator)) return;
  Contributors who{basis.persons, basis.families, basis.authorities};
  const auto persons = static_cast<double>(basis.persons.value_or(0));
  if (basis.role == Role::kCount) {
    if (columns_[c].data->is_null(row) || columns_[c].data->type() == table::ColumnType::kString) return;
    const double value = columns_[c].data->number_at(row);
    who[0] = value;
    show(cell(select("person", where_, columns_[c].variable, "yes"), value, judge(value, Level::kPerson, who, row),
              who, Level::kPerson), row, c);
    return;
  }
  // The base is a count of the same row where one has the same number; else it stands for itself.
  std::string variable = "base of " + columns_[c].data->name();
  for (std::size_t other = 0; other < columns_.size(); ++other) {
    const auto& count = output_.basis[row * columns_.size() + other];
    if (count.role == Role::kCount && columns_[other].data->number_at(row) == persons) {
      variable = columns_[other].variable;
      break;
    }
  }
  const auto base = cell(select("person", where_, variable, "yes"), persons,
                         judge(persons, Level::kPerson, who, row), who, Level::kPerson);
  encode_share(row, c, persons, static_cast<double>(*basis.numerator), base, Level::kPerson);
}

void OutputEncoder::encode_field(std::size_t row, std::size_t c) {
  const auto& column = columns_[c];
  const auto& layout = *column.layout;
  if (column.data->is_null(row) || column.data->type() == table::ColumnType::kString) return;
  const double value = column.data->number_at(row);
  if (layout.role == Role::kCount) {
    auto who = contributors(row, column.variable);
    who[static_cast<std::size_t>(layout.level)] = value;
    show(cell(select(std::string(level_name(layout.level)), where_, column.variable, "yes"), value,
              judge(value, layout.level, who, row), who, layout.level), row, c);
  } else if (layout.role == Role::kSum) {
    encode_sum(row, c);
  } else if (layout.role == Role::kPart || layout.role == Role::kShare || layout.role == Role::kPercentage) {
    const auto base = find(layout.of);
    if (!base || columns_[*base].layout == nullptr || columns_[*base].data->is_null(row) ||
        columns_[*base].data->type() == table::ColumnType::kString) return;
    const auto& of = columns_[*base];
    const double n = of.data->number_at(row);
    const auto who = contributors(row, of.variable);
    const auto base_cell = cell(select(std::string(level_name(of.layout->level)), where_, of.variable, "yes"), n,
                                judge(n, of.layout->level, who, row), who, of.layout->level);
    const double scale = layout.role == Role::kPercentage ? 100 : 1;
    encode_share(row, c, n, layout.role == Role::kPart ? value : std::nearbyint(value / scale * n), base_cell,
                 of.layout->level);
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
      const auto spare = cell(std::move(selection), slack, {}, {}, many->level);
      encoding_.system.relations.push_back({{{first[0], 1}, {second[0], -1}, {spare, -1}}});
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
    if (!output_.basis.empty()) {
      encode_basis(row, c, output_.basis[row * columns_.size() + c]);
    } else if (columns_[c].layout != nullptr) {
      encode_field(row, c);
    }
  }
  if (output_.basis.empty()) tie_levels(row);
  rules_ = kept;
}

Status OutputEncoder::run() {
  if (auto status = prepare(); !status.ok()) return status;
  const auto row_count = output_.table.row_count();
  if (!output_.basis.empty() && output_.basis.size() != row_count * columns_.size()) {
    return invalid(fmt::format("output {}: its basis has {} fields and its table {}", output_.id,
                               output_.basis.size(), row_count * columns_.size()));
  }
  encoding_.field_cells[index_].resize(row_count * columns_.size());
  for (std::size_t row = 0; row < row_count; ++row) encode_row(row);
  return {};
}

void encode_released(Encoding& encoding, const ReleasedOutput& released) {
  std::vector<CellIndex> index_of;
  for (const auto& cell : released.cells) {
    const auto key = cell.selection.key();
    const auto [known, is_new] =
        encoding.by_key.emplace(key, static_cast<CellIndex>(encoding.system.cells.size()));
    index_of.push_back(known->second);
    if (is_new) {
      encoding.system.cells.emplace_back();
      encoding.facts.emplace_back();
    }
    auto& number = encoding.system.cells[known->second];
    auto& facts = encoding.facts[known->second];
    const bool was_shown = !is_new && number.shown;
    number.value = cell.value;
    if (!was_shown) {
      number.shown = cell.shown;
      number.shown_low = cell.shown_low;
      number.shown_high = cell.shown_high;
    }
    number.can_hide = false;
    number.integer = cell.selection.unit == "person" || cell.selection.unit == "family" ||
                     cell.selection.unit == "authority";
    if (!number.integer && cell.value < 0) number.lower = -kUnbounded;
    facts.selection = cell.selection;
    facts.magnitude = !number.integer;
    facts.implied = !cell.shown && !cell.sensitive;
    facts.released_in = released.title + ", " + released.published.substr(0, 10);
    if (cell.sensitive) {
      facts.verdict = {"released", "it was kept hidden in an earlier release", "publish less beside it", {}};
      facts.verdict.need = {cell.need_low, cell.need_high, cell.need_width};
    }
  }
  for (const auto& sum : released.sums) {
    Relation relation{{{index_of[sum.total], 1}}};
    for (const auto part : sum.parts) relation.terms.push_back({index_of[part], -1});
    encoding.system.relations.push_back(std::move(relation));
  }
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

void set_costs(Encoding& encoding, const Rules& rules) {
  for (std::size_t c = 0; c < encoding.system.cells.size(); ++c) {
    auto& cell = encoding.system.cells[c];
    const double importance = cell.cost;
    // The fewer conditions, the more a reader misses it: totals are hidden last.
    const double margin = std::pow(2.0, -static_cast<double>(encoding.facts[c].selection.where.size()));
    const double basis = rules.cost == CostBasis::kCounts ? 1 + std::abs(cell.value) : 1 + margin;
    cell.cost = basis * (rules.cost == CostBasis::kImportance ? importance * importance : importance);
  }
}

}  // namespace kinfold::disclosure
