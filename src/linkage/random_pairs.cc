// What pairs of records drawn at random agree on.
#include <algorithm>
#include <array>
#include <mutex>
#include <numeric>

#include "base/parallel.h"
#include "base/random.h"
#include "linkage/screen_internal.h"

namespace kinfold::linkage {
namespace {

double exact_share(const Records& records, std::size_t field, double& pair_count) {
  const auto& f = records.fields[field];
  if (records.census != nullptr) {
    const FieldCensus& whole = *records.census->find(f.field.name);
    pair_count = records.two_files() ? whole.left_total * whole.right_total
                                     : whole.left_total * (whole.left_total - 1.0);
    return pair_count > 0.0 ? whole.same_total / pair_count : 0.0;
  }
  double same = 0.0;
  double left = 0.0;
  double right = 0.0;
  for (std::size_t code = 1; code < f.count.size(); ++code) {
    const double n_left = f.left_count[code];
    const double n_right = records.two_files() ? f.count[code] - f.left_count[code] : n_left - 1.0;
    same += n_left * n_right;
    left += n_left;
    right += records.two_files() ? n_right : 0.0;
  }
  pair_count = records.two_files() ? left * right : left * (left - 1.0);
  return pair_count > 0.0 ? same / pair_count : 0.0;
}

constexpr std::size_t kTileRecords = 256;

using RecordPairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
using Counts = std::vector<std::array<std::uint64_t, 32>>;  // By comparison and level.

// Two draws of records, all of which are paired. Their values stay in the processor's cache, which makes this
// several times faster than pairs drawn one by one.
struct Tile {
  std::vector<std::uint32_t> first, second;
  std::vector<std::uint32_t> same;  // For each pair that is a record and itself: these do not count.
};

RecordPairs all_pairs(const Records& records) {
  RecordPairs pairs;
  for (std::uint32_t i = 0; i < records.left_count; ++i) {
    for (auto j = static_cast<std::uint32_t>(records.two_files() ? records.left_count : i + 1);
         j < records.count; ++j)
      pairs.emplace_back(i, j);
  }
  return pairs;
}

// So many tiles, from a fixed stream, that they have `pair_count` pairs; nobody is paired with themselves.
std::vector<Tile> draw_tiles(const Records& records, std::uint64_t seed, std::uint64_t pair_count) {
  const auto left = static_cast<std::uint64_t>(records.left_count);
  const auto right = static_cast<std::uint64_t>(records.count - records.left_count);
  std::vector<Tile> tiles;
  for (std::uint64_t drawn = 0; drawn < pair_count;) {
    RandomStream random(seed, {0x7261'6e64, tiles.size()});
    Tile tile{std::vector<std::uint32_t>(kTileRecords), std::vector<std::uint32_t>(kTileRecords), {}};
    for (auto& record : tile.first) record = static_cast<std::uint32_t>(random.below(left));
    for (auto& record : tile.second)
      record =
          static_cast<std::uint32_t>(records.two_files() ? left + random.below(right) : random.below(left));
    for (const auto one : tile.first)
      for (const auto other : tile.second)
        if (one == other) tile.same.push_back(one);
    drawn += kTileRecords * kTileRecords - tile.same.size();
    tiles.push_back(std::move(tile));
  }
  return tiles;
}

RecordPairs pairs_of(const std::vector<Tile>& tiles) {
  RecordPairs pairs;
  for (const auto& tile : tiles)
    for (const auto a : tile.first)
      for (const auto b : tile.second)
        if (a != b) pairs.emplace_back(a, b);
  return pairs;
}

void add_to(Counts& counts, const Counts& own) {
  for (std::size_t c = 0; c < counts.size(); ++c)
    for (std::size_t level = 0; level < own[c].size(); ++level) counts[c][level] += own[c][level];
}

Counts count_pairs(const RecordPairs& pairs, const Records& records, const Comparer& comparer,
                   std::size_t thread_count) {
  Counts counts(comparer.comparison_count());
  std::mutex mutex;
  parallel_chunks(pairs.size(), 16384, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    Counts own(counts.size());
    Comparer::Batch batch;
    for (std::size_t n = begin; n < end; ++n) {
      if (!batch.add(records.of(pairs[n].first), records.of(pairs[n].second)) && n + 1 < end) continue;
      comparer.compare(batch, false);  // Random pairs hardly ever repeat.
      for (std::size_t pair = 0; pair < batch.count; ++pair) {
        for (std::size_t c = 0; c < own.size(); ++c)
          if (batch.levels[pair][c] != kMissingLevel) ++own[c][batch.levels[pair][c]];
      }
      batch.count = 0;
    }
    const std::lock_guard lock(mutex);
    add_to(counts, own);
  });
  return counts;
}

// A value among those of some records, and how many of them have it.
struct KnownValue {
  std::uint32_t code;
  std::uint64_t times;
  LevelBound::Look look;
};

std::vector<KnownValue> values_of(const std::vector<std::uint32_t>& drawn, std::size_t field,
                                  const LevelBound& bound, const Records& records) {
  std::vector<std::uint32_t> codes;
  for (const auto record : drawn)
    if (const auto code = records.of(record)[field]; code != 0) codes.push_back(code);
  std::sort(codes.begin(), codes.end());
  std::vector<KnownValue> known;
  for (const auto code : codes) {
    if (known.empty() || known.back().code != code)
      known.push_back({code, 0, bound.look(records.fields[field].values[code])});
    ++known.back().times;
  }
  return known;
}

// One comparison of a tile, each two values once. Most are seen from a few numbers to be at the last level;
// the others are compared.
void count_tile(const Tile& tile, std::size_t c, const LevelBound& bound, const Records& records,
                const Comparer& comparer, std::array<std::uint64_t, 32>& counts) {
  const std::size_t field = comparer.field_of(c);
  const auto last = static_cast<std::uint8_t>(comparer.comparison(c).levels.size() - 1);
  const auto second = values_of(tile.second, field, bound, records);
  for (const auto& a : values_of(tile.first, field, bound, records)) {
    std::uint64_t far_count = 0;
    for (const auto& b : second) {
      if (a.code != b.code && bound.best(a.look, b.look) == last) {
        far_count += b.times;
        continue;
      }
      const auto level = comparer.new_level_of(c, a.code, b.code);
      if (level != kMissingLevel) counts[level] += a.times * b.times;
    }
    counts[last] += a.times * far_count;
  }
  for (const auto record : tile.same) {
    const auto code = records.of(record)[field];
    const auto level = code == 0 ? kMissingLevel : comparer.new_level_of(c, code, code);
    if (level != kMissingLevel) --counts[level];
  }
}

// Comparison by comparison, where none has a say in another's.
Counts count_tiles(const std::vector<Tile>& tiles, const Records& records, const Comparer& comparer,
                   std::size_t thread_count) {
  Counts counts(comparer.comparison_count());
  parallel_chunks(counts.size(), 1, thread_count, [&](std::size_t, std::size_t c, std::size_t) {
    const LevelBound bound(records, comparer, c);
    for (const auto& tile : tiles) count_tile(tile, c, bound, records, comparer, counts[c]);
  });
  return counts;
}

bool looks_for_swaps(const Comparer& comparer) {
  for (std::size_t c = 0; c < comparer.comparison_count(); ++c)
    if (comparer.swapped_field_of(c) >= 0) return true;
  return false;
}

Counts count_random(const Records& records, const Comparer& comparer, const Settings& settings,
                    double pair_count, std::size_t thread_count) {
  if (pair_count <= static_cast<double>(settings.u_pair_count))
    return count_pairs(all_pairs(records), records, comparer, thread_count);
  const auto tiles = draw_tiles(records, settings.seed, settings.u_pair_count);
  return looks_for_swaps(comparer) ? count_pairs(pairs_of(tiles), records, comparer, thread_count)
                                   : count_tiles(tiles, records, comparer, thread_count);
}

}  // namespace

RandomShares random_shares(const Records& records, const Comparer& comparer, const Settings& settings,
                           std::size_t thread_count) {
  RandomShares result;
  const auto [left, right] = records.whole_sizes();
  result.pair_count = records.two_files() ? left * right : left * (left - 1.0) / 2.0;
  const auto counts = count_random(records, comparer, settings, result.pair_count, thread_count);
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const auto& levels = comparer.comparison(c).levels;
    std::vector<double> share(levels.size());
    std::vector<bool> observed(levels.size());
    double seen = 0.0;
    for (std::size_t level = 0; level < levels.size(); ++level) seen += static_cast<double>(counts[c][level]);
    for (std::size_t level = 0; level < levels.size(); ++level) {
      observed[level] = counts[c][level] > 0;
      share[level] = std::max(0.5, static_cast<double>(counts[c][level])) / std::max(1.0, seen);
    }
    if (levels[0].when == "exact") {  // Known exactly, however rare.
      double pair_count = 0.0;
      const double counted = exact_share(records, comparer.field_of(c), pair_count);
      const double exact = std::max(counted, 0.5 / std::max(1.0, pair_count));
      const double rest = std::accumulate(share.begin() + 1, share.end(), 0.0);
      for (std::size_t level = 1; level < share.size(); ++level) share[level] *= (1.0 - exact) / rest;
      share[0] = exact;
      observed[0] = true;
    }
    const double total = std::accumulate(share.begin(), share.end(), 0.0);
    for (auto& s : share) s /= total;
    result.share.push_back(std::move(share));
    result.observed.push_back(std::move(observed));
  }
  return result;
}

}  // namespace kinfold::linkage
