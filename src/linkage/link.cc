#include "linkage/link.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/parallel.h"
#include "linkage/attach_internal.h"
#include "linkage/auto_block_internal.h"
#include "linkage/budget.h"
#include "linkage/decoy_run_internal.h"
#include "linkage/frequencies_internal.h"
#include "linkage/group_calibration_internal.h"
#include "linkage/pairing_internal.h"
#include "linkage/insight_internal.h"
#include "linkage/pattern_map_internal.h"
#include "linkage/radix_internal.h"
#include "linkage/run_internal.h"
#include "linkage/stages_internal.h"
#include "linkage/union_find_internal.h"

namespace kinfold::linkage {
namespace {

std::size_t threads_of(const LinkOptions& options) {
  return options.thread_count == 0 ? default_thread_count() : options.thread_count;
}

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
    for (std::size_t level = 0; level < shares[n].size(); ++level) shares[n][level] = 0.1 * m[n][level] + 0.9 * random[n][level];
  }
  return shares;
}

}  // namespace

EmModel given_model(const Comparer& comparer, const Model& model) {
  EmModel em;
  em.match_rate = model.match_rate;
  em.related_rate = model.related_rate;
  em.moved_rate = model.moved_rate;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    em.m.emplace_back();
    em.related.emplace_back();
    em.u.emplace_back();
    em.moved.emplace_back();
    for (const auto& level : comparer.comparison(n).levels) {
      em.m.back().push_back(level.m.value);
      em.u.back().push_back(std::max(level.u.value, 1e-12));
      em.related.back().push_back(level.related.value > 0 ? level.related.value : level.u.value);
      em.moved.back().push_back(comparer.comparison(n).changes_on_moving && level.moved.value > 0 ? level.moved.value : level.m.value);
    }
  }
  return em;
}

FitReport fit_report(const EmFit& fit, const BlockingRecall& recall) {
  return {fit.converged, fit.iteration_count, fit.log_likelihood_nats, fit.model.match_rate, fit.expected_match_count,
          recall.value, recall.low, recall.high};
}

void write_back(const Comparer& comparer, const EmFit& fit, const RandomShares& random, Model& model) {
  model.fitted = true;
  model.match_rate = fit.model.match_rate;
  model.related_rate = fit.model.related_rate;
  model.moved_rate = fit.model.moved_rate;
  model.comparisons.clear();
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    Comparison comparison = comparer.comparison(n);
    for (std::size_t level = 0; level < comparison.levels.size(); ++level) {
      comparison.levels[level].m = {fit.model.m[n][level], fit.m_pair_count[n][level] >= 0.5};
      comparison.levels[level].u = {fit.model.u[n][level], random.observed[n][level]};
      comparison.levels[level].related = {fit.model.related_rate > 0.0 ? fit.model.related[n][level] : 0.0, true};
      if (comparison.changes_on_moving && fit.model.moved_rate > 0.0) comparison.levels[level].moved = {fit.model.moved[n][level], true};
    }
    model.comparisons.push_back(std::move(comparison));
  }
}

Result<EmFit> fit_model(const Run& run, const Model& model, RandomShares& random, const std::vector<PatternCount>* counted) {
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
  const double per_record = model.settings.prior_people_per_record > 0.0 ? model.settings.prior_people_per_record : 0.5;
  start.match_rate = std::clamp(per_record * smaller / problem.random_pair_count, 1e-12, 0.2);
  start.related_rate = start.match_rate;
  start.m = start_m(comparer);
  start.related = start_related(comparer, start.m, random.share);
  // One such value alone cannot tell who moved from whose value is wrong.
  if (std::count(problem.changes_on_moving.begin(), problem.changes_on_moving.end(), true) >= 2) {
    start.moved_rate = kMovedRateStart;
    start.moved = start_moved(comparer, start.m, random.share);
  }
  EmOptions options;
  options.iteration_count_max = model.settings.em_iteration_count_max;
  options.tolerance = model.settings.em_tolerance;
  return fit_em(problem, start, options);
}

namespace {

// The pairs of all candidate rules together, for one look at each: so many for a rule and record.
constexpr double kSearchPairsMax = 2e8;

void widen_to_candidates(Model& model, std::size_t record_count) {
  std::erase_if(model.blocking, [](const BlockingRule& rule) { return !rule.on_clusters; });
  const auto candidates = candidate_rules(model);
  model.blocking.insert(model.blocking.begin(), candidates.begin(), candidates.end());
  const double each = kSearchPairsMax / (static_cast<double>(record_count) * static_cast<double>(std::max<std::size_t>(1, candidates.size())));
  model.settings.pairs_per_record_max = std::min({model.settings.pairs_per_record_max, model.settings.auto_pairs_per_record, std::max(5.0, each)});
}

Status make_blocks(Run& run, const BlockShare& share) {
  run.parts = std::make_unique<PartTables>(*run.records, run.model, run.thread_count);
  auto blocker = Blocker::create(*run.records, run.model, *run.parts, run.thread_count, share);
  if (!blocker.ok()) return blocker.error();
  run.blocker = std::make_unique<Blocker>(std::move(blocker).value());
  return {};
}

}  // namespace

Result<Run> prepare(const table::Table& left, const table::Table* right, const Model& model, const LinkOptions& options,
                    bool ids_must_differ, const Part& part) {
  for (const auto& field : model.fields) {
    if (!field.frequencies.file.empty() && field.frequencies.counts.empty()) {
      return invalid("field " + field.name + " names a table of frequencies that was not read; read the model from its file, or give the table");
    }
  }
  Run run;
  run.thread_count = threads_of(options);
  run.model = model;
  if (model.settings.blocking_auto) widen_to_candidates(run.model, left.row_count() + (right == nullptr ? 0 : right->row_count()));
  auto records = [&] {
    const StageScope stage(options.progress, "encode");
    return encode(left, right, run.model, {run.thread_count, ids_must_differ, false, part.census});
  }();
  if (!records.ok()) return records.error();
  run.records = std::make_unique<Records>(std::move(records).value());
  if (part.census != nullptr) take_counts(*run.records, *part.census);
  const StageScope stage(options.progress, "block");
  auto comparer = Comparer::create(*run.records, run.model);
  if (!comparer.ok()) return comparer.error();
  run.comparer = std::make_unique<Comparer>(std::move(comparer).value());
  if (auto status = make_blocks(run, part.share); !status.ok()) return status.error();
  if (model.settings.blocking_auto && run.blocker->pair_count() > 0) {
    auto chosen = choose_blocking(run, run.model);
    if (!chosen.ok()) return chosen.error();
    std::erase_if(run.model.blocking, [](const BlockingRule& rule) { return !rule.on_clusters; });
    run.model.blocking.insert(run.model.blocking.begin(), chosen.value().rules.begin(), chosen.value().rules.end());
    run.model.settings.blocking_auto = false;  // The fitted model names its rules, and links alike when it is given again.
    run.choice_note = std::move(chosen.value().note);
    run.fit = std::move(chosen.value().fit);
    run.random = std::move(chosen.value().random);
    if (auto status = make_blocks(run, part.share); !status.ok()) return status.error();
  }
  if (run.blocker->pair_count() > options.pair_count_max) {
    return invalid(budget_sentence(run.blocker->yields()) + ": more than the limit of " + short_count(options.pair_count_max) +
                   " pairs. Make the rules finer, lower pairs_per_record_max in the model's settings, or raise the limit with --pairs-max");
  }
  return run;
}

namespace {

struct Curve {
  std::vector<ThresholdPoint> points;
  double best_probability = 0.5;
};

// Expected precision, recall and F1 at every distinct probability, from the probabilities alone.
Curve expected_curve(std::vector<double> probabilities, double expected_total) {
  radix_sort<64>(probabilities, [](double p) { return ~std::bit_cast<std::uint64_t>(p); });  // From the highest; none is below 0.
  Curve curve;
  double best = -1.0;
  double sum = 0.0;
  double bits_told = std::numeric_limits<double>::infinity();
  for (std::size_t n = 0; n < probabilities.size(); ++n) {
    sum += probabilities[n];
    if (n + 1 < probabilities.size() && probabilities[n + 1] == probabilities[n]) continue;
    const auto count = static_cast<double>(n + 1);
    const double f1 = 2.0 * sum / (count + expected_total);
    if (f1 > best) {
      best = f1;
      curve.best_probability = probabilities[n];
    }
    // Evenly by rank, and closely enough by weight that sparse stretches are told too.
    const std::size_t step = probabilities.size() / 200 + 1;
    const double bits = std::log2(probabilities[n] / std::max(1e-15, 1.0 - probabilities[n]));
    if (n % step == 0 || n + 1 == probabilities.size() || bits < bits_told - 0.25) {
      bits_told = bits;
      curve.points.push_back({probabilities[n], sum / count, std::min(1.0, sum / expected_total), f1, n + 1});
    }
  }
  return curve;
}

void number_clusters(LinkResult& result, const Records& records, const std::vector<std::uint32_t>& cluster) {
  // Renumbered by first row of the tables as given, so that the numbers mean something to a reader.
  std::vector<std::uint32_t> by_row(records.count);
  for (std::size_t n = 0; n < records.count; ++n) {
    by_row[records.row[n] + (n < records.left_count ? 0 : records.left_count)] = cluster[n];
  }
  std::vector<std::uint32_t> number(records.count, 0xFFFFFFFF);
  for (std::size_t row = 0; row < records.count; ++row) {
    auto& own = number[by_row[row]];
    if (own == 0xFFFFFFFF) own = static_cast<std::uint32_t>(result.cluster_count++);
    (row < records.left_count ? result.left_cluster : result.right_cluster).push_back(own);
  }
}

// The patterns of pairs, each once, in the order of their keys; and which of them each pair has.
std::vector<std::uint32_t> number_patterns(LinkResult& result, const Comparer& comparer,
                                           const std::vector<KeptPair>& kept) {
  std::vector<std::uint64_t> keys;
  PatternMap<std::uint32_t> seen;
  std::vector<std::uint32_t> pattern;
  pattern.reserve(kept.size());
  for (const auto& pair : kept) {
    const auto [number, fresh] = seen.find(pair.pattern_key);
    if (fresh) {
      *number = static_cast<std::uint32_t>(keys.size());
      keys.push_back(pair.pattern_key);
    }
    pattern.push_back(*number);
  }
  std::vector<std::uint32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
  std::vector<std::uint32_t> rank(keys.size());
  for (const auto number : order) {
    rank[number] = static_cast<std::uint32_t>(result.patterns.size());
    Levels levels{};
    comparer.decode(keys[number], levels);
    result.patterns.emplace_back(levels.begin(),
                                 levels.begin() + static_cast<std::ptrdiff_t>(comparer.comparison_count()));
  }
  for (auto& number : pattern) number = rank[number];
  return pattern;
}

// Numbers of the pairs by (left, right) row: counted by the left one, of which each has few.
std::vector<std::uint32_t> order_by_rows(const std::vector<RowPair>& rows, std::size_t left_count) {
  std::vector<std::uint32_t> next(left_count + 1);
  for (const auto& [left, right] : rows) ++next[left + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<std::uint32_t> order(rows.size());
  for (std::uint32_t n = 0; n < rows.size(); ++n) order[next[rows[n].first]++] = n;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && rows[order[end]].first == rows[order[begin]].first) ++end;
    const auto at = [&](std::size_t n) { return order.begin() + static_cast<std::ptrdiff_t>(n); };
    if (end - begin > 1)
      std::sort(at(begin), at(end),
                [&](std::uint32_t a, std::uint32_t b) { return rows[a].second < rows[b].second; });
    begin = end;
  }
  return order;
}

void fill_pairs(LinkResult& result, const Run& run, const StagedPairs& staged) {
  const auto& kept = staged.kept;
  const auto& records = *run.records;
  const auto pattern = number_patterns(result, *run.comparer, kept);
  std::vector<RowPair> rows;
  rows.reserve(kept.size());
  for (const auto& pair : kept) {
    RowPair own{records.row[pair.left], records.row[pair.right]};
    if (!records.two_files() && own.first > own.second) std::swap(own.first, own.second);
    rows.push_back(own);
  }
  result.pairs.reserve(kept.size());
  for (const auto n : order_by_rows(rows, records.left_count)) {
    result.pairs.push_back({rows[n].first, rows[n].second, kept[n].weight_bits, staged.probability[n],
                            pattern[n], staged.linked[n], staged.stage[n]});
  }
}

// What was found out about the files, and how to forbid it.
void note_pairing(LinkResult& result) {
  const auto several = [&](std::string_view file) {
    result.notes.push_back("the " + std::string(file) + " file seems to hold people more than once, so a record of the other may be linked to " +
                           "several of its records; --pairing one-to-one forbids it");
  };
  if (result.pairing == Pairing::kManyToOne || result.pairing == Pairing::kMany) several("left");
  if (result.pairing == Pairing::kOneToMany || result.pairing == Pairing::kMany) several("right");
}

// A model without a list has the probabilistic stage alone.
Model with_stages(Model model) {
  if (model.stages.empty()) model.stages.push_back({std::string(stage_kind_name(StageKind::kProbabilistic)), StageKind::kProbabilistic, {}, false, {}, 0.9, 1.0});
  return model;
}

// The pairs that the probabilistic stage may take: neither record is closed, and nobody said that they are two.
std::vector<std::size_t> pairs_open(const StagedPairs& staged, const StageRunner& stages) {
  std::vector<std::size_t> open;
  for (std::size_t n = 0; n < staged.kept.size(); ++n) {
    if (!stages.closed()[staged.kept[n].left] && !stages.closed()[staged.kept[n].right] && !staged.barred[n]) open.push_back(n);
  }
  return open;
}

// By record: the last so many rows of the left table.
DecoyFlags decoys_among(const Records& records, const DecoyRun* decoys) {
  if (decoys == nullptr) return {};
  DecoyFlags flags(records.count, false);
  for (std::size_t record = 0; record < records.left_count; ++record) flags[record] = records.row[record] + decoys->count >= records.left_count;
  return flags;
}

void link_two(LinkResult& result, const Run& run, const Scorer& scorer, StagedPairs& staged, StageRunner& stages, const LinkOptions& options, const DecoyRun* decoy_run) {
  result.pairing = options.pairing;
  if (options.pairing == Pairing::kAuto) {
    result.pairing = detect_pairing(scorer, staged.kept);
    note_pairing(result);
  }
  const DecoyFlags decoys = result.pairing == Pairing::kOneToOne ? decoys_among(*run.records, decoy_run) : DecoyFlags{};
  const auto shares = decoy_run == nullptr ? std::nullopt : std::optional(decoy_run->shares);
  staged.probability = pair_probabilities(staged.kept, result.pairing, *run.records, shares, decoys);
  auto open = pairs_open(staged, stages);
  if (!decoys.empty()) std::erase_if(open, [&](std::size_t n) { return decoys[staged.kept[n].left]; });
  std::vector<KeptPair> of_open;
  if (open.size() < staged.kept.size()) for (const auto n : open) of_open.push_back(staged.kept[n]);
  auto taken = pairs_allowed(of_open.empty() ? staged.kept : of_open, result.pairing, run.records->count, result.notes);
  if (!of_open.empty()) for (auto& n : taken) n = open[n];
  if (open.empty()) taken.clear();
  std::vector<double> of_taken;
  for (const auto n : taken) of_taken.push_back(staged.probability[n]);
  double total = 0.0;
  for (const auto n : open) total += staged.probability[n];
  const Curve curve = expected_curve(of_taken, total);
  result.threshold_curve = curve.points;
  result.threshold_probability = options.threshold.value_or(curve.best_probability);
  std::erase_if(taken, [&](std::size_t n) { return staged.probability[n] < result.threshold_probability; });
  if (!decoys.empty()) {
    const auto links = decoy_links(staged.kept, decoys, staged.probability, result.threshold_probability, taken);
    taken.insert(taken.end(), links.begin(), links.end());
  }
  for (const auto n : taken) {
    staged.linked[n] = true;
    staged.stage[n] = stages.probabilistic();
  }
  stages.after_two(staged);
  UnionFind<std::uint32_t> people(run.records->count);
  for (std::size_t n = 0; n < staged.kept.size(); ++n) if (staged.linked[n]) people.join(staged.kept[n].left, staged.kept[n].right);
  std::vector<std::uint32_t> cluster(run.records->count);
  for (std::uint32_t n = 0; n < cluster.size(); ++n) cluster[n] = people.find(n);
  number_clusters(result, *run.records, cluster);
  fill_pairs(result, run, staged);
}

// Groups of records, then the second look at small ones.
std::vector<std::uint32_t> group(const Run& run, const Scorer& scorer, const RatioBounds& bounds, const Model& model, const std::vector<KeptPair>& kept, double threshold) {
  ClusterOptions cluster_options;
  const double p = std::clamp(threshold, 1e-6, 1.0 - 1e-6);
  cluster_options.merge_bits_min = std::log2(p / (1.0 - p));
  // A threshold above what one pair may count for would otherwise join nobody.
  cluster_options.clip_high_bits = std::max(cluster_options.clip_high_bits, cluster_options.merge_bits_min);
  cluster_options.thread_count = run.thread_count;
  std::vector<ClusterPair> pairs;
  for (const auto& pair : kept) pairs.push_back({pair.left, pair.right, pair.log_odds_bits});
  auto cluster = cluster_records(run.records->count, pairs,
      [&](std::uint32_t a, std::uint32_t b) { return scorer.score(a, b).log_odds_bits; }, cluster_options);
  AttachOptions attach_options;
  attach_options.probability_min = threshold;
  attach_small_groups(scorer, bounds, model, *run.parts, *run.blocker, kept, cluster, attach_options, run.thread_count);
  return cluster;
}

void link_one(LinkResult& result, const Run& run, const Scorer& scorer, const RatioBounds& bounds, StagedPairs& staged, StageRunner& stages, const LinkOptions& options) {
  result.pairing = Pairing::kAuto;
  staged.probability = plain_probabilities(staged.kept);
  const Curve curve = expected_curve(staged.probability, std::accumulate(staged.probability.begin(), staged.probability.end(), 0.0));
  result.threshold_curve = curve.points;
  result.threshold_probability = options.threshold.value_or(curve.best_probability);
  auto cluster = group(run, scorer, bounds, result.model, staged.kept, result.threshold_probability);
  if (!result.model.settings.term_frequency_by_u) {  // Who brings Splink's model wants Splink's probabilities.
    auto calibration = calibrate_by_groups(staged.kept, cluster);
    staged.probability = std::move(calibration.probability);
    if (!calibration.note.empty()) result.notes.push_back(std::move(calibration.note));
  }
  stages.after_one(staged, cluster);
  number_clusters(result, *run.records, cluster);
  fill_pairs(result, run, staged);
}

}  // namespace

void compare_few(Run& run, Progress* progress) {
  run.compared = ComparedPairs::of(*run.records, *run.comparer, *run.blocker, run.thread_count, progress);
  if (run.compared) run.blocker->release_blocks();
}

BlockingRecall blocking_recall(const Run& run, const std::vector<KeptPair>& kept) {
  double found = 0.0;
  double once = 0.0;
  double twice = 0.0;
  std::size_t at = 0;
  // Both lists are by (left, right), and what was kept was compared.
  const auto rules_of = [&](const KeptPair& pair) -> std::size_t {
    if (!run.compared) return run.blocker->rule_count_of(pair.left, pair.right);
    while (run.compared->pairs()[at].left != pair.left || run.compared->pairs()[at].right != pair.right) ++at;
    return run.compared->pairs()[at].rule_count;
  };
  for (const auto& pair : kept) {
    const double p = probability_of_bits(pair.log_odds_bits);
    const std::size_t rules = rules_of(pair);
    found += p;
    if (rules == 1) once += p;
    if (rules == 2) twice += p;
  }
  return recall_of_counts(found, once, twice);
}

BlockingRecall recall_of_counts(double found, double once, double twice) {
  if (found <= 0.0) return {};
  const double missed = once * once / (2.0 * std::max(twice, 1.0));
  if (missed <= 0.0) return {1.0, 1.0, 1.0};
  const double ratio = once / std::max(twice, 1.0);
  const double variance = std::max(twice, 1.0) * (0.5 * ratio * ratio + ratio * ratio * ratio + 0.25 * ratio * ratio * ratio * ratio);
  const double factor = std::exp(1.96 * std::sqrt(std::log1p(variance / (missed * missed))));
  return {found / (found + missed), found / (found + missed * factor), found / (found + missed / factor)};
}

namespace {

Status check_rows(const table::Table& left, const table::Table* right) {
  if (left.row_count() > 0 && (right == nullptr || right->row_count() > 0)) return {};
  return invalid("the " + std::string(left.row_count() == 0 ? "left" : "right") + " file has no rows; nothing can be linked");
}

}  // namespace

Result<Training> train(const table::Table& left, const table::Table* right, const Model& model, const LinkOptions& options) {
  if (auto status = check_rows(left, right); !status.ok()) return status.error();
  auto prepared = prepare(left, right, model, options, true);
  if (!prepared.ok()) return prepared.error();
  Run& run = prepared.value();
  Training training{run.model, {}, run.blocker->pair_count(), run.records->notes};
  training.notes.insert(training.notes.end(), model.notes.begin(), model.notes.end());
  if (run.blocker->pair_count() == 0) return invalid("no two records share a blocking key: there is nothing to fit a model to; check the blocking rules");
  if (!model.fitted && !run.fit) compare_few(run, options.progress);
  const StageScope stage(options.progress, "estimate");
  RandomShares random;
  const auto fit = fit_model(run, model, random);
  if (!fit.ok()) return fit.error();
  write_back(*run.comparer, fit.value(), random, training.model);
  training.fit = fit_report(fit.value(), {});
  return training;
}

namespace {

Status decide_among(LinkResult& result, const Run& run, const Scorer& scorer, const RatioBounds& bounds, std::vector<KeptPair> kept, const table::Table& left,
                    const table::Table* right, const LinkOptions& options, const DecoyRun* decoys) {
  const StageScope stage(options.progress, "group");
  auto stages = StageRunner::create(run, scorer, with_stages(result.model), left, right, options.decisions);
  if (!stages.ok()) return stages.error();
  StagedPairs staged;
  staged.linked.resize(kept.size(), false);
  staged.stage.resize(kept.size(), kNoStage);
  staged.barred.resize(kept.size(), false);
  staged.kept = std::move(kept);
  stages.value().before(staged);
  if (right != nullptr) link_two(result, run, scorer, staged, stages.value(), options, decoys);
  else link_one(result, run, scorer, bounds, staged, stages.value(), options);
  result.stages = stages.value().yields(staged);
  if (options.insight) result.insight = look_into(scorer, result, options, run.thread_count);
  return {};
}

// What follows once the model is fitted. `again`: it will be called once more for the run.
Status score_and_decide(LinkResult& result, Run& run, bool again, const EmFit& fit, const table::Table& left,
                        const table::Table* right, const LinkOptions& options, const DecoyRun* decoys) {
  const auto& settings = run.model.settings;
  const Scorer scorer(*run.records, *run.comparer, fit.model, settings.term_frequency_by_u);
  const RatioBounds bounds(scorer, run.thread_count);
  const double floor_bits = settings.weight_floor_bits;
  auto kept = run.compared ? score_compared(scorer, *run.compared, floor_bits, result.blocking,
                                            run.thread_count, options.progress)
                           : score_pairs(scorer, bounds, *run.blocker, floor_bits, result.blocking,
                                         run.thread_count, options.progress);
  for (const auto& yield : result.blocking) result.candidate_pair_count += yield.first_pair_count;
  result.fit = fit_report(fit, blocking_recall(run, kept));
  if (!again) run.compared.reset();
  return decide_among(result, run, scorer, bounds, std::move(kept), left, right, options, decoys);
}

Result<LinkResult> link_among(const table::Table& left, const table::Table* right, const Model& model, const LinkOptions& options, const DecoyRun* decoys) {
  if (auto status = check_rows(left, right); !status.ok()) return status.error();
  const std::size_t second_count = right == nullptr ? left.row_count() : right->row_count();
  for (const auto& [one, other] : options.explain_rows) {
    if (one >= left.row_count() || other >= second_count) return invalid("a pair to be explained names a row that its table does not have; rows are counted from 0");
  }
  auto prepared = prepare(left, right, model, options, true);
  if (!prepared.ok()) return prepared.error();
  Run& run = prepared.value();
  LinkResult result;
  result.notes = run.records->notes;
  result.notes.insert(result.notes.end(), model.notes.begin(), model.notes.end());
  if (!run.choice_note.empty()) result.notes.push_back(run.choice_note);
  result.model = run.model;
  if (run.blocker->pair_count() == 0) {
    result.notes.emplace_back("no two records share a blocking key: nothing was compared, and nothing is linked");
    result.blocking = run.blocker->yields();
    result.insight.completeness = completeness_of(*run.records);
    std::vector<std::uint32_t> alone(run.records->count);
    std::iota(alone.begin(), alone.end(), 0U);
    number_clusters(result, *run.records, alone);
    return result;
  }
  compare_few(run, options.progress);
  RandomShares random;
  auto fit = [&] {
    const StageScope stage(options.progress, "estimate");
    return fit_model(run, model, random);
  }();
  if (!fit.ok()) return fit.error();
  write_back(*run.comparer, fit.value(), random, result.model);
  result.blocking = run.blocker->yields();
  if (model.settings.term_frequency_by_person) {
    LinkResult first = result;
    LinkOptions quick = options;
    quick.insight = false;
    if (auto status = score_and_decide(first, run, true, fit.value(), left, right, quick, decoys); !status.ok()) return status.error();
    count_by_person(*run.records, first.left_cluster, first.right_cluster);
  }
  if (auto status = score_and_decide(result, run, false, fit.value(), left, right, options, decoys); !status.ok()) return status.error();
  return result;
}

}  // namespace

Status decide(LinkResult& result, const Run& run, const Scorer& scorer, const RatioBounds& bounds, std::vector<KeptPair> kept, const table::Table& left,
              const table::Table* right, const LinkOptions& options) {
  return decide_among(result, run, scorer, bounds, std::move(kept), left, right, options, nullptr);
}

Result<LinkResult> link(const table::Table& left, const table::Table* right, const Model& model, const LinkOptions& options) {
  return link_among(left, right, model, options, nullptr);
}

Result<LinkResult> link_decoys(const table::Table& left, const table::Table& right, const Model& model, const LinkOptions& options, const DecoyRun& decoys) {
  return link_among(left, &right, model, options, &decoys);
}

}  // namespace kinfold::linkage
