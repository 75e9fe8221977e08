// The review in a terminal: reads keys one by one, draws, saves after each.
#pragma once

#include "base/result.h"
#include "linkage/review_session.h"

namespace kinfold::cli {

/// Until the coder leaves or the input ends. Decisions are in `path`, whole or as before, after every answer.
/// Where standard input or output is no terminal, keys are read and screens written plainly.
/// \retval kIo if the decisions cannot be written; what was decided before is safe.
Status run_review(linkage::ReviewSession& session, const std::string& path);

}  // namespace kinfold::cli
