// How strong would something unmeasured have to be to explain an effect away?
#pragma once

#include <cstddef>
#include <optional>

namespace kinfold::evaluation {

/// The E-value: the risk ratio that an unmeasured confounder would need with both treatment and outcome.
/// Source: VanderWeele and Ding (2017), "Sensitivity analysis in observational research". `risk_ratio` > 0;
/// ratios below 1 are turned round.
double e_value(double risk_ratio);
/// Of the confidence limit nearer to 1; 1 if the interval includes 1.
double e_value_of_limit(double ratio_low, double ratio_high);

/// Rosenbaum's bounds for pairs with a yes/no outcome (McNemar): `programme_only` pairs in which only
/// the programme member had it, `comparison_only` the other way. The largest p value (one-sided, the observed
/// direction) when the odds of treatment within a pair may differ by at most `gamma` >= 1.
/// Source: Rosenbaum (2002), "Observational studies", section 4.3. Exact binomial up to 1e5 discordant pairs,
/// then normal.
double rosenbaum_p(std::size_t programme_only, std::size_t comparison_only, double gamma);
/// The largest gamma, to 0.01, at which that p is still below `alpha`; empty if it is not even at 1. At
/// most 20.
std::optional<double> rosenbaum_gamma(std::size_t programme_only, std::size_t comparison_only,
                                      double alpha = 0.05);

}  // namespace kinfold::evaluation
