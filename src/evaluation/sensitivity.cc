#include "evaluation/sensitivity.h"

#include <algorithm>
#include <cmath>

#include "evaluation/score.h"

namespace kinfold::evaluation {
namespace {

/// Pr(X >= k), X binomial(n, p), summed from the tail with logarithms.
double binomial_tail(std::size_t n, std::size_t k, double p) {
  if (k == 0) return 1;
  if (n > 100'000) {
    const double mean = static_cast<double>(n) * p;
    return 1 - normal_cdf((static_cast<double>(k) - 0.5 - mean) / std::sqrt(mean * (1 - p)));
  }
  const double nn = static_cast<double>(n);
  double sum = 0;
  for (std::size_t x = k; x <= n; ++x) {
    const double xx = static_cast<double>(x);
    sum += std::exp(std::lgamma(nn + 1) - std::lgamma(xx + 1) - std::lgamma(nn - xx + 1) + xx * std::log(p) +
                    (nn - xx) * std::log1p(-p));
  }
  return std::min(sum, 1.0);
}

}  // namespace

double e_value(double risk_ratio) {
  const double ratio = risk_ratio < 1 ? 1 / risk_ratio : risk_ratio;
  return ratio + std::sqrt(ratio * (ratio - 1));
}

double e_value_of_limit(double ratio_low, double ratio_high) {
  if (ratio_low <= 1 && ratio_high >= 1) return 1;
  return e_value(ratio_low > 1 ? ratio_low : ratio_high);
}

double rosenbaum_p(std::size_t programme_only, std::size_t comparison_only, double gamma) {
  const std::size_t more = std::max(programme_only, comparison_only);
  return binomial_tail(programme_only + comparison_only, more, gamma / (1 + gamma));
}

std::optional<double> rosenbaum_gamma(std::size_t programme_only, std::size_t comparison_only, double alpha) {
  if (rosenbaum_p(programme_only, comparison_only, 1) >= alpha) return std::nullopt;
  int hundredths = 100;
  while (hundredths < 2000 && rosenbaum_p(programme_only, comparison_only, (hundredths + 1) / 100.0) < alpha)
    ++hundredths;
  return hundredths / 100.0;
}

}  // namespace kinfold::evaluation
