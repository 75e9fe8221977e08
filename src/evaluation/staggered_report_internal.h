// The report's section on staggered starts. Private to the room.
#pragma once

#include <vector>

#include "evaluation/evaluate.h"
#include "page/page.h"

namespace kinfold::evaluation {

/// Nothing where the plan has no such section, or its tables were held back.
void add_staggered_section(page::Page& page, const Plan& plan, const std::vector<OutputTable>& outputs);

}  // namespace kinfold::evaluation
