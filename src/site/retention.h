// Everything expires: what is held, for how long yet, and its destruction with a certificate.
#pragma once

#include <string>

#include "base/result.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

/// One row a holding: id, kind, origin, created, expires, days_left, state, what happens then.
Result<Report> retention_status(Site& site);
/// Destroys what is past its expiry, and seals the certificates of what came from others for them.
Result<Report> retention_enforce(Site& site);
/// Destroys one holding before its time (a request that has been answered).
Result<Report> retention_destroy(Site& site, const std::string& holding, const std::string& actor);

}  // namespace kinfold::site
