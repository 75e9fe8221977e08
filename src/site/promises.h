// Each sentence of the notice with its status on the site at hand: looked at, not asserted.
#pragma once

#include <string>

#include "base/result.h"
#include "charter/promises.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

enum class Kept {
  kYes,
  kNo,
  kNotSeen,    ///< The actor's duty does not let them look; who could, is said.
  kElsewhere,  ///< There is something to see only at other parties' sites.
  kPeople      ///< Only people can keep it.
};
std::string_view name(Kept kept);

struct Looked {
  Kept kept = Kept::kYes;
  std::string words;  ///< What was seen: counts and dates, never a person's value.
};

/// Runs one check of charter/promises.h on this site. What lies behind the door is opened only for an actor
/// whose duty lets them, and is in the ledger like every opening.
/// \retval kIo and the like if the site itself cannot be read.
Result<Looked> look(Site& site, charter::LiveCheck check, const std::string& actor);

/// Every promise of the charter in force: sentence, promise, tests, check, status, what was seen. The fact
/// `broken` counts those that are not kept here.
Result<Report> live_promises(Site& site, const std::string& actor);

}  // namespace kinfold::site
