// The post between the sites: sealed files are carried from one outbox to the next desk, as people would.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "demo/state.h"
#include "seal/package.h"
#include "site/report.h"

namespace kinfold::demo {

/// Sealed files of this kind in the outbox of `from` for `to`, in the order of their ids.
std::vector<std::string> outbox_files(const State& state, const std::string& from, const std::string& kind,
                                      const std::string& to);

/// `to` receives every such file that it has not received yet. \returns one report for each of those.
Result<std::vector<site::Report>> carry(State& state, const std::string& from, const std::string& kind,
                                        const std::string& to, const std::string& actor);

}  // namespace kinfold::demo
