// Notices and receipts: certificates of destruction, objections, withdrawals, and their answers.
#include "site/certificates.h"
#include "site/object.h"
#include "site/receipts.h"
#include "site/receive.h"

namespace kinfold::site {
namespace {

Result<Report> file_documents(Site& site, const seal::OpenedFile& file) {
  std::uint64_t certificates = 0;
  std::uint64_t receipts = 0;
  for (const auto& document : file.contents.documents) {
    const std::string note(seal::as_text(document.bytes));
    if (document.name.starts_with("certificate-")) {
      if (auto s = file_certificate(site, note, file.manifest.from); !s.ok()) return s.error();
      ++certificates;
    } else if (document.name.starts_with("receipt-")) {
      if (auto s = file_receipt(site, note, file.manifest.from); !s.ok()) return s.error();
      ++receipts;
    }
  }
  Report report;
  report.headline = certificates > 0 ? "Filed certificates of destruction." : "Filed a receipt.";
  report.count("certificates", "Certificates", certificates).count("receipts", "Receipts", receipts);
  return report;
}

}  // namespace

Result<Report> receive_notice(Site& site, seal::OpenedFile& file, const std::string& actor) {
  if (const auto* objectors = file.contents.find("objectors"))
    return receive_objectors(site, *objectors, actor);
  if (const auto* withdrawn = file.contents.find("withdrawn"))
    return receive_withdrawn(site, file, *withdrawn, actor);
  if (const auto* withdrawal = file.contents.find_document(kWithdrawalDocument))
    return receive_withdrawal(site, file, *withdrawal);
  return file_documents(site, file);
}

}  // namespace kinfold::site
