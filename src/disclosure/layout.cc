#include <algorithm>
#include <array>

#include "disclosure/table.h"
#include "disclosure/toml_internal.h"

namespace kinfold::disclosure {
namespace {

const std::vector<std::string> kRoleNames{
    "dimension",  "count",   "contributors", "share",           "percentage", "part",
    "sum",        "mean",    "estimate",     "residual-df",     "minimum",    "maximum",
    "percentile", "at-risk", "largest",      "structural-zero", "cell-key",   "text"};

/// What a column's name says of it; names are compared in lower case.
struct Word {
  std::string_view name;
  Role role;
  Level level = Level::kPerson;
};
constexpr Word kWords[] = {{"n", Role::kCount},
                           {"count", Role::kCount},
                           {"persons", Role::kCount},
                           {"people", Role::kCount},
                           {"children", Role::kCount},
                           {"adults", Role::kCount},
                           {"n_treated", Role::kCount},
                           {"n_comparison", Role::kCount},
                           {"n_persons", Role::kCount},
                           {"families", Role::kCount, Level::kFamily},
                           {"n_families", Role::kCount, Level::kFamily},
                           {"authorities", Role::kCount, Level::kAuthority},
                           {"n_authorities", Role::kCount, Level::kAuthority},
                           {"contributors", Role::kContributors},
                           {"contributing_persons", Role::kContributors},
                           {"contributing_families", Role::kContributors, Level::kFamily},
                           {"contributing_authorities", Role::kContributors, Level::kAuthority},
                           {"share", Role::kShare},
                           {"rate", Role::kShare},
                           {"percent", Role::kPercentage},
                           {"percentage", Role::kPercentage},
                           {"events", Role::kPart},
                           {"numerator", Role::kPart},
                           {"sum", Role::kSum},
                           {"amount", Role::kSum},
                           {"value", Role::kSum},
                           {"mean", Role::kMean},
                           {"average", Role::kMean},
                           {"std_dev", Role::kMean},
                           {"sd", Role::kMean},
                           {"median", Role::kPercentile},
                           {"estimate", Role::kEstimate},
                           {"std_error", Role::kEstimate},
                           {"se", Role::kEstimate},
                           {"ci_low", Role::kEstimate},
                           {"ci_high", Role::kEstimate},
                           {"p_value", Role::kEstimate},
                           {"p_adjusted", Role::kEstimate},
                           {"difference", Role::kEstimate},
                           {"coefficient", Role::kEstimate},
                           {"effect", Role::kEstimate},
                           {"df", Role::kResidualDf},
                           {"residual_df", Role::kResidualDf},
                           {"min", Role::kMinimum},
                           {"minimum", Role::kMinimum},
                           {"max", Role::kMaximum},
                           {"maximum", Role::kMaximum},
                           {"at_risk", Role::kAtRisk},
                           {"largest", Role::kLargest},
                           {"largest_1", Role::kLargest},
                           {"largest_2", Role::kLargest},
                           {"structural_zero", Role::kStructuralZero},
                           {"cell_key", Role::kCellKey}};

constexpr std::array<std::string_view, 7> kTotals{"total",     "all", "both",   "everyone",
                                                  "everybody", "any", "overall"};

std::string find_total(const table::Column& column) {
  for (std::size_t row = 0; row < column.size(); ++row) {
    const auto text = column.text_at(row);
    const auto lower = ascii_lower(trim(text));
    if (std::find(kTotals.begin(), kTotals.end(), lower) != kTotals.end()) return text;
  }
  return {};
}

bool is_percentile_name(std::string_view name, double& percentile) {
  if (name.size() < 2 || name.size() > 3 || name[0] != 'p') return false;
  double value = 0;
  for (const char c : name.substr(1)) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  percentile = value;
  return value > 0 && value < 100;
}

/// "12", "<5", "25,0", "12.5 %", "1,234", "[c]": a figure, for a reader.
bool is_figure(std::string_view text) {
  if (text == "[c]" || text == "x" || text == "*") return true;
  bool digit = false;
  for (const char c : text) {
    digit = digit || (c >= '0' && c <= '9');
    const bool beside =
        (c >= '0' && c <= '9') || std::string_view(" .,<>=~%").find(c) != std::string_view::npos;
    if (!beside) return false;
  }
  return digit;
}

/// Figures that came as text, not labels: most look like figures, and not all are whole numbers (quarters,
/// codes).
bool holds_figures(const table::Column& column) {
  std::size_t figures = 0;
  bool all_whole = true;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const auto text = trim(column.string_at(row));
    if (!is_figure(text)) continue;
    ++figures;
    all_whole = all_whole && text.find_first_not_of("0123456789") == std::string_view::npos;
  }
  return !all_whole && 2 * figures >= column.size();
}

/// Labels in every row; else rows would be taken for those of a category without a name.
bool labels_every_row(const table::Column& column) {
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.is_null(row) || trim(column.text_at(row)).empty()) return false;
  }
  return true;
}

constexpr std::array<std::string_view, 7> kRemarks{"note",     "notes",     "comment", "comments",
                                                   "footnote", "footnotes", "remarks"};

bool guess_column(const table::Column& column, ColumnLayout& layout) {
  layout.column = column.name();
  const auto name = ascii_lower(trim(column.name()));
  for (const auto& word : kWords) {
    if (word.name != name) continue;
    layout.role = word.role;
    layout.level = word.level;
    if (name == "largest_2") layout.largest_rank = 2;
    return true;
  }
  if (is_percentile_name(name, layout.percentile)) {
    layout.role = Role::kPercentile;
    return true;
  }
  if (std::find(kRemarks.begin(), kRemarks.end(), name) != kRemarks.end() &&
      column.type() == table::ColumnType::kString) {
    layout.role = Role::kText;
    return true;
  }
  if (column.type() == table::ColumnType::kString || column.type() == table::ColumnType::kDate) {
    if (!labels_every_row(column)) return false;
    if (column.type() == table::ColumnType::kString && holds_figures(column)) return false;
    layout.role = Role::kDimension;
    layout.total = find_total(column);
    return true;
  }
  return false;
}

bool counts_everybody(const ColumnLayout& layout) {
  const auto name = ascii_lower(layout.column);
  return name == "n" || name == "count" || name == "persons" || name == "people" || name == "n_persons" ||
         name == "families" || name == "n_families" || name == "authorities" || name == "n_authorities";
}

/// Fills what a role needs and nobody said: the column it is of, the columns it rests on.
void fill_references(std::vector<ColumnLayout>& layout) {
  std::string base;
  std::string sum;
  std::vector<std::string> counts;
  for (const auto& column : layout) {
    if ((column.role == Role::kCount || column.role == Role::kContributors) &&
        column.level == Level::kPerson) {
      counts.push_back(column.column);
      if (base.empty()) base = column.column;
    }
    if (column.role == Role::kSum && sum.empty()) sum = column.column;
  }
  for (auto& column : layout) {
    const bool needs_base = is_share(column.role) || column.role == Role::kPart ||
                            column.role == Role::kSum || column.role == Role::kMean ||
                            column.role == Role::kPercentile;
    if (needs_base && column.of.empty()) column.of = base;
    if (column.role == Role::kLargest && column.of.empty()) column.of = sum;
    if (column.role == Role::kEstimate && column.n.empty()) column.n = counts;
    // Contributors stand behind the whole row unless they say of which column.
    if (column.role == Role::kContributors && column.of.empty()) continue;
    if (column.variable.empty() && !counts_everybody(column)) column.variable = column.column;
  }
}

Status read_column(const toml::table& table, const std::string& name, ColumnLayout& layout) {
  KeyReader keys(table, "table.columns." + name);
  layout.column = name;
  keys.choice("role", layout.role, kRoleNames);
  keys.choice("level", layout.level, {"person", "family", "authority"});
  keys.text("of", layout.of);
  keys.texts("n", layout.n);
  keys.text("total", layout.total);
  keys.number("percentile", layout.percentile, 0, 100);
  keys.number("largest_rank", layout.largest_rank, 1, 10);
  int decimals = -1;
  keys.number("decimals", decimals, 0, 15);
  if (decimals >= 0) layout.decimals = decimals;
  keys.number("importance", layout.importance, 0.001, 1000);
  keys.text("variable", layout.variable);
  if (const auto* parents = keys.table("parent"); parents != nullptr) {
    KeyReader labels(*parents, "table.columns." + name + ".parent");
    for (const auto& [child, node] : *parents)
      labels.text(child.str(), layout.parent[std::string(child.str())]);
    if (auto status = labels.finish(); !status.ok()) return status;
  }
  return keys.finish();
}

Status read_population(const toml::table& table, Population& population) {
  KeyReader keys(table, "table.population");
  keys.text("name", population.name);
  keys.text("data_version", population.data_version);
  if (const auto* only = keys.table("only"); only != nullptr) {
    KeyReader labels(*only, "table.population.only");
    for (const auto& [variable, node] : *only) {
      labels.texts(variable.str(), population.only[std::string(variable.str())]);
    }
    if (auto status = labels.finish(); !status.ok()) return status;
  }
  return keys.finish();
}

Status read_microdata_spec(const toml::table& table, MicrodataSpec& spec) {
  KeyReader keys(table, "table.microdata");
  keys.text("file", spec.file);
  keys.text("family", spec.family);
  keys.text("authority", spec.authority);
  keys.text("record_key", spec.record_key);
  return keys.finish();
}

}  // namespace

std::string_view role_name(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::vector<ColumnLayout> guess_layout(const table::Table& table) {
  std::vector<ColumnLayout> layout;
  for (const auto& column : table.columns()) {
    ColumnLayout guessed;
    if (guess_column(column, guessed)) layout.push_back(std::move(guessed));
  }
  fill_references(layout);
  return layout;
}

void complete_layout(Output& output) {
  for (auto& column : output.layout) {
    const auto* data = output.table.find(column.column);
    if (data != nullptr && column.role == Role::kDimension && column.total.empty())
      column.total = find_total(*data);
  }
  fill_references(output.layout);
}

Result<TableSpec> parse_table_spec(std::string_view toml_text) {
  auto document = parse_toml(toml_text);
  if (!document.ok()) return document.error();
  TableSpec spec;
  const auto* table = document.value()["table"].as_table();
  if (table == nullptr) return spec;
  KeyReader keys(*table, "table");
  keys.text("title", spec.title);
  if (const auto* population = keys.table("population"); population != nullptr) {
    if (auto status = read_population(*population, spec.population); !status.ok()) return status.error();
  }
  if (const auto* microdata = keys.table("microdata"); microdata != nullptr) {
    if (auto status = read_microdata_spec(*microdata, spec.microdata); !status.ok()) return status.error();
  }
  if (const auto* columns = keys.table("columns"); columns != nullptr) {
    for (const auto& [name, node] : *columns) {
      if (!node.is_table()) {
        return invalid(fmt::format("rules: line {}: table.columns must hold one table a column",
                                   node.source().begin.line));
      }
      ColumnLayout layout;
      if (auto status = read_column(*node.as_table(), std::string(name.str()), layout); !status.ok()) {
        return status.error();
      }
      spec.columns.push_back(std::move(layout));
    }
  }
  if (auto status = keys.finish(); !status.ok()) return status.error();
  return spec;
}

Result<Output> make_output(std::string id, table::Table table, const TableSpec& spec) {
  Output output;
  output.id = std::move(id);
  output.title = spec.title.empty() ? output.id : spec.title;
  output.population = spec.population;
  for (const auto& column : spec.columns) {
    if (table.find(column.column) == nullptr) {
      return invalid(fmt::format("rules: table.columns.{}: the table has no such column", column.column));
    }
  }
  for (const auto& column : table.columns()) {
    const auto given = std::find_if(spec.columns.begin(), spec.columns.end(),
                                    [&](const ColumnLayout& c) { return c.column == column.name(); });
    ColumnLayout layout;
    if (given != spec.columns.end()) {
      layout = *given;
      if (layout.role == Role::kDimension && layout.total.empty()) layout.total = find_total(column);
    } else if (!guess_column(column, layout)) {
      continue;
    }
    output.layout.push_back(std::move(layout));
  }
  const bool figures =
      std::any_of(output.layout.begin(), output.layout.end(), [](const ColumnLayout& column) {
        return column.role != Role::kDimension && column.role != Role::kText;
      });
  if (!figures) {
    return invalid(
        fmt::format("output {}: no column is known to hold figures, so nothing would be checked; say which "
                    "does in the rules "
                    "file, for example [table.columns.NAME] with role = \"count\"",
                    output.id));
  }
  fill_references(output.layout);
  output.table = std::move(table);
  return output;
}

}  // namespace kinfold::disclosure
