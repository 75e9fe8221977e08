#include "evaluation/did.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/random.h"
#include "evaluation/effect.h"
#include "evaluation/eigen_internal.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {
namespace {

/// An estimate and its influence by unit, so that estimate - truth is about the sum of it.
struct Term {
  DidPoint point;
  std::vector<double> influence;
};

Term att(const DidPanel& panel, int group, std::size_t period, std::size_t base) {
  const std::size_t n = panel.first_treated.size();
  double sum[2] = {0, 0};
  double count[2] = {0, 0};
  const auto arm = [&](std::size_t i) { return panel.first_treated[i] == group ? 1 : panel.first_treated[i] == 0 ? 0 : -1; };
  for (std::size_t i = 0; i < n; ++i) {
    const int a = arm(i);
    if (a < 0) continue;
    sum[a] += panel.y.at(i, period) - panel.y.at(i, base);
    count[a] += 1;
  }
  const double mean[2] = {sum[0] / count[0], sum[1] / count[1]};
  Term term{{group, panel.periods[period], mean[1] - mean[0], 0, 0, 0}, std::vector<double>(n, 0)};
  for (std::size_t i = 0; i < n; ++i) {
    const int a = arm(i);
    if (a < 0) continue;
    const double rest = panel.y.at(i, period) - panel.y.at(i, base) - mean[a];
    term.influence[i] = (a == 1 ? rest : -rest) / count[a];
  }
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
  std::vector<double> largest;
  for (int d = 0; d < options.draw_count && !terms.empty(); ++d) {
    RandomStream random(options.seed, {static_cast<std::uint64_t>(d)});
    std::vector<double> drawn(terms.size(), 0);
    for (std::size_t c = 0; c < sums[0].size(); ++c) {
      const double sign = random.chance(0.5) ? 1 : -1;
      for (std::size_t k = 0; k < terms.size(); ++k) drawn[k] += sign * sums[k][c];
    }
    double top = 0;
    for (std::size_t k = 0; k < terms.size(); ++k) {
      if (terms[k].point.std_error > 0) top = std::max(top, std::fabs(drawn[k]) / terms[k].point.std_error);
    }
    largest.push_back(top);
  }
  double critical = normal_quantile(0.5 + options.confidence / 2);
  if (!largest.empty()) {
    std::sort(largest.begin(), largest.end());
    const auto at = static_cast<std::size_t>(options.confidence * static_cast<double>(largest.size() - 1));
    critical = std::max(critical, largest[at]);
  }
  for (auto& term : terms) {
    term.point.low = term.point.estimate - critical * term.point.std_error;
    term.point.high = term.point.estimate + critical * term.point.std_error;
  }
  return critical;
}

/// Upper tail of chi squared by the regularised incomplete gamma function (series and continued fraction).
double chi_squared_tail(double x, double df) {
  const double a = df / 2;
  const double z = x / 2;
  if (z <= 0) return 1;
  const double front = std::exp(-z + a * std::log(z) - std::lgamma(a));
  if (z < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (int k = 1; k < 1000 && term > sum * 1e-16; ++k) {
      term *= z / (a + k);
      sum += term;
    }
    return 1 - sum * front;
  }
  double b = z + 1 - a;
  double c = 1e300;
  double d = 1 / b;
  double h = d;
  for (int k = 1; k < 1000; ++k) {
    const double an = -k * (k - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (std::fabs(d * c - 1) < 1e-15) break;
  }
  return front * h;
}

std::optional<double> pre_trend_test(const DidPanel& panel, const std::vector<const Term*>& before) {
  if (before.empty()) return std::nullopt;
  const auto m = static_cast<Index>(before.size());
  VectorXd estimate(m);
  MatrixXd covariance(m, m);
  for (Index a = 0; a < m; ++a) {
    estimate[a] = before[static_cast<std::size_t>(a)]->point.estimate;
    for (Index b = 0; b < m; ++b) {
      covariance(a, b) = influence_covariance(before[static_cast<std::size_t>(a)]->influence,
                                              before[static_cast<std::size_t>(b)]->influence, panel.cluster);
    }
  }
  const Eigen::LDLT<MatrixXd> solver(covariance);
  if (solver.vectorD().minCoeff() <= 1e-14 * solver.vectorD().maxCoeff()) return std::nullopt;  // singular: no test
  return chi_squared_tail(estimate.dot(solver.solve(estimate)), static_cast<double>(m));
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
  if (panel.y.rows != n || panel.y.cols != panel.periods.size() || (!panel.cluster.empty() && panel.cluster.size() != n)) {
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
    for (std::size_t t = 1; t < panel.periods.size(); ++t) terms.push_back(att(panel, g, t, t >= start ? start - 1 : t - 1));
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
