#include "research/protect.h"

namespace kinfold::research {

table::Table Protection::summary() const {
  table::Table out;
  out.add("measure", table::ColumnType::kString);
  out.add("before", table::ColumnType::kInt64);
  out.add("after", table::ColumnType::kInt64);
  const auto row = [&](const char* measure, std::uint64_t was, std::uint64_t is) {
    out.columns()[0].append_string(measure);
    out.columns()[1].append_int(static_cast<std::int64_t>(was));
    out.columns()[2].append_int(static_cast<std::int64_t>(is));
  };
  row("people", before.person_count, after.person_count);
  row("combinations of what an outsider may know", before.class_count, after.class_count);
  row("fewest people alike in it", before.smallest_class, after.smallest_class);
  row("fewest families among them", before.fewest_families, after.fewest_families);
  row("fewest different sets of problems among them", before.fewest_problem_sets, after.fewest_problem_sets);
  row("people alone in it", before.unique_count, after.unique_count);
  row("people in groups below a limit", before.below_count, after.below_count);
  row("people alone in two facts or fewer", before.special_unique_count, after.special_unique_count);
  row("families", before.household_count, after.household_count);
  row("families like no other in council, size, adults and children", before.lone_household_count,
      after.lone_household_count);
  row("families below the limit", before.rare_household_count, after.rare_household_count);
  for (const auto& [column, count] : suppressed) {
    const auto label = "values of " + column + " hidden";
    row(label.c_str(), 0, count);
  }
  row("people left out", 0, left_out_count);
  return out;
}

std::vector<std::string> Protection::words() const {
  std::vector<std::string> lines;
  if (!age_bands.empty()) {
    std::string bands;
    for (const auto& band : age_bands) bands += (bands.empty() ? "" : ", ") + band;
    lines.push_back("To keep to the charter's limits, ages are released in bands: " + bands + ".");
  }
  for (const auto& [column, count] : suppressed) {
    if (count > 0) lines.push_back(std::to_string(count) + " people's " + column + " is hidden.");
  }
  if (left_out_count > 0) {
    lines.push_back(std::to_string(left_out_count) +
                    " people are left out: members of families like few others, or alone in facts that "
                    "cannot be hidden.");
  }
  return lines;
}

}  // namespace kinfold::research
