#include "evaluation/multiplicity.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace kinfold::evaluation {

std::vector<double> adjust_p_values(const std::vector<double>& p, Multiplicity method) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return p[a] < p[b] || (p[a] == p[b] && a < b); });
  std::vector<double> out = p;
  const double m = static_cast<double>(p.size());
  if (method == Multiplicity::kHolm) {
    double floor = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      floor = std::max(floor, std::min(1.0, (m - static_cast<double>(k)) * p[order[k]]));
      out[order[k]] = floor;
    }
  } else if (method == Multiplicity::kBenjaminiHochberg) {
    double ceiling = 1;
    for (std::size_t k = order.size(); k-- > 0;) {
      ceiling = std::min(ceiling, m / static_cast<double>(k + 1) * p[order[k]]);
      out[order[k]] = ceiling;
    }
  }
  return out;
}

std::vector<double> romano_wolf(const std::vector<double>& t_values,
                                const std::vector<std::vector<double>>& influence, int draw_count,
                                std::uint64_t seed) {
  const std::size_t m = t_values.size();
  std::vector<std::size_t> order(m);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return std::fabs(t_values[a]) > std::fabs(t_values[b]); });
  std::vector<double> scale(m, 0);
  for (std::size_t k = 0; k < m; ++k) {
    for (const double v : influence[k]) scale[k] += v * v;
    scale[k] = std::sqrt(scale[k]);
  }
  std::vector<std::size_t> exceeded(m, 0);
  std::vector<double> drawn(m);
  for (int d = 0; d < draw_count; ++d) {
    std::fill(drawn.begin(), drawn.end(), 0);
    RandomStream random(seed, {static_cast<std::uint64_t>(d)});
    std::uint64_t bits = 0;
    const std::size_t clusters = m == 0 ? 0 : influence[0].size();
    for (std::size_t c = 0; c < clusters; ++c) {
      if (c % 64 == 0) bits = random.next();
      const double sign = (bits >> (c % 64)) & 1U ? 1.0 : -1.0;
      for (std::size_t k = 0; k < m; ++k) drawn[k] += sign * influence[k][c];
    }
    // The largest statistic among those not yet rejected, from the weakest up.
    double largest = 0;
    for (std::size_t k = m; k-- > 0;) {
      const auto test = order[k];
      if (scale[test] > 0) largest = std::max(largest, std::fabs(drawn[test]) / scale[test]);
      if (largest >= std::fabs(t_values[test])) ++exceeded[k];
    }
  }
  std::vector<double> p(m, 1);
  double floor = 0;
  for (std::size_t k = 0; k < m; ++k) {
    floor = std::max(floor, (static_cast<double>(exceeded[k]) + 1) / (draw_count + 1.0));
    p[order[k]] = floor;
  }
  return p;
}

}  // namespace kinfold::evaluation
