// Which columns of the data a plan needs, and what is said where one is not there. Private to the room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "evaluation/plan.h"

namespace kinfold::evaluation {

using ColumnNames = std::vector<std::string_view>;

/// Whether the plan says anything of the panel; if not, a panel that is there changes nothing and need not be
/// read.
bool uses_panel(const Plan& plan);

/// Every column that the plan names is there; `panel` is null where there is none.
/// \retval kInvalid with the line of the plan and the nearest name.
Status check_columns(const Plan& plan, const ColumnNames& people, const ColumnNames* panel);

/// The columns that an evaluation by this plan reads, each once. Call after check_columns().
std::vector<std::string> people_columns(const Plan& plan, bool with_panel);
std::vector<std::string> panel_columns(const Plan& plan);

}  // namespace kinfold::evaluation
