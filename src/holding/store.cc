#include <fmt/format.h>

#include "holding/door_state_internal.h"
#include "holding/folders_internal.h"
#include "seal/archive.h"

namespace kinfold::holding {
namespace {

using ledger::Phase;
using ledger::Reason;
using ledger::Verb;

std::uint64_t rows_of(const seal::Contents* contents) {
  std::uint64_t rows = 0;
  if (contents == nullptr) return rows;
  for (const auto& named : contents->tables) rows += named.table.row_count();
  return rows;
}

}  // namespace

NewHolding as_new(const Holding& holding) {
  return {holding.kind,    holding.data_classes, holding.origin,  holding.party,
          holding.purpose, holding.expires,      holding.package, holding.in_answer_to};
}

/// Whoever brings data in needs a duty at this site; the charter's openings say who may look later.
Result<charter::Duty> Door::State::duty_to_store(const Asking& who, Refusal& refusal) const {
  const auto duties = duties_of(who, refusal);
  if (!duties.ok()) return duties.error();
  for (const auto duty : duties.value()) {
    auto no = refuse_duty(*setting.actors, *setting.charter, memory, who.actor, duty, today());
    if (!no) return duty;
    refusal = *no;
  }
  return refusal.error;
}

/// The holding as it will be, with an expiry that the charter allows.
Result<Holding> Door::State::describe(const NewHolding& what) const {
  Holding holding;
  holding.id = seal::random_id();
  holding.kind = what.kind;
  holding.data_classes = what.data_classes;
  holding.origin = what.origin;
  holding.party = what.party;
  holding.purpose = what.purpose;
  holding.created = setting.clock->now();
  holding.package = what.package;
  holding.in_answer_to = what.in_answer_to;
  auto expires = charter::expiry(*setting.charter, what.kind, setting.party, today());
  if (!expires.ok()) return expires.error();
  holding.expires = what.expires ? std::min(*what.expires, expires.value()) : expires.value();
  if (holding.expires < today()) {
    return refused(fmt::format("'{}' may not be kept here any more: the last day was {}",
                               charter::name(what.kind), to_iso(holding.expires)));
  }
  return holding;
}

Status Door::State::put(CatalogueRow& row, const seal::Contents* contents) {
  const Key key = Key::random();
  row.holding.key_id = key_name(key);
  Randomness random;
  const auto wrapped = wrap(wrapping, key.bytes(), seal::as_bytes(bound_facts(row.holding)), random);
  auto slot = slots.add(std::span(&wrapped, 1));
  if (!slot.ok()) return slot.error();
  row.slot = slot.value();
  if (auto status = slots.sync(); !status.ok()) return status;
  if (contents == nullptr) {
    if (auto status = place_records(folder(row.holding.id)); !status.ok()) return status;
  } else {
    const auto archive =
        seal::archive_of(seal::files_of(seal::parts_of(*contents), contents->documents), false);
    if (auto status = place_data(folder(row.holding.id), key, archive); !status.ok()) return status;
  }
  return catalogue.add(row);  // from here on it is there
}

Result<Holding> Door::State::keep(const NewHolding& what, const Asking& who, bool records,
                                  const seal::Contents* contents) {
  auto described = describe(what);
  Holding facts;
  facts.kind = what.kind;
  ledger::Entry entry = entry_for(Verb::kStore, described.ok() ? described.value() : facts, who);
  if (!described.ok()) return refuse(entry, Reason::kCharter, described.error());
  CatalogueRow row;
  row.holding = std::move(described).value();
  row.holding.records = records;
  row.holding.row_count = rows_of(contents);
  entry.counts = {{ledger::CountKind::kRows, row.holding.row_count}};
  Refusal refusal;
  const auto duty = duty_to_store(who, refusal);
  if (!duty.ok()) return refuse(entry, refusal.reason, duty.error());
  entry.duty = charter::name(duty.value());
  charter::Question question;
  question.act = charter::Act::kHold;
  question.kind = what.kind;
  question.party = setting.party;
  question.purpose = what.purpose;
  question.data_classes = what.data_classes;
  question.today = today();
  const auto answer = charter::ask(*setting.charter, question);
  if (!answer.allowed) {
    return refuse(entry, Reason::kCharter, refused(fmt::format("{} (rule {})", answer.reason, answer.rule)));
  }
  if (auto status = append(entry, Phase::kIntent); !status.ok()) return status.error();
  if (auto status = put(row, contents); !status.ok()) {
    // What was begun is unreadable without a catalogue row; it is cleared away now or at the next start.
    static_cast<void>(shred_folder(folder(row.holding.id) + std::string(kUnfinished)).ok());
    if (row.slot != 0) static_cast<void>(slots.destroy(std::span(&row.slot, 1)).ok());
    return fail(entry, status.error());
  }
  if (auto status = append(entry, Phase::kDone); !status.ok()) return status.error();
  return row.holding;
}

Result<Holding> Door::store(const NewHolding& what, const seal::Contents& contents, const Asking& who) {
  return state_->keep(what, who, false, &contents);
}

Result<Holding> Door::create_records(const NewHolding& what, const Asking& who) {
  return state_->keep(what, who, true, nullptr);
}

}  // namespace kinfold::holding
