// The page that a demo leaves: what happened at each site, and what came of it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "demo/stages.h"
#include "demo/state.h"

namespace kinfold::demo {

/// Writes index.html and notice.html from the stages' facts and the published tables. \returns its path.
Result<std::string> write_index(const State& state, const std::vector<Stage>& stages);

}  // namespace kinfold::demo
