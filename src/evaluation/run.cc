#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "evaluation/linear.h"
#include "evaluation/run_internal.h"

namespace kinfold::evaluation {
namespace {

/// `ids` of an outcome; empty: all of the plan's.
bool uses_covariate(const std::vector<std::string>& ids, const std::string& id) {
  return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool varies(const double* begin, std::size_t count) {
  return std::any_of(begin, begin + count, [&](double v) { return v != *begin; });
}

/// Whether two columns of marks differ for at least `least` units in each arm.
bool tells_more(const std::vector<double>& mark, const std::vector<double>& other,
                const std::vector<std::uint8_t>& treated, std::size_t least) {
  std::size_t differ[2] = {0, 0};
  for (std::size_t i = 0; i < mark.size(); ++i) differ[treated[i]] += mark[i] != other[i] ? 1U : 0U;
  return differ[0] >= least && differ[1] >= least;
}

struct Design {
  Matrix x;
  std::vector<std::string> names;
};

/// Intercept and the columns of these covariates, less what does not vary or depends on the rest.
Design make_design(const Plan& plan, const Frame& frame, const std::vector<std::string>& ids, SampleOf& out) {
  const std::size_t n = out.unit.size();
  std::vector<const DesignColumn*> columns;
  for (const auto& column : frame.design) {
    if (uses_covariate(ids, plan.covariates[column.covariate].id)) columns.push_back(&column);
  }
  Matrix all(n, 1);
  std::fill_n(all.column(0), n, 1.0);
  std::vector<std::string> names = {"intercept"};
  // A mark of missingness that differs from nothing, or from another mark, in a handful of units only would
  // separate them from the rest by chance. What it could tell is not worth the score.
  std::vector<std::vector<double>> marks = {std::vector<double>(n, 0.0)};
  for (const auto* column : columns) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = column->values[out.unit[i]];
    if (n == 0 || !varies(values.data(), n)) continue;
    if (column->marks_missing) {
      const bool thin = !std::all_of(marks.begin(), marks.end(), [&](const auto& other) {
        return values == other || tells_more(values, other, out.sample.treated, plan.units_min);
      });
      if (thin) {
        out.left_out.push_back(column->name);
        continue;
      }
      marks.push_back(values);
    }
    all.values.insert(all.values.end(), values.begin(), values.end());
    ++all.cols;
    names.push_back(column->name);
  }
  const auto kept = independent_columns(all);
  Design design{take_columns(all, kept), {}};
  std::vector<bool> is_kept(all.cols, false);
  for (const auto c : kept) is_kept[c] = true;
  for (std::size_t c = 0; c < all.cols; ++c) (is_kept[c] ? design.names : out.left_out).push_back(names[c]);
  return design;
}

void fill_designs(const Plan& plan, const Frame& frame, const Outcome& outcome, SampleOf& out) {
  auto score = make_design(plan, frame, outcome.covariates, out);
  out.sample.x = std::move(score.x);
  out.sample.names = std::move(score.names);
  if (outcome.outcome_covariates.empty()) return;
  auto regression = make_design(plan, frame, outcome.outcome_covariates, out);
  out.sample.outcome_x = std::move(regression.x);
  out.sample.outcome_names = std::move(regression.names);
}

void fill_strata(const Frame& frame, const std::vector<std::string>& exact, SampleOf& out) {
  if (exact.empty()) return;
  std::map<std::vector<std::uint32_t>, std::uint32_t> known;
  for (const auto unit : out.unit) {
    std::vector<std::uint32_t> key;
    for (const auto& id : exact) {
      const auto found = frame.category.find(id);
      if (found != frame.category.end()) key.push_back(found->second[unit]);
    }
    out.sample.stratum.push_back(known.emplace(key, static_cast<std::uint32_t>(known.size())).first->second);
  }
}

/// Clusters numbered densely within the sample.
void fill_clusters(const Frame& frame, SampleOf& out) {
  if (frame.cluster.empty()) return;
  std::map<std::uint32_t, std::uint32_t> known;
  for (const auto unit : out.unit) {
    out.sample.cluster.push_back(
        known.emplace(frame.cluster[unit], static_cast<std::uint32_t>(known.size())).first->second);
  }
  if (known.size() < 2) out.problem = "there is one cluster only; standard errors need at least two";
}

std::string sample_problem(const Plan& plan, const Sample& sample) {
  const auto treated = static_cast<std::size_t>(std::count(sample.treated.begin(), sample.treated.end(), 1));
  const auto comparison = sample.size() - treated;
  if (treated == 0) return "nobody with the outcome is treated";
  if (comparison == 0) return "everybody with the outcome is treated, so there is nobody to compare with";
  if (treated < plan.units_min || comparison < plan.units_min) {
    return "fewer than " + std::to_string(plan.units_min) +
           std::string(treated < plan.units_min ? " treated" : " comparison") +
           " units have the outcome, which is the plan's minimum (settings.units_min)";
  }
  if (!varies(sample.y.data(), sample.size())) return "the outcome is the same for everybody";
  return {};
}

/// Why there is nobody in a sample.
std::string why_nobody(const Frame& frame, std::size_t outcome, std::size_t subgroup) {
  std::size_t about = 0;
  std::size_t linked = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (frame.in_outcome[outcome][i] == 0 || (subgroup != kEverybody && frame.in_subgroup[subgroup][i] == 0))
      continue;
    ++about;
    linked += frame.grade_accepted[outcome][i];
  }
  if (about == 0) return "nobody is among those whom it is about";
  if (linked == 0) return "nobody is linked by a grade that is accepted";
  return "the outcome is missing for everybody";
}

/// Regressions have no score that would fail where the groups have nothing in common.
std::string extrapolation(const Method& method, const Sample& sample) {
  if (method.kind != MethodKind::kRegression && method.kind != MethodKind::kRegressionAdjustment) return {};
  const auto apart =
      separating_column(sample.outcome_design(), sample.outcome_design_names(), sample.treated);
  if (apart.empty()) return {};
  return "the groups do not overlap: " + apart +
         " tells all the treated from all the others, so a regression could only extrapolate; leave it out, "
         "or restrict the population";
}

double standard_deviation(const std::vector<double>& values) {
  const double n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / (n - 1));
}

bool needs_score(const Method& method) {
  return method.kind == MethodKind::kNearest || method.kind == MethodKind::kNearestGreedy ||
         method.kind == MethodKind::kKernel || method.trim || method.support != Support::kAll;
}

/// Calipers on covariates as numbers: those of the sample's own columns; a category's columns are not meant.
Result<std::vector<CovariateCaliper>> calipers_of(const Method& method, const Sample& sample) {
  std::vector<CovariateCaliper> out;
  for (const auto& [id, width] : method.covariate_calipers) {
    const auto at = std::find(sample.names.begin(), sample.names.end(), id);
    if (at == sample.names.end())
      return invalid("matching: the covariate " + id +
                     " has a caliper but does not vary here; take the caliper out");
    const double* column = sample.x.column(static_cast<std::size_t>(at - sample.names.begin()));
    std::vector<double> values(column, column + sample.size());
    const double sd = standard_deviation(values);
    out.push_back({std::move(values), width * sd});
  }
  return out;
}

Result<Effect> match(const Method& method, const Sample& sample, const std::vector<double>& score,
                     const ScoreFit* fit) {
  auto calipers = calipers_of(method, sample);
  if (!calipers.ok()) return calipers.error();
  std::optional<double> caliper;
  if (method.caliper_sd) caliper = *method.caliper_sd * standard_deviation(score);
  if (method.kind == MethodKind::kNearestGreedy) {
    return greedy_effect(
        sample, score,
        {method.order, caliper, static_cast<std::uint32_t>(method.neighbours), std::move(calipers.value())});
  }
  NearestEffectOptions options;
  options.estimand = method.estimand;
  options.neighbours = static_cast<std::uint32_t>(method.neighbours);
  options.caliper = caliper;
  options.covariate_calipers = std::move(calipers.value());
  options.estimated_score = method.errors == ErrorKind::kScoreKnown ? nullptr : fit;
  return nearest_effect(sample, score, options);
}

Covariance regression_errors(ErrorKind errors) {
  switch (errors) {
    case ErrorKind::kClassic: return Covariance::kClassic;
    case ErrorKind::kHc1: return Covariance::kHc1;
    case ErrorKind::kHc3: return Covariance::kHc3;
    default: return Covariance::kHc2;
  }
}

/// `fit`: the score's, if it is of exactly these units; else null.
Result<Effect> apply_method(const Method& method, const Sample& sample, const std::vector<double>& score,
                            const ScoreFit* fit) {
  switch (method.kind) {
    case MethodKind::kRawDifference: return raw_difference(sample);
    case MethodKind::kRegression: return regression_effect(sample, regression_errors(method.errors));
    case MethodKind::kNearest:
    case MethodKind::kNearestGreedy: return match(method, sample, score, fit);
    case MethodKind::kKernel: return kernel_effect(sample, score, method.kernel, method.bandwidth);
    case MethodKind::kIpw: return ipw_effect(sample, method.link, method.estimand);
    case MethodKind::kEntropyBalancing: return entropy_effect(sample);
    case MethodKind::kRegressionAdjustment: return regression_adjustment_effect(sample, method.estimand);
    case MethodKind::kAipw:
      return aipw_effect(sample, method.link, method.estimand, method.errors == ErrorKind::kEfficient);
    case MethodKind::kIpwra: return ipwra_effect(sample, method.link, method.estimand);
  }
  return internal_error("unknown method");
}

/// Rows within the trimming limits and, as the plan says, within the range of the other group's scores.
std::vector<std::size_t> rows_on_support(const Method& method, const Sample& sample,
                                         const std::vector<double>& score) {
  double low[2] = {INFINITY, INFINITY};
  double high[2] = {-INFINITY, -INFINITY};
  for (std::size_t i = 0; i < score.size(); ++i) {
    low[sample.treated[i]] = std::min(low[sample.treated[i]], score[i]);
    high[sample.treated[i]] = std::max(high[sample.treated[i]], score[i]);
  }
  const double trim = method.trim.value_or(0);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < score.size(); ++i) {
    const auto arm = sample.treated[i];
    const bool limited = method.support == Support::kBoth ||
                         method.support == (arm != 0 ? Support::kTreated : Support::kComparison);
    const bool within = score[i] >= low[1 - arm] && score[i] <= high[1 - arm];
    if (score[i] >= trim && score[i] <= 1 - trim && (!limited || within)) rows.push_back(i);
  }
  return rows;
}

/// Strata to match exactly within that have one group only: nobody there can be matched.
std::string one_sided_strata(const Method& method, const Sample& sample) {
  std::map<std::uint32_t, std::array<std::size_t, 2>> strata;
  for (std::size_t i = 0; i < sample.stratum.size(); ++i) ++strata[sample.stratum[i]][sample.treated[i]];
  std::size_t empty = 0;
  for (const auto& [stratum, count] : strata) empty += count[0] == 0 || count[1] == 0 ? 1U : 0U;
  if (empty == 0) return {};
  std::string names;
  for (const auto& id : method.exact) names += (names.empty() ? "" : ", ") + id;
  return std::to_string(empty) + " of " + std::to_string(strata.size()) + " strata of " + names +
         " are without anybody of the other group, and their people could not be matched.";
}

void keep_rows(SampleOf& of, const std::vector<std::size_t>& rows) {
  Sample& s = of.sample;
  for (auto* matrix : {&s.x, &s.outcome_x}) {
    Matrix kept(rows.size(), matrix->cols);
    for (std::size_t c = 0; c < matrix->cols; ++c) {
      for (std::size_t k = 0; k < rows.size(); ++k) kept.at(k, c) = matrix->at(rows[k], c);
    }
    *matrix = std::move(kept);
  }
  const auto pick = [&](auto& values) {
    if (values.empty()) return;
    auto old = values;
    values.clear();
    for (const auto r : rows) values.push_back(old[r]);
  };
  pick(s.treated);
  pick(s.y);
  pick(s.cluster);
  pick(s.stratum);
  pick(s.weight);
  pick(of.unit);
}

void fill_estimate(const Plan& plan, const Effect& effect, Estimate& estimate) {
  estimate.n_treated = effect.n_treated;
  estimate.n_comparison = effect.n_comparison;
  if (!std::isfinite(effect.estimate) || !std::isfinite(effect.variance) || effect.variance <= 0) {
    estimate.not_estimable_because =
        "the standard error does not exist here: too little varies between the units used, or values are too "
        "large to compute with";
    return;
  }
  const double error = std::sqrt(effect.variance);
  const double z = normal_quantile(0.5 + plan.confidence / 2);
  estimate.estimate = effect.estimate;
  estimate.std_error = error;
  estimate.ci_low = effect.estimate - z * error;
  estimate.ci_high = effect.estimate + z * error;
  estimate.p_value = std::erfc(std::fabs(effect.estimate / error) / std::sqrt(2.0));
  estimate.treated_mean = effect.treated_mean;
  estimate.comparison_mean = effect.comparison_mean;
}

}  // namespace

SampleOf make_sample(const Plan& plan, const Frame& frame, std::size_t outcome, std::size_t subgroup,
                     const std::vector<std::string>& exact) {
  SampleOf out;
  for (std::uint32_t i = 0; i < frame.size(); ++i) {
    const bool in = frame.in_outcome[outcome][i] != 0 && frame.grade_accepted[outcome][i] != 0 &&
                    (subgroup == kEverybody || frame.in_subgroup[subgroup][i] != 0) &&
                    !std::isnan(frame.outcome[outcome][i]);
    if (!in) continue;
    out.unit.push_back(i);
    out.sample.treated.push_back(frame.treated[i]);
    out.sample.y.push_back(frame.outcome[outcome][i]);
    if (!frame.link_weight[outcome].empty()) out.sample.weight.push_back(frame.link_weight[outcome][i]);
  }
  out.problem = out.unit.empty() ? why_nobody(frame, outcome, subgroup) : sample_problem(plan, out.sample);
  if (!out.problem.empty()) return out;
  fill_designs(plan, frame, plan.outcomes[outcome], out);
  fill_strata(frame, exact, out);
  fill_clusters(frame, out);
  return out;
}

MethodRun run_method(const Plan& plan, const Frame& frame, std::size_t outcome, std::size_t subgroup,
                     const Method& method) {
  MethodRun run;
  run.estimate.outcome = plan.outcomes[outcome].id;
  run.estimate.subgroup = subgroup == kEverybody ? "all" : plan.subgroups[subgroup].id;
  run.estimate.method = method.id;
  run.estimate.estimand = std::string(estimand_name(method.estimand));
  auto of = make_sample(plan, frame, outcome, subgroup, method.exact);
  run.left_out = of.left_out;
  run.estimate.n_treated =
      static_cast<std::uint64_t>(std::count(of.sample.treated.begin(), of.sample.treated.end(), 1));
  run.estimate.n_comparison = of.sample.size() - run.estimate.n_treated;
  run.estimate.not_estimable_because = of.problem;
  if (!of.problem.empty()) return run;
  run.offered[0] = run.estimate.n_comparison;
  run.offered[1] = run.estimate.n_treated;
  std::optional<ScoreFit> fit;
  bool dropped_some = false;
  if (needs_score(method)) {
    auto fitted =
        fit_score(of.sample.x, of.sample.names, of.sample.treated, method.link, 1e-12, of.sample.weight);
    if (!fitted.ok()) {
      run.estimate.not_estimable_because = fitted.error().message;
      return run;
    }
    fit = std::move(fitted.value());
    run.score = fit->probability;
    const auto rows = rows_on_support(method, of.sample, run.score);
    dropped_some = rows.size() < run.score.size();
    if (dropped_some) {
      keep_rows(of, rows);
      std::vector<double> kept;
      for (const auto r : rows) kept.push_back(run.score[r]);
      run.score = std::move(kept);
      fit.reset();
      const auto problem = sample_problem(plan, of.sample);
      if (!problem.empty()) {
        run.estimate.not_estimable_because = "among those whom trim and support leave, " + problem;
        return run;
      }
    }
  }
  run.estimate.not_estimable_because = extrapolation(method, of.sample);
  if (!run.estimate.not_estimable_because.empty()) return run;
  const auto strata = one_sided_strata(method, of.sample);
  if (!strata.empty()) run.note = "For " + run.estimate.outcome + " by " + method.id + ", " + strata;
  auto effect = apply_method(method, of.sample, run.score, fit ? &*fit : nullptr);
  if (!effect.ok()) {
    run.estimate.not_estimable_because = effect.error().message;
    return run;
  }
  // An effect on those who could be matched is not the one on all who were to be.
  if (dropped_some || effect.value().left_out > 0)
    run.estimate.estimand = std::string(estimand_name(Estimand::kAtm));
  fill_estimate(plan, effect.value(), run.estimate);
  run.effect = std::move(effect.value());
  run.unit = std::move(of.unit);
  return run;
}

std::vector<double> cluster_influence(const Frame& frame, const MethodRun& run) {
  const std::size_t count =
      frame.cluster.empty() ? frame.size()
      : frame.size() == 0   ? 0
                            : *std::max_element(frame.cluster.begin(), frame.cluster.end()) + std::size_t{1};
  std::vector<double> sums(count, 0);
  if (!run.effect) return sums;
  for (std::size_t i = 0; i < run.unit.size(); ++i) {
    sums[frame.cluster.empty() ? run.unit[i] : frame.cluster[run.unit[i]]] += run.effect->influence[i];
  }
  return sums;
}

Contributors count_contributors(const Frame& frame, const std::vector<std::uint32_t>& units) {
  const auto distinct = [&](const std::vector<std::uint32_t>& of) {
    if (of.empty()) return std::size_t{0};
    std::vector<std::uint32_t> values;
    values.reserve(units.size());
    for (const auto unit : units) values.push_back(of[unit]);
    std::sort(values.begin(), values.end());
    return static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin());
  };
  return {distinct(frame.cluster), distinct(frame.authority)};
}

}  // namespace kinfold::evaluation
