// When one member of a household has matched, the others are looked for where that one was found.
#pragma once

#include <cstdint>
#include <vector>

#include "linkage/keys_internal.h"
#include "linkage/score_internal.h"

namespace kinfold::linkage {

/// Who lives with whom on one side: records [begin, end) by equal values of a column, or by keys that they
/// share.
class Households {
 public:
  /// More people than this under one value or key are no household.
  static constexpr std::size_t kSizeMax = 30;

  Households(const Records& records, std::uint32_t begin, std::uint32_t end, const table::Column& column);
  Households(std::uint32_t begin, std::uint32_t end, const std::vector<RuleKeyMaker>& makers);
  /// Appends the other members, sorted and distinct.
  void append_others(std::uint32_t record, std::vector<std::uint32_t>& others) const;
  bool together(std::uint32_t a, std::uint32_t b) const;

 private:
  void close();
  std::uint32_t begin_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> entries_;  // (key, record), sorted.
  std::vector<std::vector<std::uint64_t>> keys_;                  // By record from begin_.
};

struct Association {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  double probability = 0.0;
};

/// Pairs of free records whose household mates in `linked` have matched, one to one, from the surest down.
///
/// What a household shares (surname, address ...) is taken as given and weighs nothing. On everything else a
/// pair is weighed as one person against two members of one household: m over the share among relatives, rare
/// values for more. Before the evidence, half of those whose relative has matched are expected there, each
/// candidate as likely as the others. The probability is the lower of what it is among the candidates of
/// either record. `is_free(record)` says who may still be linked.
std::vector<Association> associate(const Scorer& scorer, const Households& left, const Households& right,
                                   const std::vector<std::pair<std::uint32_t, std::uint32_t>>& linked,
                                   const std::vector<bool>& is_free, double probability_min);

}  // namespace kinfold::linkage
