#include "linkage/cluster.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

#include "base/parallel.h"
#include "linkage/union_find_internal.h"

namespace kinfold::linkage {
namespace {

struct Candidate {
  double mean_bits;
  std::uint32_t a, b;            // Group heads when it was judged, a < b.
  std::uint32_t size_a, size_b;  // Their sizes then: a change makes the candidate stale.
  bool operator<(const Candidate& other) const {
    if (mean_bits != other.mean_bits) return mean_bits < other.mean_bits;
    if (a != other.a) return a > other.a;
    return b > other.b;
  }
};

// The groups of one connected part; used for one part after the other, so that what is small costs no memory
// of its own.
class Groups {
 public:
  explicit Groups(const ClusterOptions& options) : options_(options) {}

  using Score = std::function<double(std::uint32_t, std::uint32_t)>;
  void run(std::uint32_t count, const std::vector<ClusterPair>& pairs, const Score& score) {
    score_ = &score;
    reset(count);
    for (const auto& pair : pairs) {
      const double bits = clip(pair.log_odds_bits);
      set(neighbours_[pair.a], pair.b, bits);
      set(neighbours_[pair.b], pair.a, bits);
      if (bits >= options_.merge_bits_min)
        queue_.push({bits, std::min(pair.a, pair.b), std::max(pair.a, pair.b), 1, 1});
    }
    while (!queue_.empty()) {
      const Candidate next = queue_.top();
      queue_.pop();
      if (members_[next.a].size() != next.size_a || members_[next.b].size() != next.size_b) continue;
      merge(next.a, next.b);
    }
  }

  std::uint32_t head(std::uint32_t record) const { return head_[record]; }

 private:
  // Groups that share a pair with one, and the mean over all pairs between the two; by number.
  using Neighbours = std::vector<std::pair<std::uint32_t, double>>;

  static Neighbours::iterator place(Neighbours& neighbours, std::uint32_t group) {
    return std::lower_bound(neighbours.begin(), neighbours.end(), group,
                            [](const auto& one, std::uint32_t wanted) { return one.first < wanted; });
  }
  static void set(Neighbours& neighbours, std::uint32_t group, double mean) {
    const auto at = place(neighbours, group);
    if (at != neighbours.end() && at->first == group)
      at->second = mean;
    else
      neighbours.insert(at, {group, mean});
  }

  void reset(std::uint32_t count) {
    head_.resize(count);
    std::iota(head_.begin(), head_.end(), 0U);
    if (members_.size() < count) {
      members_.resize(count);
      neighbours_.resize(count);
    }
    for (std::uint32_t n = 0; n < count; ++n) {
      members_[n].assign(1, n);
      neighbours_[n].clear();
    }
  }

  double clip(double bits) const { return std::clamp(bits, options_.clip_low_bits, options_.clip_high_bits); }

  // Mean over all pairs of two groups that were never judged as groups: only for those that share a pair.
  double between(std::uint32_t a, std::uint32_t b) const {
    if (a > b) std::swap(a, b);
    double sum = 0.0;
    std::size_t count = 0;
    const std::size_t all = members_[a].size() * members_[b].size();
    const std::size_t step = all / options_.pair_scores_max + 1;
    for (std::size_t n = 0; n < all; n += step) {
      const auto i = members_[a][n / members_[b].size()];
      const auto j = members_[b][n % members_[b].size()];
      sum += clip((*score_)(std::min(i, j), std::max(i, j)));
      ++count;
    }
    return sum / static_cast<double>(count);
  }

  // `b` goes into `a`. The mean with a third group is the size-weighted mean of the two means.
  void merge(std::uint32_t a, std::uint32_t b) {
    const auto size_a = static_cast<double>(members_[a].size());
    const auto size_b = static_cast<double>(members_[b].size());
    joined_.clear();
    const auto& of_a = neighbours_[a];
    const auto& of_b = neighbours_[b];
    for (auto one = of_a.begin(), two = of_b.begin(); one != of_a.end() || two != of_b.end();) {
      const bool in_a = two == of_b.end() || (one != of_a.end() && one->first <= two->first);
      const bool in_b = one == of_a.end() || (two != of_b.end() && two->first <= one->first);
      const std::uint32_t other = in_a ? one->first : two->first;
      if (other != a && other != b) {
        const double mean_a = in_a ? one->second : between(a, other);
        const double mean_b = in_b ? two->second : between(b, other);
        joined_.emplace_back(other, (mean_a * size_a + mean_b * size_b) / (size_a + size_b));
      }
      if (in_a) ++one;
      if (in_b) ++two;
    }
    for (const auto& [other, mean] : of_b) neighbours_[other].erase(place(neighbours_[other], b));
    for (const auto member : members_[b]) head_[member] = a;
    members_[a].insert(members_[a].end(), members_[b].begin(), members_[b].end());
    members_[b].clear();
    neighbours_[b].clear();
    for (const auto& [other, mean] : joined_) {
      set(neighbours_[other], a, mean);
      if (mean < options_.merge_bits_min) continue;
      const auto low = std::min(a, other);
      const auto high = std::max(a, other);
      queue_.push({mean, low, high, static_cast<std::uint32_t>(members_[low].size()),
                   static_cast<std::uint32_t>(members_[high].size())});
    }
    neighbours_[a].swap(joined_);
  }

  const ClusterOptions& options_;
  const Score* score_ = nullptr;
  std::vector<std::uint32_t> head_;
  std::vector<std::vector<std::uint32_t>> members_;
  std::vector<Neighbours> neighbours_;
  Neighbours joined_;
  std::priority_queue<Candidate> queue_;
};

constexpr std::uint32_t kNone = 0xFFFFFFFF;

// Puts each item under its part's number; items without a part are left out.
void distribute(const std::vector<std::uint32_t>& part_of, std::size_t part_count,
                std::vector<std::uint32_t>& offset, std::vector<std::uint32_t>& items) {
  offset.assign(part_count + 1, 0);
  for (const auto part : part_of)
    if (part != kNone) ++offset[part + 1];
  std::partial_sum(offset.begin(), offset.end(), offset.begin());
  items.resize(offset.back());
  auto next = offset;
  for (std::uint32_t n = 0; n < part_of.size(); ++n)
    if (part_of[n] != kNone) items[next[part_of[n]]++] = n;
}

// Clusters one part under numbers of its own.
void cluster_part(const ConnectedParts& parts, std::size_t part, const std::vector<ClusterPair>& pairs,
                  const Groups::Score& score, Groups& groups, std::vector<ClusterPair>& own,
                  std::vector<std::uint32_t>& head) {
  const std::uint32_t* records = parts.record.data() + parts.record_offset[part];
  const std::uint32_t count = parts.record_offset[part + 1] - parts.record_offset[part];
  const auto local = [&](std::uint32_t record) {
    return static_cast<std::uint32_t>(std::lower_bound(records, records + count, record) - records);
  };
  own.clear();
  for (auto n = parts.pair_offset[part]; n < parts.pair_offset[part + 1]; ++n) {
    const auto& pair = pairs[parts.pair[n]];
    own.push_back({local(pair.a), local(pair.b), pair.log_odds_bits});
  }
  groups.run(count, own, [&](std::uint32_t a, std::uint32_t b) { return score(records[a], records[b]); });
  for (std::uint32_t n = 0; n < count; ++n) head[records[n]] = records[groups.head(n)];
}

}  // namespace

ConnectedParts connected_parts(std::size_t record_count, const std::vector<ClusterPair>& pairs) {
  UnionFind<std::uint32_t> forest(record_count);
  constexpr std::size_t kAhead = 16;
  for (std::size_t n = 0; n < pairs.size(); ++n) {
    forest.prefetch(pairs[std::min(n + kAhead, pairs.size() - 1)].b);
    forest.join(pairs[n].a, pairs[n].b);
  }
  constexpr std::uint8_t kThree = 3;  // And more.
  std::vector<std::uint8_t> size(record_count, 0);
  for (std::uint32_t n = 0; n < record_count; ++n) {
    auto& own = size[forest.find(n)];
    own = std::min<std::uint8_t>(kThree, own + 1);
  }
  // A part is named by its first record.
  std::vector<std::uint32_t> part_of_record(record_count, kNone);
  std::uint32_t count = 0;
  for (std::uint32_t n = 0; n < record_count; ++n) {
    const auto root = forest.find(n);
    if (size[root] == kThree) part_of_record[n] = root == n ? count++ : part_of_record[root];
  }
  ConnectedParts parts;
  std::vector<std::uint32_t> part_of_pair(pairs.size(), kNone);
  for (std::uint32_t n = 0; n < pairs.size(); ++n) {
    part_of_pair[n] = part_of_record[pairs[n].a];
    if (part_of_pair[n] == kNone) parts.pair_of_two.push_back(n);
  }
  distribute(part_of_record, count, parts.record_offset, parts.record);
  distribute(part_of_pair, count, parts.pair_offset, parts.pair);
  return parts;
}

std::vector<std::uint32_t> cluster_records(std::size_t record_count, const std::vector<ClusterPair>& pairs,
                                           const ConnectedParts& parts,
                                           const std::function<double(std::uint32_t, std::uint32_t)>& score,
                                           const ClusterOptions& options) {
  std::vector<std::uint32_t> head(record_count);
  std::iota(head.begin(), head.end(), 0U);
  for (const auto n : parts.pair_of_two) {
    const auto& [a, b, odds] = pairs[n];
    if (std::clamp(odds, options.clip_low_bits, options.clip_high_bits) >= options.merge_bits_min)
      head[std::max(a, b)] = std::min(a, b);
  }
  parallel_chunks(parts.record_offset.size() - 1, 512, options.thread_count,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    Groups groups(options);
                    std::vector<ClusterPair> own;
                    for (std::size_t part = begin; part < end; ++part)
                      cluster_part(parts, part, pairs, score, groups, own, head);
                  });
  // A head is its cluster's first record, and so has its number when others ask for it.
  std::uint32_t next = 0;
  for (std::uint32_t n = 0; n < record_count; ++n) head[n] = head[n] == n ? next++ : head[head[n]];
  return head;
}

}  // namespace kinfold::linkage
