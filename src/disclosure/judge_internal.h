// The rules themselves: does one number say too much, why, and what would mend it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/rules.h"
#include "disclosure/system.h"

namespace kinfold::disclosure {

/// How many stand behind a number, by Level; empty where it is not stated.
using Contributors = std::array<std::optional<double>, kLevelCount>;

struct Verdict {
  std::string rule;  ///< "" if it passes.
  std::string reason;
  std::string remedy;
  Need need;  ///< How widely it must be hidden.
  bool fails() const { return !rule.empty(); }
};

/// A number of `level`; `contributors` at that level is the number itself.
Verdict judge_count(double value, Level level, const Contributors& contributors, bool structural_zero,
                    const Rules& rules);
/// The largest contributions to a sum by their size, in falling order; no value: none are stated.
using Contributions = std::optional<std::vector<double>>;
/// A sum over contributors: thresholds, (n, k) dominance, and the p % or, where others are known beforehand
/// (q < 100 %), the prior-posterior rule. Source: Hundepool et al. (2012), section 4.2.2 and table 4.3, for
/// the rules and what each asks above the truth; below it the same margin is asked.
Verdict judge_magnitude(double value, const Contributors& contributors, const Contributions& largest,
                        bool structural_zero, const Rules& rules);
/// A mean, estimate or other statistic that rests on `contributors`.
Verdict judge_statistic(const Contributors& contributors, const Rules& rules);
Verdict judge_residual_df(double df, const Rules& rules);
Verdict judge_percentile(double percentile, const Contributors& contributors, const Rules& rules);
Verdict judge_at_risk(double at_risk, const Rules& rules);
Verdict judge_extreme(const Rules& rules);

}  // namespace kinfold::disclosure
