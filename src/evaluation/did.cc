#include "evaluation/did.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "evaluation/effect.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {
namespace {

/// An estimate and its influence by unit, so that estimate - truth is about the sum of it.
struct Term {
  DidPoint point;
  std::vector<double> influence;
};

/// ATT(group, period): the change since `base` of the group against that of the never treated.
Result<Term> att(const DidPanel& panel, int group, std::size_t period, std::size_t base) {
  const std::size_t n = panel.first_treated.size();
  std::vector<std::size_t> unit;
  Sample sample;
  for (std::size_t i = 0; i < n; ++i) {
    if (panel.first_treated[i] != group && panel.first_treated[i] != 0) continue;
    unit.push_back(i);
    sample.treated.push_back(panel.first_treated[i] == group ? 1 : 0);
    sample.y.push_back(panel.y.at(i, period) - panel.y.at(i, base));
  }
  sample.names = panel.names;
  sample.x = Matrix(unit.size(), std::max<std::size_t>(1, panel.x.cols));
  if (panel.x.cols == 0) {
    sample.names = {"intercept"};
    std::fill(sample.x.values.begin(), sample.x.values.end(), 1.0);
  }
  for (std::size_t c = 0; c < panel.x.cols; ++c) {
    for (std::size_t k = 0; k < unit.size(); ++k) sample.x.at(k, c) = panel.x.at(unit[k], c);
  }
  auto effect = change_effect(sample);
  if (!effect.ok()) return effect.error();
  Term term{{group, panel.periods[period], effect.value().estimate, 0, 0, 0}, std::vector<double>(n, 0)};
  for (std::size_t k = 0; k < unit.size(); ++k) term.influence[unit[k]] = effect.value().influence[k];
  return term;
}

/// Averages terms with weights proportional to group size, and takes into account that sizes are estimated.
Term by_group_size(const DidPanel& panel, const std::vector<const Term*>& terms) {
  const std::size_t n = panel.first_treated.size();
  std::vector<double> size;
  double total = 0;
  for (const auto* term : terms) {
    size.push_back(static_cast<double>(std::count(panel.first_treated.begin(), panel.first_treated.end(), term->point.group)) /
                   static_cast<double>(n));
    total += size.back();
  }
  Term out{{}, std::vector<double>(n, 0)};
  for (std::size_t k = 0; k < terms.size(); ++k) out.point.estimate += size[k] / total * terms[k]->point.estimate;
  for (std::size_t i = 0; i < n; ++i) {
    double all = 0;
    for (std::size_t k = 0; k < terms.size(); ++k) all += (panel.first_treated[i] == terms[k]->point.group ? 1.0 : 0.0) - size[k];
    for (std::size_t k = 0; k < terms.size(); ++k) {
      const double own = (panel.first_treated[i] == terms[k]->point.group ? 1.0 : 0.0) - size[k];
      const double weight_influence = (own / total - all * size[k] / (total * total)) / static_cast<double>(n);
      out.influence[i] += size[k] / total * terms[k]->influence[i] + weight_influence * terms[k]->point.estimate;
    }
  }
  return out;
}

Term plain_mean(const std::vector<const Term*>& terms, std::size_t n) {
  Term out{{}, std::vector<double>(n, 0)};
  const double share = 1.0 / static_cast<double>(terms.size());
  for (const auto* term : terms) {
    out.point.estimate += share * term->point.estimate;
    for (std::size_t i = 0; i < n; ++i) out.influence[i] += share * term->influence[i];
  }
  return out;
}

std::vector<double> by_cluster(const DidPanel& panel, const std::vector<double>& influence) {
  if (panel.cluster.empty()) return influence;
  std::vector<double> sums(*std::max_element(panel.cluster.begin(), panel.cluster.end()) + std::size_t{1}, 0);
  for (std::size_t i = 0; i < influence.size(); ++i) sums[panel.cluster[i]] += influence[i];
  return sums;
}

/// Standard errors, and a band that holds all points at once: the quantile of the largest |t| under random signs.
double set_errors(const DidPanel& panel, std::vector<Term>& terms, const DidOptions& options) {
  std::vector<std::vector<double>> sums;
  for (auto& term : terms) {
    sums.push_back(by_cluster(panel, term.influence));
    term.point.std_error = std::sqrt(influence_variance(term.influence, panel.cluster));
  }
  const double critical = band_critical_value(sums, options.confidence, options.draw_count, options.seed);
  for (auto& term : terms) {
    term.point.low = term.point.estimate - critical * term.point.std_error;
    term.point.high = term.point.estimate + critical * term.point.std_error;
  }
  return critical;
}

std::optional<double> pre_trend_test(const DidPanel& panel, const std::vector<const Term*>& before) {
  std::vector<double> estimates;
  std::vector<std::vector<double>> sums;
  for (const auto* term : before) {
    estimates.push_back(term->point.estimate);
    sums.push_back(by_cluster(panel, term->influence));
  }
  return joint_zero_p(estimates, sums);
}

Term finish(const DidPanel& panel, Term term, const DidOptions& options) {
  const double z = normal_quantile(0.5 + options.confidence / 2);
  term.point.std_error = std::sqrt(influence_variance(term.influence, panel.cluster));
  term.point.low = term.point.estimate - z * term.point.std_error;
  term.point.high = term.point.estimate + z * term.point.std_error;
  return term;
}

Status check(const DidPanel& panel) {
  const std::size_t n = panel.first_treated.size();
  if (panel.y.rows != n || panel.y.cols != panel.periods.size() || (!panel.cluster.empty() && panel.cluster.size() != n) ||
      (panel.x.cols > 0 && (panel.x.rows != n || panel.names.size() != panel.x.cols))) {
    return internal_error("group_time_effects: shapes differ");
  }
  if (panel.periods.size() < 2) return invalid("differences in differences: one period only; at least two are needed");
  if (std::count(panel.first_treated.begin(), panel.first_treated.end(), 0) == 0) {
    return invalid("differences in differences: everybody is treated at some time; some units must never be");
  }
  const bool any = std::any_of(panel.first_treated.begin(), panel.first_treated.end(),
                               [&](int g) { return g > panel.periods.front() && g <= panel.periods.back(); });
  if (!any) return invalid("differences in differences: no group is treated after the first period and by the last");
  return {};
}

}  // namespace

Result<DidResult> group_time_effects(const DidPanel& panel, const DidOptions& options) {
  if (auto status = check(panel); !status.ok()) return status.error();
  const std::size_t n = panel.first_treated.size();
  std::set<int> groups(panel.first_treated.begin(), panel.first_treated.end());
  std::vector<Term> terms;
  for (const int g : groups) {
    if (g <= panel.periods.front() || g > panel.periods.back()) continue;  // never, or no period before it
    const auto start = static_cast<std::size_t>(std::lower_bound(panel.periods.begin(), panel.periods.end(), g) - panel.periods.begin());
    for (std::size_t t = 1; t < panel.periods.size(); ++t) {
      auto term = att(panel, g, t, t >= start ? start - 1 : t - 1);
      if (!term.ok()) return term.error();
      terms.push_back(std::move(term.value()));
    }
  }
  DidResult result;
  set_errors(panel, terms, options);
  std::map<int, std::vector<const Term*>> by_exposure;
  std::vector<const Term*> before, after;
  for (const auto& term : terms) {
    result.group_time.push_back(term.point);
    by_exposure[term.point.at - term.point.group].push_back(&term);
    (term.point.at >= term.point.group ? after : before).push_back(&term);
  }
  std::vector<Term> dynamic;
  for (const auto& [exposure, members] : by_exposure) {
    dynamic.push_back(by_group_size(panel, members));
    dynamic.back().point.at = exposure;
  }
  result.critical_value = set_errors(panel, dynamic, options);
  std::vector<const Term*> from_start;
  for (const auto& term : dynamic) {
    result.dynamic.push_back(term.point);
    if (term.point.at >= 0) from_start.push_back(&term);
  }
  result.overall_dynamic = finish(panel, plain_mean(from_start, n), options).point;
  result.simple = finish(panel, by_group_size(panel, after), options).point;
  result.pre_trend_p = pre_trend_test(panel, before);
  return result;
}

}  // namespace kinfold::evaluation
