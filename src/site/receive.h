// Any site receives any sealed file: whose it is, whether it is whole, whether the charter lets it
// come and stay here; then each kind of file goes its own way.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "seal/package.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

/// Nothing is written, except the refusal to the ledger, unless everything fits. Receiving a file
/// a second time is a replay and refused; a run that was killed half-way is finished by the next.
/// \retval kRefused with the reason: signature, key, cut short, altered, another charter, not for us,
///         expired, replay, not a flow of the charter, duty.
Result<Report> receive_file(Site& site, const std::string& path, const std::string& actor);

/// What a killed run left: the holding that came in with this sealed file, whatever became of it.
std::optional<holding::Holding> holding_of_package(const Site& site, const seal::Id& package);
Report already_held(const holding::Holding& holding);

// One for each kind of file; called by receive_file() when every check has passed.
Result<Report> receive_submission(Site& site, seal::OpenedFile& file, const std::string& actor);
Result<Report> receive_request(Site& site, seal::OpenedFile& file, const std::string& actor);
Result<Report> receive_return(Site& site, seal::OpenedFile& file, const std::string& actor);
Result<Report> receive_release(Site& site, seal::OpenedFile& file, const std::string& actor);
/// Certificates, objections, receipts.
Result<Report> receive_notice(Site& site, seal::OpenedFile& file, const std::string& actor);

}  // namespace kinfold::site
