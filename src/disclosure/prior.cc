#include <algorithm>
#include <cmath>

#include "disclosure/encode_internal.h"

namespace kinfold::disclosure {

void assume_prior_knowledge(Encoding& encoding, const Rules& rules) {
  if (rules.prior_share >= 1) return;
  for (std::size_t c = 0; c < encoding.system.cells.size(); ++c) {
    if (!encoding.facts[c].magnitude) continue;
    auto& cell = encoding.system.cells[c];
    const double reach = rules.prior_share * std::abs(cell.value);
    cell.lower = std::max(cell.lower, cell.value - reach);
    cell.upper = std::min(cell.upper, cell.value + reach);
    auto& need = encoding.facts[c].verdict.need;  // no hiding takes away what is known anyhow
    need = {std::min(need.below, reach), std::min(need.above, reach), std::min(need.width, 2 * reach)};
  }
}

}  // namespace kinfold::disclosure
