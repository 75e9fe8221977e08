// The blocking keys of a record, or of all that a group of records knows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/records_internal.h"

namespace kinfold::linkage {

/// False where the files lack a field of the rule.
/// \retval kInvalid for a field or a part that does not exist.
Result<bool> rule_is_usable(const BlockingRule& rule, const Records& records, const Model& model);

/// Makes keys under one usable rule. Refers to `records`.
class RuleKeyMaker {
 public:
  RuleKeyMaker(const Records& records, const BlockingRule& rule, const Model& model);
  /// No record has more than one key.
  bool single() const { return single_; }
  /// Sorted, distinct, never 0: every way of taking one value for each part from the group's records.
  void keys_of(const std::uint32_t* group, std::size_t group_size, std::vector<std::uint32_t>& keys) const;

 private:
  struct KeyPart {
    std::size_t field = 0;
    std::vector<std::vector<std::uint64_t>> hashes;  ///< By code.
  };
  const Records* records_;
  std::vector<KeyPart> parts_;
  bool same_source_ = false;  ///< The first two parts are one: two different words of one value.
  bool single_ = true;
};

}  // namespace kinfold::linkage
