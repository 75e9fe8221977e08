// Output tables as people read them: few columns, shares in per cent, effects in percentage points.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "evaluation/evaluate.h"

namespace kinfold::evaluation {

/// Title and population of an outcome.
std::string name_of(const Outcome& outcome);
std::string outcome_title(const Plan& plan, const std::string& id);
std::string subgroup_title(const Plan& plan, const std::string& id);

/// Any table: outcomes by title, shares in per cent, few digits, the check's own columns left out.
table::Table for_reading(const OutputTable& output, const Plan& plan,
                         const std::vector<std::string>& leave_out);
/// Of one outcome every subgroup and method; without one, of every outcome the main method for everybody.
table::Table effects_for_reading(const OutputTable& effects, const Plan& plan, const std::string& only);
/// Pounds and ratios to the penny; a chance in per cent.
table::Table costs_for_reading(const OutputTable& summary);
table::Table interactions_for_reading(const OutputTable& interactions, const Plan& plan);
table::Table linkage_for_reading(const OutputTable& linkage, const Plan& plan);
table::Table planted_for_reading(const OutputTable& planted, const Plan& plan);
table::Table staggered_for_reading(const OutputTable& summary, const Staggered& section);
/// Points of one section, in its unit; `keys` are the columns that say which, with their titles.
table::Table points_for_reading(const OutputTable& points, const Staggered& section,
                                const std::vector<std::pair<std::string, std::string>>& keys);
table::Table units_for_reading(const OutputTable& units, const Plan& plan);

}  // namespace kinfold::evaluation
