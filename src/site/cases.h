// Cases of people's rights at this site: opened, moved on, listed with their legal clock.
#pragma once

#include <string>

#include "base/result.h"
#include "rights/case.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

/// Opens a case, takes it to its end, and keeps it; for verbs that do all that is asked at once.
/// `person` may be empty (an authority has no vault). \returns the case as it was kept.
Result<rights::Case> keep_case(Site& site, rights::Right right, const std::string& actor,
                               const std::optional<identity::PersonId>& person);

/// Every case here, the most urgent first, with the days left.
Result<Report> list_cases(Site& site, const std::string& actor);

}  // namespace kinfold::site
