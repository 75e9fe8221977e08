#include "disclosure/judge_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kinfold::disclosure {
namespace {

constexpr std::string_view kWiden = "combine it with a neighbouring category, leave the row out, or widen the window";

Verdict check_levels(const Contributors& contributors, const Rules& rules) {
  for (std::size_t i = 0; i < kLevelCount; ++i) {
    const auto level = static_cast<Level>(i);
    if (!contributors[i]) {
      if (!rules.level_required[i]) continue;
      return {fmt::format("not-stated-{}", level_name(level)),
              fmt::format("it is not stated how many {} stand behind it", level_plural(level)),
              fmt::format("add a column with the number of {}", level_plural(level)), {}};
    }
    if (*contributors[i] < rules.threshold[i]) {
      return {fmt::format("threshold-{}", level_name(level)),
              fmt::format("{} {} stand behind it; the least is {}", *contributors[i],
                          *contributors[i] == 1 ? level_name(level) : level_plural(level), rules.threshold[i]),
              std::string(kWiden), {}};
    }
  }
  return {};
}

}  // namespace

Verdict judge_count(double value, Level level, const Contributors& contributors, bool structural_zero,
                    const Rules& rules) {
  Verdict verdict;
  if (value == 0) {
    if (structural_zero || !rules.zeros_disclosive) return {};
    verdict = {"zero", "nobody is in it, which says something of everybody in the rest of the row or column",
               "mark it as a structural zero if it cannot be otherwise; else combine it with a neighbouring category",
               {}};
  } else {
    auto all = contributors;
    all[static_cast<std::size_t>(level)] = value;
    verdict = check_levels(all, rules);
  }
  if (verdict.fails()) {
    const double threshold = rules.threshold_of(level);
    verdict.need.below = std::min(value, 1.0);
    verdict.need.above = std::max(1.0, threshold - value);
    verdict.need.width = level == Level::kPerson ? rules.width() : threshold;
  }
  return verdict;
}

Verdict judge_magnitude(double value, const Contributors& contributors, const std::vector<double>& largest,
                        const Rules& rules) {
  auto verdict = check_levels(contributors, rules);
  const double margin = std::max(1.0, std::abs(value) * std::max(rules.p_share, 0.01));
  if (verdict.fails()) {
    verdict.need = {std::min(value, margin), margin, 0};
    return verdict;
  }
  double top = 0;
  for (std::size_t i = 0; i < largest.size() && i < static_cast<std::size_t>(rules.dominance_count); ++i) {
    top += largest[i];
  }
  if (value > 0 && !largest.empty() && top >= rules.dominance_share * value) {
    const double above = std::max(margin, top / rules.dominance_share - value);
    return {"dominance",
            fmt::format("the {} largest contributions make up {:.0f} % of it; the most is below {:.0f} %",
                        rules.dominance_count, 100 * top / value, 100 * rules.dominance_share),
            std::string(kWiden), {std::min(value, margin), above, 0}};
  }
  if (largest.size() >= 2) {
    const double rest = value - largest[0] - largest[1];
    if (rest < rules.p_share * largest[0]) {
      return {"p-percent",
              fmt::format("the second largest contributor could estimate the largest to within {:.1f} %",
                          largest[0] > 0 ? 100 * rest / largest[0] : 0.0),
              std::string(kWiden),
              {std::min(value, margin), std::max(margin, rules.p_share * largest[0] - rest), 0}};
    }
  }
  return {};
}

Verdict judge_statistic(const Contributors& contributors, const Rules& rules) {
  return check_levels(contributors, rules);
}

Verdict judge_residual_df(double df, const Rules& rules) {
  if (df >= rules.residual_df_min) return {};
  return {"residual-df",
          fmt::format("{} residual degrees of freedom; the least is {}", df, rules.residual_df_min),
          "estimate it on more people, or with fewer variables", {}};
}

Verdict judge_percentile(double percentile, const Contributors& contributors, const Rules& rules) {
  if (auto verdict = check_levels(contributors, rules); verdict.fails()) return verdict;
  const double persons = contributors[0].value_or(0);
  const double fewer = persons * std::min(percentile, 100 - percentile) / 100;
  if (fewer >= rules.threshold[0]) return {};
  return {"percentile",
          fmt::format("{:.1f} persons lie beyond the {:g}th percentile; the least is {}", fewer, percentile,
                      rules.threshold[0]),
          "give a percentile nearer the middle", {}};
}

Verdict judge_at_risk(double at_risk, const Rules& rules) {
  if (at_risk >= rules.survival_min) return {};
  return {"survival", fmt::format("{} at risk; the least is {}", at_risk, rules.survival_min),
          "end the curve earlier, or join steps", {}};
}

Verdict judge_extreme(const Rules& rules) {
  if (rules.extremes_allowed) return {};
  return {"extreme", "a minimum or maximum is one person's value",
          "give a percentile with enough people beyond it", {}};
}

}  // namespace kinfold::disclosure
