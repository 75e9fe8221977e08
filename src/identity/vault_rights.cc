// What a person's rights change in the vault: correction, restriction, erasure.
#include <algorithm>

#include "identity/vault_state_internal.h"

namespace kinfold::identity {

Status Vault::rectify(const PersonId& id, const Identity& identity, const Origin& origin) {
  auto person = state_->person(id);
  if (!person.ok()) return person.error();
  auto& entry = *person.value();
  IdentityVersion version{identity, origin, std::nullopt, true};
  for (const auto& earlier : entry.versions) {
    if (earlier.family) version.family = earlier.family;
  }
  auto transaction = Transaction::begin(state_->database);
  if (!transaction.ok()) return transaction.error();
  auto sealed = state_->keys->seal(entry.record, pack_version(version));
  if (!sealed.ok()) return sealed.error();
  if (auto written = state_->insert_version(entry.record, sealed.value()); !written.ok()) return written;
  if (auto committed = transaction.value().commit(); !committed.ok()) return committed;
  entry.versions.push_back(std::move(version));
  state_->index.clear();
  return {};
}

Status Vault::restrict(const PersonId& id, bool restricted) {
  auto person = state_->person(id);
  if (!person.ok()) return person.error();
  PersonEntry changed;
  changed.id = id;
  changed.restricted = restricted;
  const auto* first = person.value()->first_inside ? &person.value()->versions.front() : nullptr;
  auto sealed = state_->keys->seal(person.value()->record, pack_person(changed, first));
  if (!sealed.ok()) return sealed.error();
  auto update = state_->database.prepare("UPDATE person SET sealed = ?2 WHERE record = ?1");
  if (!update.ok()) return update.error();
  auto ran = update.value()
                 .bind(1, static_cast<std::int64_t>(person.value()->record))
                 .bind(2, seal::ByteView(sealed.value()))
                 .run();
  if (ran.ok()) person.value()->restricted = restricted;
  return ran;
}

namespace {

ScopeEntry without(const ScopeEntry& entry, const PersonId& person) {
  ScopeEntry fewer = entry;
  const auto at = static_cast<std::ptrdiff_t>(*entry.place(person));
  fewer.members.erase(fewer.members.begin() + at);
  if (!fewer.references.empty()) fewer.references.erase(fewer.references.begin() + at);
  if (!entry.place_of.empty()) fewer.index();
  return fewer;
}

Status remove_rows(Database& database, RecordNumber record) {
  for (const char* sql : {"DELETE FROM version WHERE record = ?1", "DELETE FROM person WHERE record = ?1"}) {
    auto remove = database.prepare(sql);
    if (!remove.ok()) return remove.error();
    if (auto ok = remove.value().bind(1, static_cast<std::int64_t>(record)).run(); !ok.ok()) return ok;
  }
  return {};
}

}  // namespace

Result<PersonRecord> Vault::erase(const PersonId& id) {
  auto found = find(id);
  auto person = state_->person(id);
  if (!found || !person.ok()) return person.error();
  std::vector<ScopeEntry> changed;
  {
    auto transaction = Transaction::begin(state_->database);
    if (!transaction.ok()) return transaction.error();
    for (auto& [scope_id, entry] : state_->scopes) {
      if (auto read = state_->read_lists(entry); !read.ok()) return read.error();
      if (!entry.place(id)) continue;
      changed.push_back(without(entry, id));
      if (auto written = state_->rewrite_scope(changed.back()); !written.ok()) return written.error();
    }
    if (auto removed = remove_rows(state_->database, person.value()->record); !removed.ok())
      return removed.error();
    if (auto doomed = state_->doom(person.value()->record); !doomed.ok()) return doomed.error();
    if (auto removed = state_->remove_from_index(person.value()->record); !removed.ok())
      return removed.error();
    if (auto synced = state_->keys->sync(); !synced.ok()) return synced.error();
    if (auto committed = transaction.value().commit(); !committed.ok()) return committed.error();
  }
  for (auto& entry : changed) {
    auto scope_id = entry.scope.id;
    state_->scopes[scope_id] = std::move(entry);
  }
  auto& entry = *person.value();
  entry.erased = true;
  entry.versions.clear();
  state_->index_of.erase(id);
  --state_->living_count;
  if (auto finished = state_->finish_dooming(); !finished.ok()) return finished.error();
  return *found;
}

}  // namespace kinfold::identity
