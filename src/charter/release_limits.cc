#include "charter/release_limits.h"

#include "charter/reader_internal.h"

namespace kinfold::charter {

ReleaseLimits read_release_limits(Reader reader) {
  ReleaseLimits limits;
  auto names = reader.texts("quasi_identifiers", Need::kOptional);
  if (!names.empty()) limits.quasi_identifiers = std::move(names);
  limits.persons = reader.integer("persons", 1, 1000).value_or(limits.persons);
  limits.families = reader.integer("families", 1, 1000).value_or(limits.families);
  limits.problem_sets = reader.integer("problem_sets", 1, 64).value_or(limits.problem_sets);
  limits.households = reader.integer("households", 1, 1000).value_or(limits.households);
  limits.unique_depth = reader.integer("unique_depth", 0, 3).value_or(limits.unique_depth);
  limits.suppressed_share_max = reader.number("suppressed_share_max", 0, 1).value_or(limits.suppressed_share_max);
  reader.finish();
  return limits;
}

Result<ReleaseLimits> release_limits(const Charter& charter) {
  if (charter.source_text.empty()) return ReleaseLimits{};
  auto root = read_toml(charter.source_text, "charter");
  if (!root.ok()) return root.error();
  Problems problems("charter");
  Reader top(root.value(), "charter", problems);
  const auto* node = top.table("release_limits", Need::kOptional);
  if (node == nullptr) return ReleaseLimits{};
  auto limits = read_release_limits(Reader(*node, "release_limits", problems));
  if (!problems.empty()) return problems.error();
  return limits;
}

}  // namespace kinfold::charter
