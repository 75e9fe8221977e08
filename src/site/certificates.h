// Certificates of destruction: sent to the party that the data came from, filed there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "holding/certificate.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

/// The certificates that a party sent us and we checked and filed.
std::vector<holding::Certificate> filed_certificates(const Site& site, const std::string& party);
/// The sealed files whose content that party has certified to be destroyed.
std::set<seal::Id> destroyed_packages(const Site& site, const std::string& party);
/// Checks a certificate's signature and files it.
Status file_certificate(Site& site, const std::string& note, const std::string& party);
/// Seals our certificates of data that came from `party` and that it has not been sent yet.
/// \returns the sealed file's path, empty if there was nothing to send.
Result<std::string> send_certificates(Site& site, const std::string& party);

}  // namespace kinfold::site
