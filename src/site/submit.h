// An authority seals a file of families for the trusted party.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "identity/intake.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

struct CouncilFile {
  std::string csv_path;
  std::string rejects_path;  ///< Where what is set aside is written; empty: it is only told.
};
struct Submitted {
  std::string sealed_path;
  std::string rejects_path;
  std::vector<identity::LineNote> rejects;   ///< Lines set aside, never with a value.
  std::vector<identity::LineNote> warnings;  ///< Values left out of lines that go on.
  identity::IntakeCounts counts;
  bool sealed_before = false;  ///< The same file was sealed before: that sealed file stands.
  Report report() const;
};

/// The charter's criteria, as the intake asks for them.
identity::Eligibility eligibility_of(const charter::Charter& charter);

/// Reads the CSV, sets bad rows aside in `<csv>.rejects.csv`, keeps the charter's eligibility, takes
/// out those who object, and seals the rest. The same file with the same objections gives the same
/// package id, so that a run that was killed can be repeated and nothing is counted twice.
/// \retval kRefused by the charter or for the actor's duty; kInvalid, kIo as read_council_file().
Result<Submitted> submit_families(Site& site, const std::string& csv_path, const std::string& actor);
/// The same for a file that may lie in memory only.
Result<Submitted> submit_families(Site& site, const CouncilFile& file, const std::string& actor);

}  // namespace kinfold::site
