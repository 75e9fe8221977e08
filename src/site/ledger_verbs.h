// What a site can say about itself: its card, its ledger, proofs for others.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

Result<Report> trust_card(Site& site, const std::string& card_path);
Result<Report> describe(Site& site);

/// Reads every entry again and checks it, also against the heads that other parties witnessed.
/// \retval kRefused saying which entry is not as it was written.
Result<Report> ledger_verify(Site& site);
Result<Report> ledger_show(Site& site, std::size_t entry_count);
/// The proof goes to the fact `proof`.
Result<Report> ledger_prove(Site& site, std::uint64_t index);
Result<Report> ledger_export(Site& site, const std::string& path);

}  // namespace kinfold::site
