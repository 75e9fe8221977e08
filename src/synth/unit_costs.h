// The example table of unit costs that goes with the synthetic programme.
#pragma once

#include <string>

namespace kinfold::synth {

/// CSV: `code, outcome, unit, value_pence, price_year, kind, bearer, source, confidence`. An example to be
/// replaced: a few published unit costs, in their own price year.
std::string unit_costs_csv();

}  // namespace kinfold::synth
