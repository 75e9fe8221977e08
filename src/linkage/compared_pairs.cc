#include "linkage/compared_pairs_internal.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <mutex>
#include <numeric>

#include "base/parallel.h"
#include "linkage/bucket_sort_internal.h"
#include "linkage/pattern_map_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::uint64_t kPairsMax = 4'000'000;
constexpr std::uint64_t kPairsPerRecordMax = 3;

// Pair and rule in one number, which sorts by left, right and rule.
struct Packing {
  int record_bits = 0;
  int rule_bits = 0;
  int unused() const { return 64 - 2 * record_bits - rule_bits; }
  std::uint64_t pack(std::uint32_t left, std::uint32_t right, std::uint32_t rule) const {
    const std::uint64_t number =
        (static_cast<std::uint64_t>(left) << record_bits | right) << rule_bits | rule;
    return number << unused();
  }
  ComparedPairs::Pair pair(std::uint64_t number) const {
    number >>= unused();
    const auto cut = [](std::uint64_t from, int bits) {
      return static_cast<std::uint32_t>(from & ((std::uint64_t{1} << bits) - 1));
    };
    return {0, cut(number >> (record_bits + rule_bits), record_bits), cut(number >> rule_bits, record_bits),
            cut(number, rule_bits), 1};
  }
  bool same_pair(std::uint64_t a, std::uint64_t b) const { return (a ^ b) >> (unused() + rule_bits) == 0; }
};

// The pairs of all blocks, each for every rule and key that finds it. Counted first, so that each piece of
// the work knows its place.
LargeVector<std::uint64_t> found_pairs(const Blocker& blocker, const Packing& packing,
                                       std::size_t thread_count) {
  std::vector<std::size_t> place(blocker.work_count() + 1);
  parallel_chunks(blocker.work_count(), 1, thread_count, [&](std::size_t, std::size_t chunk, std::size_t) {
    blocker.for_each_tile(chunk, [&](const Blocker::Tile& tile) {
      place[chunk + 1] += tile.triangle ? tile.left.size() * (tile.left.size() - 1) / 2
                                        : tile.left.size() * tile.right.size();
    });
  });
  std::partial_sum(place.begin(), place.end(), place.begin());
  LargeVector<std::uint64_t> all(place.back());
  parallel_chunks(blocker.work_count(), 1, thread_count, [&](std::size_t, std::size_t chunk, std::size_t) {
    auto* next = all.data() + place[chunk];
    blocker.for_each_tile(chunk, [&](const Blocker::Tile& tile) {
      for (std::size_t i = 0; i < tile.left.size(); ++i) {
        for (std::size_t j = tile.triangle ? i + 1 : 0; j < tile.right.size(); ++j)
          *next++ = packing.pack(tile.left[i], tile.right[j], tile.rule);
      }
    });
  });
  return all;
}

// A part's numbers in order, each once (a rule may find a pair by several keys): how many, of how many pairs.
struct Tidied {
  std::size_t numbers = 0;
  std::size_t pairs = 0;
};

Tidied tidy(NumberParts& parts, std::size_t part, const Packing& packing, NumberParts::Desk& desk) {
  auto* const out = parts.begin(part);
  Tidied own;
  parts.for_each_bucket(part, parts.size(part), desk, [&](std::uint64_t* begin, std::uint64_t* end) {
    sort_bucket(begin, end, std::less<>());
    for (const auto* number = begin; number < end; ++number) {
      const bool known = own.numbers > 0 && out[own.numbers - 1] == *number;
      if (known) continue;
      own.pairs += own.numbers == 0 || !packing.same_pair(out[own.numbers - 1], *number);
      out[own.numbers++] = *number;
    }
  });
  return own;
}

void unpack(const std::uint64_t* numbers, std::size_t count, const Packing& packing,
            ComparedPairs::Pair* pairs) {
  for (std::size_t n = 0; n < count; ++n) {
    if (n > 0 && packing.same_pair(numbers[n - 1], numbers[n]))
      ++pairs[-1].rule_count;
    else
      *pairs++ = packing.pair(numbers[n]);
  }
}

// All pairs by (left, right), each once. All numbers of a pair are in one part.
LargeVector<ComparedPairs::Pair> pairs_of(LargeVector<std::uint64_t> found, const Packing& packing,
                                          std::size_t thread_count) {
  constexpr std::size_t kPartsAtOnce = 16;
  NumberParts parts(found, 2 * packing.record_bits);
  LargeVector<std::uint64_t>().swap(found);
  std::vector<Tidied> tidied(parts.count());
  parallel_chunks(parts.count(), kPartsAtOnce, thread_count,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    NumberParts::Desk desk;
                    for (std::size_t part = begin; part < end; ++part)
                      tidied[part] = tidy(parts, part, packing, desk);
                  });
  std::vector<std::size_t> at(parts.count() + 1);
  for (std::size_t part = 0; part < parts.count(); ++part) at[part + 1] = at[part] + tidied[part].pairs;
  LargeVector<ComparedPairs::Pair> pairs(at.back());
  parallel_chunks(parts.count(), kPartsAtOnce, thread_count,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    for (std::size_t part = begin; part < end; ++part)
                      unpack(parts.begin(part), tidied[part].numbers, packing, pairs.data() + at[part]);
                  });
  return pairs;
}

void compare_all(LargeVector<ComparedPairs::Pair>& pairs, const Records& records, const Comparer& comparer,
                 std::size_t thread_count, Progress& progress) {
  constexpr std::size_t kAhead = 2 * Comparer::Batch::kBatchMax;
  std::mutex mutex;
  std::uint64_t done = 0;
  parallel_chunks(pairs.size(), 16384, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    Comparer::Batch batch;
    for (std::size_t n = begin; n < end; ++n) {
      // Left records come in order; the right ones lie anywhere.
      __builtin_prefetch(records.of(pairs[std::min(n + kAhead, end - 1)].right));
      if (!batch.add(records.of(pairs[n].left), records.of(pairs[n].right)) && n + 1 < end) continue;
      comparer.compare(batch, true);
      for (std::size_t k = 0; k < batch.count; ++k)
        pairs[n + 1 - batch.count + k].pattern_key = batch.keys[k];
      batch.count = 0;
    }
    const std::lock_guard lock(mutex);
    progress.advance(done += end - begin);
  });
}

}  // namespace

bool pairs_are_few(std::uint64_t pair_count, std::uint64_t record_count) {
  return pair_count <= std::max(kPairsMax, kPairsPerRecordMax * record_count);
}

std::optional<ComparedPairs> ComparedPairs::of(const Records& records, const Comparer& comparer,
                                               Blocker& blocker, std::size_t thread_count,
                                               Progress* progress) {
  // In a part, a pair's first rule may be that of a block which the part leaves to another.
  if (records.census != nullptr || !pairs_are_few(blocker.pair_count(), records.count)) return std::nullopt;
  const Packing packing{std::max(1, static_cast<int>(std::bit_width(records.count))),
                        std::max(1, static_cast<int>(std::bit_width(blocker.yields().size())))};
  if (packing.unused() < 0) return std::nullopt;
  NoProgress nobody;
  Progress& told = progress != nullptr ? *progress : nobody;
  told.begin("pairs", blocker.pair_count());
  ComparedPairs compared;
  auto found = found_pairs(blocker, packing, thread_count);
  blocker.release_blocks();
  compared.pairs_ = pairs_of(std::move(found), packing, thread_count);
  compare_all(compared.pairs_, records, comparer, thread_count, told);
  told.end();
  return compared;
}

std::vector<PatternCount> ComparedPairs::count_patterns(const Comparer& comparer) const {
  PatternMap<std::uint64_t> counts;
  for (const auto& pair : pairs_) ++*counts.find(pair.pattern_key).first;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> by_key;
  counts.for_each([&](std::uint64_t key, std::uint64_t count) { by_key.emplace_back(key, count); });
  std::sort(by_key.begin(), by_key.end());
  std::vector<PatternCount> patterns;
  for (const auto& [key, count] : by_key) {
    Levels levels{};
    comparer.decode(key, levels);
    patterns.push_back(
        {{levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(comparer.comparison_count())},
         static_cast<double>(count)});
  }
  return patterns;
}

}  // namespace kinfold::linkage
