#include <algorithm>
#include <cmath>

#include "disclosure/encode_internal.h"

namespace kinfold::disclosure {

void set_costs(Encoding& encoding, const Rules& rules) {
  // A base that is hidden takes all its shares with it.
  std::vector<double> told_by(encoding.system.cells.size(), 0.0);
  for (const auto& fields : encoding.field_cells) {
    for (const auto& cells : fields) {
      for (const auto c : cells) told_by[c] += 1;
    }
  }
  for (std::size_t c = 0; c < encoding.system.cells.size(); ++c) {
    auto& cell = encoding.system.cells[c];
    const double importance = cell.cost;
    // The fewer conditions, the more a reader misses it: totals are hidden last.
    const double margin = std::pow(2.0, -static_cast<double>(encoding.facts[c].selection.where.size()));
    const double basis = rules.cost == CostBasis::kCounts ? 1 + std::abs(cell.value) : 1 + margin;
    cell.cost = basis * std::max(1.0, told_by[c]) *
                (rules.cost == CostBasis::kImportance ? importance * importance : importance);
  }
}

}  // namespace kinfold::disclosure
