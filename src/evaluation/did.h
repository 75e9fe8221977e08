// Differences in differences: group-time effects, their aggregation, bands and the pre-trend test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "evaluation/matrix.h"

namespace kinfold::evaluation {

/// A balanced panel: every unit in every period.
struct DidPanel {
  std::vector<int> periods;             ///< Ascending.
  std::vector<int> first_treated;       ///< Per unit; 0: never.
  Matrix y;                             ///< Shape [units, periods].
  std::vector<std::uint32_t> cluster;   ///< Per unit, 0 ... G-1; empty: every unit on its own.
};

struct DidOptions {
  double confidence = 0.95;
  int draw_count = 1000;                ///< For the simultaneous band.
  std::uint64_t seed = 1;
};

struct DidPoint {
  int group = 0;                        ///< First treated in; 0 for aggregates.
  int at = 0;                           ///< Period, or quarters since treatment for the dynamic ones.
  double estimate = 0;
  double std_error = 0;
  double low = 0, high = 0;             ///< Simultaneous band over the points of its list.
};

struct DidResult {
  std::vector<DidPoint> group_time;     ///< ATT(g, t), before and after treatment.
  std::vector<DidPoint> dynamic;        ///< By time since treatment, groups weighted by size.
  DidPoint overall_dynamic;             ///< Mean of the dynamic effects from 0 on.
  DidPoint simple;                      ///< All post-treatment ATT(g, t), weighted by group size.
  double critical_value = 0;            ///< Of the dynamic band.
  std::optional<double> pre_trend_p;    ///< Wald test that every ATT(g, t) before treatment is 0; empty without one.
};

/// Group-time average effects on the treated against the never treated, without covariates; before
/// treatment each period is held against the one before it, afterwards against the last one before treatment.
/// Standard errors from the influence functions, by cluster; bands by Rademacher multipliers.
/// \retval kInvalid if nobody is never treated, no group is treated after the first period, or shapes differ.
/// Source: Callaway and Sant'Anna (2021), "Difference-in-differences with multiple time periods", J. Econometrics 225.
Result<DidResult> group_time_effects(const DidPanel& panel, const DidOptions& options = {});

}  // namespace kinfold::evaluation
