#include "site/submit.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "seal/files.h"
#include "site/records.h"

namespace kinfold::site {
namespace {

constexpr std::uint64_t kCouncilFileBytesMax = 4ULL << 30;

/// The same file under the same charter and objections is the same submission: its id is a keyed
/// hash of those, under a key that only this site has.
seal::Id submission_id(const holding::RecordRing& ring, const charter::Charter& charter, seal::ByteView file,
                       std::uint64_t objection_count) {
  const auto token = ring.token(
      "submission", seal::to_hex(seal::sha256(file)) + charter.hash + std::to_string(objection_count));
  seal::Id id;
  std::copy(token.begin(), token.end(), id.bytes.begin());
  return id;
}

Status note_submission(Site& site, const Submitted& submitted, const std::string& actor, const seal::Id& id) {
  ledger::Entry entry;
  entry.verb = ledger::Verb::kSubmit;
  entry.subject = id;
  entry.actor = actor;
  entry.duty = charter::name(charter::Duty::kIntake);
  entry.counts = {{ledger::CountKind::kPeople, submitted.counts.kept_count},
                  {ledger::CountKind::kFamilies, submitted.counts.family_count},
                  {ledger::CountKind::kRejected, submitted.counts.rejected_count},
                  {ledger::CountKind::kObjected, submitted.counts.objected_count}};
  return site.note(entry);
}

}  // namespace

identity::Eligibility eligibility_of(const charter::Charter& charter) {
  identity::Eligibility eligibility;
  eligibility.needed = charter.criteria.needed;
  for (const auto& problem : charter.criteria.problems) eligibility.problems.push_back(problem.id);
  return eligibility;
}

Report Submitted::report() const {
  Report report;
  report.headline =
      sealed_before ? "This file was sealed before; the sealed file stands."
                    : "Sealed " + with_thousands(static_cast<long long>(counts.kept_count)) + " people in " +
                          with_thousands(static_cast<long long>(counts.family_count)) + " families.";
  report.count("lines", "Lines of data in the file", counts.data_line_count)
      .count("kept", "  go on", counts.kept_count)
      .count("merged", "  the same person again", counts.merged_count)
      .count("ineligible", "  in families with too few problems", counts.ineligible_count)
      .count("objected", "  objected, taken out", counts.objected_count)
      .count("rejected", "  set aside with a reason", counts.rejected_count)
      .count("warnings", "Values left out of people who go on", counts.warning_count)
      .text("sealed_file", "Sealed file", sealed_path);
  if (!rejects_path.empty()) report.text("rejects_file", "What to put right", rejects_path);
  return report;
}

Result<Submitted> submit_families(Site& site, const std::string& csv_path, const std::string& actor) {
  return submit_families(site, CouncilFile{csv_path, csv_path + ".rejects.csv"}, actor);
}

Result<Submitted> submit_families(Site& site, const CouncilFile& from, const std::string& actor) {
  const std::string& csv_path = from.csv_path;
  if (site.party().role != charter::Role::kAuthority) return refused("only an authority submits families");
  if (auto s = site.door().may_act(actor, charter::Duty::kIntake); !s.ok()) return s.error();
  const auto recipients = site.charter().parties_with(charter::Role::kTrustedParty);
  if (recipients.empty()) return invalid("the charter has no trusted party");
  const auto* flow =
      site.charter().find_flow(charter::Kind::kSubmission, site.party().id, recipients.front()->id);
  if (flow == nullptr)
    return refused("the charter has no flow of submissions from here to the trusted party");

  const auto file = seal::read_whole_file(csv_path, kCouncilFileBytesMax);
  if (!file.ok()) return file.error();
  auto objections = open_objections(site, actor);
  if (!objections.ok()) return objections.error();
  auto rows_read =
      table::parse_csv_bytes(std::string(seal::as_text(file.value())), seal::file_name(csv_path));
  if (!rows_read.ok()) return rows_read.error();
  auto intake = identity::read_council_table(rows_read.value(), eligibility_of(site.charter()), site.today());
  if (!intake.ok()) return intake.error();
  // Whoever said no on this file is remembered (as tokens) for every later one.
  if (auto s = objections.value().book.add_all(intake.value().objectors, site.today()); !s.ok())
    return s.error();

  Submitted submitted;
  submitted.rejects_path = from.rejects_path;
  if (!from.rejects_path.empty()) {
    if (auto s = identity::write_rejects_csv(intake.value(), from.rejects_path); !s.ok()) return s.error();
  }
  submitted.rejects = intake.value().rejects;
  submitted.warnings = intake.value().warnings;

  auto rows = identity::to_submission(intake.value(), &objections.value().book, identity::system_random());
  intake.value().wipe();
  if (!rows.ok()) return rows.error();
  submitted.counts = rows.value().counts;

  const auto id = submission_id(objections.value().records->ring, site.charter(), file.value(),
                                objections.value().book.entry_count());
  submitted.sealed_path =
      outbox_path(site.paths(), seal::PackageKind::kSubmission, recipients.front()->id, id);
  if (std::filesystem::exists(submitted.sealed_path)) {
    submitted.sealed_before = true;
    return submitted;
  }
  const auto expires =
      charter::expiry(site.charter(), charter::Kind::kSubmission, recipients.front()->id, site.today());
  if (!expires.ok()) return expires.error();
  Site::Letter letter;
  letter.kind = seal::PackageKind::kSubmission;
  letter.to = recipients.front()->id;
  letter.purpose = flow->purpose;
  letter.data_classes = flow->data_classes;
  letter.id = id;
  letter.expires = expires.value();
  seal::Contents contents;
  contents.tables.push_back({"identities", std::move(rows.value().identities)});
  contents.tables.push_back({"attributes", std::move(rows.value().attributes)});
  const auto sent = site.send(letter, contents);
  contents.wipe();
  if (!sent.ok()) return sent.error();
  submitted.sealed_path = sent.value().path;
  if (auto s = note_submission(site, submitted, actor, id); !s.ok()) return s.error();
  return submitted;
}

}  // namespace kinfold::site
