// Differences in differences: group-time effects, their aggregation, bands and the pre-trend test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "evaluation/effect.h"
#include "evaluation/matrix.h"

namespace kinfold::evaluation {

/// The ATT on a change: `sample.y` is each unit's change, `sample.x` (intercept first) what the changes may
/// depend on.
///
/// Doubly robust: the logit score weights the comparison units, a regression among them predicts what the
/// treated would have changed by; right if either model is. With nothing but an intercept it is the
/// difference of mean changes. Weighted by `sample.weight`, clustered by `sample.cluster`. \retval kInvalid
/// as of fit_score, or if covariates depend on one another among the comparison units, naming them. Source:
/// Sant'Anna and Zhao (2020), "Doubly robust difference-in-differences estimators", J. Econometrics 219,
/// eq. 2.6 and 3.1.
Result<Effect> change_effect(const Sample& sample);

/// What |estimate| / error may not exceed anywhere in a list of estimates if nothing happened, at
/// `confidence`: the quantile of the largest over random signs of the clusters, never below the normal one.
/// `sums`: cluster sums of influence, one row an estimate.
double band_critical_value(const std::vector<std::vector<double>>& sums, double confidence, int draw_count,
                           std::uint64_t seed);

/// Wald test that all of them are 0; empty where their covariance is singular. `sums` as above.
std::optional<double> joint_zero_p(const std::vector<double>& estimates,
                                   const std::vector<std::vector<double>>& sums);

/// A balanced panel: every unit in every period.
struct DidPanel {
  std::vector<int> periods;            ///< Ascending.
  std::vector<int> first_treated;      ///< Per unit; 0: never.
  Matrix y;                            ///< Shape [units, periods].
  std::vector<std::uint32_t> cluster;  ///< Per unit, 0 ... G-1; empty: every unit on its own.
  Matrix x;  ///< Covariates from before, shape [units, k], intercept first; empty: none.
  std::vector<std::string> names;  ///< Of the columns of x, for messages.
};

struct DidOptions {
  double confidence = 0.95;
  int draw_count = 1000;  ///< For the simultaneous band.
  std::uint64_t seed = 1;
  bool not_yet_treated = false;  ///< Compare with those who begin later as well, in periods before they do.
};

struct DidPoint {
  int group = 0;  ///< First treated in; 0 for aggregates.
  int at = 0;     ///< Period, or quarters since treatment for the dynamic ones.
  double estimate = 0;
  double std_error = 0;
  double low = 0, high = 0;   ///< Simultaneous band over the points of its list.
  std::size_t n_treated = 0;  ///< Units whose change is in it, and those they are held against.
  std::size_t n_comparison = 0;
};

struct DidResult {
  std::vector<DidPoint> group_time;  ///< ATT(g, t), before and after treatment.
  std::vector<DidPoint> dynamic;     ///< By time since treatment, groups weighted by size.
  DidPoint overall_dynamic;          ///< Mean of the dynamic effects from 0 on.
  DidPoint simple;                   ///< All post-treatment ATT(g, t), weighted by group size.
  std::vector<DidPoint> by_group;    ///< Mean over each group's periods from treatment on.
  DidPoint overall_group;            ///< Of those, weighted by group size: every treated unit counts alike.
  std::vector<DidPoint> by_period;   ///< Of all groups treated by then, weighted by size.
  DidPoint overall_period;           ///< Mean over those periods.
  double critical_value = 0;         ///< Of the dynamic band.
  std::optional<double>
      pre_trend_p;  ///< Wald test that every ATT(g, t) before treatment is 0; empty without one.
};

/// Group-time average effects on the treated against the never treated (or not yet treated), doubly robust
/// given `panel.x`; before treatment each period is held against the one before it, afterwards against the
/// last one before treatment. Standard errors from the influence functions, by cluster; bands by Rademacher
/// multipliers. Units treated in the first period or before have no change to look at and are in nothing. A
/// group is in no average from the period on in which nobody is left to compare it with. \retval kInvalid if
/// nobody is never treated (and the not yet treated are not to stand in), no group is treated after the first
/// period, shapes differ, or as change_effect. Source: Callaway and Sant'Anna (2021),
/// "Difference-in-differences with multiple time periods", J. Econometrics 225.
Result<DidResult> group_time_effects(const DidPanel& panel, const DidOptions& options = {});

}  // namespace kinfold::evaluation
