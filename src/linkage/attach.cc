#include "linkage/attach_internal.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>

#include "base/parallel.h"
#include "linkage/group_keys_internal.h"
#include "linkage/logs_internal.h"
#include "linkage/prospect_internal.h"
#include "linkage/radix_internal.h"

namespace kinfold::linkage {
namespace {

constexpr double kCandidatesPerRuleMax = 3e6;
constexpr double kCandidatesPerRuleManyMax = 1e6;  // Of large files, the rarest keys only.
constexpr std::size_t kBlocksPerChunk = 8192;

Groups gather(const std::vector<std::uint32_t>& cluster) {
  Groups groups;
  const std::size_t count =
      cluster.empty() ? 0 : std::size_t{*std::max_element(cluster.begin(), cluster.end())} + 1;
  groups.record.resize(cluster.size());
  // While records are put in their places, what lies at group + 1 is where the group's next goes.
  groups.offset.resize(count + 2);
  for (const auto number : cluster) ++groups.offset[number + 2];
  std::partial_sum(groups.offset.begin(), groups.offset.end(), groups.offset.begin());
  for (std::uint32_t record = 0; record < cluster.size(); ++record)
    groups.record[groups.offset[cluster[record] + 1]++] = record;
  groups.offset.pop_back();
  return groups;
}

// Natural logs of likelihood ratios against strangers.
struct GroupWeight {
  double match = 0.0;
  double related = 0.0;
  double related_name = 0.0;
};

// Field by field the mean over all pairs of values; of a very large group its first records.
GroupWeight weigh(const Scorer& scorer, const Groups& groups, std::uint32_t small, std::uint32_t large) {
  const auto& records = scorer.records();
  const auto& comparer = scorer.comparer();
  const std::size_t large_size = std::min(groups.size(large), kMembersLookedAtMax);
  GroupWeight weight;
  double stayed = 0.0;
  double moved = 0.0;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    const std::size_t field = comparer.field_of(n);
    double match = 0.0;
    double apart = 0.0;
    double related = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < groups.size(small); ++i) {
      const auto code_a = records.of(groups.of(small)[i])[field];
      for (std::size_t j = 0; j < large_size && code_a != 0; ++j) {
        const auto code_b = records.of(groups.of(large)[j])[field];
        if (code_b == 0) continue;
        const auto level = comparer.level_of(n, code_a, code_b);
        if (level == kMissingLevel) continue;
        const auto ratio = scorer.field_ratio(n, level, code_a, code_b);
        match += std::exp(ratio.match);
        apart += std::exp(ratio.moved);
        related += std::exp(ratio.related);
        count += 1.0;
      }
    }
    if (count <= 0.0) continue;
    const double of_match = std::log(match / count);
    const double of_related = std::log(related / count);
    stayed += of_match;
    moved += std::log(apart / count);
    weight.related += of_related;
    weight.related_name += scorer.model().alike_in(n).related_name ? of_match : of_related;
  }
  weight.match = scorer.match_of(stayed, moved);
  return weight;
}

using Candidates = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // (small, large)

bool may_attach(const Groups& groups, std::uint32_t small, std::uint32_t large,
                const AttachOptions& options) {
  if (small == large || groups.size(small) > options.small_size_max) return false;
  const auto s = groups.size(small);
  const auto l = groups.size(large);
  return s < l || (s == l && small > large);
}

// The groups of one key that may be candidates of one another. Those of several records come first.
void add_candidates_of_block(const LargeVector<std::uint64_t>& entries, std::size_t begin, std::size_t end,
                             const Groups& groups, Prospect& prospect, const AttachOptions& options,
                             bool many, GroupLooks& looks, Candidates& candidates) {
  looks.clear();
  for (std::size_t n = begin; n < end; ++n) looks.add(group_of(entries[n]));
  looks.load();
  for (std::size_t i = begin; i < end; ++i) {
    const auto a = group_of(entries[i]);
    // Only small files can afford a second look at two single records.
    if (is_own_key(entries[i]) || (many && groups.size(a) == 1)) break;
    for (std::size_t j = i + 1; j < end; ++j) {
      const auto b = group_of(entries[j]);
      const bool first_is_small = may_attach(groups, a, b, options);
      if (!first_is_small && !may_attach(groups, b, a, options)) continue;
      const auto [small, large] = first_is_small ? std::pair{i, j} : std::pair{j, i};
      candidates.emplace_back(first_is_small ? a : b, first_is_small ? b : a);
      if (!prospect.is_hopeful(candidates.back().first) &&
          prospect.may_win(looks, small - begin, large - begin))
        prospect.hope_for(candidates.back().first);
    }
  }
}

// A rule's groups by key, and where each block of several lies, the smallest block first: as many as the
// budget allows.
struct RuleBlocks {
  LargeVector<std::uint64_t> entries;
  std::vector<std::pair<std::size_t, std::size_t>> blocks;
};

double pairs_of(const std::pair<std::size_t, std::size_t>& block) {
  const auto count = static_cast<double>(block.second - block.first);
  return count * (count - 1.0) / 2.0;
}

RuleBlocks blocks_of(LargeVector<std::uint64_t> keys, double budget) {
  RuleBlocks own;
  own.entries = std::move(keys);
  const auto& entries = own.entries;
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin;
    while (end < entries.size() && entries[end] >> 32 == entries[begin] >> 32) ++end;
    if (!is_own_key(entries[begin])) own.blocks.emplace_back(begin, end);
    begin = end;
  }
  radix_sort<32>(own.blocks, [](const auto& block) { return block.second - block.first; });
  const auto beyond = std::find_if(own.blocks.begin(), own.blocks.end(),
                                   [&](const auto& block) { return (budget -= pairs_of(block)) < 0.0; });
  own.blocks.erase(beyond, own.blocks.end());
  return own;
}

std::vector<RuleBlocks> blocks_of_rules(std::span<const GroupRule> rules, const Blocker& blocker,
                                        const Groups& groups, const GroupLists& lists,
                                        const std::vector<std::uint32_t>& cluster, double budget,
                                        std::size_t thread_count) {
  auto keys = group_keys(rules, blocker, groups, cluster, lists, thread_count);
  std::vector<RuleBlocks> blocks(rules.size());
  parallel_chunks(rules.size(), 1, thread_count, [&](std::size_t, std::size_t n, std::size_t) {
    blocks[n] = blocks_of(std::move(keys[n]), budget);
  });
  return blocks;
}

double pairs_of(const std::vector<RuleBlocks>& rules) {
  double sum = 0.0;
  for (const auto& rule : rules)
    for (const auto& block : rule.blocks) sum += pairs_of(block);
  return sum;
}

// Of each small group's candidates within a rule.
double budget_of(const Groups& groups, const AttachOptions& options) {
  std::size_t small_count = 0;
  for (std::uint32_t g = 0; g < groups.count(); ++g) small_count += groups.size(g) <= options.small_size_max;
  return std::min(
      is_many(groups) ? kCandidatesPerRuleManyMax : kCandidatesPerRuleMax,
      options.pairs_per_group_max * static_cast<double>(std::max<std::size_t>(small_count, 1000)));
}

// Groups that share a key, from some of a rule's blocks.
Candidates candidates_of_blocks(const RuleBlocks& rule, std::size_t first, std::size_t last,
                                const Groups& groups, Prospect& prospect, const AttachOptions& options) {
  constexpr std::size_t kAhead = 8;  // Blocks whose groups are asked for before they are looked at.
  const bool many = is_many(groups);
  const auto& entries = rule.entries;
  const auto for_each_group = [&](std::size_t n, auto&& ask) {
    const auto [begin, end] = rule.blocks[std::min(n, last - 1)];
    for (std::size_t at = begin; at < end; ++at) ask(group_of(entries[at]));
  };
  Candidates candidates;
  GroupLooks looks = prospect.no_looks();
  for (std::size_t n = first; n < last; ++n) {
    for_each_group(n + kAhead, [&](std::uint32_t group) { groups.prefetch(group); });
    for_each_group(n + kAhead / 2, [&](std::uint32_t group) { looks.prefetch(group); });
    const auto [begin, end] = rule.blocks[n];
    const bool some = !many || groups.size(group_of(entries[begin])) > 1;
    if (some)
      add_candidates_of_block(entries, begin, end, groups, prospect, options, many, looks, candidates);
  }
  return candidates;
}

// Groups that a kept pair lies between.
Candidates candidates_of_kept(const KeptPairs& kept, const Groups& groups,
                              const std::vector<std::uint32_t>& cluster, const AttachOptions& options) {
  Candidates candidates;
  for (const auto& pair : kept) {
    auto small = cluster[pair.left];
    auto large = cluster[pair.right];
    if (!may_attach(groups, small, large, options)) std::swap(small, large);
    if (may_attach(groups, small, large, options)) candidates.emplace_back(small, large);
  }
  return candidates;
}

void hope_among(const Candidates& candidates, Prospect& prospect) {
  GroupLooks looks = prospect.no_looks();
  for (const auto& [small, large] : candidates) {
    if (prospect.is_hopeful(small)) continue;
    looks.clear();
    looks.add(small);
    looks.add(large);
    looks.load();
    if (prospect.may_win(looks, 0, 1)) prospect.hope_for(small);
  }
}

void add_candidates_of_rule(const RuleBlocks& rule, const Groups& groups, Prospect& prospect,
                            const AttachOptions& options, std::size_t thread_count,
                            std::vector<Candidates>& parts) {
  const std::size_t done = parts.size();
  parts.resize(done + (rule.blocks.size() + kBlocksPerChunk - 1) / kBlocksPerChunk);
  parallel_chunks(rule.blocks.size(), kBlocksPerChunk, thread_count,
                  [&](std::size_t chunk, std::size_t first, std::size_t last) {
                    parts[done + chunk] = candidates_of_blocks(rule, first, last, groups, prospect, options);
                  });
}

// All candidates of the small groups that have one that may win, by small and large. Bounds are made once
// there are enough candidates.
Candidates find_candidates(const std::vector<GroupRule>& rules, const Scorer& scorer,
                           std::optional<RatioBounds>& bounds, const Blocker& blocker, const Groups& groups,
                           const KeptPairs& kept, const std::vector<std::uint32_t>& cluster,
                           const AttachOptions& options, std::size_t thread_count) {
  const GroupLists lists = list_groups(groups, scorer.records(), thread_count);
  const double budget = budget_of(groups, options);
  // The keys of all groups take memory; of a large file only few are asked for, and of all rules at once.
  const std::size_t at_once = is_many(groups) ? rules.size() : thread_count;
  Prospect prospect(scorer, groups, options.probability_min);
  Candidates of_kept = candidates_of_kept(kept, groups, cluster, options);
  auto most = static_cast<double>(of_kept.size());
  std::vector<Candidates> parts;
  for (std::size_t first = 0; first < rules.size(); first += at_once) {
    const auto blocks =
        blocks_of_rules(std::span(rules).subspan(first, std::min(at_once, rules.size() - first)), blocker,
                        groups, lists, cluster, budget, thread_count);
    most += pairs_of(blocks);
    if (!bounds && most > options.unbounded_per_record_max * static_cast<double>(cluster.size()))
      bounds.emplace(scorer, thread_count);
    if (bounds) prospect.take(*bounds);
    for (const auto& rule : blocks)
      add_candidates_of_rule(rule, groups, prospect, options, thread_count, parts);
  }
  hope_among(of_kept, prospect);
  parts.push_back(std::move(of_kept));
  Candidates all;
  for (const auto& part : parts) {
    std::copy_if(part.begin(), part.end(), std::back_inserter(all),
                 [&](const auto& pair) { return prospect.is_hopeful(pair.first); });
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

struct Choice {
  std::uint32_t small = 0;
  std::uint32_t large = 0;
  double probability = 0.0;
};

// The best candidate of one small group and its probability among all of them, strangers and relatives.
// (Strangers of one name are candidates themselves, or known to nobody.)
Choice choose(const Scorer& scorer, const Groups& groups, const Candidates& candidates, std::size_t begin,
              std::size_t end) {
  const EmModel& model = scorer.model();
  const double related_odds = log_rate(model.related_rate / model.match_rate);
  const double related_name_odds = log_rate(model.related_rate * model.related_name_share / model.match_rate);
  const double nobody = log_nobody(scorer, groups);
  std::vector<double> masses = {nobody};
  Choice choice;
  choice.small = candidates[begin].first;
  double best = -1e300;
  for (std::size_t n = begin; n < end; ++n) {
    const auto large = candidates[n].second;
    const auto weight = weigh(scorer, groups, choice.small, large);
    const double size = std::log(static_cast<double>(groups.size(large)));
    masses.push_back(size + weight.match);
    masses.push_back(size + related_odds + weight.related);
    masses.push_back(size + related_name_odds + weight.related_name);
    if (size + weight.match <= best) continue;
    best = size + weight.match;
    choice.large = large;
  }
  const double top = *std::max_element(masses.begin(), masses.end());
  double total = 0.0;
  for (const double mass : masses) total += std::exp(mass - top);
  choice.probability = std::exp(best - top) / total;
  return choice;
}

std::vector<Choice> choose_all(const Scorer& scorer, const Groups& groups, const Candidates& candidates,
                               double probability_min, std::size_t thread_count) {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (std::size_t begin = 0; begin < candidates.size();) {
    std::size_t end = begin;
    while (end < candidates.size() && candidates[end].first == candidates[begin].first) ++end;
    ranges.emplace_back(begin, end);
    begin = end;
  }
  std::vector<Choice> choices(ranges.size());
  parallel_chunks(ranges.size(), 64, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n)
      choices[n] = choose(scorer, groups, candidates, ranges[n].first, ranges[n].second);
  });
  std::erase_if(choices, [&](const Choice& choice) { return choice.probability < probability_min; });
  std::sort(choices.begin(), choices.end(), [](const Choice& a, const Choice& b) {
    return a.probability != b.probability ? a.probability > b.probability : a.small < b.small;
  });
  return choices;
}

// Joins every small group to its choice unless the choice itself moved in this round: then it waits
// for the next, when what both know together can be judged.
void join_choices(const std::vector<Choice>& choices, std::size_t group_count,
                  std::vector<std::uint32_t>& cluster, std::size_t thread_count) {
  constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::vector<std::uint32_t> target(group_count, kNone);  // A group that others join has itself.
  for (const auto& choice : choices) {
    const bool has_grown = target[choice.small] == choice.small;
    const bool moves = target[choice.large] != kNone && target[choice.large] != choice.large;
    if (has_grown || moves) continue;
    target[choice.small] = choice.large;
    target[choice.large] = choice.large;
  }
  // Groups are numbered by their first records, and stay so.
  std::vector<std::uint32_t> renumbered(group_count, kNone);
  std::uint32_t next = 0;
  for (std::uint32_t group = 0; group < group_count; ++group) {
    auto& own = renumbered[target[group] == kNone ? group : target[group]];
    if (own == kNone) own = next++;
    target[group] = own;
  }
  parallel_chunks(cluster.size(), 65536, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t record = begin; record < end; ++record) cluster[record] = target[cluster[record]];
  });
}

}  // namespace

void attach_small_groups(const Scorer& scorer, std::optional<RatioBounds>& bounds, const Model& model,
                         const PartTables& tables, const Blocker& blocker, const KeptPairs& kept,
                         std::vector<std::uint32_t>& cluster, const AttachOptions& options,
                         std::size_t thread_count) {
  std::vector<GroupRule> rules;
  int blocker_rule = 0;
  for (const auto& rule : model.blocking) {
    const auto usable = rule_is_usable(rule, scorer.records(), model);
    if (!usable.ok() || !usable.value()) continue;
    const int own = rule.on_clusters ? -1 : blocker_rule++;
    rules.push_back({RuleKeyMaker(scorer.records(), rule, tables),
                     own >= 0 && blocker.has_every_key(static_cast<std::uint32_t>(own)) ? own : -1});
  }
  for (int round = 0; round < options.round_count_max; ++round) {
    const Groups groups = gather(cluster);
    const auto candidates =
        find_candidates(rules, scorer, bounds, blocker, groups, kept, cluster, options, thread_count);
    const auto choices = choose_all(scorer, groups, candidates, options.probability_min, thread_count);
    if (choices.empty()) return;
    join_choices(choices, groups.count(), cluster, thread_count);
    if (is_many(groups)) return;  // Later rounds bring little; large files skip them.
  }
}

}  // namespace kinfold::linkage
