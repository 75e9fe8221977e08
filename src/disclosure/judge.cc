#include "disclosure/judge_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kinfold::disclosure {
namespace {

constexpr std::string_view kWiden =
    "combine it with a neighbouring category, leave the row out, or widen the window";

Verdict check_levels(const Contributors& contributors, const Rules& rules) {
  for (std::size_t i = 0; i < kLevelCount; ++i) {
    const auto level = static_cast<Level>(i);
    if (!contributors[i]) {
      if (!rules.level_required[i]) continue;
      return {fmt::format("not-stated-{}", level_name(level)),
              fmt::format("it is not stated how many {} stand behind it", level_plural(level)),
              fmt::format("add a column with the number of {}", level_plural(level)),
              {}};
    }
    if (*contributors[i] < rules.threshold[i]) {
      return {
          fmt::format("threshold-{}", level_name(level)),
          fmt::format("{} {} stand behind it; the least is {}", *contributors[i],
                      *contributors[i] == 1 ? level_name(level) : level_plural(level), rules.threshold[i]),
          std::string(kWiden),
          {}};
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
    verdict = {"zero",
               "nobody is in it, which says something of everybody in the rest of the row or column",
               "mark it as a structural zero if it cannot be otherwise; else combine it with a neighbouring "
               "category",
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

namespace {

constexpr double kNoise = 1e-9;

/// Are the largest contributions that the rules ask for there, or all there are?
bool states_largest(double value, const Contributors& contributors, const Contributions& largest,
                    const Rules& rules) {
  if (!largest) return false;
  double sum = 0;
  for (const double each : *largest) sum += each;
  const auto wanted = static_cast<double>(std::max(2, rules.dominance_count));
  const auto given = static_cast<double>(largest->size());
  return given >= std::min(wanted, contributors[0].value_or(wanted)) || sum >= value * (1 - kNoise);
}

Verdict check_contributions(double value, const std::vector<double>& largest, double margin,
                            const Rules& rules) {
  double top = 0;
  for (std::size_t i = 0; i < largest.size() && i < static_cast<std::size_t>(rules.dominance_count); ++i)
    top += largest[i];
  if (top > 0 && top >= rules.dominance_share * value) {
    return {"dominance",
            fmt::format("the {} largest contributions make up {:.0f} % of it; the most is below {:.0f} %",
                        rules.dominance_count, value > 0 ? 100 * top / value : 100.0,
                        100 * rules.dominance_share),
            std::string(kWiden),
            {0, std::max(margin, top / rules.dominance_share - value), 0}};
  }
  // What the second largest does not know of the others beforehand, to within q, is all that keeps the
  // largest from them.
  const double first = largest.empty() ? 0 : largest[0];
  const double rest = value - first - (largest.size() < 2 ? 0 : largest[1]);
  const double q = rules.prior_share;
  if (q * rest >= rules.p_share * first) return {};
  return {q < 1 ? "prior-posterior" : "p-percent",
          fmt::format("the second largest contributor{} could estimate the largest to within {:.1f} %",
                      q < 1 ? fmt::format(", who knows each of the others to within {:g} %,", 100 * q)
                            : std::string(),
                      first > 0 ? 100 * q * std::max(0.0, rest) / first : 0.0),
          std::string(kWiden),
          {0, std::max(margin, rules.p_share * first - q * rest), 0}};
}

}  // namespace

Verdict judge_magnitude(double value, const Contributors& contributors, const Contributions& largest,
                        bool structural_zero, const Rules& rules) {
  const double size = std::abs(value);
  const double margin = std::max(1.0, size * std::max(rules.p_share, 0.01));
  auto verdict = check_levels(contributors, rules);
  if (!verdict.fails() && value == 0 && (!largest || largest->empty() || largest->front() == 0)) {
    if (structural_zero || !rules.zeros_disclosive) return {};
    verdict = {"zero",
               "nobody contributes to it, which says something of everybody in the row",
               "mark it as a structural zero if it cannot be otherwise; else combine it with a neighbouring "
               "category",
               {}};
  }
  if (!verdict.fails() && !states_largest(size, contributors, largest, rules)) {
    if (!rules.largest_required) return {};
    verdict = {"not-stated-largest",
               fmt::format("its {} largest contributions are not stated, so that nobody can say whether they "
                           "make up nearly all of it",
                           std::max(2, rules.dominance_count)),
               "add columns with the largest contributions, or name the microdata that it was made from",
               {}};
  }
  if (verdict.fails()) {
    verdict.need.above = margin;
  } else if (largest) {
    verdict = check_contributions(size, *largest, margin, rules);
  }
  if (verdict.fails()) verdict.need.below = value < 0 ? margin : std::min(value, margin);
  return verdict;
}

Verdict judge_statistic(const Contributors& contributors, const Rules& rules) {
  return check_levels(contributors, rules);
}

Verdict judge_residual_df(double df, const Rules& rules) {
  if (df >= rules.residual_df_min) return {};
  return {"residual-df",
          fmt::format("{} residual degrees of freedom; the least is {}", df, rules.residual_df_min),
          "estimate it on more people, or with fewer variables",
          {}};
}

Verdict judge_percentile(double percentile, const Contributors& contributors, const Rules& rules) {
  if (auto verdict = check_levels(contributors, rules); verdict.fails()) return verdict;
  const double persons = contributors[0].value_or(0);
  const double fewer = persons * std::min(percentile, 100 - percentile) / 100;
  if (fewer >= rules.threshold[0]) return {};
  return {"percentile",
          fmt::format("{:.1f} persons lie beyond the {:g}th percentile; the least is {}", fewer, percentile,
                      rules.threshold[0]),
          "give a percentile nearer the middle",
          {}};
}

Verdict judge_at_risk(double at_risk, const Rules& rules) {
  if (at_risk >= rules.survival_min) return {};
  return {"survival",
          fmt::format("{} at risk; the least is {}", at_risk, rules.survival_min),
          "end the curve earlier, or join steps",
          {}};
}

Verdict judge_extreme(const Rules& rules) {
  if (rules.extremes_allowed) return {};
  return {"extreme",
          "a minimum or maximum is one person's value",
          "give a percentile with enough people beyond it",
          {}};
}

}  // namespace kinfold::disclosure
