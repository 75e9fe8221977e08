// A department looks the people of a request up in its register and seals its return.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "linkage/match.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

struct MatchOptions {
  std::string register_path;       ///< register.toml, docs/formats/data.md
  std::string actor;
  std::size_t thread_count = 0;
  /// For the demo and tests, which know the truth: sees the two tables and who was matched, in
  /// memory, before anything is sealed. Nothing on the command line can set it.
  std::function<void(const table::Table& people, const table::Table& register_people,
                     const linkage::RegisterMatches& matches)> observer;
};

/// `request` is the id of the holding, or of the sealed file it came in; empty: the only live one.
/// Returns references, a grade in bands, and the events that the charter's flow allows, within its
/// window. Keeps nothing.
/// \retval kRefused by the door (expired, destroyed, duty) or the charter; kInvalid for the register.
Result<Report> match_request(Site& site, const std::string& request, const MatchOptions& options, Progress& progress);

}  // namespace kinfold::site
