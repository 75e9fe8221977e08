// How many pairs a model's rules make of two files, before any of them is compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"
#include "linkage/link.h"

namespace kinfold::linkage {

struct Budget {
  std::vector<RuleYield> rules;      ///< Usable ones, in order; pair_count and the blocks are filled.
  std::uint64_t pair_count = 0;      ///< Pairs that several rules find are counted for each.
  std::uint64_t left_out_count = 0;  ///< Pairs in blocks beyond a rule's budget, which are not compared.
  std::uint64_t pair_count_max = 0;  ///< More are refused.

  std::string to_json() const;
  std::string to_text() const;
};

/// One sentence: "the rules make 38.2 G pairs; the three largest blocks are ...". Names what the records of a
/// block agree on, never the value.
std::string budget_sentence(const std::vector<RuleYield>& rules);

/// A count for people: 1,234 or 38.2 G.
std::string short_count(std::uint64_t count);

/// Reads, standardises and blocks as `kinfold link` would, and compares nothing.
/// \retval kInvalid, kIo as run_link().
Result<Budget> count_pairs(const LinkCommand& command);

}  // namespace kinfold::linkage
