#include "site/retention.h"

#include <set>

#include "base/text.h"
#include "site/certificates.h"

namespace kinfold::site {
namespace {

using table::ColumnType;

std::string what_then(const holding::Holding& holding, int days_left) {
  if (holding.state == holding::HoldingState::kDestroyed) return "destroyed, certificate kept";
  if (days_left < 0) return "past its expiry: cannot be opened; run `kinfold retention enforce`";
  return "its key is destroyed and a certificate signed";
}

table::Table rows_of(const Site& site, const std::vector<holding::Holding>& holdings) {
  table::Table rows;
  for (const auto* name : {"holding", "kind", "from", "created", "expires"})
    rows.add(name, ColumnType::kString);
  rows.add("days_left", ColumnType::kInt64);
  rows.add("rows", ColumnType::kInt64);
  rows.add("state", ColumnType::kString);
  rows.add("then", ColumnType::kString);
  auto& columns = rows.columns();
  for (const auto& holding : holdings) {
    const bool live = holding.state == holding::HoldingState::kLive;
    const int days_left = site.door().days_left(holding);
    columns[0].append_string(seal::to_hex(holding.id));
    columns[1].append_string(charter::name(holding.kind));
    columns[2].append_string(holding.origin);
    columns[3].append_string(to_iso(date_of(holding.created)));
    columns[4].append_string(to_iso(holding.expires));
    live ? columns[5].append_int(days_left) : columns[5].append_null();
    columns[6].append_int(static_cast<std::int64_t>(holding.row_count));
    columns[7].append_string(!live ? "destroyed" : days_left < 0 ? "expired" : "live");
    columns[8].append_string(what_then(holding, days_left));
  }
  return rows;
}

/// Certificates go to whoever the data came from.
Status send_all_certificates(Site& site, Report& report) {
  const auto certificates = site.door().certificates();
  if (!certificates.ok()) return certificates.error();
  std::set<std::string> origins;
  for (const auto& certificate : certificates.value()) {
    if (certificate.package && certificate.origin != site.party().id) origins.insert(certificate.origin);
  }
  for (const auto& origin : origins) {
    const auto path = send_certificates(site, origin);
    if (!path.ok()) {
      report.notes.push_back("The certificate for " + origin + " was not sealed: " + path.error().message);
    } else if (!path.value().empty()) {
      report.notes.push_back("Certificate for " + origin + ": " + path.value());
    }
  }
  return {};
}

}  // namespace

Result<Report> retention_status(Site& site) {
  const auto holdings = site.door().list();
  if (!holdings.ok()) return holdings.error();
  Report report;
  std::uint64_t live = 0;
  std::uint64_t overdue = 0;
  for (const auto& holding : holdings.value()) {
    if (holding.state != holding::HoldingState::kLive) continue;
    ++live;
    if (site.door().days_left(holding) < 0) ++overdue;
  }
  report.headline = site.party().name + " on " + to_iso(site.today()) + ".";
  report.count("live", "Live holdings", live)
      .count("overdue", "  past their expiry, not yet destroyed", overdue)
      .count("destroyed", "Destroyed, with a certificate", holdings.value().size() - live);
  report.rows = rows_of(site, holdings.value());
  return report;
}

Result<Report> retention_enforce(Site& site) {
  const auto certificates = site.door().enforce();
  if (!certificates.ok()) return certificates.error();
  std::uint64_t row_count = 0;
  for (const auto& certificate : certificates.value()) row_count += certificate.row_count;
  Report report;
  report.headline =
      certificates.value().empty() ? "Nothing is past its expiry." : "Destroyed what was past its expiry.";
  report.count("destroyed", "Holdings destroyed", certificates.value().size())
      .count("rows", "Rows in them", row_count);
  if (auto s = send_all_certificates(site, report); !s.ok()) return s.error();
  return report;
}

Result<Report> retention_destroy(Site& site, const std::string& name, const std::string& actor) {
  const auto holdings = site.door().list();
  if (!holdings.ok()) return holdings.error();
  std::vector<holding::Holding> fitting;
  for (const auto& each : holdings.value()) {
    if (!name.empty() && seal::to_hex(each.id).starts_with(name)) fitting.push_back(each);
  }
  if (fitting.size() != 1) return invalid("name one holding by its id (kinfold retention status lists them)");
  const auto certificate = site.door().destroy(fitting.front().id, actor, ledger::Reason::kNone);
  if (!certificate.ok()) return certificate.error();
  Report report;
  report.headline = "Destroyed. The certificate says how, and what no certificate can prove.";
  report.count("rows", "Rows in it", certificate.value().row_count)
      .text("holding", "Holding", seal::to_hex(fitting.front().id));
  if (auto s = send_all_certificates(site, report); !s.ok()) return s.error();
  return report;
}

}  // namespace kinfold::site
