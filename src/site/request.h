// The trusted party asks a department about people: identities and references, nothing else.
#pragma once

#include <string>

#include "base/result.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

/// Asks about everybody in the vault who could be found at that department at all (its ages in the
/// charter), is not restricted and has not objected. Fresh references, in their own random order.
/// \retval kRefused by the charter, for the actor's duty, or while the department has not shown
///         that it destroyed the last request.
Result<Report> request_department(Site& site, const std::string& department, const std::string& actor);

}  // namespace kinfold::site
