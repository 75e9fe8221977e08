// From scored pairs to people: groups that hold together, not merely chains.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace kinfold::linkage {

struct ClusterPair {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double log_odds_bits = 0.0;
};

struct ClusterOptions {
  double merge_bits_min = 0.0;         ///< Mean evidence from which two groups are one.
  double clip_low_bits = -12.0;        ///< One pair counts against by no more than this,
  double clip_high_bits = 12.0;        ///< and for by no more than this.
  std::size_t pair_scores_max = 4096;  ///< Two groups with more pairs between them are judged by this many.
  std::size_t thread_count = 1;        ///< `score` is called from so many threads at once.
};

/// What hangs together by any pairs; records of different parts never join. Refers to nothing.
struct ConnectedParts {
  std::vector<std::uint32_t> record_offset, record;  ///< Records of parts of at least three, in order.
  std::vector<std::uint32_t> pair_offset, pair;      ///< Numbers of their pairs, in order.
  std::vector<std::uint32_t> pair_of_two;            ///< Numbers of the pairs of parts of two.
};
ConnectedParts connected_parts(std::size_t record_count, const std::vector<ClusterPair>& pairs);

/// Number of the cluster of each of `record_count` records, numbered in order of first record.
///
/// Groups grow from the strongest pair down. Two groups are joined when the mean log odds over all
/// pairs between them is at least merge_bits_min; `score` gives the log odds of pairs that blocking did
/// not find, so a weak bridge between two dense groups does not join them. Repeats until nothing more
/// joins. Deterministic; ties fall to the lower records.
/// Source: average linkage (Sokal and Michener 1958) on log odds; the sign rule is that of
/// correlation clustering (Bansal, Blum and Chawla 2004).
std::vector<std::uint32_t> cluster_records(std::size_t record_count, const std::vector<ClusterPair>& pairs,
                                           const ConnectedParts& parts,
                                           const std::function<double(std::uint32_t, std::uint32_t)>& score,
                                           const ClusterOptions& options = {});

}  // namespace kinfold::linkage
