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

/// Who a group may be held against: the never treated, or those not treated until after both periods.
bool compares(const DidPanel& panel, std::size_t unit, std::size_t period, std::size_t base,
              bool not_yet_treated) {
  const int first = panel.first_treated[unit];
  return first == 0 || (not_yet_treated && first > panel.periods[std::max(period, base)]);
}

/// ATT(group, period): the change since `base` of the group against that of the comparison units; empty if
/// there are none.
Result<std::optional<Term>> att(const DidPanel& panel, int group, std::size_t period, std::size_t base,
                                bool not_yet_treated) {
  const std::size_t n = panel.first_treated.size();
  std::vector<std::size_t> unit;
  Sample sample;
  for (std::size_t i = 0; i < n; ++i) {
    if (panel.first_treated[i] != group && !compares(panel, i, period, base, not_yet_treated)) continue;
    unit.push_back(i);
    sample.treated.push_back(panel.first_treated[i] == group ? 1 : 0);
    sample.y.push_back(panel.y.at(i, period) - panel.y.at(i, base));
  }
  const auto treated_count =
      static_cast<std::size_t>(std::count(sample.treated.begin(), sample.treated.end(), 1));
  if (treated_count == unit.size()) return std::optional<Term>();
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
  Term term{{group, panel.periods[period], effect.value().estimate, 0, 0, 0, treated_count,
             unit.size() - treated_count},
            std::vector<double>(n, 0)};
  for (std::size_t k = 0; k < unit.size(); ++k) term.influence[unit[k]] = effect.value().influence[k];
  return std::optional<Term>(std::move(term));
}

/// How many units an average rests on: of each group once; the fewest it was ever held against.
void count_units(const DidPanel& panel, const std::vector<const Term*>& terms, DidPoint& point) {
  std::set<int> groups;
  point.n_comparison = terms.empty() ? 0 : terms[0]->point.n_comparison;
  for (const auto* term : terms) {
    groups.insert(term->point.group);
    point.n_comparison = std::min(point.n_comparison, term->point.n_comparison);
  }
  for (const int first : panel.first_treated)
    point.n_treated += first != 0 && groups.contains(first) ? 1U : 0U;
}

/// Averages terms with weights proportional to group size, and takes into account that sizes are estimated.
Term by_group_size(const DidPanel& panel, const std::vector<const Term*>& terms) {
  const std::size_t n = panel.first_treated.size();
  std::vector<double> size;
  double total = 0;
  for (const auto* term : terms) {
    size.push_back(static_cast<double>(std::count(panel.first_treated.begin(), panel.first_treated.end(),
                                                  term->point.group)) /
                   static_cast<double>(n));
    total += size.back();
  }
  Term out{{}, std::vector<double>(n, 0)};
  count_units(panel, terms, out.point);
  for (std::size_t k = 0; k < terms.size(); ++k)
    out.point.estimate += size[k] / total * terms[k]->point.estimate;
  for (std::size_t i = 0; i < n; ++i) {
    double all = 0;
    for (std::size_t k = 0; k < terms.size(); ++k)
      all += (panel.first_treated[i] == terms[k]->point.group ? 1.0 : 0.0) - size[k];
    for (std::size_t k = 0; k < terms.size(); ++k) {
      const double own = (panel.first_treated[i] == terms[k]->point.group ? 1.0 : 0.0) - size[k];
      const double weight_influence =
          (own / total - all * size[k] / (total * total)) / static_cast<double>(n);
      out.influence[i] +=
          size[k] / total * terms[k]->influence[i] + weight_influence * terms[k]->point.estimate;
    }
  }
  return out;
}

Term plain_mean(const DidPanel& panel, const std::vector<const Term*>& terms) {
  Term out{{}, std::vector<double>(panel.first_treated.size(), 0)};
  if (terms.empty()) return out;
  const double share = 1.0 / static_cast<double>(terms.size());
  out.point.n_comparison = terms[0]->point.n_comparison;
  for (const auto* term : terms) {
    out.point.estimate += share * term->point.estimate;
    out.point.n_treated = std::max(out.point.n_treated, term->point.n_treated);
    out.point.n_comparison = std::min(out.point.n_comparison, term->point.n_comparison);
    for (std::size_t i = 0; i < out.influence.size(); ++i) out.influence[i] += share * term->influence[i];
  }
  return out;
}

std::vector<double> by_cluster(const DidPanel& panel, const std::vector<double>& influence) {
  if (panel.cluster.empty()) return influence;
  std::vector<double> sums(*std::max_element(panel.cluster.begin(), panel.cluster.end()) + std::size_t{1}, 0);
  for (std::size_t i = 0; i < influence.size(); ++i) sums[panel.cluster[i]] += influence[i];
  return sums;
}

/// Standard errors, and a band that holds all points at once: the quantile of the largest |t| under random
/// signs.
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

Status check(const DidPanel& panel, bool not_yet_treated) {
  const std::size_t n = panel.first_treated.size();
  if (panel.y.rows != n || panel.y.cols != panel.periods.size() ||
      (!panel.cluster.empty() && panel.cluster.size() != n) ||
      (panel.x.cols > 0 && (panel.x.rows != n || panel.names.size() != panel.x.cols))) {
    return internal_error("group_time_effects: shapes differ");
  }
  if (panel.periods.size() < 2)
    return invalid("differences in differences: one period only; at least two are needed");
  if (!not_yet_treated && std::count(panel.first_treated.begin(), panel.first_treated.end(), 0) == 0) {
    return invalid(
        "differences in differences: everybody is treated at some time; some units must never be, or compare "
        "with those not yet treated");
  }
  const bool any = std::any_of(panel.first_treated.begin(), panel.first_treated.end(),
                               [&](int g) { return g > panel.periods.front() && g <= panel.periods.back(); });
  if (!any)
    return invalid("differences in differences: no group is treated after the first period and by the last");
  return {};
}

/// Every ATT(g, t) that can be had, by group and then by period.
Result<std::vector<Term>> group_time_terms(const DidPanel& panel, const DidOptions& options) {
  const std::set<int> groups(panel.first_treated.begin(), panel.first_treated.end());
  std::vector<Term> terms;
  for (const int g : groups) {
    if (g <= panel.periods.front() || g > panel.periods.back()) continue;  // never, or no period before it
    const auto start = static_cast<std::size_t>(
        std::lower_bound(panel.periods.begin(), panel.periods.end(), g) - panel.periods.begin());
    for (std::size_t t = 1; t < panel.periods.size(); ++t) {
      auto term = att(panel, g, t, t >= start ? start - 1 : t - 1, options.not_yet_treated);
      if (!term.ok()) return term.error();
      if (term.value()) terms.push_back(std::move(*term.value()));
    }
  }
  if (terms.empty())
    return invalid("differences in differences: in no period is there anybody left to compare with");
  return terms;
}

/// Points for each key with a band over them all; `make` averages the terms of one key.
template <typename Make>
std::vector<Term> averages(const DidPanel& panel, const std::map<int, std::vector<const Term*>>& by,
                           const DidOptions& options, const Make& make, double* critical = nullptr) {
  std::vector<Term> out;
  for (const auto& [key, members] : by) {
    out.push_back(make(members));
    out.back().point.at = key;
  }
  const double value = set_errors(panel, out, options);
  if (critical != nullptr) *critical = value;
  return out;
}

std::vector<DidPoint> points_of(const std::vector<Term>& terms) {
  std::vector<DidPoint> out;
  for (const auto& term : terms) out.push_back(term.point);
  return out;
}

std::vector<const Term*> pointers(const std::vector<Term>& terms) {
  std::vector<const Term*> out;
  for (const auto& term : terms) out.push_back(&term);
  return out;
}

}  // namespace

Result<DidResult> group_time_effects(const DidPanel& panel, const DidOptions& options) {
  if (auto status = check(panel, options.not_yet_treated); !status.ok()) return status.error();
  auto found = group_time_terms(panel, options);
  if (!found.ok()) return found.error();
  auto& terms = found.value();
  set_errors(panel, terms, options);
  std::map<int, std::vector<const Term*>> by_exposure, by_group, by_period;
  std::vector<const Term*> before, after;
  for (const auto& term : terms) {
    by_exposure[term.point.at - term.point.group].push_back(&term);
    const bool is_after = term.point.at >= term.point.group;
    (is_after ? after : before).push_back(&term);
    if (is_after) by_group[term.point.group].push_back(&term);
    if (is_after) by_period[term.point.at].push_back(&term);
  }
  if (after.empty())
    return invalid("differences in differences: from treatment on there is nobody left to compare with");
  const auto by_size = [&](const auto& members) { return by_group_size(panel, members); };
  DidResult result;
  result.group_time = points_of(terms);
  const auto dynamic = averages(panel, by_exposure, options, by_size, &result.critical_value);
  result.dynamic = points_of(dynamic);
  std::vector<const Term*> from_start;
  for (const auto& term : dynamic) {
    if (term.point.at >= 0) from_start.push_back(&term);
  }
  result.overall_dynamic = finish(panel, plain_mean(panel, from_start), options).point;
  result.simple = finish(panel, by_group_size(panel, after), options).point;
  auto groups = averages(panel, by_group, options, [&](const auto& members) {
    Term mean = plain_mean(panel, members);
    mean.point.group = members[0]->point.group;
    return mean;
  });
  result.by_group = points_of(groups);
  result.overall_group = finish(panel, by_group_size(panel, pointers(groups)), options).point;
  const auto periods = averages(panel, by_period, options, by_size);
  result.by_period = points_of(periods);
  result.overall_period = finish(panel, plain_mean(panel, pointers(periods)), options).point;
  result.pre_trend_p = pre_trend_test(panel, before);
  return result;
}

}  // namespace kinfold::evaluation
