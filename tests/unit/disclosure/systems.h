// Systems that are small enough to be worked out by hand.
#pragma once

#include <vector>

#include "disclosure/system.h"

namespace kinfold::disclosure {

inline SystemCell cell_of(double value, bool shown = true) {
  SystemCell cell;
  cell.value = cell.shown_low = cell.shown_high = value;
  cell.shown = shown;
  return cell;
}

/// 4 + 50 = 54, of which the 4 (cell 0) is hidden.
inline System small_part_of_a_sum() {
  System system;
  system.cells = {cell_of(4, false), cell_of(50), cell_of(54)};
  system.relations.push_back({{{2, 1}, {0, -1}, {1, -1}}});
  return system;
}

}  // namespace kinfold::disclosure
