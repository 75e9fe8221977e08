// A table whose rows are drawn as bars too: a chart that is its own table, and needs no script.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace kinfold::page {

/// A stretch on a lane's scale. Drawn solid where it runs to the right, hollow where to the left, so that the
/// sign can be told without colour.
struct BarSpan {
  double from = 0.0;
  double to = 0.0;
};

/// A column of bars on one common scale.
struct BarLane {
  std::string heading;
  double low = 0.0;  ///< The left end of the scale; low < high.
  double high = 1.0;
  std::string low_label;
  std::string high_label;
  std::optional<double> mark;  ///< A line across all rows, such as a threshold.
};

struct BarRow {
  std::vector<std::string> cells;               ///< One for each of Bars::columns.
  std::vector<std::optional<BarSpan>> spans{};  ///< One for each lane; none is drawn where there is no value.
  bool heads_group = false;                     ///< Its first cell is the name of the rows that follow.
  bool total = false;                           ///< Set apart from the rows above.
};

struct Bars {
  std::string caption;
  std::vector<std::string> columns;   ///< The first names the row.
  std::size_t text_column_count = 1;  ///< Leading columns that hold words; the others hold numbers.
  std::vector<BarLane> lanes;
  std::vector<BarRow> rows;
};

}  // namespace kinfold::page
