// A release in two steps by two people: the key table (duty `linkage`, vault open, no attributes), then the
// dataset (duty `analysis`, attributes and returns open, never the vault).
#pragma once

#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

/// Writes down which references stand for the same person, under fresh random person and family
/// numbers: `keys` (scope, reference, person, family). Leaves out everybody who objected, withdrew or is
/// restricted. Replaces the key table before it.
Result<Report> prepare_release(Site& site, const std::string& actor);

/// The live key tables, oldest first; more than one only where a run was killed between the two.
Result<std::vector<holding::Holding>> key_tables(Site& site);

/// Joins attributes and returns by the key table and seals the release for the research site.
/// \retval kRefused by the charter (conditions, duties, dates), or where there is no key table.
Result<Report> make_release(Site& site, const std::string& actor);

/// The days on which releases were made here, in order, by the ledger.
Result<std::vector<Date>> release_days(Site& site);

}  // namespace kinfold::site
