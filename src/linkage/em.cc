#include "linkage/em.h"

#include <algorithm>
#include <cmath>

namespace kinfold::linkage {
namespace {

constexpr double kShareMin = 1e-9;

Status check(const EmProblem& problem, const EmModel& start) {
  const std::size_t k = problem.random_share.size();
  if (k == 0 || start.m.size() != k || start.related.size() != k) {
    return invalid("fit_em: start and random_share have different numbers of comparisons");
  }
  for (std::size_t n = 0; n < k; ++n) {
    if (start.m[n].size() != problem.random_share[n].size() || start.related[n].size() != problem.random_share[n].size()) {
      return invalid("fit_em: comparison " + std::to_string(n) + " has different numbers of levels in start and random_share");
    }
  }
  double total = 0.0;
  for (const auto& pattern : problem.patterns) {
    if (pattern.level.size() != k) return invalid("fit_em: a pattern has " + std::to_string(pattern.level.size()) + " levels; expected " + std::to_string(k));
    total += pattern.pair_count;
  }
  if (!(total > 0.0)) return invalid("fit_em: no pair was counted; loosen the blocking rules");
  if (!(problem.random_pair_count > 0.0)) return invalid("fit_em: random_pair_count is not above 0");
  if (!(start.match_rate > 0.0 && start.match_rate < 1.0)) return invalid("fit_em: start.match_rate is outside (0, 1)");
  if (!(start.related_rate >= 0.0 && start.related_rate < 1.0)) return invalid("fit_em: start.related_rate is outside [0, 1)");
  return {};
}

LevelShares logs_of(const LevelShares& shares) {
  LevelShares logs = shares;
  for (auto& row : logs) for (auto& share : row) share = std::log(std::max(share, kShareMin * 1e-3));
  return logs;
}

// What random pairs show, less what matches and relatives contribute; never below a twentieth of it,
// so that a sampling error cannot make an agreement worth infinitely much.
void update_u(const EmProblem& problem, EmModel& model) {
  const double rest = 1.0 - model.match_rate - model.related_rate;
  model.u = problem.random_share;
  for (std::size_t n = 0; n < model.u.size(); ++n) {
    double sum = 0.0;
    for (std::size_t level = 0; level < model.u[n].size(); ++level) {
      const double all = problem.random_share[n][level];
      const double left = (all - model.match_rate * model.m[n][level] - model.related_rate * model.related[n][level]) / rest;
      model.u[n][level] = std::max({left, all * 0.05, kShareMin});
      sum += model.u[n][level];
    }
    for (auto& share : model.u[n]) share /= sum;
  }
}

struct Sums {
  LevelShares m;
  LevelShares related;
  double match_count = 0.0;
  double related_count = 0.0;
  double log_likelihood = 0.0;
};

Sums expect(const EmProblem& problem, const EmModel& model) {
  const auto log_m = logs_of(model.m);
  const auto log_r = logs_of(model.related);
  const auto log_u = logs_of(model.u);
  Sums sums;
  sums.m = model.m;
  for (auto& row : sums.m) std::fill(row.begin(), row.end(), 0.0);
  sums.related = sums.m;
  const bool three = model.related_rate > 0.0;
  for (const auto& pattern : problem.patterns) {
    double match = std::log(model.match_rate);
    double related = three ? std::log(model.related_rate) : -1e300;
    double unrelated = std::log1p(-model.match_rate - model.related_rate);
    for (std::size_t n = 0; n < pattern.level.size(); ++n) {
      const auto level = pattern.level[n];
      if (level == kPatternMissing) continue;
      match += log_m[n][level];
      related += log_r[n][level];
      unrelated += log_u[n][level];
    }
    const double top = std::max({match, related, unrelated});
    const double total = std::exp(match - top) + std::exp(related - top) + std::exp(unrelated - top);
    const double p_match = std::exp(match - top) / total * pattern.pair_count;
    const double p_related = std::exp(related - top) / total * pattern.pair_count;
    sums.log_likelihood += pattern.pair_count * (top + std::log(total));
    sums.match_count += p_match;
    sums.related_count += p_related;
    for (std::size_t n = 0; n < pattern.level.size(); ++n) {
      const auto level = pattern.level[n];
      if (level == kPatternMissing) continue;
      sums.m[n][level] += p_match;
      sums.related[n][level] += p_related;
    }
  }
  return sums;
}

// Shares from expected counts and the start's weight.
void update_shares(const LevelShares& counts, const LevelShares& start, double prior, LevelShares& shares) {
  for (std::size_t n = 0; n < shares.size(); ++n) {
    double total = prior;
    for (const double count : counts[n]) total += count;
    for (std::size_t level = 0; level < shares[n].size(); ++level) {
      shares[n][level] = std::max((counts[n][level] + prior * start[n][level]) / total, kShareMin);
    }
  }
}

double largest_change(const LevelShares& before, const LevelShares& after) {
  double change = 0.0;
  for (std::size_t n = 0; n < before.size(); ++n) {
    for (std::size_t level = 0; level < before[n].size(); ++level) {
      change = std::max(change, std::fabs(after[n][level] - before[n][level]));
    }
  }
  return change;
}

// Holds relatives to what they can share. What is cut off goes to the levels that are not at their bound,
// in proportion: the maximum of the multinomial likelihood under upper bounds.
void bound_related(const EmProblem& problem, EmModel& model) {
  for (std::size_t n = 0; n < problem.related_own_max.size(); ++n) {
    const double own = problem.related_own_max[n];
    if (own >= 1.0) continue;
    auto& row = model.related[n];
    std::vector<bool> bounded(row.size(), false);
    for (bool again = true; again;) {
      again = false;
      double bound_sum = 0.0;
      double free_sum = 0.0;
      for (std::size_t level = 0; level < row.size(); ++level) (bounded[level] ? bound_sum : free_sum) += row[level];
      for (std::size_t level = 0; level + 1 < row.size(); ++level) {
        if (bounded[level]) continue;
        const double bound = own * model.m[n][level] + (1.0 - own) * problem.random_share[n][level];
        if (row[level] / free_sum * (1.0 - bound_sum) <= bound) continue;
        row[level] = std::max(bound, kShareMin);
        bounded[level] = again = true;
        break;
      }
      if (!again) for (std::size_t level = 0; level < row.size(); ++level) if (!bounded[level]) row[level] *= (1.0 - bound_sum) / free_sum;
    }
  }
}

}  // namespace

Result<EmFit> fit_em(const EmProblem& problem, const EmModel& start, const EmOptions& options) {
  if (auto status = check(problem, start); !status.ok()) return status.error();
  EmFit fit;
  fit.model = start;
  update_u(problem, fit.model);
  for (int n = 1; n <= options.iteration_count_max && !fit.converged; ++n) {
    const Sums sums = expect(problem, fit.model);
    const EmModel before = fit.model;
    update_shares(sums.m, start.m, options.prior_pair_count, fit.model.m);
    if (start.related_rate > 0.0) {
      update_shares(sums.related, start.related, options.prior_pair_count, fit.model.related);
      bound_related(problem, fit.model);
      fit.model.related_rate = std::clamp(sums.related_count / problem.random_pair_count, 1e-12, 0.45);
    }
    const double rate = std::clamp(sums.match_count / problem.random_pair_count, 1e-12, 0.45);
    fit.model.match_rate = rate;
    update_u(problem, fit.model);
    fit.iteration_count = n;
    fit.converged = std::max({largest_change(before.m, fit.model.m), largest_change(before.related, fit.model.related),
                              std::fabs(rate / before.match_rate - 1.0) * 0.01}) < options.tolerance;
    fit.log_likelihood_nats = sums.log_likelihood;
    fit.expected_match_count = sums.match_count;
    fit.m_pair_count = sums.m;
  }
  return fit;
}

}  // namespace kinfold::linkage
