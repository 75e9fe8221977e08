// The model of one run: where its estimation starts, the estimates, and what it finds of all matches.
#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "linkage/households_internal.h"
#include "linkage/run_internal.h"

namespace kinfold::linkage {
namespace {

LevelShares start_m(const Comparer& comparer) {
  LevelShares shares;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    std::vector<double> row;
    for (const auto& level : comparer.comparison(n).levels) row.push_back(level.m.value);
    shares.push_back(std::move(row));
  }
  return shares;
}

// Twins share a date of birth, fathers and sons a name: seldom enough that three in ten bounds it.
constexpr double kRelativesOwnMax = 0.3;
constexpr double kMovedRateStart = 0.1;
constexpr double kRelatedNameStart = 0.02;

// People who belong together agree on shared fields almost as one person does, on the others hardly
// more than strangers.
LevelShares start_related(const Comparer& comparer, const LevelShares& m, const LevelShares& random) {
  LevelShares shares = m;
  for (std::size_t n = 0; n < shares.size(); ++n) {
    const double own = comparer.comparison(n).shared_in_household ? 0.6 : 0.05;
    for (std::size_t level = 0; level < shares[n].size(); ++level) {
      shares[n][level] = own * m[n][level] + (1.0 - own) * random[n][level];
    }
  }
  return shares;
}

// Those who moved are strangers in what changes then, but for towns and the like.
LevelShares start_moved(const Comparer& comparer, const LevelShares& m, const LevelShares& random) {
  LevelShares shares = m;
  for (std::size_t n = 0; n < shares.size(); ++n) {
    if (!comparer.comparison(n).changes_on_moving) continue;
    for (std::size_t level = 0; level < shares[n].size(); ++level)
      shares[n][level] = 0.1 * m[n][level] + 0.9 * random[n][level];
  }
  return shares;
}

// What the pairs that rules find do not show: relatives whom none finds. How many these are and how often
// strangers agree each depend on the other a little.
void correct_relatives(const Run& run, const EmProblem& problem, EmModel& model) {
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) {
    const auto relatives = count_relatives(*run.records, *run.comparer, model);
    if (!relatives) return;
    model.household_related_share = relatives->share;
    set_relatives(problem, relatives->rate, model);
  }
}

// Names, where something other than names and what a household shares tells people apart:
// else nothing would tell a namesake from one person.
std::vector<AlikeIn> alike_in(const Comparer& comparer) {
  std::vector<AlikeIn> all(comparer.comparison_count());
  bool told_apart = false;
  for (std::size_t n = 0; n < all.size(); ++n) {
    const bool shared = comparer.comparison(n).shared_in_household;
    const auto kind = comparer.kind_of(n);
    const bool name =
        kind == FieldKind::kForenames || kind == FieldKind::kSurname || kind == FieldKind::kGender;
    all[n] = {name, name && !shared};
    told_apart |=
        !shared && (kind == FieldKind::kDate || kind == FieldKind::kNino || kind == FieldKind::kCode);
  }
  return told_apart ? all : std::vector<AlikeIn>{};
}

}  // namespace

EmModel given_model(const Comparer& comparer, const Model& model) {
  EmModel em;
  em.match_rate = model.match_rate;
  em.related_rate = model.related_rate;
  em.moved_rate = model.moved_rate;
  em.alike = alike_in(comparer);
  em.namesake_rate = model.namesake_rate;
  em.related_name_share = model.related_name_share;
  // Where files lack a field, the address by which it was counted may be another one.
  if (comparer.comparison_count() == model.comparisons.size())
    em.household_related_share = model.household_related_share;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    em.m.emplace_back();
    em.related.emplace_back();
    em.u.emplace_back();
    em.moved.emplace_back();
    for (const auto& level : comparer.comparison(n).levels) {
      em.m.back().push_back(level.m.value);
      em.u.back().push_back(std::max(level.u.value, 1e-12));
      em.related.back().push_back(level.related.value > 0 ? level.related.value : level.u.value);
      em.moved.back().push_back(comparer.comparison(n).changes_on_moving && level.moved.value > 0
                                    ? level.moved.value
                                    : level.m.value);
    }
  }
  return em;
}

FitReport fit_report(const EmFit& fit, const BlockingRecall& recall) {
  return {fit.converged,
          fit.iteration_count,
          fit.log_likelihood_nats,
          fit.model.match_rate,
          fit.expected_match_count,
          recall.value,
          recall.low,
          recall.high};
}

void write_back(const Comparer& comparer, const EmFit& fit, const RandomShares& random, Model& model) {
  model.fitted = true;
  model.match_rate = fit.model.match_rate;
  model.related_rate = fit.model.related_rate;
  model.moved_rate = fit.model.moved_rate;
  model.namesake_rate = fit.model.namesake_rate;
  model.related_name_share = fit.model.related_name_share;
  model.household_related_share = fit.model.household_related_share;
  model.comparisons.clear();
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    Comparison comparison = comparer.comparison(n);
    for (std::size_t level = 0; level < comparison.levels.size(); ++level) {
      comparison.levels[level].m = {fit.model.m[n][level], fit.m_pair_count[n][level] >= 0.5};
      comparison.levels[level].u = {fit.model.u[n][level], random.observed[n][level]};
      comparison.levels[level].related = {fit.model.related_rate > 0.0 ? fit.model.related[n][level] : 0.0,
                                          true};
      if (comparison.changes_on_moving && fit.model.moved_rate > 0.0)
        comparison.levels[level].moved = {fit.model.moved[n][level], true};
    }
    model.comparisons.push_back(std::move(comparison));
  }
}

Result<EmFit> fit_model(const Run& run, const Model& model, RandomShares& random,
                        const std::vector<PatternCount>* counted) {
  const auto& comparer = *run.comparer;
  if (run.fit) {
    random = run.random;
    return *run.fit;
  }
  if (model.fitted) {
    EmFit fit;
    fit.model = given_model(comparer, model);
    fit.converged = true;
    random.share = fit.model.u;
    for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
      fit.m_pair_count.emplace_back();
      random.observed.emplace_back();
      for (const auto& level : comparer.comparison(n).levels) {
        fit.m_pair_count.back().push_back(level.m.observed ? 1.0 : 0.0);
        random.observed.back().push_back(level.u.observed);
      }
    }
    return fit;
  }
  random = random_shares(*run.records, comparer, model.settings, run.thread_count);
  EmProblem problem;
  problem.patterns = counted != nullptr ? *counted
                     : run.compared     ? run.compared->count_patterns(comparer)
                                        : count_patterns(*run.records, comparer, *run.blocker,
                                                         model.settings.seed, run.thread_count);
  problem.random_pair_count = std::max(1.0, random.pair_count);
  problem.random_share = random.share;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    problem.related_own_max.push_back(comparer.comparison(n).shared_in_household ? 1.0 : kRelativesOwnMax);
    problem.changes_on_moving.push_back(comparer.comparison(n).changes_on_moving);
  }
  EmModel start;
  const auto [left_size, right_size] = run.records->whole_sizes();
  const double smaller = run.records->two_files() ? std::min(left_size, right_size) : left_size;
  const double per_record =
      model.settings.prior_people_per_record > 0.0 ? model.settings.prior_people_per_record : 0.5;
  start.match_rate = std::clamp(per_record * smaller / problem.random_pair_count, 1e-12, 0.2);
  start.related_rate = start.match_rate;
  start.m = start_m(comparer);
  start.related = start_related(comparer, start.m, random.share);
  // One such value alone cannot tell who moved from whose value is wrong.
  if (std::count(problem.changes_on_moving.begin(), problem.changes_on_moving.end(), true) >= 2) {
    start.moved_rate = kMovedRateStart;
    start.moved = start_moved(comparer, start.m, random.share);
  }
  start.alike = alike_in(comparer);
  if (!start.alike.empty()) {
    start.namesake_rate = start.match_rate;
    start.related_name_share = kRelatedNameStart;
  }
  EmOptions options;
  options.iteration_count_max = model.settings.em_iteration_count_max;
  options.tolerance = model.settings.em_tolerance;
  auto fit = fit_em(problem, start, options);
  if (fit.ok()) correct_relatives(run, problem, fit.value().model);
  return fit;
}

namespace {

// Expected matches, all and of pairs that one rule finds or two.
struct FoundBy {
  double any = 0.0;
  double one = 0.0;
  double two = 0.0;
};

// `kept` from `begin` to `end`.
FoundBy found_by(const Run& run, const KeptPairs& kept, std::size_t begin, std::size_t end) {
  const auto records = [](const auto& pair) { return std::pair{pair.left, pair.right}; };
  // Both lists are by (left, right), and what was kept was compared.
  const ComparedPairs::Pair* compared = nullptr;
  if (run.compared) {
    const auto& pairs = run.compared->pairs();
    compared = std::lower_bound(pairs.data(), pairs.data() + pairs.size(), records(kept[begin]),
                                [&](const auto& pair, const auto& wanted) { return records(pair) < wanted; });
  }
  FoundBy found;
  for (std::size_t n = begin; n < end; ++n) {
    while (compared != nullptr && records(*compared) != records(kept[n])) ++compared;
    const std::size_t rules =
        compared != nullptr ? compared->rule_count : run.blocker->rule_count_of(kept[n].left, kept[n].right);
    const double p = probability_of_bits(kept[n].log_odds_bits);
    found.any += p;
    if (rules == 1) found.one += p;
    if (rules == 2) found.two += p;
  }
  return found;
}

}  // namespace

BlockingRecall blocking_recall(const Run& run, const KeptPairs& kept) {
  constexpr std::size_t kChunk = 16384;
  std::vector<FoundBy> parts((kept.size() + kChunk - 1) / kChunk);
  parallel_chunks(kept.size(), kChunk, run.thread_count,
                  [&](std::size_t chunk, std::size_t begin, std::size_t end) {
                    parts[chunk] = found_by(run, kept, begin, end);
                  });
  FoundBy all;
  for (const auto& part : parts) {
    all.any += part.any;
    all.one += part.one;
    all.two += part.two;
  }
  return recall_of_counts(all.any, all.one, all.two);
}

BlockingRecall recall_of_counts(double found, double once, double twice) {
  if (found <= 0.0) return {};
  const double missed = once * once / (2.0 * std::max(twice, 1.0));
  if (missed <= 0.0) return {1.0, 1.0, 1.0};
  const double ratio = once / std::max(twice, 1.0);
  const double variance = std::max(twice, 1.0) * (0.5 * ratio * ratio + ratio * ratio * ratio +
                                                  0.25 * ratio * ratio * ratio * ratio);
  const double factor = std::exp(1.96 * std::sqrt(std::log1p(variance / (missed * missed))));
  return {found / (found + missed), found / (found + missed * factor), found / (found + missed / factor)};
}

}  // namespace kinfold::linkage
