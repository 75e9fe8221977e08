// Attacks spelled out: which figures somebody would take, where they stand, and what they tell.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "disclosure/check.h"
#include "disclosure/encode_internal.h"

namespace kinfold::disclosure {

inline constexpr std::size_t kAttackCountMax = 50;  ///< Spelled out; the rest are like them.

struct FoundAttack {
  CellIndex target = 0;
  std::vector<CellIndex> taken;  ///< The cells that it adds and subtracts.
  Attack attack;
};

/// Attacks by adding and subtracting on what nobody may work out though no field shows it (what a difference
/// between two figures leaves, what was kept hidden in an earlier release), were everything shown that passes
/// the rules. At most kAttackCountMax. \retval kInternal if the solver fails.
Result<std::vector<FoundAttack>> find_attacks(const Encoding& encoding, std::span<const Output> outputs);

/// The attack that brings `cell` into `interval` in what is to be published. \retval kInternal if the solver
/// fails.
Result<FoundAttack> attack_on(const Encoding& encoding, std::span<const Output> outputs, CellIndex cell,
                              const Interval& interval);

}  // namespace kinfold::disclosure
