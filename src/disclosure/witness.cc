#include "disclosure/witness_internal.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace kinfold::disclosure {
namespace {

constexpr double kRelativeNoise = 1e-9;

bool is_whole(double value) { return std::abs(value) < 9e15 && value == std::nearbyint(value); }

bool cell_agrees(const SystemCell& cell, double deviation) {
  if (cell.integer && !is_whole(deviation)) return false;
  const double value = cell.value + deviation;
  // A bound of a magnitude is worked out, and may be a last digit off.
  const double slack = cell.integer ? 0 : kRelativeNoise * std::max(1.0, std::abs(cell.value));
  if (value < cell.lower - slack || value > cell.upper + slack) return false;
  if (cell.shown && (value < cell.shown_low || value > cell.shown_high)) return deviation == 0;
  return true;
}

bool relation_agrees(const System& system, const Relation& relation, std::span<const double> deviation) {
  std::int64_t whole_sum = 0;
  long double sum = 0;
  long double largest = 1;
  bool whole = true;
  for (const auto& term : relation.terms) {
    const double moved = deviation[term.cell];
    if (whole && is_whole(moved) && is_whole(term.coefficient)) {
      whole_sum += static_cast<std::int64_t>(moved) * static_cast<std::int64_t>(term.coefficient);
    } else {
      whole = false;
    }
    const long double product = static_cast<long double>(moved) * static_cast<long double>(term.coefficient);
    sum += product;
    largest = std::max(
        {largest, std::abs(product), std::abs(static_cast<long double>(system.cells[term.cell].value))});
  }
  return whole ? whole_sum == 0 : std::abs(sum) <= kRelativeNoise * largest;
}

}  // namespace

bool is_witness(const System& system, std::span<const double> deviation,
                std::span<const std::uint32_t> relations) {
  for (const auto index : relations) {
    const auto& relation = system.relations[index];
    for (const auto& term : relation.terms) {
      if (!cell_agrees(system.cells[term.cell], deviation[term.cell])) return false;
    }
    if (!relation_agrees(system, relation, deviation)) return false;
  }
  return true;
}

}  // namespace kinfold::disclosure
