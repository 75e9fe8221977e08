#include "linkage/em.h"

#include <algorithm>
#include <cmath>

#include "base/stop.h"
#include "linkage/logs_internal.h"

namespace kinfold::linkage {
namespace {

constexpr double kShareMin = 1e-9;
// People move near: towns and parts of postcodes stay alike, but not most of an address.
constexpr double kMoversOwnMax = 0.5;
constexpr double kMovedRateMax = 0.6;
// So many relatives have one forename: with none, m alone would explain their pairs (dates differ often, it
// would say); with more, a file's damaged matches would be taken for them.
constexpr double kRelatedNameMin = 0.02;
constexpr double kRelatedNameMax = 0.05;

Status check(const EmProblem& problem, const EmModel& start) {
  const std::size_t k = problem.random_share.size();
  if (k == 0 || start.m.size() != k || start.related.size() != k) {
    return invalid("fit_em: start and random_share have different numbers of comparisons");
  }
  for (std::size_t n = 0; n < k; ++n) {
    if (start.m[n].size() != problem.random_share[n].size() ||
        start.related[n].size() != problem.random_share[n].size()) {
      return invalid("fit_em: comparison " + std::to_string(n) +
                     " has different numbers of levels in start and random_share");
    }
  }
  double total = 0.0;
  for (const auto& pattern : problem.patterns) {
    if (pattern.level.size() != k)
      return invalid("fit_em: a pattern has " + std::to_string(pattern.level.size()) + " levels; expected " +
                     std::to_string(k));
    total += pattern.pair_count;
  }
  if (!(total > 0.0)) return invalid("fit_em: no pair was counted; loosen the blocking rules");
  if (!(problem.random_pair_count > 0.0)) return invalid("fit_em: random_pair_count is not above 0");
  if (!(start.match_rate > 0.0 && start.match_rate < 1.0))
    return invalid("fit_em: start.match_rate is outside (0, 1)");
  if (!(start.related_rate >= 0.0 && start.related_rate < 1.0))
    return invalid("fit_em: start.related_rate is outside [0, 1)");
  if (!(start.moved_rate >= 0.0 && start.moved_rate < 1.0))
    return invalid("fit_em: start.moved_rate is outside [0, 1)");
  if (start.moved_rate > 0.0 && (start.moved.size() != k || problem.changes_on_moving.size() != k)) {
    return invalid("fit_em: start.moved and changes_on_moving need one entry for each comparison");
  }
  if (!start.alike.empty() && start.alike.size() != k)
    return invalid("fit_em: start.alike needs one entry for each comparison");
  return {};
}

LevelShares logs_of(const LevelShares& shares) {
  LevelShares logs = shares;
  for (auto& row : logs)
    for (auto& share : row) share = std::log(std::max(share, kShareMin * 1e-3));
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
      const double left = (all - model.match_rate * match_share(model, n, level) -
                           model.related_rate * model.related[n][level]) /
                          rest;
      model.u[n][level] = std::max({left, all * 0.05, kShareMin});
      sum += model.u[n][level];
    }
    for (auto& share : model.u[n]) share /= sum;
  }
}

struct Sums {
  LevelShares m;
  LevelShares moved;
  LevelShares related;
  double match_count = 0.0;
  double moved_count = 0.0;
  double related_count = 0.0;
  double namesake_count = 0.0;
  double related_name_count = 0.0;
  double log_likelihood = 0.0;
};

// Log densities of a pattern in the classes, rates included.
struct Densities {
  double stayed, moved, related, unrelated, namesake, related_name;

  double top() const { return std::max({stayed, moved, related, unrelated, namesake, related_name}); }
};

class Logs {
 public:
  explicit Logs(const EmModel& model)
      : rates_{std::log(model.match_rate) + std::log1p(-model.moved_rate),
               std::log(model.match_rate) + log_rate(model.moved_rate),
               log_rate(model.related_rate),
               std::log1p(-model.match_rate - model.related_rate),
               log_rate(model.namesake_rate),
               log_rate(model.related_rate * model.related_name_share)},
        m_(logs_of(model.m)),
        moved_(model.moved_rate > 0.0 ? logs_of(model.moved) : m_),
        related_(logs_of(model.related)),
        u_(logs_of(model.u)) {
    for (std::size_t n = 0; n < m_.size(); ++n) {
      const AlikeIn alike = model.alike_in(n);
      namesake_.push_back(alike.namesake ? &m_[n] : &u_[n]);
      related_name_.push_back(alike.related_name ? &m_[n] : &related_[n]);
    }
  }

  Densities of(const PatternCount& pattern) const {
    Densities sums = rates_;
    for (std::size_t n = 0; n < pattern.level.size(); ++n) {
      const auto level = pattern.level[n];
      if (level == kPatternMissing) continue;
      sums.stayed += m_[n][level];
      sums.moved += moved_[n][level];
      sums.related += related_[n][level];
      sums.unrelated += u_[n][level];
      sums.namesake += (*namesake_[n])[level];
      sums.related_name += (*related_name_[n])[level];
    }
    return sums;
  }

 private:
  Densities rates_;
  LevelShares m_, moved_, related_, u_;
  std::vector<const std::vector<double>*> namesake_, related_name_;
};

Sums expect(const EmProblem& problem, const EmModel& model) {
  const Logs logs(model);
  Sums sums;
  sums.m = model.m;
  for (auto& row : sums.m) std::fill(row.begin(), row.end(), 0.0);
  sums.related = sums.moved = sums.m;
  for (const auto& pattern : problem.patterns) {
    const Densities log = logs.of(pattern);
    const double top = log.top();
    const double total = std::exp(log.stayed - top) + std::exp(log.moved - top) +
                         std::exp(log.related - top) + std::exp(log.unrelated - top) +
                         std::exp(log.namesake - top) + std::exp(log.related_name - top);
    const double share = pattern.pair_count / total;
    const double stayed = std::exp(log.stayed - top) * share;
    const double moved = std::exp(log.moved - top) * share;
    const double related = std::exp(log.related - top) * share;
    sums.log_likelihood += pattern.pair_count * (top + std::log(total));
    sums.match_count += stayed + moved;
    sums.moved_count += moved;
    sums.related_count += related;
    sums.namesake_count += std::exp(log.namesake - top) * share;
    sums.related_name_count += std::exp(log.related_name - top) * share;
    for (std::size_t n = 0; n < pattern.level.size(); ++n) {
      const auto level = pattern.level[n];
      if (level == kPatternMissing) continue;
      // Those who stayed alone say what one person's values are like: their addresses vouch for them. Movers
      // have a say in nothing but their addresses, or namesakes who live apart would pass for movers with a
      // wrong date of birth and make that look usual.
      sums.m[n][level] += stayed;
      sums.moved[n][level] += moved;
      sums.related[n][level] += related;
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

// Holds a class to `own` of the way from strangers to one person. What is cut off goes to the levels that are
// not at their bound, in proportion: the maximum of the multinomial likelihood under upper bounds.
void hold_to(double own, const std::vector<double>& m, const std::vector<double>& random,
             std::vector<double>& row) {
  std::vector<bool> bounded(row.size(), false);
  for (bool again = true; again;) {
    again = false;
    double bound_sum = 0.0;
    double free_sum = 0.0;
    for (std::size_t level = 0; level < row.size(); ++level)
      (bounded[level] ? bound_sum : free_sum) += row[level];
    for (std::size_t level = 0; level + 1 < row.size(); ++level) {
      if (bounded[level]) continue;
      const double bound = own * m[level] + (1.0 - own) * random[level];
      if (row[level] / free_sum * (1.0 - bound_sum) <= bound) continue;
      row[level] = std::max(bound, kShareMin);
      bounded[level] = again = true;
      break;
    }
    if (!again)
      for (std::size_t level = 0; level < row.size(); ++level)
        if (!bounded[level]) row[level] *= (1.0 - bound_sum) / free_sum;
  }
}

void bound_related(const EmProblem& problem, EmModel& model) {
  for (std::size_t n = 0; n < problem.related_own_max.size(); ++n) {
    if (problem.related_own_max[n] < 1.0)
      hold_to(problem.related_own_max[n], model.m[n], problem.random_share[n], model.related[n]);
  }
}

void update_moved(const EmProblem& problem, const Sums& sums, const EmModel& start, double prior,
                  EmModel& model) {
  if (start.moved_rate <= 0.0) return;
  update_shares(sums.moved, start.moved, prior, model.moved);
  for (std::size_t n = 0; n < model.moved.size(); ++n) {
    if (problem.changes_on_moving[n])
      hold_to(kMoversOwnMax, model.m[n], problem.random_share[n], model.moved[n]);
    else
      model.moved[n] = model.m[n];
  }
  const double rate = (sums.moved_count + prior * start.moved_rate) / (sums.match_count + prior);
  model.moved_rate = std::clamp(rate, 1e-6, kMovedRateMax);
}

void update_alike(const EmProblem& problem, const Sums& sums, const EmModel& start, EmModel& model) {
  if (start.namesake_rate > 0.0)
    model.namesake_rate = std::clamp(sums.namesake_count / problem.random_pair_count, 1e-12, 0.1);
  if (start.related_name_share <= 0.0) return;
  double related_alike = 1.0;  // Those of one name whom the related class has anyway.
  for (std::size_t n = 0; n < model.alike.size(); ++n)
    if (model.alike[n].related_name) related_alike = std::min(related_alike, model.related[n][0]);
  model.related_name_share = std::clamp(sums.related_name_count / std::max(sums.related_count, 1e-9),
                                        std::max(0.0, kRelatedNameMin - related_alike), kRelatedNameMax);
}

}  // namespace

double match_share(const EmModel& model, std::size_t comparison, std::size_t level) {
  const double stayed = model.m[comparison][level];
  return model.moved_rate > 0.0 ? stayed + model.moved_rate * (model.moved[comparison][level] - stayed)
                                : stayed;
}

Result<EmFit> fit_em(const EmProblem& problem, const EmModel& start, const EmOptions& options) {
  if (auto status = check(problem, start); !status.ok()) return status.error();
  EmFit fit;
  fit.model = start;
  update_u(problem, fit.model);
  for (int n = 1; n <= options.iteration_count_max && !fit.converged; ++n) {
    stop_point();
    const Sums sums = expect(problem, fit.model);
    const EmModel before = fit.model;
    update_shares(sums.m, start.m, options.prior_pair_count, fit.model.m);
    update_moved(problem, sums, start, options.prior_pair_count, fit.model);
    if (start.related_rate > 0.0) {
      update_shares(sums.related, start.related, options.prior_pair_count, fit.model.related);
      bound_related(problem, fit.model);
      fit.model.related_rate = std::clamp(sums.related_count / problem.random_pair_count, 1e-12, 0.45);
    }
    update_alike(problem, sums, start, fit.model);
    const double rate = std::clamp(sums.match_count / problem.random_pair_count, 1e-12, 0.45);
    fit.model.match_rate = rate;
    update_u(problem, fit.model);
    fit.iteration_count = n;
    fit.converged =
        std::max({largest_change(before.m, fit.model.m), largest_change(before.related, fit.model.related),
                  largest_change(before.moved, fit.model.moved),
                  std::fabs(before.moved_rate - fit.model.moved_rate) * 0.01,
                  std::fabs(rate / before.match_rate - 1.0) * 0.01}) < options.tolerance;
    fit.log_likelihood_nats = sums.log_likelihood;
    fit.expected_match_count = sums.match_count;
    fit.m_pair_count = sums.m;
  }
  return fit;
}

void set_relatives(const EmProblem& problem, double rate, EmModel& model) {
  for (std::size_t n = 0; n < problem.related_own_max.size(); ++n) {
    if (problem.related_own_max[n] >= 1.0)
      hold_to(1.0, model.m[n], problem.random_share[n], model.related[n]);
  }
  model.related_rate = std::clamp(rate, 1e-12, 0.45);
  update_u(problem, model);
}

}  // namespace kinfold::linkage
