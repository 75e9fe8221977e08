#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "linkage/insight_internal.h"
#include "linkage/shown_internal.h"
#include "linkage/stages_internal.h"
#include "linkage/union_find_internal.h"

namespace kinfold::linkage {
namespace {

constexpr int kAssociativeRoundsMax = 3;

using RecordPair = std::pair<std::uint32_t, std::uint32_t>;

bool before_pair(const KeptPair& pair, const RecordPair& records) {
  return RecordPair{pair.left, pair.right} < records;
}

std::vector<RecordPair> linked_pairs(const StagedPairs& staged) {
  std::vector<RecordPair> pairs;
  for (std::size_t n = 0; n < staged.kept.size(); ++n)
    if (staged.linked[n]) pairs.emplace_back(staged.kept[n].left, staged.kept[n].right);
  return pairs;
}

std::unordered_map<std::string, std::uint32_t> records_by_id(const Run& run, const table::Table& table,
                                                             const Model& model, bool right_file) {
  const auto* id = find_id(table, model);
  const auto record_of = records_by_row(*run.records);
  std::unordered_map<std::string, std::uint32_t> records;
  for (std::size_t row = 0; row < table.row_count(); ++row)
    records.emplace(id_text(id, row), record_of[row + (right_file ? run.records->left_count : 0)]);
  return records;
}

}  // namespace

Model with_stages(Model model) {
  if (!model.stages.empty()) return model;
  Stage& stage = model.stages.emplace_back();
  stage.kind = StageKind::kProbabilistic;
  stage.name = stage_kind_name(stage.kind);
  return model;
}

void add_household_stage(Model& model, const std::string& column) {
  model = with_stages(std::move(model));
  Stage stage;
  stage.name = "household";
  stage.kind = StageKind::kAssociative;
  stage.household = {column};
  for (const auto& keys :
       std::vector<std::vector<std::string>>{{"address"}, {"surname", "postcode"}, {"telephone"}}) {
    const bool known = std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
      return std::any_of(model.fields.begin(), model.fields.end(),
                         [&](const Field& field) { return field.name == key; });
    });
    if (known) stage.keys.push_back({stage.name, keys, false});
  }
  model.stages.push_back(std::move(stage));
}

Result<StageRunner> StageRunner::create(const Run& run, const Scorer& scorer, const Model& model,
                                        const table::Table& left, const table::Table* right,
                                        const std::vector<Decision>& decisions) {
  StageRunner runner;
  runner.run_ = &run;
  runner.scorer_ = &scorer;
  runner.model_ = model;
  runner.closed_.resize(run.records->count, false);
  runner.conflict_count_.resize(model.stages.size(), 0);
  runner.sides_.resize(model.stages.size());
  runner.model_.blocking.clear();
  bool clerical = false;
  for (const auto& stage : model.stages) {
    clerical = clerical || stage.kind == StageKind::kClerical;
    for (const auto& rule : stage.keys) {
      const auto usable = rule_is_usable(rule, *run.records, model);
      if (!usable.ok()) return usable.error();
      if (usable.value()) runner.model_.blocking.push_back(rule);
    }
  }
  runner.parts_ = std::make_unique<PartTables>(*run.records, runner.model_, run.thread_count);
  runner.make_households(left, right);
  if (!clerical || decisions.empty()) return runner;
  const auto left_records = records_by_id(run, left, model, false);
  const auto right_records = right == nullptr ? left_records : records_by_id(run, *right, model, true);
  for (const auto& decision : settle(decisions)) {
    if (decision.drawn == Drawn::kSample)
      continue;  // Mended, it would no longer speak for the pairs that nobody saw.
    const auto a = left_records.find(decision.left_id);
    const auto b = right_records.find(decision.right_id);
    if (a == left_records.end() || b == right_records.end() || a->second == b->second ||
        decision.verdict == Verdict::kCannotTell)
      continue;
    const auto [low, high] = std::minmax(a->second, b->second);
    runner.decided_.push_back({low, high, decision.verdict == Verdict::kSame});
  }
  return runner;
}

void StageRunner::make_households(const table::Table& left, const table::Table* right) {
  const auto& records = *run_->records;
  const auto count = static_cast<std::uint32_t>(records.count);
  const auto left_count = static_cast<std::uint32_t>(records.left_count);
  for (std::size_t n = 0; n < model_.stages.size(); ++n) {
    const Stage& stage = model_.stages[n];
    if (stage.kind != StageKind::kAssociative) continue;
    std::vector<RuleKeyMaker> makers;
    for (const auto& rule : stage.keys) {
      const auto usable = rule_is_usable(rule, records, model_);
      if (usable.ok() && usable.value()) makers.emplace_back(records, rule, *parts_);
    }
    const auto side = [&](const table::Table& table, std::uint32_t begin,
                          std::uint32_t end) -> std::unique_ptr<Households> {
      if (const auto* column = find_column(table, stage.household))
        return std::make_unique<Households>(records, begin, end, *column);
      // Within one file, people of one address are of one household: nobody to look for elsewhere.
      return makers.empty() || right == nullptr ? nullptr : std::make_unique<Households>(begin, end, makers);
    };
    auto own = side(left, 0, left_count);
    if (right == nullptr) {
      sides_[n].left = std::move(own);
      continue;
    }
    auto other = side(*right, left_count, count);
    if (own != nullptr && other != nullptr) sides_[n] = {std::move(own), std::move(other)};
  }
}

std::uint8_t StageRunner::probabilistic() const {
  for (std::size_t n = 0; n < model_.stages.size(); ++n)
    if (model_.stages[n].kind == StageKind::kProbabilistic) return static_cast<std::uint8_t>(n);
  return kNoStage;
}

// Pairs are by (left, right) until the late stages begin to add some at the end.
std::size_t StageRunner::find_or_add(StagedPairs& staged, std::uint32_t a, std::uint32_t b) const {
  const auto at = std::lower_bound(staged.kept.begin(), staged.kept.end(), RecordPair{a, b}, before_pair);
  const auto n = at - staged.kept.begin();
  if (at != staged.kept.end() && at->left == a && at->right == b) return static_cast<std::size_t>(n);
  Levels levels{};
  run_->comparer->compare(run_->records->of(a), run_->records->of(b), levels);
  const auto score = scorer_->score(a, b);
  staged.kept.insert(
      at, {a, b, score.weight_bits, score.log_odds_bits, run_->comparer->key(levels), score.related_share});
  staged.linked.insert(staged.linked.begin() + n, false);
  staged.stage.insert(staged.stage.begin() + n, kNoStage);
  staged.barred.insert(staged.barred.begin() + n, false);
  if (!staged.probability.empty())
    staged.probability.insert(staged.probability.begin() + n, probability_of_bits(score.log_odds_bits));
  return static_cast<std::size_t>(n);
}

void StageRunner::link_by(StagedPairs& staged, std::uint32_t a, std::uint32_t b, std::uint8_t stage) {
  const auto n = find_or_add(staged, a, b);
  if (staged.barred[n]) return;
  staged.linked[n] = true;
  staged.stage[n] = stage;
  closed_[a] = closed_[b] = true;
}

void StageRunner::before(StagedPairs& staged) {
  std::uint8_t clerical = kNoStage;
  for (std::size_t n = 0; n < model_.stages.size(); ++n)
    if (model_.stages[n].kind == StageKind::kClerical) clerical = static_cast<std::uint8_t>(n);
  for (const auto& decided : decided_) {
    const auto n = find_or_add(staged, decided.a, decided.b);
    if (decided.same)
      link_by(staged, decided.a, decided.b, clerical);
    else
      staged.barred[n] = true, staged.stage[n] = clerical;
  }
  for (std::size_t n = 0; n < model_.stages.size(); ++n) {
    if (model_.stages[n].kind == StageKind::kMatchkey) run_matchkey(staged, static_cast<std::uint8_t>(n));
  }
}

void StageRunner::run_matchkey(StagedPairs& staged, std::uint8_t stage) {
  const auto usable = rule_is_usable(model_.stages[stage].keys[0], *run_->records, model_);
  if (!usable.ok() || !usable.value()) return;
  const auto& records = *run_->records;
  const RuleKeyMaker maker(records, model_.stages[stage].keys[0], *parts_);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> entries;  // (key, record)
  std::vector<std::uint32_t> own;
  for (std::uint32_t record = 0; record < records.count; ++record) {
    if (closed_[record]) continue;
    maker.keys_of(&record, 1, own);
    for (const auto key : own) entries.emplace_back(key, record);
  }
  std::sort(entries.begin(), entries.end());
  std::vector<RecordPair> unique;
  std::vector<std::uint32_t> in_conflict;
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin;
    std::size_t left = 0;
    for (; end < entries.size() && entries[end].first == entries[begin].first; ++end)
      left += entries[end].second < records.left_count;
    const std::size_t right = records.two_files() ? end - begin - left : left;
    if (end - begin == 2 && (!records.two_files() || left == 1)) {
      unique.emplace_back(entries[begin].second, entries[begin + 1].second);
    } else if (left > 0 && right > (records.two_files() ? 0U : 1U)) {
      for (std::size_t n = begin; n < end; ++n) in_conflict.push_back(entries[n].second);
    }
    begin = end;
  }
  // Several values of one key (".tokens") may lead a record to two others: that is a conflict too.
  std::map<std::uint32_t, std::size_t> times;
  for (const auto& [a, b] : unique) ++times[a], ++times[b];
  for (const auto& [a, b] : unique) {
    if (times[a] > 1 || times[b] > 1)
      in_conflict.insert(in_conflict.end(), {a, b});
    else
      link_by(staged, a, b, stage);
  }
  std::sort(in_conflict.begin(), in_conflict.end());
  in_conflict.erase(std::unique(in_conflict.begin(), in_conflict.end()), in_conflict.end());
  conflict_count_[stage] = in_conflict.size();
  if (!model_.stages[stage].refuse_conflicts) return;
  for (const auto record : in_conflict) closed_[record] = true;
}

std::vector<Association> StageRunner::associations(const Stage& stage, const std::vector<RecordPair>& linked,
                                                   const std::vector<bool>& is_free) const {
  const auto& sides = sides_[static_cast<std::size_t>(&stage - model_.stages.data())];
  if (sides.left == nullptr) return {};
  return associate(*scorer_, *sides.left, sides.right == nullptr ? *sides.left : *sides.right, linked,
                   is_free, stage.probability_min);
}

void StageRunner::after_two(StagedPairs& staged) {
  for (std::size_t n = 0; n < model_.stages.size(); ++n) {
    if (model_.stages[n].kind != StageKind::kAssociative) continue;
    for (int round = 0; round < kAssociativeRoundsMax; ++round) {
      const auto linked = linked_pairs(staged);
      std::vector<bool> is_free(run_->records->count);
      for (std::size_t record = 0; record < is_free.size(); ++record) is_free[record] = !closed_[record];
      for (const auto& [a, b] : linked) is_free[a] = is_free[b] = false;
      const auto found = associations(model_.stages[n], linked, is_free);
      for (const auto& own : found) {
        link_by(staged, own.left, own.right, static_cast<std::uint8_t>(n));
        staged.probability[find_or_add(staged, own.left, own.right)] = own.probability;
      }
      if (found.empty()) break;
    }
  }
  set_aside(staged);
}

void StageRunner::after_one(StagedPairs& staged, std::vector<std::uint32_t>& cluster) {
  const bool alone = model_.stages.size() == 1 && probabilistic() == 0;
  if (!alone) join_further(staged, cluster);
  for (std::size_t n = 0; n < staged.kept.size(); ++n) {
    staged.linked[n] = cluster[staged.kept[n].left] == cluster[staged.kept[n].right];
    if (staged.linked[n] && staged.stage[n] == kNoStage) staged.stage[n] = probabilistic();
  }
  set_aside(staged);
}

// What the other stages link beside the groups that are there.
void StageRunner::join_further(StagedPairs& staged, std::vector<std::uint32_t>& cluster) {
  UnionFind<std::uint32_t> groups(cluster.size());
  std::vector<std::uint32_t> first(cluster.size(), std::numeric_limits<std::uint32_t>::max());
  const auto join = [&](std::uint32_t a, std::uint32_t b) { groups.join(a, b); };
  for (std::uint32_t record = 0; record < cluster.size(); ++record) {
    auto& own = first[cluster[record]];
    if (own == std::numeric_limits<std::uint32_t>::max()) own = record;
    join(own, record);
  }
  for (std::size_t n = 0; n < staged.kept.size(); ++n) {
    const bool decided = staged.stage[n] != kNoStage && staged.stage[n] != probabilistic();
    if (decided && staged.linked[n]) join(staged.kept[n].left, staged.kept[n].right);
  }
  for (std::size_t n = 0; n < model_.stages.size(); ++n) {
    if (model_.stages[n].kind != StageKind::kAssociative || sides_[n].left == nullptr) continue;
    for (int round = 0; round < kAssociativeRoundsMax; ++round) {
      std::vector<std::uint32_t> size(cluster.size(), 0);
      for (std::uint32_t record = 0; record < cluster.size(); ++record) ++size[groups.find(record)];
      std::vector<bool> is_free(cluster.size());
      for (std::uint32_t record = 0; record < cluster.size(); ++record)
        is_free[record] = size[groups.find(record)] == 1 && !closed_[record];
      std::vector<RecordPair> linked;
      for (const auto& pair : staged.kept) {
        if (groups.find(pair.left) == groups.find(pair.right) &&
            !sides_[n].left->together(pair.left, pair.right))
          linked.emplace_back(pair.left, pair.right);
      }
      const auto found = associations(model_.stages[n], linked, is_free);
      for (const auto& own : found) {
        const auto [a, b] = std::minmax(own.left, own.right);
        link_by(staged, a, b, static_cast<std::uint8_t>(n));
        staged.probability[find_or_add(staged, a, b)] = own.probability;
        join(a, b);
      }
      if (found.empty()) break;
    }
  }
  for (std::uint32_t record = 0; record < cluster.size(); ++record) cluster[record] = groups.find(record);
  split_where_decided(staged, cluster);
}

// Two that people hold apart are not left together: the one with less to hold it leaves. (A record's own
// number is free as a group's where it is not its smallest member's; else the group takes its next member's.)
void StageRunner::split_where_decided(const StagedPairs& staged, std::vector<std::uint32_t>& cluster) const {
  for (const auto& decided : decided_) {
    if (decided.same || cluster[decided.a] != cluster[decided.b]) continue;
    double hold_a = 0.0;
    double hold_b = 0.0;
    for (const auto& pair : staged.kept) {
      if (cluster[pair.left] != cluster[decided.a] || cluster[pair.right] != cluster[decided.a]) continue;
      if (pair.left == decided.a || pair.right == decided.a) hold_a += pair.log_odds_bits;
      if (pair.left == decided.b || pair.right == decided.b) hold_b += pair.log_odds_bits;
    }
    const std::uint32_t leaves = hold_a < hold_b ? decided.a : decided.b;
    const std::uint32_t group = cluster[leaves];
    std::uint32_t next = leaves;
    for (std::uint32_t record = 0; record < cluster.size() && group == leaves; ++record) {
      if (record == leaves || cluster[record] != group) continue;
      if (next == leaves) next = record;
      cluster[record] = next;
    }
    cluster[leaves] = leaves;
  }
}

void StageRunner::set_aside(StagedPairs& staged) const {
  for (std::size_t s = 0; s < model_.stages.size(); ++s) {
    const Stage& stage = model_.stages[s];
    if (stage.kind != StageKind::kClerical) continue;
    for (std::size_t n = 0; n < staged.kept.size(); ++n) {
      const bool open = !staged.linked[n] && staged.stage[n] == kNoStage && !closed_[staged.kept[n].left] &&
                        !closed_[staged.kept[n].right];
      if (open && staged.probability[n] >= stage.probability_min &&
          staged.probability[n] <= stage.probability_max)
        staged.stage[n] = static_cast<std::uint8_t>(s);
    }
  }
}

std::vector<StageYield> StageRunner::yields(const StagedPairs& staged) const {
  std::vector<StageYield> yields;
  for (std::size_t n = 0; n < model_.stages.size(); ++n)
    yields.push_back({model_.stages[n].name, model_.stages[n].kind, 0, conflict_count_[n], 0});
  for (std::size_t n = 0; n < staged.kept.size(); ++n) {
    if (staged.stage[n] == kNoStage) continue;
    auto& own = yields[staged.stage[n]];
    if (staged.linked[n])
      ++own.link_count;
    else if (!staged.barred[n])
      ++own.review_count;
  }
  return yields;
}

}  // namespace kinfold::linkage
