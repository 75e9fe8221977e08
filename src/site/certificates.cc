#include "site/certificates.h"

#include <algorithm>
#include <filesystem>

#include "seal/files.h"

namespace kinfold::site {
namespace {

constexpr std::uint64_t kCertificateBytesMax = 1 << 16;

std::string folder_of(const Site& site, const std::string& party) {
  return site.paths().certificates() + "/" + party;
}

/// Certificates are facts about batches: they cross as documents, with no data class.
seal::Document as_document(const holding::Certificate& certificate) {
  const auto bytes = seal::as_bytes(certificate.note);
  return {"certificate-" + seal::to_hex(certificate.holding) + ".txt",
          seal::PlainBytes(bytes.begin(), bytes.end())};
}

bool sent_before(const Site& site, const std::string& party, const seal::Id& holding) {
  return std::filesystem::exists(site.paths().certificates() + "/sent-" + party + "-" +
                                 seal::to_hex(holding));
}

}  // namespace

std::vector<holding::Certificate> filed_certificates(const Site& site, const std::string& party) {
  std::vector<holding::Certificate> certificates;
  const auto card = site.card_of(party);
  if (!card.ok()) return certificates;
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(site, party), error))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    const auto bytes = seal::read_whole_file(path, kCertificateBytesMax);
    if (!bytes.ok()) continue;
    // Checked again at each reading: a file in the folder proves nothing by lying there.
    auto certificate = holding::verify_certificate(seal::as_text(bytes.value()), card.value());
    if (certificate.ok()) certificates.push_back(std::move(certificate).value());
  }
  return certificates;
}

std::set<seal::Id> destroyed_packages(const Site& site, const std::string& party) {
  std::set<seal::Id> packages;
  for (const auto& certificate : filed_certificates(site, party)) {
    if (certificate.package) packages.insert(*certificate.package);
  }
  return packages;
}

Status file_certificate(Site& site, const std::string& note, const std::string& party) {
  const auto card = site.card_of(party);
  if (!card.ok()) return card.error();
  const auto certificate = holding::verify_certificate(note, card.value());
  if (!certificate.ok()) return certificate.error();
  std::error_code error;
  std::filesystem::create_directories(folder_of(site, party), error);
  if (error) return io_error("cannot make the folder of certificates: " + error.message());
  const std::string name = "certificate-" + seal::to_hex(certificate.value().holding) + ".txt";
  if (auto s = seal::write_whole_file(folder_of(site, party) + "/" + name, seal::as_bytes(note)); !s.ok())
    return s;
  ledger::Entry entry;
  entry.verb = ledger::Verb::kCertify;
  entry.subject = certificate.value().package.value_or(certificate.value().holding);
  entry.party = party;
  entry.counts = {{ledger::CountKind::kRows, certificate.value().row_count}};
  entry.marks = {{ledger::DigestKind::kCertificate, seal::sha256(seal::as_bytes(note))}};
  return site.note(entry);
}

Result<std::string> send_certificates(Site& site, const std::string& party) {
  const auto certificates = site.door().certificates();
  if (!certificates.ok()) return certificates.error();
  // A holding that was replaced (somebody withdrew) is destroyed, but its sealed file lives on in the next.
  std::set<seal::Id> living;
  const auto all = site.door().list();
  if (!all.ok()) return all.error();
  for (const auto& each : all.value()) {
    if (each.state == holding::HoldingState::kLive && each.package) living.insert(*each.package);
  }
  seal::Contents contents;
  std::vector<seal::Id> holdings;
  for (const auto& certificate : certificates.value()) {
    if (certificate.origin != party || !certificate.package || living.contains(*certificate.package))
      continue;
    if (sent_before(site, party, certificate.holding)) continue;
    contents.documents.push_back(as_document(certificate));
    holdings.push_back(certificate.holding);
  }
  if (holdings.empty()) return std::string();
  const auto* flow = site.charter().find_flow(charter::Kind::kNotice, site.party().id, party);
  if (flow == nullptr) return refused("the charter has no flow of notices to that party");
  const auto expires = charter::expiry(site.charter(), charter::Kind::kNotice, party, site.today());
  if (!expires.ok()) return expires.error();
  const auto sent =
      site.send({seal::PackageKind::kReceipt, party, flow->purpose, {}, {}, {}, expires.value()}, contents);
  if (!sent.ok()) return sent.error();
  for (const auto& holding : holdings) {
    const auto path = site.paths().certificates() + "/sent-" + party + "-" + seal::to_hex(holding);
    if (auto s = seal::write_whole_file(path, {}); !s.ok()) return s.error();
  }
  return sent.value().path;
}

}  // namespace kinfold::site
