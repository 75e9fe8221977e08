// Many looks at the same people: p values that take the number of looks into account.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluation/plan.h"

namespace kinfold::evaluation {

/// Holm (1979) for the chance of any false finding, Benjamini and Hochberg (1995) for the share of
/// false ones; order kept. kNone gives `p` back.
std::vector<double> adjust_p_values(const std::vector<double>& p, Multiplicity method);

/// Romano and Wolf (2005), "Stepwise multiple testing as formalized data snooping": takes the dependence of
/// the tests into account. `influence`: one row of cluster sums a test, all of one length. The joint null
/// distribution is drawn by giving each cluster a random sign (Rademacher multipliers), which needs the
/// influences alone and no new estimate. Deterministic for the seed.
std::vector<double> romano_wolf(const std::vector<double>& t_values,
                                const std::vector<std::vector<double>>& influence, int draw_count,
                                std::uint64_t seed);

}  // namespace kinfold::evaluation
