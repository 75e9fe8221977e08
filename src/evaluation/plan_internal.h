// Parts of reading a plan; private to the room.
#pragma once

#include <optional>
#include <string_view>

#include "evaluation/plan.h"

namespace kinfold::evaluation {

/// Empty if the text is no condition.
std::optional<Condition> parse_condition(std::string_view text);

}  // namespace kinfold::evaluation
