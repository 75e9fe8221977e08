// From a table with one row a unit and period to a balanced panel.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <unordered_map>

#include "base/text.h"
#include "evaluation/frame_internal.h"
#include "evaluation/linear.h"
#include "evaluation/staggered_internal.h"

namespace kinfold::evaluation {
namespace {

using table::Column;
using table::ColumnType;
using table::Table;

/// Where a bad value is; never which.
Error bad_row(const Staggered& section, const std::string& column, std::size_t row,
              const std::string& problem) {
  return invalid("plan, staggered " + section.id + ": row " + std::to_string(row + 1) + ", column " + column +
                 ": " + problem);
}

/// The column as numbers, NaN where missing.
Result<std::vector<double>> number_column(const Table& table, const Staggered& section,
                                          const std::string& name) {
  const std::string where = "plan, staggered " + section.id + ": ";
  auto column = table.require(name);
  if (!column.ok()) return invalid(where + column.error().message);
  if (column.value()->type() == ColumnType::kDate)
    return invalid(where + "column " + name + " holds dates; a number is needed");
  auto numbers = numbers_of(*column.value());
  if (!numbers.ok()) return invalid(where + numbers.error().message);
  return numbers;
}

/// A whole number of a column that should hold nothing else.
Result<int> whole(double value, const std::string& column, std::size_t row, const Staggered& section) {
  if (!(std::fabs(value) < 1e9) || value != std::floor(value)) {
    return bad_row(section, column, row, "a whole number is needed; number the periods 1, 2, 3 or by year");
  }
  return static_cast<int>(value);
}

/// The columns of a section.
struct Columns {
  const Column* unit = nullptr;
  const Column* cluster = nullptr;
  std::vector<double> period;
  std::vector<double> first;
  std::vector<double> outcome;
  std::vector<std::vector<double>> covariates;
};

Result<Columns> find_columns(const Table& table, const Staggered& section) {
  Columns out;
  const std::pair<const std::string*, const Column**> texts[] = {{&section.unit_column, &out.unit},
                                                                 {&section.cluster_column, &out.cluster}};
  for (const auto& [name, place] : texts) {
    if (name->empty()) continue;
    auto column = table.require(*name);
    if (!column.ok()) return invalid("plan, staggered " + section.id + ": " + column.error().message);
    *place = column.value();
  }
  std::vector<std::pair<std::string, std::vector<double>*>> numbers = {
      {section.period_column, &out.period},
      {section.first_treated_column, &out.first},
      {section.outcome_column, &out.outcome}};
  out.covariates.resize(section.covariate_columns.size());
  for (std::size_t c = 0; c < out.covariates.size(); ++c)
    numbers.emplace_back(section.covariate_columns[c], &out.covariates[c]);
  for (const auto& [name, place] : numbers) {
    auto read = number_column(table, section, name);
    if (!read.ok()) return read.error();
    *place = std::move(read.value());
  }
  return out;
}

constexpr std::uint32_t kNoRow = 0xFFFFFFFF;

/// Which row has each unit in each period.
struct Grid {
  std::vector<int> periods;
  std::vector<std::string> names;  // of units
  std::vector<int> first_treated;
  std::vector<std::uint32_t> first_row;  // of the unit, as read
  std::vector<std::uint32_t> row;        // [unit * periods + period], or kNoRow
  std::vector<std::uint32_t> kept;       // units, by name

  std::uint32_t row_at(std::uint32_t unit, std::size_t period) const {
    return row[unit * periods.size() + period];
  }
};

/// 0: never. A unit that begins after the last period is one of those who never do within the data.
Result<int> first_treated_at(const Columns& columns, const Staggered& section, std::size_t row) {
  const double value = columns.first[row];
  if (std::isnan(value)) return 0;
  for (const auto& never : section.never) {
    if (!never.empty() && std::strtod(never.c_str(), nullptr) == value) return 0;
  }
  auto first = whole(value, section.first_treated_column, row, section);
  if (first.ok() && first.value() == 0)
    return bad_row(section, section.first_treated_column, row, "0 is no period; add it to never");
  return first;
}

/// Every row's unit, with what may not differ between rows of one unit held to that.
struct Row {
  std::uint32_t row = 0;
  std::uint32_t unit = 0;
  int period = 0;
};
Result<std::vector<Row>> read_units(const Table& table, const Columns& columns, const Staggered& section,
                                    Grid& grid) {
  auto in = meets(table, section.where);
  if (!in.ok()) return in.error();
  std::unordered_map<std::string, std::uint32_t> known;
  std::vector<Row> rows;
  for (std::uint32_t row = 0; row < table.row_count(); ++row) {
    if (in.value()[row] == 0) continue;
    if (columns.unit->is_null(row))
      return bad_row(section, columns.unit->name(), row, "the unit has no name");
    const auto period = whole(columns.period[row], section.period_column, row, section);
    if (!period.ok()) return period.error();
    const auto first = first_treated_at(columns, section, row);
    if (!first.ok()) return first.error();
    const auto [place, fresh] =
        known.emplace(columns.unit->text_at(row), static_cast<std::uint32_t>(known.size()));
    const auto unit = place->second;
    rows.push_back({row, unit, period.value()});
    if (fresh) {
      grid.names.push_back(place->first);
      grid.first_treated.push_back(first.value());
      grid.first_row.push_back(row);
      continue;
    }
    const auto earlier = grid.first_row[unit];
    const std::string but = ", but row " + std::to_string(earlier + 1) + " says otherwise of the same unit";
    if (grid.first_treated[unit] != first.value())
      return bad_row(section, section.first_treated_column, row, "a unit begins once" + but);
    if (columns.cluster != nullptr && columns.cluster->text_at(earlier) != columns.cluster->text_at(row)) {
      return bad_row(section, columns.cluster->name(), row, "a unit stays in one cluster" + but);
    }
  }
  return rows;
}

Result<Grid> make_grid(const Table& table, const Columns& columns, const Staggered& section) {
  Grid grid;
  const auto rows = read_units(table, columns, section, grid);
  if (!rows.ok()) return rows.error();
  if (rows.value().empty())
    return invalid("plan, staggered " + section.id + ": no row is in it; check the file and where");
  for (const auto& one : rows.value()) grid.periods.push_back(one.period);
  std::sort(grid.periods.begin(), grid.periods.end());
  grid.periods.erase(std::unique(grid.periods.begin(), grid.periods.end()), grid.periods.end());
  if (grid.periods.size() > 1000) {
    return invalid("plan, staggered " + section.id + ": column " + section.period_column + " has " +
                   std::to_string(grid.periods.size()) + " periods; at most 1,000. Count in longer ones");
  }
  grid.row.assign(grid.names.size() * grid.periods.size(), kNoRow);
  for (const auto& one : rows.value()) {
    const auto period =
        std::lower_bound(grid.periods.begin(), grid.periods.end(), one.period) - grid.periods.begin();
    auto& place = grid.row[one.unit * grid.periods.size() + static_cast<std::size_t>(period)];
    if (place != kNoRow) {
      return bad_row(section, section.period_column, one.row,
                     "the unit is there twice in this period; one row a unit and period is needed");
    }
    place = one.row;
  }
  grid.kept.resize(grid.names.size());
  std::iota(grid.kept.begin(), grid.kept.end(), 0U);
  std::sort(grid.kept.begin(), grid.kept.end(),
            [&](auto a, auto b) { return grid.names[a] < grid.names[b]; });
  return grid;
}

bool is_complete(const Grid& grid, std::uint32_t unit, const Columns& columns) {
  for (std::size_t t = 0; t < grid.periods.size(); ++t) {
    const auto row = grid.row_at(unit, t);
    if (row == kNoRow || std::isnan(columns.outcome[row])) return false;
  }
  const auto first = grid.row_at(unit, 0);
  return std::all_of(columns.covariates.begin(), columns.covariates.end(),
                     [&](const auto& values) { return !std::isnan(values[first]); });
}

std::string counted(std::size_t count, const std::string& what) {
  return with_thousands(static_cast<long long>(count)) + " " + what;
}

/// Takes out who cannot be used, and says so.
void leave_out(Grid& grid, const Columns& columns, const Staggered& section, std::size_t units_min,
               std::vector<std::string>& notes) {
  const auto without = [&](const auto& bad, const std::string& why) {
    const auto count = std::erase_if(grid.kept, bad);
    if (count > 0) notes.push_back(section.title + ": " + counted(count, "units were left out: ") + why);
  };
  without([&](auto unit) { return !is_complete(grid, unit, columns); },
          "they are not there, or lack a value, in one of the periods.");
  without(
      [&](auto unit) {
        return grid.first_treated[unit] != 0 && grid.first_treated[unit] <= grid.periods.front();
      },
      "they began in the first period or before, so nothing is known from before.");
  std::map<int, std::size_t> size;
  for (const auto unit : grid.kept) {
    if (grid.first_treated[unit] > grid.periods.back()) grid.first_treated[unit] = 0;
    ++size[grid.first_treated[unit]];
  }
  for (const auto& [group, count] : size) {
    if (group == 0 || count >= units_min) continue;
    std::erase_if(grid.kept, [&, small = group](auto unit) { return grid.first_treated[unit] == small; });
    notes.push_back(section.title + ": the group that began in " + std::to_string(group) +
                    " was left out: it has fewer units than the plan's minimum of " +
                    std::to_string(units_min) + ".");
  }
}

/// Covariates with an intercept; those that depend on the others are left out and named.
void add_covariates(const Grid& grid, const Columns& columns, const Staggered& section, StaggeredPanel& out) {
  if (columns.covariates.empty() || grid.kept.empty()) return;
  Matrix all(grid.kept.size(), columns.covariates.size() + 1);
  for (std::size_t i = 0; i < grid.kept.size(); ++i) {
    all.at(i, 0) = 1;
    for (std::size_t c = 0; c < columns.covariates.size(); ++c) {
      all.at(i, c + 1) = columns.covariates[c][grid.row_at(grid.kept[i], 0)];
    }
  }
  const auto kept = independent_columns(all);
  out.panel.x = take_columns(all, kept);
  std::vector<bool> is_kept(all.cols, false);
  for (const auto c : kept) is_kept[c] = true;
  for (std::size_t c = 0; c < all.cols; ++c) {
    const std::string name = c == 0 ? "intercept" : section.covariate_columns[c - 1];
    if (is_kept[c]) {
      out.panel.names.push_back(name);
    } else {
      out.notes.push_back(section.title + ": \"" + name +
                          "\" was left out of the model: the other covariates already tell it.");
    }
  }
}

}  // namespace

Result<StaggeredPanel> read_staggered_panel(const Table& table, const Staggered& section,
                                            std::size_t units_min) {
  auto columns = find_columns(table, section);
  if (!columns.ok()) return columns.error();
  auto made = make_grid(table, columns.value(), section);
  if (!made.ok()) return made.error();
  auto& grid = made.value();
  StaggeredPanel out;
  leave_out(grid, columns.value(), section, units_min, out.notes);
  auto& panel = out.panel;
  panel.periods = grid.periods;
  panel.y = Matrix(grid.kept.size(), grid.periods.size());
  std::unordered_map<std::string, std::uint32_t> clusters;
  for (std::size_t i = 0; i < grid.kept.size(); ++i) {
    const auto unit = grid.kept[i];
    panel.first_treated.push_back(grid.first_treated[unit]);
    for (std::size_t t = 0; t < grid.periods.size(); ++t)
      panel.y.at(i, t) = columns.value().outcome[grid.row_at(unit, t)];
    if (columns.value().cluster == nullptr) continue;
    const auto cluster = columns.value().cluster->text_at(grid.row_at(unit, 0));
    panel.cluster.push_back(
        clusters.emplace(cluster, static_cast<std::uint32_t>(clusters.size())).first->second);
  }
  add_covariates(grid, columns.value(), section, out);
  return out;
}

}  // namespace kinfold::evaluation
