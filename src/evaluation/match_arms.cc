#include "evaluation/match_arms_internal.h"

#include <algorithm>
#include <cmath>

namespace kinfold::evaluation {

Arm make_arm(const Sample& sample, std::span<const double> score, const std::vector<std::uint32_t>& units) {
  Arm arm;
  arm.unit = units;
  for (const auto i : units) {
    arm.score.push_back(score[i]);
    arm.centre += sample.y[i];
  }
  if (!units.empty()) arm.centre /= static_cast<double>(units.size());
  arm.sorted = sort_scores(arm.score);
  for (auto* sums : {&arm.weight, &arm.sum, &arm.plain_sum, &arm.square_sum})
    sums->assign(units.size() + 1, 0);
  for (std::size_t k = 0; k < units.size(); ++k) {
    const auto unit = units[arm.sorted.order[k]];
    const double rest = sample.y[unit] - arm.centre;
    arm.weight[k + 1] = arm.weight[k] + sample.weight_of(unit);
    arm.sum[k + 1] = arm.sum[k] + sample.weight_of(unit) * rest;
    arm.plain_sum[k + 1] = arm.plain_sum[k] + rest;
    arm.square_sum[k + 1] = arm.square_sum[k] + rest * rest;
  }
  return arm;
}

Strata split_units(const Sample& sample) {
  const std::size_t count =
      sample.stratum.empty()
          ? 1
          : *std::max_element(sample.stratum.begin(), sample.stratum.end()) + std::size_t{1};
  Strata strata{std::vector<std::vector<std::uint32_t>>(count),
                std::vector<std::vector<std::uint32_t>>(count)};
  for (std::uint32_t i = 0; i < sample.size(); ++i) {
    const std::size_t s = sample.stratum.empty() ? 0 : sample.stratum[i];
    (sample.treated[i] ? strata.treated : strata.comparison)[s].push_back(i);
  }
  return strata;
}

double add_clusters(double unit_variance, const Effect& effect, const Sample& sample) {
  if (sample.cluster.empty()) return unit_variance;
  const double clustered = influence_variance(effect.influence, sample.cluster);
  const double by_unit = influence_variance(effect.influence, {});
  const double total = unit_variance + clustered - by_unit;
  // The correction is itself an estimate; a variance is not negative.
  return total > 0.25 * unit_variance ? total : std::max(clustered, 0.25 * unit_variance);
}

std::function<bool(std::uint32_t, std::uint32_t)> within_calipers(
    const std::vector<CovariateCaliper>& calipers) {
  if (calipers.empty()) return {};
  return [&calipers](std::uint32_t a, std::uint32_t b) {
    return std::all_of(calipers.begin(), calipers.end(), [&](const auto& one) {
      return std::fabs(one.values[a] - one.values[b]) <= one.width;
    });
  };
}

}  // namespace kinfold::evaluation
