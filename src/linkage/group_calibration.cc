#include "linkage/group_calibration_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>

#include "base/parallel.h"
#include "base/text.h"
#include "linkage/pattern_map_internal.h"
#include "linkage/radix_internal.h"

namespace kinfold::linkage {
namespace {

constexpr double kClipBits = 12.0;    // As clusters take a pair's evidence.
constexpr double kAbsentBits = -6.0;  // Of pairs that are not among the kept ones, which have -4 and more.

std::uint64_t groups_of(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint64_t>(std::min(a, b)) << 32 | std::max(a, b);
}

// What the records' other pairs say of each pair: 1 one person, 0 two.
struct Others {
  LargeVector<double> said;
  std::uint64_t known_count = 0;  ///< Pairs of which others say anything.
};

Others ask_others(const KeptPairs& kept, const std::vector<double>& plain,
                  const std::vector<std::uint32_t>& cluster, std::size_t thread_count) {
  const std::size_t groups =
      cluster.empty() ? 0 : std::size_t{*std::max_element(cluster.begin(), cluster.end())} + 1;
  std::vector<std::uint32_t> size(groups);
  for (const auto group : cluster) ++size[group];
  PatternMap<double> between;  // By two groups: sum over kept pairs of bits above kAbsentBits.
  for (const auto& pair : kept) {
    const auto a = cluster[pair.left];
    const auto b = cluster[pair.right];
    if (a != b)
      *between.find(groups_of(a, b)).first +=
          std::clamp(pair.log_odds_bits, -kClipBits, kClipBits) - kAbsentBits;
  }
  Others others;
  others.said.resize(kept.size());
  std::atomic<std::uint64_t> known_count = 0;
  parallel_chunks(kept.size(), 16384, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::uint64_t known_here = 0;
    for (std::size_t n = begin; n < end; ++n) {
      const auto a = cluster[kept[n].left];
      const auto b = cluster[kept[n].right];
      const double pairs = static_cast<double>(size[a]) * static_cast<double>(size[b]);
      const bool known = a == b ? size[a] >= 3 : pairs >= 2.0;
      known_here += known;
      if (!known)
        others.said[n] = plain[n];
      else if (a == b)
        others.said[n] = 1.0;
      else
        others.said[n] = probability_of_bits(between.at(groups_of(a, b)) / pairs + kAbsentBits);
    }
    known_count += known_here;
  });
  others.known_count = known_count;
  return others;
}

// The non-decreasing sequence nearest to `values` in squares.
LargeVector<double> isotonic(const LargeVector<double>& values) {
  struct Pool {
    double sum;
    std::size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Pool> pools;
  for (const double value : values) {
    pools.push_back({value, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() >= pools.back().mean()) {
      pools[pools.size() - 2].sum += pools.back().sum;
      pools[pools.size() - 2].count += pools.back().count;
      pools.pop_back();
    }
  }
  LargeVector<double> fitted;
  fitted.reserve(values.size());
  for (const auto& pool : pools) fitted.insert(fitted.end(), pool.count, pool.mean());
  return fitted;
}

std::string told(const std::vector<double>& plain, const LargeVector<double>& said) {
  std::array<double, 10> sum{};
  std::array<std::uint64_t, 10> count{};
  for (std::size_t n = 0; n < plain.size(); ++n) {
    const auto tenth = std::min<std::size_t>(9, static_cast<std::size_t>(plain[n] * 10.0));
    sum[tenth] += said[n];
    ++count[tenth];
  }
  std::string text =
      "probabilities follow the groups that the file falls into: of pairs that the model by itself gives";
  for (std::size_t tenth = 0; tenth < 10; ++tenth) {
    if (count[tenth] == 0) continue;
    text += fmt::format(" {:.1f}-{:.1f} ({} pairs) they say {:.2f};", static_cast<double>(tenth) / 10.0,
                        static_cast<double>(tenth + 1) / 10.0,
                        with_thousands(static_cast<long long>(count[tenth])),
                        sum[tenth] / static_cast<double>(count[tenth]));
  }
  text.pop_back();
  return text;
}

}  // namespace

LargeVector<PairByOdds> order_by_odds(const KeptPairs& kept) {
  LargeVector<PairByOdds> order;
  order.reserve(kept.size());
  for (const auto& pair : kept) {
    const auto bits = std::bit_cast<std::uint64_t>(pair.log_odds_bits + 0.0);  // One zero, not two.
    order.push_back(
        {bits >> 63 != 0 ? ~bits : bits | std::uint64_t{1} << 63, static_cast<std::uint32_t>(order.size())});
  }
  radix_sort<64>(order, [](const PairByOdds& one) { return one.odds; });
  return order;
}

GroupCalibration calibrate_by_groups(const KeptPairs& kept, const std::vector<double>& plain,
                                     const LargeVector<PairByOdds>& order,
                                     const std::vector<std::uint32_t>& cluster, std::size_t thread_count) {
  const Others others = ask_others(kept, plain, cluster, thread_count);
  if (others.known_count == 0) return {plain, ""};
  GroupCalibration calibration;
  // Pairs of one weight are one point.
  LargeVector<double> values;
  values.reserve(order.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    double sum = 0.0;
    for (; end < order.size() && order[end].odds == order[begin].odds; ++end)
      sum += others.said[order[end].pair];
    values.insert(values.end(), end - begin, sum / static_cast<double>(end - begin));
    begin = end;
  }
  const auto fitted = isotonic(values);
  calibration.probability.resize(kept.size());
  for (std::size_t n = 0; n < order.size(); ++n) calibration.probability[order[n].pair] = fitted[n];
  calibration.note = told(plain, others.said);
  return calibration;
}

}  // namespace kinfold::linkage
