// Destruction, and the mending of what an interrupted run left. The key goes first: after that, what
// is left on the disk is noise, whatever happens next.
#include <algorithm>
#include <set>

#include "holding/certificate_internal.h"
#include "holding/door_state_internal.h"
#include "holding/folders_internal.h"

namespace kinfold::holding {
namespace {

using ledger::Phase;
using ledger::Reason;
using ledger::Verb;

ledger::Mark certificate_mark(std::string_view note) {
  return {ledger::DigestKind::kCertificate, seal::sha256(seal::as_bytes(note))};
}

Certificate facts_of(const CatalogueRow& row, const std::string& party, Instant now) {
  const Holding& holding = row.holding;
  Certificate facts;
  facts.holding = holding.id;
  facts.party = party;
  facts.kind = charter::name(holding.kind);
  facts.data_classes = holding.data_classes;
  facts.origin = holding.origin;
  facts.purpose = holding.purpose;
  facts.package = holding.package;
  facts.row_count = holding.row_count;
  facts.created = holding.created;
  facts.expires = holding.expires;
  facts.destroyed = now;
  facts.key_id = holding.key_id;
  facts.reason = row.why;
  return facts;
}

}  // namespace

Result<Certificate> Door::State::finish_destroying(const CatalogueRow& row, const Asking& who) {
  const Id& id = row.holding.id;
  auto left = slots.read(row.slot);
  if (!left.ok()) return left.error();
  if (left.value()) {
    if (auto status = slots.destroy(std::span(&row.slot, 1)); !status.ok()) return status.error();
  }
  if (auto status = shred_folder(folder(id)); !status.ok()) return status.error();
  const Instant now = setting.clock->now();
  auto certificate = sign_certificate(facts_of(row, setting.party, now), *setting.keys);
  if (!certificate.ok()) return certificate;
  const std::string& note = certificate.value().note;
  if (auto status = catalogue.set_destroyed(id, now, note); !status.ok()) return status.error();
  ledger::Entry entry = entry_for(Verb::kDestroy, row.holding, who);
  entry.reason = ledger::parse_reason(row.why).value_or(Reason::kNone);
  entry.counts = {{ledger::CountKind::kRows, row.holding.row_count}};
  entry.marks = {certificate_mark(note)};
  if (auto status = append(entry, Phase::kDone); !status.ok()) return status.error();
  if (auto status = catalogue.set_entered(id); !status.ok()) return status.error();
  return certificate;
}

Result<Certificate> Door::State::destroy(CatalogueRow row, const Asking& who, Reason why) {
  if (row.holding.state == HoldingState::kDestroyed) {
    return verify_certificate(row.certificate, seal::card_of(*setting.keys));
  }
  ledger::Entry entry = entry_for(Verb::kDestroy, row.holding, who);
  entry.reason = why;
  entry.counts = {{ledger::CountKind::kRows, row.holding.row_count}};
  if (auto status = append(entry, Phase::kIntent); !status.ok()) return status.error();
  // Remembered before the key goes, so that a certificate after a crash still says why.
  row.why = ledger::name(why);
  if (auto status = catalogue.set_why(row.holding.id, row.why); !status.ok())
    return fail(entry, status.error());
  auto certificate = finish_destroying(row, who);
  if (!certificate.ok()) return fail(entry, certificate.error());
  return certificate;
}

/// Folders and keys that no live row of the catalogue speaks of: a store that did not come to its end.
Status Door::State::remove_orphans(const std::vector<CatalogueRow>& rows, std::uint64_t& mended) {
  std::set<std::string> known;
  std::set<std::uint64_t> live_slots;
  for (const auto& row : rows) {
    if (row.holding.state == HoldingState::kDestroyed) continue;
    known.insert(to_hex(row.holding.id));
    live_slots.insert(row.slot);
  }
  std::vector<std::uint64_t> orphans;
  for (std::uint64_t slot = 1; slot <= slots.slot_count(); ++slot) {
    if (live_slots.contains(slot)) continue;
    auto left = slots.read(slot);
    if (!left.ok()) return left.error();
    if (left.value()) orphans.push_back(slot);
  }
  if (!orphans.empty()) {
    if (auto status = slots.destroy(orphans); !status.ok()) return status;
  }
  auto names = folder_names(setting.folder);
  if (!names.ok()) return names.error();
  for (const auto& name : names.value()) {
    if (known.contains(name)) continue;
    if (auto status = shred_folder(setting.folder + "/" + name); !status.ok()) return status;
    ++mended;
  }
  mended = std::max<std::uint64_t>(mended, orphans.size());
  return {};
}

Status Door::State::recover() {
  auto rows = catalogue.rows();
  if (!rows.ok()) return rows.error();
  std::uint64_t mended = 0;
  for (const auto& row : rows.value()) {
    const bool destroyed = row.holding.state == HoldingState::kDestroyed;
    if (!destroyed && !row.why.empty()) {
      auto certificate = finish_destroying(row, {});
      if (!certificate.ok()) return certificate.error();
      ++mended;
    } else if (destroyed && !row.entered) {
      ledger::Entry entry = entry_for(Verb::kDestroy, row.holding, {});
      entry.reason = ledger::parse_reason(row.why).value_or(Reason::kNone);
      entry.counts = {{ledger::CountKind::kRows, row.holding.row_count}};
      entry.marks = {certificate_mark(row.certificate)};
      if (auto status = append(entry, Phase::kDone); !status.ok()) return status;
      if (auto status = catalogue.set_entered(row.holding.id); !status.ok()) return status;
      ++mended;
    }
  }
  rows = catalogue.rows();
  if (!rows.ok()) return rows.error();
  if (auto status = remove_orphans(rows.value(), mended); !status.ok()) return status;
  if (mended == 0) return {};
  ledger::Entry entry;
  entry.verb = Verb::kRecover;
  entry.reason = Reason::kInterrupted;
  entry.counts = {{ledger::CountKind::kHoldings, mended}};
  return append(entry, Phase::kDone);
}

Result<Certificate> Door::destroy(const Id& id, const std::string& actor, Reason why) {
  auto row = state_->find(id);
  if (!row.ok()) return row.error();
  const Asking who{actor, {}, {}, {}};
  if (auto no = refuse_actor(*state_->setting.actors, actor, state_->today())) {
    return state_->refuse(state_->entry_for(Verb::kDestroy, row.value().holding, who), no->reason, no->error);
  }
  return state_->destroy(std::move(row).value(), who, why);
}

Result<std::vector<Certificate>> Door::enforce() {
  auto rows = state_->catalogue.rows();
  if (!rows.ok()) return rows.error();
  std::vector<Certificate> certificates;
  for (auto& row : rows.value()) {
    if (row.holding.state == HoldingState::kDestroyed || days_left(row.holding) >= 0) continue;
    auto certificate = state_->destroy(std::move(row), {}, Reason::kRetention);
    if (!certificate.ok()) return certificate.error();
    certificates.push_back(std::move(certificate).value());
  }
  return certificates;
}

Result<std::vector<Certificate>> Door::certificates() const {
  auto rows = state_->catalogue.rows();
  if (!rows.ok()) return rows.error();
  std::vector<Certificate> all;
  for (const auto& row : rows.value()) {
    if (row.certificate.empty()) continue;
    auto certificate = verify_certificate(row.certificate, seal::card_of(*state_->setting.keys));
    if (!certificate.ok()) return certificate.error();
    all.push_back(std::move(certificate).value());
  }
  return all;
}

}  // namespace kinfold::holding
