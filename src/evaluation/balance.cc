#include "evaluation/balance.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace kinfold::evaluation {
namespace {

struct Moments {
  double weight = 0;
  double weight_squared = 0;
  double mean = 0;
  double variance = 0;
};

/// Reliability weights: the variance divides by W - sum w^2 / W, which is n - 1 for equal weights of 1.
Moments moments_of(std::span<const double> values, std::span<const std::uint8_t> treated,
                   std::span<const double> weights, std::uint8_t group) {
  Moments m;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (treated[i] != group || std::isnan(values[i])) continue;
    m.weight += weights[i];
    m.weight_squared += weights[i] * weights[i];
    m.mean += weights[i] * values[i];
  }
  if (m.weight <= 0) return m;
  m.mean /= m.weight;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (treated[i] != group || std::isnan(values[i])) continue;
    m.variance += weights[i] * (values[i] - m.mean) * (values[i] - m.mean);
  }
  const double divisor = m.weight - m.weight_squared / m.weight;
  m.variance = divisor > 0 ? m.variance / divisor : 0;
  return m;
}

void add_ecdf(Balance& balance, std::span<const double> values, std::span<const std::uint8_t> treated,
              std::span<const double> weights, double weight_treated, double weight_comparison) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  double cumulated_treated = 0;
  double cumulated_comparison = 0;
  double sum = 0;
  std::size_t distinct = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto i = order[k];
    (treated[i] ? cumulated_treated : cumulated_comparison) += weights[i];
    if (k + 1 < order.size() && values[order[k + 1]] == values[i]) continue;
    const double gap =
        std::fabs(cumulated_treated / weight_treated - cumulated_comparison / weight_comparison);
    balance.ecdf_max = std::max(balance.ecdf_max, gap);
    sum += gap;
    ++distinct;
  }
  if (distinct > 0) balance.ecdf_mean = sum / static_cast<double>(distinct);
}

bool is_yes_or_no(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(),
                     [](double v) { return v == 0 || v == 1 || std::isnan(v); });
}

}  // namespace

Balance measure_balance(std::span<const double> values, std::span<const std::uint8_t> treated,
                        std::span<const double> weights) {
  Balance balance;
  const std::vector<double> ones(values.size(), 1.0);
  const auto before = moments_of(values, treated, ones, 1);
  const auto t = moments_of(values, treated, weights, 1);
  const auto c = moments_of(values, treated, weights, 0);
  if (t.weight <= 0 || c.weight <= 0) return balance;
  balance.mean_treated = t.mean;
  balance.mean_comparison = c.mean;
  const double difference = t.mean - c.mean;
  // A yes/no column has the variance p (1 - p), as MatchIt and cobalt take it.
  const bool yes_no = is_yes_or_no(values);
  const double sd = std::sqrt(yes_no ? before.mean * (1 - before.mean) : before.variance);
  balance.smd = difference == 0 ? 0 : difference / sd;
  if (c.variance > 0 && !yes_no) balance.variance_ratio = t.variance / c.variance;
  add_ecdf(balance, values, treated, weights, t.weight, c.weight);
  return balance;
}

double effective_sample_size(std::span<const double> weights) {
  double sum = 0;
  double squares = 0;
  for (const double w : weights) {
    sum += w;
    squares += w * w;
  }
  return squares > 0 ? sum * sum / squares : 0;
}

}  // namespace kinfold::evaluation
