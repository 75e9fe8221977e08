// Logarithms of rates and shares, which may be none.
#pragma once

#include <cmath>

namespace kinfold::linkage {

/// Natural; of no rate at all so little that nothing which is added to it brings it back.
inline double log_rate(double rate) { return rate > 0.0 ? std::log(rate) : -1e30; }

}  // namespace kinfold::linkage
