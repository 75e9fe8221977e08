// From scored pairs to who is one person: threshold, links, groups.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/parallel.h"
#include "linkage/attach_internal.h"
#include "linkage/decoy_run_internal.h"
#include "linkage/group_calibration_internal.h"
#include "linkage/insight_internal.h"
#include "linkage/pairing_internal.h"
#include "linkage/pattern_map_internal.h"
#include "linkage/radix_internal.h"
#include "linkage/run_internal.h"
#include "linkage/stages_internal.h"
#include "linkage/union_find_internal.h"

namespace kinfold::linkage {

void number_clusters(LinkResult& result, const Records& records, const std::vector<std::uint32_t>& cluster) {
  // Renumbered by first row of the tables as given, so that the numbers mean something to a reader.
  std::vector<std::uint32_t> by_row(records.count);
  for (std::size_t n = 0; n < records.count; ++n) {
    by_row[records.row[n] + (n < records.left_count ? 0 : records.left_count)] = cluster[n];
  }
  std::vector<std::uint32_t> number(records.count, 0xFFFFFFFF);
  result.left_cluster.reserve(records.left_count);
  result.right_cluster.reserve(records.count - records.left_count);
  for (std::size_t row = 0; row < records.count; ++row) {
    auto& own = number[by_row[row]];
    if (own == 0xFFFFFFFF) own = static_cast<std::uint32_t>(result.cluster_count++);
    (row < records.left_count ? result.left_cluster : result.right_cluster).push_back(own);
  }
}

namespace {

struct Curve {
  std::vector<ThresholdPoint> points;
  double best_probability = 0.5;
};

// Expected precision, recall and F1 at every distinct probability, from the probabilities alone, the highest
// first.
Curve expected_curve(const std::vector<double>& probabilities, double expected_total) {
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

// What of the pairs' table does not hang on who is linked.
struct PairLayout {
  std::vector<std::vector<std::uint8_t>> patterns;  // Each once, in the order of their keys.
  LargeVector<std::uint32_t> pattern;               // Of each pair.
  LargeVector<RowPair> rows;
  LargeVector<std::uint32_t> order;  // Numbers of the pairs by rows.
};

void number_patterns(PairLayout& layout, const Comparer& comparer, const KeptPairs& kept) {
  std::vector<std::uint64_t> keys;
  PatternMap<std::uint32_t> seen;
  layout.pattern.reserve(kept.size());
  for (const auto& pair : kept) {
    const auto [number, fresh] = seen.find(pair.pattern_key);
    if (fresh) {
      *number = static_cast<std::uint32_t>(keys.size());
      keys.push_back(pair.pattern_key);
    }
    layout.pattern.push_back(*number);
  }
  std::vector<std::uint32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
  std::vector<std::uint32_t> rank(keys.size());
  for (const auto number : order) {
    rank[number] = static_cast<std::uint32_t>(layout.patterns.size());
    Levels levels{};
    comparer.decode(keys[number], levels);
    layout.patterns.emplace_back(levels.begin(),
                                 levels.begin() + static_cast<std::ptrdiff_t>(comparer.comparison_count()));
  }
  for (auto& number : layout.pattern) number = rank[number];
}

// Numbers of the pairs by (left, right) row: counted by the left one, of which each has few.
LargeVector<std::uint32_t> order_by_rows(const LargeVector<RowPair>& rows, std::size_t left_count) {
  LargeVector<std::uint32_t> next(left_count + 1, 0);
  for (const auto& [left, right] : rows) ++next[left + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  LargeVector<std::uint32_t> order(rows.size());
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

PairLayout lay_out(const Run& run, const KeptPairs& kept, std::size_t thread_count) {
  const auto& records = *run.records;
  PairLayout layout;
  parallel_chunks(2, 1, thread_count, [&](std::size_t task, std::size_t, std::size_t) {
    if (task == 0) {
      number_patterns(layout, *run.comparer, kept);
      return;
    }
    layout.rows.reserve(kept.size());
    for (const auto& pair : kept) {
      RowPair own{records.row[pair.left], records.row[pair.right]};
      if (!records.two_files() && own.first > own.second) std::swap(own.first, own.second);
      layout.rows.push_back(own);
    }
    layout.order = order_by_rows(layout.rows, records.left_count);
  });
  return layout;
}

void number_and_fill(LinkResult& result, const Run& run, const StagedPairs& staged, PairLayout layout,
                     const std::vector<std::uint32_t>& cluster) {
  result.patterns = std::move(layout.patterns);
  parallel_chunks(2, 1, run.thread_count, [&](std::size_t task, std::size_t, std::size_t) {
    if (task == 0) {
      number_clusters(result, *run.records, cluster);
      return;
    }
    result.pairs.reserve(layout.order.size());
    for (const auto n : layout.order) {
      result.pairs.push_back({layout.rows[n].first, layout.rows[n].second, staged.kept[n].weight_bits,
                              staged.probability[n], layout.pattern[n], staged.linked[n], staged.stage[n]});
    }
  });
}

// What was found out about the files, and how to forbid it.
void note_pairing(LinkResult& result) {
  const auto several = [&](std::string_view file) {
    result.notes.push_back(
        "the " + std::string(file) +
        " file seems to hold people more than once, so a record of the other may be linked to " +
        "several of its records; --pairing one-to-one forbids it");
  };
  if (result.pairing == Pairing::kManyToOne || result.pairing == Pairing::kMany) several("left");
  if (result.pairing == Pairing::kOneToMany || result.pairing == Pairing::kMany) several("right");
}

// The pairs that the probabilistic stage may take: neither record is closed, and nobody said that they are
// two.
std::vector<std::size_t> pairs_open(const StagedPairs& staged, const StageRunner& stages) {
  std::vector<std::size_t> open;
  for (std::size_t n = 0; n < staged.kept.size(); ++n) {
    if (!stages.closed()[staged.kept[n].left] && !stages.closed()[staged.kept[n].right] && !staged.barred[n])
      open.push_back(n);
  }
  return open;
}

// By record: the last so many rows of the left table.
DecoyFlags decoys_among(const Records& records, const DecoyRun* decoys) {
  if (decoys == nullptr) return {};
  DecoyFlags flags(records.count, false);
  for (std::size_t record = 0; record < records.left_count; ++record)
    flags[record] = records.row[record] + decoys->count >= records.left_count;
  return flags;
}

void link_two(LinkResult& result, const Run& run, const Scorer& scorer, StagedPairs& staged,
              StageRunner& stages, const LinkOptions& options, const DecoyRun* decoy_run) {
  result.pairing = options.pairing;
  if (options.pairing == Pairing::kAuto) {
    result.pairing = detect_pairing(scorer, staged.kept);
    note_pairing(result);
  }
  const DecoyFlags decoys =
      result.pairing == Pairing::kOneToOne ? decoys_among(*run.records, decoy_run) : DecoyFlags{};
  const auto shares = decoy_run == nullptr ? std::nullopt : std::optional(decoy_run->shares);
  staged.probability = pair_probabilities(staged.kept, result.pairing, scorer, shares, decoys);
  auto open = pairs_open(staged, stages);
  if (!decoys.empty()) std::erase_if(open, [&](std::size_t n) { return decoys[staged.kept[n].left]; });
  KeptPairs of_open;
  if (open.size() < staged.kept.size())
    for (const auto n : open) of_open.push_back(staged.kept[n]);
  auto taken = pairs_allowed(of_open.empty() ? staged.kept : of_open, result.pairing, run.records->count,
                             result.notes);
  if (!of_open.empty())
    for (auto& n : taken) n = open[n];
  if (open.empty()) taken.clear();
  std::vector<double> of_taken;
  for (const auto n : taken) of_taken.push_back(staged.probability[n]);
  radix_sort<64>(of_taken, [](double p) { return ~std::bit_cast<std::uint64_t>(p); });  // None is below 0.
  double total = 0.0;
  for (const auto n : open) total += staged.probability[n];
  const Curve curve = expected_curve(of_taken, total);
  result.threshold_curve = curve.points;
  result.threshold_probability = options.threshold.value_or(curve.best_probability);
  std::erase_if(taken, [&](std::size_t n) { return staged.probability[n] < result.threshold_probability; });
  if (!decoys.empty()) {
    const auto links =
        decoy_links(staged.kept, decoys, staged.probability, result.threshold_probability, taken);
    taken.insert(taken.end(), links.begin(), links.end());
  }
  for (const auto n : taken) {
    staged.linked[n] = true;
    staged.stage[n] = stages.probabilistic();
  }
  stages.after_two(staged);
  UnionFind<std::uint32_t> people(run.records->count);
  for (std::size_t n = 0; n < staged.kept.size(); ++n)
    if (staged.linked[n]) people.join(staged.kept[n].left, staged.kept[n].right);
  std::vector<std::uint32_t> cluster(run.records->count);
  for (std::uint32_t n = 0; n < cluster.size(); ++n) cluster[n] = people.find(n);
  number_and_fill(result, run, staged, lay_out(run, staged.kept, run.thread_count), cluster);
}

// The pairs' part in clusters, and what hangs together by them: neither depends on the threshold.
struct Graph {
  std::vector<ClusterPair> pairs;
  ConnectedParts parts;
};

Graph graph_of(const KeptPairs& kept, std::size_t record_count) {
  Graph graph;
  graph.pairs.reserve(kept.size());
  for (const auto& pair : kept) graph.pairs.push_back({pair.left, pair.right, pair.log_odds_bits});
  graph.parts = connected_parts(record_count, graph.pairs);
  return graph;
}

// Groups of records, then the second look at small ones.
std::vector<std::uint32_t> group(Run& run, const Scorer& scorer, std::optional<RatioBounds> bounds,
                                 const Model& model, const KeptPairs& kept, Graph graph, double threshold) {
  ClusterOptions cluster_options;
  const double p = std::clamp(threshold, 1e-6, 1.0 - 1e-6);
  constexpr double kLastDigits =
      1e-9;  // a pair of just this probability counts, whatever turning it into bits again rounds off
  cluster_options.merge_bits_min = std::log2(p / (1.0 - p)) - kLastDigits;
  // A threshold above what one pair may count for would otherwise join nobody.
  cluster_options.clip_high_bits = std::max(cluster_options.clip_high_bits, cluster_options.merge_bits_min);
  cluster_options.thread_count = run.thread_count;
  auto cluster = cluster_records(
      run.records->count, graph.pairs, graph.parts,
      [&](std::uint32_t a, std::uint32_t b) { return scorer.score(a, b).log_odds_bits; }, cluster_options);
  graph = {};
  give_back_heap();
  AttachOptions attach_options;
  attach_options.probability_min = threshold;
  attach_small_groups(scorer, bounds, model, *run.parts, *run.blocker, kept, cluster, attach_options,
                      run.thread_count);
  if (!run.scored_again) {
    run.blocker.reset();
    run.parts.reset();
  }
  return cluster;
}

void link_one(LinkResult& result, Run& run, const Scorer& scorer, std::optional<RatioBounds> bounds,
              StagedPairs& staged, StageRunner& stages, const LinkOptions& options) {
  result.pairing = Pairing::kAuto;
  LargeVector<PairByOdds> order;
  Curve curve;
  Graph graph;
  parallel_chunks(2, 1, run.thread_count, [&](std::size_t task, std::size_t, std::size_t) {
    if (task == 1) {
      graph = graph_of(staged.kept, run.records->count);
      return;
    }
    order = order_by_odds(staged.kept);
    staged.probability = plain_probabilities(staged.kept);
    std::vector<double> from_highest;
    from_highest.reserve(order.size());
    for (auto one = order.rbegin(); one != order.rend(); ++one)
      from_highest.push_back(staged.probability[one->pair]);
    curve = expected_curve(from_highest,
                           std::accumulate(staged.probability.begin(), staged.probability.end(), 0.0));
  });
  result.threshold_curve = curve.points;
  result.threshold_probability = options.threshold.value_or(curve.best_probability);
  auto cluster = group(run, scorer, std::move(bounds), result.model, staged.kept, std::move(graph),
                       result.threshold_probability);
  PairLayout layout;
  parallel_chunks(2, 1, run.thread_count, [&](std::size_t task, std::size_t, std::size_t) {
    if (task == 1) {
      layout = lay_out(run, staged.kept, 1);
      return;
    }
    if (result.model.settings.term_frequency_by_u) return;  // Who brings Splink's model wants Splink's.
    auto calibration = calibrate_by_groups(staged.kept, staged.probability, order, cluster, run.thread_count);
    staged.probability = std::move(calibration.probability);
    if (!calibration.note.empty()) result.notes.push_back(std::move(calibration.note));
  });
  stages.after_one(staged, cluster);
  if (staged.kept.size() > layout.order.size()) layout = lay_out(run, staged.kept, run.thread_count);
  number_and_fill(result, run, staged, std::move(layout), cluster);
}

}  // namespace

Status decide(LinkResult& result, Run& run, const Scorer& scorer, std::optional<RatioBounds> bounds,
              KeptPairs kept, const table::Table& left, const table::Table* right, const LinkOptions& options,
              const DecoyRun* decoys) {
  const StageScope stage(options.progress, "group");
  auto stages = StageRunner::create(run, scorer, with_stages(result.model), left, right, options.decisions);
  if (!stages.ok()) return stages.error();
  StagedPairs staged;
  staged.linked.resize(kept.size(), false);
  staged.stage.resize(kept.size(), kNoStage);
  staged.barred.resize(kept.size(), false);
  staged.kept = std::move(kept);
  stages.value().before(staged);
  if (right != nullptr)
    link_two(result, run, scorer, staged, stages.value(), options, decoys);
  else
    link_one(result, run, scorer, std::move(bounds), staged, stages.value(), options);
  result.stages = stages.value().yields(staged);
  if (options.insight) result.insight = look_into(scorer, result, options, run.thread_count);
  return {};
}

}  // namespace kinfold::linkage
