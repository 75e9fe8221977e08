// Checks, without any solver, that an alternative table agrees with everything that is published.
#pragma once

#include <span>

#include "disclosure/system.h"

namespace kinfold::disclosure {

/// `deviation[i]` is how far cell i of the alternative lies from the truth. True if the alternative
/// keeps every relation and bound and changes nothing that is shown, with whole numbers in whole
/// cells: checked in 64-bit integers where the coefficients are whole, else in long double to 1e-9
/// of the largest term. Independent of Clp and CBC: it is what makes a certificate worth having.
/// `relations`: those that a deviating cell is part of; the others hold because the truth does.
bool is_witness(const System& system, std::span<const double> deviation,
                std::span<const std::uint32_t> relations);

}  // namespace kinfold::disclosure
