// The pairs that a model is fitted to, and their patterns.
#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "base/parallel.h"
#include "base/random.h"
#include "linkage/compared_pairs_internal.h"
#include "linkage/pattern_map_internal.h"
#include "linkage/score_internal.h"
#include "linkage/tile_internal.h"

namespace kinfold::linkage {
namespace {

constexpr double kVisitedPairsMax = 4e6;  // Beyond it a random part of the blocks.
constexpr std::size_t kStratumPairsMax =
    200'000;  // Compared, of the pairs that agree on equally many values, where pairs are not few.

struct SampledPair {
  std::uint64_t hash = 0;
  std::uint32_t left = 0;
  std::uint32_t right = 0;
};

// Of the pairs that agree on equally many values those whose hash is lowest: a limit is halved until they
// are few enough. What is left at the end does not depend on the order in which they came.
class Stratum {
 public:
  /// Pairs with a hash above `limit` are counted only.
  explicit Stratum(std::size_t pairs_max, std::uint64_t limit = ~std::uint64_t{0})
      : pairs_max_(pairs_max), limit_(limit) {}
  /// An empty one for more of its pairs: those that it has no room for are not kept there either.
  Stratum more() const { return Stratum(pairs_max_, limit_); }
  void add(const SampledPair& pair) {
    ++pair_count_;
    if (pair.hash > limit_) return;
    pairs_.push_back(pair);
    while (pairs_.size() > pairs_max_) lower(limit_ / 2);
  }
  void add(Stratum&& other) {
    pair_count_ += other.pair_count_;
    if (other.limit_ < limit_) lower(other.limit_);
    for (const auto& pair : other.pairs_)
      if (pair.hash <= limit_) pairs_.push_back(pair);
    while (pairs_.size() > pairs_max_) lower(limit_ / 2);
  }
  const std::vector<SampledPair>& pairs() const { return pairs_; }
  /// How many pairs each of pairs() stands for.
  double weight() const {
    return static_cast<double>(pair_count_) / static_cast<double>(std::max<std::size_t>(1, pairs_.size()));
  }

 private:
  void lower(std::uint64_t limit) {
    limit_ = limit;
    std::erase_if(pairs_, [&](const SampledPair& pair) { return pair.hash > limit_; });
  }
  std::size_t pairs_max_;
  std::uint64_t limit_;
  std::uint64_t pair_count_ = 0;
  std::vector<SampledPair> pairs_;
};

using Strata = std::vector<Stratum>;  // By how many comparisons see equal codes.

struct Sampler {
  const Records& records;
  const Comparer& comparer;
  const Blocker& blocker;
  std::uint64_t seed;
  std::uint64_t block_limit;  // Blocks with a hash up to it are visited.

  void visit(std::size_t chunk, Strata& strata) const {
    TileSide left(blocker, records, comparer);
    TileSide right = left;
    std::array<std::uint32_t, TileSide::kCountMax> equal;
    for_each_row(
        blocker, chunk, left, right,
        [&](std::uint32_t rule, std::uint32_t key) {
          return mix64(seed ^ (static_cast<std::uint64_t>(key) << 32 | rule)) <= block_limit;
        },
        [&](std::uint32_t, std::uint32_t one, std::uint32_t other) {
          add(one, other, equal_count(records.of(one), records.of(other)), strata);
        },
        [](const TileSide&) {},
        [&](const TileRow& row) {
          count_equal(row, equal.data());
          for (std::size_t k = 0; k < row.count; ++k) {
            if (row.found[k] != 0) continue;
            const auto [one, other] = row.pair(k);
            add(one, other, equal[k], strata);
          }
        });
  }

 private:
  void add(std::uint32_t left, std::uint32_t right, std::size_t equal, Strata& strata) const {
    strata[equal].add({mix64(seed ^ (static_cast<std::uint64_t>(left) << 32 | right)), left, right});
  }
  std::size_t equal_count(const std::uint32_t* a, const std::uint32_t* b) const {
    std::size_t count = 0;
    for (std::size_t n = 0; n < comparer.comparison_count(); ++n)
      count += a[comparer.field_of(n)] == b[comparer.field_of(n)] && a[comparer.field_of(n)] != 0;
    return count;
  }
  void count_equal(const TileRow& row, std::uint32_t* equal) const {
    const std::size_t lanes = row.lanes();
    std::fill_n(equal, lanes, 0U);
    for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
      const std::uint32_t code = row.left.codes(n)[row.record];
      if (code == 0) continue;
      const std::uint32_t* codes = row.right.codes(n) + row.begin;
      for (std::size_t k = 0; k < lanes; ++k) equal[k] += static_cast<std::uint32_t>(codes[k] == code);
    }
  }
};

// How often each pattern is among the pairs, by key.
std::map<std::uint64_t, std::uint64_t> patterns_of(const std::vector<SampledPair>& pairs,
                                                   const Records& records, const Comparer& comparer,
                                                   std::size_t thread_count) {
  std::map<std::uint64_t, std::uint64_t> total;
  std::mutex mutex;
  parallel_chunks(pairs.size(), 16384, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    PatternMap<std::uint64_t> own;
    Comparer::Batch batch;
    for (std::size_t n = begin; n < end; ++n) {
      if (!batch.add(records.of(pairs[n].left), records.of(pairs[n].right)) && n + 1 < end) continue;
      comparer.compare(batch, true);
      for (std::size_t pair = 0; pair < batch.count; ++pair) ++*own.find(batch.keys[pair]).first;
      batch.count = 0;
    }
    const std::lock_guard lock(mutex);
    own.for_each([&](std::uint64_t key, std::uint64_t count) { total[key] += count; });
  });
  return total;
}

}  // namespace

std::vector<PatternCount> count_patterns(const Records& records, const Comparer& comparer,
                                         const Blocker& blocker, std::uint64_t seed,
                                         std::size_t thread_count) {
  const auto pair_count = records.census == nullptr ? blocker.pair_count() : records.census->pair_count;
  const double rate = std::min(1.0, kVisitedPairsMax / std::max(1.0, static_cast<double>(pair_count)));
  const Sampler sampler{records, comparer, blocker, seed,
                        rate >= 1.0 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(rate * 0x1.0p64)};
  const auto [left_count, right_count] = records.whole_sizes();
  // In a part each of them is counted, as ComparedPairs does where there is the whole.
  const bool few = pairs_are_few(pair_count, static_cast<std::uint64_t>(left_count + right_count));
  Strata strata(comparer.comparison_count() + 1, Stratum(few ? ~std::size_t{0} : kStratumPairsMax));
  std::mutex mutex;
  parallel_chunks(blocker.work_count(), 1, thread_count, [&](std::size_t, std::size_t chunk, std::size_t) {
    Strata own;
    {
      const std::lock_guard lock(mutex);
      for (const auto& stratum : strata) own.push_back(stratum.more());
    }
    sampler.visit(chunk, own);
    const std::lock_guard lock(mutex);
    for (std::size_t n = 0; n < own.size(); ++n) strata[n].add(std::move(own[n]));
  });
  std::map<std::uint64_t, double> total;
  for (const auto& stratum : strata) {
    for (const auto& [key, count] : patterns_of(stratum.pairs(), records, comparer, thread_count)) {
      total[key] += static_cast<double>(count) * stratum.weight() / rate;
    }
  }
  std::vector<PatternCount> patterns;
  for (const auto& [key, count] : total) {
    Levels levels{};
    comparer.decode(key, levels);
    patterns.push_back(
        {{levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(comparer.comparison_count())}, count});
  }
  return patterns;
}

}  // namespace kinfold::linkage
