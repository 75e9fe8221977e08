// Parts of reading a plan; private to the room.
#pragma once

#include <optional>
#include <string_view>

#include "evaluation/plan.h"
#include "evaluation/toml_reader_internal.h"

namespace kinfold::evaluation {

/// Empty if the text is no condition.
std::optional<Condition> parse_condition(std::string_view text);

// One section each; what is wrong is noted in the reader.
std::vector<Condition> read_conditions(TomlReader& reader, std::string_view key,
                                       NamedColumn::In in = NamedColumn::In::kPeople);
Method read_method(TomlReader reader);
CostPlan read_costs(TomlReader reader);
Staggered read_staggered(TomlReader reader);

}  // namespace kinfold::evaluation
