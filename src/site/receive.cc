#include "site/receive.h"

#include <algorithm>

#include "base/text.h"
#include "site/receipts.h"

namespace kinfold::site {
namespace {

using ledger::Reason;
using ledger::Verb;

Result<seal::Card> sender_of(const Site& site, const std::string& path) {
  const auto key_id = seal::signer_key_id(path);
  if (!key_id.ok()) return key_id.error();
  for (auto& card : site.cards()) {
    if (card.signer.key_id == key_id.value()) return card;
  }
  return refused(
      "the file is signed by a key that no card here has: get the sender's card, compare its fingerprint by "
      "telephone, then `kinfold site trust CARD`");
}

/// For the ledger: the first thing in the manifest that does not fit.
Reason reason_of(const seal::Manifest& manifest, const seal::Expectations& expected) {
  if (manifest.charter_hash != expected.charter_hash) return Reason::kCharter;
  if (manifest.from != expected.from) return Reason::kWrongSender;
  if (manifest.to != expected.to) return Reason::kWrongRecipient;
  if (manifest.expires < date_of(expected.now)) return Reason::kExpired;
  if (expected.seen_before(manifest.id)) return Reason::kReplay;
  return Reason::kOther;
}

charter::Kind charter_kind(seal::PackageKind kind) {
  return charter::parse_kind(seal::name(kind)).value_or(charter::Kind::kNotice);
}

/// Does the charter let the sender send this here, and us hold it?
Status charter_allows(const Site& site, const seal::Manifest& manifest) {
  charter::Question question;
  question.act = charter::Act::kSend;
  question.kind = charter_kind(manifest.kind);
  question.party = manifest.from;
  question.other_party = manifest.to;
  question.purpose = manifest.purpose;
  question.data_classes = manifest.data_classes;
  question.today = site.today();
  const auto sending = charter::ask(site.charter(), question);
  if (!sending.allowed) return refused(sending.reason + " (charter: " + sending.rule + ")");
  return {};
}

Result<Report> by_kind(Site& site, seal::OpenedFile& file, const std::string& actor) {
  switch (file.manifest.kind) {
    case seal::PackageKind::kSubmission: return receive_submission(site, file, actor);
    case seal::PackageKind::kRequest: return receive_request(site, file, actor);
    case seal::PackageKind::kReturn: return receive_return(site, file, actor);
    case seal::PackageKind::kRelease: return receive_release(site, file, actor);
    case seal::PackageKind::kNotice:
    case seal::PackageKind::kReceipt: break;
  }
  return receive_notice(site, file, actor);
}

Status note_receipt(Site& site, const seal::OpenedFile& file, const std::string& actor,
                    const Report& report) {
  ledger::Entry entry;
  entry.verb = Verb::kReceive;
  entry.subject = file.manifest.id;
  entry.kind = charter::name(charter_kind(file.manifest.kind));
  entry.party = file.manifest.from;
  entry.actor = actor;
  entry.purpose = file.manifest.purpose;
  for (const auto& data_class : file.manifest.data_classes) entry.data_classes.emplace_back(data_class);
  std::uint64_t row_count = 0;
  for (const auto& table : file.manifest.tables) row_count += table.row_count;
  entry.counts.push_back({ledger::CountKind::kRows, row_count});
  if (const auto people = report.count_of("people"); people > 0) {
    entry.counts.push_back({ledger::CountKind::kPeople, static_cast<std::uint64_t>(people)});
  }
  entry.marks.push_back({ledger::DigestKind::kSealedFile, file.digest});
  return site.note(entry);
}

}  // namespace

std::optional<holding::Holding> holding_of_package(const Site& site, const seal::Id& package) {
  auto holdings = site.door().list();
  if (!holdings.ok()) return std::nullopt;
  for (auto& each : holdings.value()) {
    if (each.package == package) return std::move(each);
  }
  return std::nullopt;
}

Report already_held(const holding::Holding& holding) {
  Report report;
  report.headline = "An interrupted run had stored this file; it is complete now.";
  report.count("rows", "Rows", holding.row_count).text("holding", "Holding", seal::to_hex(holding.id));
  return report;
}

Result<Report> receive_file(Site& site, const std::string& path, const std::string& actor) {
  if (site.actors().find(actor) == nullptr) {
    return site.refuse(Verb::kReceive, Reason::kUnknownActor,
                       refused("no such actor at this site; see actors.toml"));
  }
  const auto card = sender_of(site, path);
  if (!card.ok()) return site.refuse(Verb::kReceive, Reason::kSignature, card.error());
  auto file = seal::open_package(path, site.keys(), card.value());
  if (!file.ok()) return site.refuse(Verb::kReceive, Reason::kAltered, file.error());

  seal::Expectations expected;
  expected.charter_hash = site.charter().hash;
  expected.from = card.value().party;
  expected.to = site.party().id;
  expected.now = site.clock().now();
  expected.seen_before = [&](const seal::Id& id) {
    const auto before = ledger::was_received(site.ledger(), id);
    return !before.ok() || before.value();
  };
  const auto& manifest = file.value().manifest;
  if (auto s = seal::check_manifest(manifest, expected); !s.ok()) {
    return site.refuse(Verb::kReceive, reason_of(manifest, expected), s.error());
  }
  if (auto s = charter_allows(site, manifest); !s.ok())
    return site.refuse(Verb::kReceive, Reason::kCharter, s.error());
  if (!manifest.ledger_head.empty()) {
    if (auto s = site.ledger().witness(card.value(), manifest.ledger_head, manifest.ledger_proof); !s.ok())
      return s.error();
  }

  auto report = by_kind(site, file.value(), actor);
  file.value().contents.wipe();
  if (!report.ok()) return report.error();
  if (auto s = note_receipt(site, file.value(), actor, report.value()); !s.ok()) return s.error();
  const auto answers = answer_councils(site);
  if (!answers.ok()) return answers.error();
  for (const auto& sealed : answers.value())
    report.value().notes.push_back("Receipt for a council: " + sealed);
  report.value().text("from", "From", file.value().manifest.from);
  report.value().text("kind", "Kind", std::string(seal::name(file.value().manifest.kind)));
  report.value().text("package", "Sealed file's id", seal::to_hex(file.value().manifest.id));
  return report;
}

}  // namespace kinfold::site
