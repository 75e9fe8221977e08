// Which pairs are compared: blocks of equal keys, streamed, each pair once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/large_vector.h"
#include "base/result.h"
#include "linkage/keys_internal.h"
#include "linkage/link.h"
#include "linkage/records_internal.h"

namespace kinfold::linkage {

/// The keys of every record under every usable rule. Keys are 32 bits wide: two keys that collide
/// only put more pairs into a block, because "do they share this key" is asked of the same 32 bits.
class Blocker {
 public:
  /// A block's records follow those of the block before it in index_: first its records of the left file,
  /// then those of the right; when one file is deduplicated all are left.
  struct Block {
    std::uint32_t rule;
    std::uint32_t key;
    std::uint32_t left_count;
    std::uint32_t right_count;
    std::uint64_t count() const { return std::uint64_t{left_count} + right_count; }
  };
  /// Where a piece of work begins; it ends where the next one begins.
  struct Work {
    std::uint32_t block = 0;
    std::uint32_t row = 0;          ///< Of the block's left records.
    std::uint64_t index_begin = 0;  ///< The block's first record in index_.
  };

  /// Where the records are a part of larger files (Records::census), those say which blocks are too large. Of
  /// the rest only the blocks of `share` are visited; which rule finds a pair first is asked of all keys.
  static Result<Blocker> create(const Records& records, const Model& model, const PartTables& tables,
                                std::size_t thread_count, const BlockShare& share = {});

  const std::vector<RuleYield>& yields() const { return yields_; }
  std::vector<RuleYield>& yields() { return yields_; }
  /// By rule of the model: keys of the blocks that are left out, sorted.
  const std::vector<std::vector<std::uint32_t>>& struck() const { return struck_; }
  /// Gives back the blocks' memory: there are no tiles any more. Keys stay.
  void release_blocks();
  std::uint64_t pair_count() const;  ///< Upper bound: pairs of several rules counted for each.
  std::size_t work_count() const { return works_.empty() ? 0 : works_.size() - 1; }

  /// How many rules find this pair.
  std::size_t rule_count_of(std::uint32_t a, std::uint32_t b) const;
  /// Whether usable rule `rule`, as yields() numbers them, finds this pair.
  bool holds(std::uint32_t rule, std::uint32_t a, std::uint32_t b) const;

  /// Records that meet: all of `left` with all of `right`, or with one another in a triangle (left before
  /// right).
  struct Tile {
    std::uint32_t rule = 0;
    std::uint32_t key = 0;
    std::span<const std::uint32_t> left, right;  ///< In a triangle the same.
    bool triangle = false;
    bool left_is_new = true;  ///< False: as in the tile before.
  };
  static constexpr std::size_t kTileMax = 256;  ///< Records on one side.
  /// Calls visit(tile) for the tiles of work chunk `chunk`. Chunks and tiles are the same on any number of
  /// threads. The pairs of all tiles are those of all blocks, each for every rule that finds it.
  template <typename Visit>
  void for_each_tile(std::size_t chunk, Visit&& visit) const {
    for_each_tile(chunk, visit, [](std::uint32_t) {});
  }
  /// Calls ahead(record) a few tiles before a small tile with this record, so that its memory can be asked
  /// for.
  template <typename Visit, typename Ahead>
  void for_each_tile(std::size_t chunk, Visit&& visit, Ahead&& ahead) const;

  /// Of rules with one key a record: their keys side by side (0: none), and how many of them come before a
  /// rule.
  const std::uint32_t* single_keys(std::uint32_t record) const {
    return single_keys_.data() + std::size_t{record} * single_count_;
  }
  std::size_t single_key_count() const { return single_count_; }
  std::size_t single_keys_before(std::uint32_t rule) const { return singles_before_[rule]; }
  /// Of a rule with one key a record.
  std::uint32_t single_key(std::uint32_t record, std::uint32_t rule) const {
    return single_keys(record)[singles_before_[rule]];
  }
  /// The rule has one key a record, and none was struck because its block is too large.
  bool has_every_key(std::uint32_t rule) const {
    return std::find(multi_rules_.begin(), multi_rules_.end(), rule) == multi_rules_.end() &&
           yields_[rule].skipped_block_count == 0;
  }
  /// Is this the first rule that finds a pair, and `key` the pair's first under it?
  bool is_first(std::uint32_t rule, std::uint32_t key, std::uint32_t a, std::uint32_t b) const {
    const std::uint32_t* keys_a = single_keys(a);
    const std::uint32_t* keys_b = single_keys(b);
    for (std::uint32_t n = 0; n < singles_before_[rule]; ++n)
      if (keys_a[n] == keys_b[n] && keys_a[n] != 0) return false;
    return multi_rules_.empty() || is_first_of_many(rule, key, a, b);
  }
  /// The same, asked of the rules with several keys a record only.
  bool has_rules_of_many() const { return !multi_rules_.empty(); }
  bool is_first_of_many(std::uint32_t rule, std::uint32_t key, std::uint32_t a, std::uint32_t b) const;

 private:
  /// Of a rule with several keys a record.
  struct RuleKeys {
    std::vector<std::uint32_t> offset;
    std::vector<std::uint32_t> key;  ///< Sorted within a record.
    std::pair<const std::uint32_t*, const std::uint32_t*> of(std::uint32_t record) const {
      return {key.data() + offset[record], key.data() + offset[record + 1]};
    }
  };
  /// Blocks of one rule, their positions counted from its own first.
  struct RuleBlocks {
    LargeVector<std::uint32_t> index;
    LargeVector<Block> blocks;
  };
  static RuleKeys keys_of_rule(const Records& records, const RuleKeyMaker& maker);
  void make_single_keys(const std::vector<RuleKeyMaker>& makers, std::size_t record_count,
                        std::size_t thread_count);
  bool is_single(std::size_t rule) const { return rules_[rule].offset.empty(); }
  LargeVector<std::uint64_t> entries_of_rule(std::size_t rule, std::size_t record_count) const;
  void strike(std::size_t rule, const std::vector<std::uint32_t>& keys);
  RuleBlocks blocks_of_rule(std::size_t rule, const Records& records, double pair_budget,
                            const BlockShare& share);
  void put_together(std::vector<RuleBlocks> rules, std::size_t thread_count);
  void make_work();
  bool shares(std::size_t rule, std::uint32_t a, std::uint32_t b) const;

  bool two_files_ = false;
  std::vector<RuleKeys> rules_;             ///< Empty for rules of one key a record.
  std::vector<std::size_t> model_rule_;     ///< By rule: its index among those of the model.
  LargeVector<std::uint32_t> single_keys_;  ///< Record-major, single_count_ wide; 0: no key.
  std::size_t single_count_ = 0;
  std::vector<std::uint32_t> singles_before_;  ///< By rule: how many single-key rules come before it.
  std::vector<std::uint32_t> multi_rules_;
  std::vector<RuleYield> yields_;
  std::vector<std::vector<std::uint32_t>> struck_;  ///< By rule of the model.
  LargeVector<std::uint32_t> index_;
  LargeVector<Block> blocks_;
  std::vector<Work> works_;  ///< The last one is the end of all.
};

template <typename Visit, typename Ahead>
void Blocker::for_each_tile(std::size_t chunk, Visit&& visit, Ahead&& ahead) const {
  constexpr std::uint32_t kBlocksAhead = 12;
  constexpr std::uint64_t kRecordsAhead = 3;
  const auto records = [&](std::uint64_t begin, std::uint64_t end) {
    return std::span<const std::uint32_t>(index_.data() + begin, end - begin);
  };
  const Work& from = works_[chunk];
  const Work& to = works_[chunk + 1];
  std::uint32_t next = from.block;
  std::uint64_t next_begin = from.index_begin;
  std::uint64_t begin = from.index_begin;
  for (std::uint32_t b = from.block; b < to.block || (b == to.block && to.row > 0);
       begin += blocks_[b++].count()) {
    const Block& block = blocks_[b];
    for (; next < std::min(b + kBlocksAhead, to.block); next_begin += blocks_[next++].count()) {
      for (auto n = next_begin; n < next_begin + std::min(kRecordsAhead, blocks_[next].count()); ++n)
        ahead(index_[n]);
    }
    const std::uint64_t middle = begin + block.left_count;
    const std::uint64_t end = begin + block.count();
    const std::uint64_t last = b == to.block ? begin + to.row : middle;
    for (std::uint64_t i = begin + (b == from.block ? from.row : 0); i < last; i += kTileMax) {
      const auto left = records(i, std::min(i + kTileMax, last));
      std::uint64_t j = two_files_ ? middle : i + left.size();
      Tile tile{block.rule, block.key, left, left, true, true};
      if (!two_files_) visit(tile);
      tile.triangle = false;
      tile.left_is_new = two_files_;
      for (; j < end; j += kTileMax) {
        tile.right = records(j, std::min(j + kTileMax, end));
        visit(tile);
        tile.left_is_new = false;
      }
    }
  }
}

}  // namespace kinfold::linkage
