// Notices and receipts: certificates of destruction, objections, withdrawals, and their answers.
#include "site/certificates.h"
#include "site/object.h"
#include "site/receive.h"

namespace kinfold::site {
namespace {

Result<Report> file_certificates(Site& site, const seal::OpenedFile& file) {
  std::uint64_t filed = 0;
  for (const auto& document : file.contents.documents) {
    if (!document.name.starts_with("certificate-")) continue;
    const std::string note(seal::as_text(document.bytes));
    if (auto s = file_certificate(site, note, file.manifest.from); !s.ok()) return s.error();
    ++filed;
  }
  Report report;
  report.headline = filed > 0 ? "Filed certificates of destruction." : "Received a receipt.";
  report.count("certificates", "Certificates", filed);
  return report;
}

}  // namespace

Result<Report> receive_notice(Site& site, seal::OpenedFile& file, const std::string& actor) {
  if (const auto* objectors = file.contents.find("objectors")) return receive_objectors(site, *objectors, actor);
  if (const auto* withdrawn = file.contents.find("withdrawn")) return receive_withdrawn(site, file, *withdrawn, actor);
  return file_certificates(site, file);
}

}  // namespace kinfold::site
