// Which pairs are compared: blocks of equal keys, streamed, each pair once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "linkage/link.h"
#include "linkage/records_internal.h"

namespace kinfold::linkage {

/// The keys of every record under every usable rule. Keys are 32 bits wide: two keys that collide
/// only put more pairs into a block, because "do they share this key" is asked of the same 32 bits.
class Blocker {
 public:
  /// A block's records are index_[begin, middle) of the left file and [middle, end) of the right;
  /// when one file is deduplicated all are left.
  struct Block {
    std::uint32_t rule = 0;
    std::uint32_t key = 0;
    std::uint64_t begin = 0;
    std::uint64_t middle = 0;
    std::uint64_t end = 0;
  };
  /// A part of a block small enough to be one piece of work.
  struct Work {
    std::uint32_t block = 0;
    std::uint64_t first_begin = 0;  ///< Records of the left (first) side, as in Block.
    std::uint64_t first_end = 0;
  };

  static Result<Blocker> create(const Records& records, const Model& model, std::size_t thread_count);

  const std::vector<RuleYield>& yields() const { return yields_; }
  std::vector<RuleYield>& yields() { return yields_; }
  std::uint64_t pair_count() const;  ///< Upper bound: pairs of several rules counted for each.
  std::size_t work_count() const { return work_chunks_.size(); }

  /// Calls visit(rule, left, right) for every pair of work chunk `chunk` whose first rule this is.
  /// For one file left < right. Chunks are the same on any number of threads.
  template <typename Visit>
  void for_each_pair(std::size_t chunk, Visit&& visit) const;

  /// Do the two records share a key of this rule?
  bool shares(std::size_t rule, std::uint32_t a, std::uint32_t b) const;

 private:
  struct RuleKeys {
    std::vector<std::uint32_t> offset;  ///< Empty: exactly one slot a record (0: no key).
    std::vector<std::uint32_t> key;     ///< Sorted within a record.
    std::pair<const std::uint32_t*, const std::uint32_t*> of(std::uint32_t record) const {
      if (offset.empty()) {
        const auto* slot = key.data() + record;
        return {slot, slot + (*slot != 0 ? 1 : 0)};
      }
      return {key.data() + offset[record], key.data() + offset[record + 1]};
    }
  };
  void add_rule(const Records& records, const BlockingRule& rule, const Model& model);
  void add_blocks(std::size_t rule, const Records& records, double pair_budget);
  void make_work();
  bool is_first(std::uint32_t rule, std::uint32_t key, std::uint32_t a, std::uint32_t b) const;

  bool two_files_ = false;
  std::vector<RuleKeys> rules_;
  std::vector<RuleYield> yields_;
  std::vector<std::uint32_t> index_;
  std::vector<Block> blocks_;
  std::vector<Work> works_;
  std::vector<std::pair<std::size_t, std::size_t>> work_chunks_;  ///< Ranges of works_.
};

template <typename Visit>
void Blocker::for_each_pair(std::size_t chunk, Visit&& visit) const {
  for (std::size_t w = work_chunks_[chunk].first; w < work_chunks_[chunk].second; ++w) {
    const Block& block = blocks_[works_[w].block];
    for (std::uint64_t i = works_[w].first_begin; i < works_[w].first_end; ++i) {
      const std::uint32_t left = index_[i];
      for (std::uint64_t j = two_files_ ? block.middle : i + 1; j < block.end; ++j) {
        const std::uint32_t right = index_[j];
        if (is_first(block.rule, block.key, left, right)) visit(block.rule, left, right);
      }
    }
  }
}

}  // namespace kinfold::linkage
