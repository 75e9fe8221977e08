// What an output checker looks at: the record of an output, and every figure with what the check says.
#pragma once

#include <string>

#include "base/progress.h"
#include "base/result.h"
#include "disclosure/check.h"
#include "disclosure/workflow.h"
#include "site/site.h"

namespace kinfold::site {

struct LookedOutput {
  std::string id;  ///< Of the outputs' holding, hex.
  disclosure::OutputRecord record;
  disclosure::Checked checked;  ///< Holds what is to be hidden: for the checker alone, in memory.
};
/// Checks again, as `kinfold check` does, and decides nothing.
/// \retval kRefused by the door: duty `output-checking`.
Result<LookedOutput> look_at_output(Site& site, const std::string& output, const std::string& actor,
                                    Progress& progress);

/// A line for every output here: id, title, author, state. Opens the records, not the outputs.
/// `duty` is the one the actor asks in.
Result<std::vector<disclosure::OutputRecord>> output_records(Site& site, const std::string& actor,
                                                             charter::Duty duty);

}  // namespace kinfold::site
