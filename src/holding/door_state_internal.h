// What the door is made of. Private to the room.
#pragma once

#include <optional>
#include <string>

#include "holding/catalogue_internal.h"
#include "holding/cipher_internal.h"
#include "holding/door.h"
#include "holding/duties_internal.h"
#include "holding/key_slots_internal.h"
#include "seal/files.h"

namespace kinfold::holding {

struct Door::State {
  State(DoorSetting given, seal::FileHandle held, Catalogue opened, KeySlots opened_slots)
      : setting(std::move(given)),
        lock(std::move(held)),
        catalogue(std::move(opened)),
        slots(std::move(opened_slots)),
        wrapping(derive(setting.keys->master, KeyUse::kWrapHoldings)) {}

  DoorSetting setting;
  seal::FileHandle lock;
  Catalogue catalogue;
  KeySlots slots;
  Key wrapping;
  mutable DutyMemory memory;

  Date today() const { return setting.clock->today(); }
  std::string folder(const Id& id) const { return setting.folder + "/" + to_hex(id); }

  // door.cc
  Result<CatalogueRow> find(const Id& id) const;
  ledger::Entry entry_for(ledger::Verb verb, const Holding& holding, const Asking& who) const;
  Error refuse(ledger::Entry entry, ledger::Reason reason, const Error& error);
  Error fail(ledger::Entry entry, const Error& error);
  Status append(ledger::Entry entry, ledger::Phase phase);
  /// The duties to try for `who`: the one they name, or all that they have.
  Result<std::vector<charter::Duty>> duties_of(const Asking& who, Refusal& refusal) const;
  /// The duty in which `who` may open a holding of this kind, after asking everybody.
  Result<charter::Duty> ask_to_open(const Holding& holding, const Asking& who, Refusal& refusal) const;
  Status ask_second(const Asking& who, charter::Duty first, Refusal& refusal) const;
  /// Everything up to the ledger's intent, and then the key.
  Result<Key> unlock(const Id& id, const Asking& who, CatalogueRow& row, ledger::Entry& entry);

  // store.cc
  Result<charter::Duty> duty_to_store(const Asking& who, Refusal& refusal) const;
  Result<Holding> describe(const NewHolding& what) const;
  Result<Holding> keep(const NewHolding& what, const Asking& who, bool records,
                       const seal::Contents* contents);
  Status put(CatalogueRow& row, const seal::Contents* contents);

  // destroy.cc
  Result<Certificate> destroy(CatalogueRow row, const Asking& who, ledger::Reason why);
  /// From whatever point an earlier run reached. The key goes first.
  Result<Certificate> finish_destroying(const CatalogueRow& row, const Asking& who);
  Status recover();
  Status remove_orphans(const std::vector<CatalogueRow>& rows, std::uint64_t& mended);
};

}  // namespace kinfold::holding
