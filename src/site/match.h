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

/// The register's record of one person of the request.
struct Found {
  std::string register_id;  ///< "" where the grade is none.
  linkage::Grade grade = linkage::Grade::kNone;
};

struct MatchOptions {
  std::string register_path;  ///< register.toml, docs/formats/data.md
  std::string actor;
  std::size_t thread_count = 0;
  /// For the demo and tests, which know the truth: sees the people, and for each of them who was found, in
  /// memory, before anything is sealed. Nothing on the command line can set it.
  std::function<void(const table::Table& people, const std::vector<Found>& found)> observer;
};

/// `request` is the id of the holding, or of the sealed file it came in; empty: the only live one.
/// Returns references, a grade in bands, and the events that the charter's flow allows, within its
/// window. Keeps nothing. The register passes by once, in parts: memory does not grow with it.
/// \retval kRefused by the door (expired, destroyed, duty) or the charter; kInvalid for the register.
Result<Report> match_request(Site& site, const std::string& request, const MatchOptions& options,
                             Progress& progress);

}  // namespace kinfold::site
