#include <algorithm>
#include <numeric>

#include "base/parallel.h"
#include "linkage/block_internal.h"
#include "linkage/keys_internal.h"
#include "linkage/shared_keys_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::uint64_t kPairsPerChunk = 1 << 18;

}  // namespace

Blocker::RuleKeys Blocker::keys_of_rule(const Records& records, const RuleKeyMaker& maker) {
  RuleKeys keys;
  keys.offset.push_back(0);
  std::vector<std::uint32_t> own;
  for (std::uint32_t record = 0; record < records.count; ++record) {
    maker.keys_of(&record, 1, own);
    keys.key.insert(keys.key.end(), own.begin(), own.end());
    keys.offset.push_back(static_cast<std::uint32_t>(keys.key.size()));
  }
  return keys;
}

void Blocker::make_single_keys(const std::vector<RuleKeyMaker>& makers, std::size_t record_count,
                               std::size_t thread_count) {
  std::vector<const RuleKeyMaker*> singles;
  for (std::uint32_t rule = 0; rule < makers.size(); ++rule) {
    singles_before_.push_back(static_cast<std::uint32_t>(singles.size()));
    if (makers[rule].single())
      singles.push_back(&makers[rule]);
    else
      multi_rules_.push_back(rule);
  }
  single_count_ = singles.size();
  single_keys_.resize(record_count * single_count_);
  if (singles.empty()) return;
  const SingleKeyMaker maker(singles);
  parallel_chunks(record_count, 65536, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    maker.keys_of(begin, end, single_keys_.data() + begin * single_count_);
  });
}

// (key, record) of the keys that several records have, by key, and by record within one.
LargeVector<std::uint64_t> Blocker::entries_of_rule(std::size_t rule, std::size_t record_count) const {
  const auto entry_of = [](std::uint32_t key, std::uint32_t record) {
    return static_cast<std::uint64_t>(key) << 32 | record;
  };
  if (is_single(rule)) {
    return shared_keys({record_count, [&](auto&& visit) {
                          for (std::uint32_t record = 0; record < record_count; ++record) {
                            const auto key = single_key(record, static_cast<std::uint32_t>(rule));
                            if (key != 0) visit(entry_of(key, record));
                          }
                        }});
  }
  return shared_keys({rules_[rule].key.size(), [&](auto&& visit) {
                        for (std::uint32_t record = 0; record < record_count; ++record) {
                          const auto [begin, end] = rules_[rule].of(record);
                          for (const auto* key = begin; key != end; ++key) visit(entry_of(*key, record));
                        }
                      }});
}

// Takes keys, which are sorted, from the records: "the first rule that holds" stays true.
void Blocker::strike(std::size_t rule, const std::vector<std::uint32_t>& keys) {
  if (keys.empty()) return;
  const auto take = [&](std::uint32_t& key) {
    if (std::binary_search(keys.begin(), keys.end(), key)) key = 0;
  };
  for (auto& key : rules_[rule].key) take(key);
  if (is_single(rule))
    for (std::size_t at = singles_before_[rule]; at < single_keys_.size(); at += single_count_)
      take(single_keys_[at]);
}

namespace {

struct Found {
  std::uint64_t begin;
  std::uint32_t left, right;  // Records of either file.
  std::uint64_t end() const { return begin + left + right; }
};

std::uint64_t pairs_of(const Found& block, bool two_files) {
  const std::uint64_t left = block.left;
  return two_files ? left * block.right : left * (left - 1) / 2;
}

// Runs of equal keys that make pairs.
LargeVector<Found> find_blocks(const LargeVector<std::uint64_t>& entries, const Records& records) {
  LargeVector<Found> found;
  found.reserve(entries.size() / 2);
  for (std::uint64_t begin = 0; begin < entries.size();) {
    std::uint64_t end = begin;
    std::uint64_t middle = begin;
    while (end < entries.size() && entries[end] >> 32 == entries[begin] >> 32) {
      if ((entries[end] & 0xFFFFFFFF) < records.left_count) ++middle;
      ++end;
    }
    const Found block{begin, static_cast<std::uint32_t>(middle - begin),
                      static_cast<std::uint32_t>(end - middle)};
    if (pairs_of(block, records.two_files()) > 0) found.push_back(block);
    begin = end;
  }
  return found;
}

// The size of the largest block that fits into the budget together with all smaller ones.
std::uint64_t largest_within(const LargeVector<Found>& found, bool two_files, double pair_budget) {
  double total = 0.0;
  for (const auto& block : found) total += static_cast<double>(pairs_of(block, two_files));
  if (total <= pair_budget) return ~std::uint64_t{0};
  LargeVector<std::uint64_t> sizes;
  sizes.reserve(found.size());
  for (const auto& block : found) sizes.push_back(pairs_of(block, two_files));
  std::sort(sizes.begin(), sizes.end());
  std::uint64_t largest = 0;
  total = 0.0;
  for (const auto size : sizes) {
    total += static_cast<double>(size);
    if (total > pair_budget) break;
    largest = size;
  }
  return largest;
}

// The sizes of the three largest, for the budget and the report.
std::vector<BlockSize> largest_of(const LargeVector<Found>& found, bool two_files) {
  std::vector<Found> largest(std::min<std::size_t>(3, found.size()));
  std::partial_sort_copy(found.begin(), found.end(), largest.begin(), largest.end(),
                         [&](const Found& a, const Found& b) {
                           const auto more = pairs_of(a, two_files);
                           const auto fewer = pairs_of(b, two_files);
                           return more != fewer ? more > fewer : a.begin < b.begin;
                         });
  std::vector<BlockSize> sizes;
  for (const auto& block : largest) sizes.push_back({block.left, block.right, pairs_of(block, two_files)});
  return sizes;
}

}  // namespace

// Makes the blocks, and leaves out the largest ones beyond the budget.
Blocker::RuleBlocks Blocker::blocks_of_rule(std::size_t rule, const Records& records, double pair_budget,
                                            const BlockShare& share) {
  const auto entries = entries_of_rule(rule, records.count);
  const auto found = find_blocks(entries, records);
  const std::uint64_t largest =
      records.census != nullptr ? ~std::uint64_t{0} : largest_within(found, records.two_files(), pair_budget);
  RuleYield& yield = yields_[rule];
  yield.largest_blocks = largest_of(found, records.two_files());
  RuleBlocks own;
  own.index.reserve(entries.size());
  own.blocks.reserve(found.size());
  std::vector<std::uint32_t> struck;
  for (const auto& block : found) {
    const auto key = static_cast<std::uint32_t>(entries[block.begin] >> 32);
    const std::uint64_t pairs = pairs_of(block, records.two_files());
    if (pairs > largest || (records.census != nullptr && records.census->strikes(model_rule_[rule], key))) {
      ++yield.skipped_block_count;
      yield.skipped_pair_count += pairs;
      struck.push_back(key);
      continue;
    }
    if (share.bucket_count > 1 && bucket_of(model_rule_[rule], key, share.bucket_count) != share.bucket)
      continue;
    yield.pair_count += pairs;
    for (std::uint64_t n = block.begin; n < block.end(); ++n)
      own.index.push_back(static_cast<std::uint32_t>(entries[n]));
    own.blocks.push_back({static_cast<std::uint32_t>(rule), key, block.left, block.right});
  }
  strike(rule, struck);
  struck_[model_rule_[rule]] = std::move(struck);
  return own;
}

void Blocker::put_together(std::vector<RuleBlocks> rules, std::size_t thread_count) {
  std::vector<std::pair<std::size_t, std::size_t>> at{{0, 0}};
  for (const auto& own : rules)
    at.emplace_back(at.back().first + own.index.size(), at.back().second + own.blocks.size());
  index_.resize(at.back().first);
  blocks_.resize(at.back().second);
  parallel_chunks(rules.size(), 1, thread_count, [&](std::size_t, std::size_t rule, std::size_t) {
    auto& own = rules[rule];
    std::copy(own.index.begin(), own.index.end(), index_.data() + at[rule].first);
    std::copy(own.blocks.begin(), own.blocks.end(), blocks_.data() + at[rule].second);
    own = {};
  });
}

void Blocker::release_blocks() {
  LargeVector<std::uint32_t>().swap(index_);
  LargeVector<Block>().swap(blocks_);
  std::vector<Work>().swap(works_);
}

void Blocker::make_work() {
  std::uint64_t in_chunk = kPairsPerChunk;  // So that the first one begins at once.
  std::uint64_t index_begin = 0;
  for (std::uint32_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = blocks_[b];
    const std::uint32_t width = std::max(1U, two_files_ ? block.right_count : block.left_count / 2);
    const auto step = static_cast<std::uint32_t>(
        std::max<std::uint64_t>(kTileMax, (kPairsPerChunk + width - 1) / width));  // A piece fills a chunk.
    for (std::uint32_t row = 0; row < block.left_count; row += step) {
      if (in_chunk >= kPairsPerChunk) {
        works_.push_back({b, row, index_begin});
        in_chunk = 0;
      }
      in_chunk += std::uint64_t{std::min(block.left_count - row, step)} * width;
    }
    index_begin += block.count();
  }
  if (!works_.empty()) works_.push_back({static_cast<std::uint32_t>(blocks_.size()), 0, index_begin});
}

Result<Blocker> Blocker::create(const Records& records, const Model& model, const PartTables& tables,
                                std::size_t thread_count, const BlockShare& share) {
  Blocker blocker;
  blocker.two_files_ = records.two_files();
  std::vector<const BlockingRule*> usable_rules;
  std::vector<RuleYield> unusable;
  for (const auto& rule : model.blocking) {
    if (rule.on_clusters) continue;
    const auto checked = rule_is_usable(rule, records, model);
    if (!checked.ok()) return checked.error();
    const bool usable = checked.value();
    RuleYield yield;
    yield.name = rule.name;
    yield.usable = usable;
    (usable ? blocker.yields_ : unusable).push_back(yield);
    if (!usable) continue;
    usable_rules.push_back(&rule);
    blocker.model_rule_.push_back(static_cast<std::size_t>(&rule - model.blocking.data()));
  }
  if (usable_rules.empty()) {
    std::string found;
    for (const auto& field : records.fields) found += (found.empty() ? "" : ", ") + field.field.name;
    return invalid("no blocking rule of the model can be used with the fields that the files have (" +
                   (found.empty() ? "none" : found) +
                   "); give their other columns a name of the model's, or the model a rule");
  }
  blocker.rules_.resize(usable_rules.size());
  blocker.struck_.resize(model.blocking.size());
  const auto budget_of = [&](const BlockingRule& rule) {
    const double per_record =
        rule.pairs_per_record_max > 0.0 ? rule.pairs_per_record_max : model.settings.pairs_per_record_max;
    return per_record * static_cast<double>(std::max<std::size_t>(records.count, 1000));
  };
  std::vector<RuleKeyMaker> makers;
  for (const auto* rule : usable_rules) makers.emplace_back(records, *rule, tables);
  blocker.make_single_keys(makers, records.count, thread_count);
  std::vector<RuleBlocks> blocks(usable_rules.size());
  parallel_chunks(usable_rules.size(), 1, thread_count, [&](std::size_t, std::size_t rule, std::size_t) {
    if (!makers[rule].single()) blocker.rules_[rule] = keys_of_rule(records, makers[rule]);
    blocks[rule] = blocker.blocks_of_rule(rule, records, budget_of(*usable_rules[rule]), share);
  });
  give_back_heap();  // What found the blocks: they are about to lie twice.
  blocker.put_together(std::move(blocks), thread_count);
  blocker.make_work();
  blocker.yields_.insert(blocker.yields_.end(), unusable.begin(), unusable.end());
  return blocker;
}

std::uint64_t Blocker::pair_count() const {
  std::uint64_t count = 0;
  for (const auto& yield : yields_) count += yield.pair_count;
  return count;
}

bool Blocker::shares(std::size_t rule, std::uint32_t a, std::uint32_t b) const {
  const auto [begin_a, end_a] = rules_[rule].of(a);
  const auto [begin_b, end_b] = rules_[rule].of(b);
  for (const auto* key = begin_a; key != end_a; ++key) {
    if (*key != 0 && std::find(begin_b, end_b, *key) != end_b) return true;
  }
  return false;
}

// The part of the question that is about rules with several keys a record.
bool Blocker::is_first_of_many(std::uint32_t rule, std::uint32_t key, std::uint32_t a,
                               std::uint32_t b) const {
  for (const auto earlier : multi_rules_) {
    if (earlier >= rule) break;
    if (shares(earlier, a, b)) return false;
  }
  const auto& keys = rules_[rule];
  if (keys.offset.empty()) return true;
  const auto [begin_a, end_a] = keys.of(a);
  const auto [begin_b, end_b] = keys.of(b);
  for (const auto* one = begin_a; one != end_a; ++one) {
    if (*one == 0 || std::find(begin_b, end_b, *one) == end_b) continue;
    return *one == key;  // The first key they share.
  }
  return false;
}

bool Blocker::holds(std::uint32_t rule, std::uint32_t a, std::uint32_t b) const {
  if (std::find(multi_rules_.begin(), multi_rules_.end(), rule) != multi_rules_.end())
    return shares(rule, a, b);
  const std::size_t at = singles_before_[rule];
  const auto key = single_keys_[std::size_t{a} * single_count_ + at];
  return key != 0 && key == single_keys_[std::size_t{b} * single_count_ + at];
}

std::size_t Blocker::rule_count_of(std::uint32_t a, std::uint32_t b) const {
  std::size_t count = 0;
  const std::uint32_t* keys_a = single_keys_.data() + std::size_t{a} * single_count_;
  const std::uint32_t* keys_b = single_keys_.data() + std::size_t{b} * single_count_;
  for (std::size_t n = 0; n < single_count_; ++n) count += keys_a[n] == keys_b[n] && keys_a[n] != 0;
  for (const auto rule : multi_rules_) count += shares(rule, a, b);
  return count;
}

}  // namespace kinfold::linkage
