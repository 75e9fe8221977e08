// Shares as they are published, with a few decimals: what counts they leave open.
#include <algorithm>
#include <cmath>

#include "disclosure/check_internal.h"
#include "disclosure/solver_internal.h"

namespace kinfold::disclosure {
namespace {

constexpr int kDecimalsMax = 6;  // more are taken for a figure in full

bool has_decimals(double value, int decimals) {
  const double scaled = value * std::pow(10.0, decimals);
  return std::abs(scaled - std::nearbyint(scaled)) < 1e-6;
}

/// Cells whose counts are open, as columns of a programme.
struct OpenCells {
  std::vector<CellIndex> cells;
  std::vector<int> column_of;
};

OpenCells open_cells(const Encoding& encoding) {
  OpenCells open{{}, std::vector<int>(encoding.system.cells.size(), -1)};
  for (CellIndex c = 0; c < encoding.system.cells.size(); ++c) {
    if (!encoding.facts[c].within) continue;
    open.column_of[c] = static_cast<int>(open.cells.size());
    open.cells.push_back(c);
  }
  return open;
}

/// Columns: the open counts, then how far each lies above and below the nearest one.
std::vector<double> fit(const Encoding& encoding, const OpenCells& open,
                        const std::vector<const Relation*>& relations) {
  constexpr int kNodeCountMax = 200;
  const auto count = open.cells.size();
  std::vector<std::vector<std::pair<int, double>>> entries(count);
  std::vector<double> row_value;
  for (const auto* relation : relations) {
    double rest = 0;
    const int row = static_cast<int>(row_value.size());
    for (const auto& term : relation->terms) {
      const int column = open.column_of[term.cell];
      if (column < 0) {
        rest -= term.coefficient * encoding.system.cells[term.cell].value;
      } else {
        entries[static_cast<std::size_t>(column)].push_back({row, term.coefficient});
      }
    }
    row_value.push_back(rest);
  }
  SparseColumns columns;
  std::vector<double> low, high, cost;
  std::vector<bool> integer;
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto& [row, value] : entries[i]) {
      columns.rows.push_back(row);
      columns.values.push_back(value);
    }
    columns.rows.push_back(static_cast<int>(row_value.size() + i));
    columns.values.push_back(1);
    columns.end_column();
    low.push_back(encoding.facts[open.cells[i]].within->first);
    high.push_back(encoding.facts[open.cells[i]].within->second);
    cost.push_back(0);
    integer.push_back(true);
  }
  for (const double sign : {-1.0, 1.0}) {  // count - above + below = nearest
    for (std::size_t i = 0; i < count; ++i) {
      columns.rows.push_back(static_cast<int>(row_value.size() + i));
      columns.values.push_back(sign);
      columns.end_column();
      low.push_back(0);
      high.push_back(kUnbounded);
      cost.push_back(1);
      integer.push_back(false);
    }
  }
  for (const auto c : open.cells) row_value.push_back(encoding.system.cells[c].value);
  columns.row_count = static_cast<int>(row_value.size());
  return minimise_integer(
             {&columns, low, high, cost, row_value, row_value, &integer, kNodeCountMax, {}, false})
      .solution;
}

}  // namespace

void take_value(Encoding& encoding, CellIndex c, double value) {
  auto& cell = encoding.system.cells[c];
  auto& need = encoding.facts[c].verdict.need;
  const double moved = value - cell.value;
  if (encoding.facts[c].verdict.fails()) {
    need.below += moved;
    need.above -= moved;
  }
  cell.value = value;
  if (!cell.shown) cell.shown_low = cell.shown_high = value;
}

ShareReading read_share(double share, double scale, double n, std::optional<int> decimals) {
  const double nearest = std::nearbyint(share / scale * n);
  if (!decimals) return {nearest, nearest, nearest};
  const double half = 0.5 * std::pow(10.0, -*decimals);
  const double low = std::max(0.0, std::ceil((share - half) / scale * n - 1e-9));
  const double high = std::min(n, std::floor((share + half) / scale * n + 1e-9));
  if (low > high)
    return {nearest, nearest, nearest};  // no whole number of people has this share: not a plain count
  return {std::clamp(nearest, low, high), low, high};
}

std::optional<int> decimals_of(const table::Column& shares, const table::Column& n, double scale,
                               const ColumnLayout& layout) {
  if (layout.decimals) return layout.decimals;
  bool in_full = true;
  int decimals = 0;
  for (std::size_t row = 0; row < shares.size(); ++row) {
    if (shares.is_null(row) || n.is_null(row)) continue;
    const double implied = shares.number_at(row) / scale * n.number_at(row);
    in_full =
        in_full && std::abs(implied - std::nearbyint(implied)) <= 1e-6 * std::max(1.0, n.number_at(row));
    while (decimals <= kDecimalsMax && !has_decimals(shares.number_at(row), decimals)) ++decimals;
  }
  if (in_full || decimals > kDecimalsMax) return std::nullopt;
  return decimals;
}

void round_as_published(Output& output) {
  for (const auto& layout : output.layout) {
    auto* column = output.table.find(layout.column);
    if (!layout.decimals || column == nullptr || column->type() != table::ColumnType::kDouble) continue;
    const double unit = std::pow(10.0, *layout.decimals);
    table::Column rounded(column->name(), column->type());
    for (std::size_t row = 0; row < column->size(); ++row) {
      if (column->is_null(row))
        rounded.append_null();
      else
        rounded.append_double(std::nearbyint(column->double_at(row) * unit) / unit);
    }
    *column = std::move(rounded);
  }
}

double rounding_slack(const Encoding& encoding, const Relation& relation) {
  double slack = 0;
  for (const auto& term : relation.terms) {
    const auto& within = encoding.facts[term.cell].within;
    if (within) slack += within->second - within->first;
  }
  return slack;
}

bool settle_rounded_shares(Encoding& encoding) {
  const auto open = open_cells(encoding);
  const auto tentative = std::move(encoding.tentative);
  encoding.tentative.clear();
  if (open.cells.empty()) return true;
  std::vector<const Relation*> relations;
  for (const auto& relation : encoding.system.relations) {
    if (rounding_slack(encoding, relation) > 0) relations.push_back(&relation);
  }
  for (const auto& relation : tentative) relations.push_back(&relation);
  const auto solution = fit(encoding, open, relations);
  if (solution.empty()) return false;
  for (std::size_t i = 0; i < open.cells.size(); ++i)
    take_value(encoding, open.cells[i], std::nearbyint(solution[i]));
  for (const auto& relation : tentative) encoding.system.relations.push_back(relation);
  return true;
}

}  // namespace kinfold::disclosure
