// References: who they stand for, under keys of their own, until those keys are destroyed.
#include <algorithm>
#include <set>

#include "identity/vault_state_internal.h"

namespace kinfold::identity {
namespace {

Error no_such_scope() {
  return invalid("the vault has no references of that request or holding; check its id");
}

}  // namespace

Status Vault::State::load_scopes() {
  auto asked = database.prepare(
      "SELECT scope.members_record, references_record, scope_head.sealed FROM scope LEFT JOIN scope_head "
      "USING(members_record)");
  if (!asked.ok()) return asked.error();
  for (;;) {
    auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) return {};
    ScopeEntry entry;
    entry.members_record = static_cast<RecordNumber>(asked.value().int_at(0));
    if (!asked.value().is_null(1))
      entry.references_record = static_cast<RecordNumber>(asked.value().int_at(1));
    const bool has_head = !asked.value().is_null(2);  // older vaults have it in the list of members only
    if (has_head) {
      auto head = keys->open(entry.members_record, asked.value().bytes_at(2));
      if (!head.ok()) return head.error();
      if (!unpack_scope_head(head.value(), entry.scope)) return damaged_vault();
    }
    if (!options.only_found || !has_head) {
      if (auto read = read_lists(entry); !read.ok()) return read;
    }
    if (!options.only_found) entry.index();
    auto id = entry.scope.id;
    scopes.emplace(std::move(id), std::move(entry));
  }
}

Status Vault::State::read_lists(ScopeEntry& entry) {
  if (entry.lists_read) return {};
  auto asked = database.prepare("SELECT members, reference_list FROM scope WHERE members_record = ?1");
  if (!asked.ok()) return asked.error();
  auto row = asked.value().bind(1, static_cast<std::int64_t>(entry.members_record)).step();
  if (!row.ok()) return row.error();
  if (!row.value()) return damaged_vault();
  auto members = keys->open(entry.members_record, asked.value().bytes_at(0));
  if (!members.ok()) return members.error();
  if (!unpack_members(members.value(), entry)) return damaged_vault();
  if (entry.references_record != 0) {
    auto references = keys->open(entry.references_record, asked.value().bytes_at(1));
    if (!references.ok()) return references.error();
    if (!unpack_references(references.value(), entry)) return damaged_vault();
  }
  entry.lists_read = true;
  return {};
}

Result<ScopeEntry*> Vault::State::scope(const std::string& id) {
  const auto found = scopes.find(id);
  if (found == scopes.end()) return no_such_scope();
  if (auto read = read_lists(found->second); !read.ok()) return read.error();
  return &found->second;
}

Status Vault::State::rewrite_scope(ScopeEntry& entry) {
  auto members = keys->add(pack_members(entry));
  if (!members.ok()) return members.error();
  auto head = keys->seal(members.value().first, pack_scope_head(entry.scope));
  if (!head.ok()) return head.error();
  Result<std::pair<RecordNumber, seal::Bytes>> references = std::pair<RecordNumber, seal::Bytes>{};
  if (!entry.references.empty()) references = keys->add(pack_references(entry));
  if (!references.ok()) return references.error();
  if (entry.members_record != 0) {
    for (const char* sql : {"DELETE FROM scope WHERE members_record = ?1",
                            "DELETE FROM scope_head WHERE members_record = ?1"}) {
      auto remove = database.prepare(sql);
      if (!remove.ok()) return remove.error();
      if (auto ok = remove.value().bind(1, static_cast<std::int64_t>(entry.members_record)).run(); !ok.ok())
        return ok;
    }
    for (const auto old : {entry.members_record, entry.references_record}) {
      if (old == 0) continue;
      if (auto doomed = doom(old); !doomed.ok()) return doomed;
    }
  }
  auto insert = database.prepare("INSERT INTO scope VALUES(?1, ?2, ?3, ?4)");
  if (!insert.ok()) return insert.error();
  auto& row = insert.value();
  row.bind(1, static_cast<std::int64_t>(members.value().first))
      .bind(2, seal::ByteView(members.value().second));
  if (references.value().first != 0) {
    row.bind(3, static_cast<std::int64_t>(references.value().first))
        .bind(4, seal::ByteView(references.value().second));
  } else {
    row.bind_null(3).bind_null(4);
  }
  if (auto ok = row.run(); !ok.ok()) return ok;
  auto insert_head = database.prepare("INSERT INTO scope_head VALUES(?1, ?2)");
  if (!insert_head.ok()) return insert_head.error();
  insert_head.value()
      .bind(1, static_cast<std::int64_t>(members.value().first))
      .bind(2, seal::ByteView(head.value()));
  if (auto ok = insert_head.value().run(); !ok.ok()) return ok;
  entry.members_record = members.value().first;
  entry.references_record = references.value().first;
  return {};
}

Result<std::vector<Reference>> Vault::issue(const ReferenceScope& scope, std::span<const PersonId> persons) {
  if (state_->options.only_found)
    return internal_error("a vault that was opened for one person issues no references");
  if (state_->scopes.count(scope.id) != 0) {
    return refused("references were issued for this request or holding before; a new one needs a new id");
  }
  std::vector<std::pair<Reference, PersonId>> pairs;
  std::vector<Reference> issued;
  std::set<PersonId> seen;
  for (const auto& person : persons) {
    if (state_->index_of.count(person) == 0)
      return invalid("a reference was asked for somebody who is not in the vault");
    if (!seen.insert(person).second) return invalid("a reference was asked for twice for one person");
    issued.push_back(fresh_reference(state_->random));
    pairs.emplace_back(issued.back(), person);
  }
  // In the order of the references, which is random: the list then says nothing about the order in
  // which people came.
  std::sort(pairs.begin(), pairs.end());
  ScopeEntry entry;
  entry.scope = scope;
  entry.lists_read = true;
  for (const auto& [reference, person] : pairs) {
    entry.references.push_back(reference);
    entry.members.push_back(person);
  }
  auto transaction = Transaction::begin(state_->database);
  if (!transaction.ok()) return transaction.error();
  if (auto written = state_->rewrite_scope(entry); !written.ok()) return written.error();
  if (auto synced = state_->keys->sync(); !synced.ok()) return synced.error();
  if (auto committed = transaction.value().commit(); !committed.ok()) return committed.error();
  entry.index();
  state_->scopes.emplace(scope.id, std::move(entry));
  return issued;
}

Result<table::Table> Vault::request_people(const std::string& scope_id) const {
  if (state_->options.only_found)
    return internal_error("a vault that was opened for one person makes no request");
  const auto found = state_->scope(scope_id);
  if (!found.ok()) return found.error();
  const auto& entry = *found.value();
  if (entry.references.empty() && !entry.members.empty())
    return refused("the references of this request were destroyed");
  table::Table people;
  auto identities = empty_identities();
  table::Column references("reference", table::ColumnType::kString);
  for (std::size_t i = 0; i < entry.members.size(); ++i) {
    const auto place = state_->index_of.find(entry.members[i]);
    if (place == state_->index_of.end()) continue;
    const auto& person = state_->people[place->second];
    if (person.restricted) continue;
    references.append_string(to_text(entry.references[i]));
    append_identity(identities, current_identity(person));
  }
  people.columns().push_back(std::move(references));
  for (auto& column : identities.columns()) people.columns().push_back(std::move(column));
  return people;
}

Result<std::vector<std::optional<PersonId>>> Vault::resolve(const std::string& scope_id,
                                                            std::span<const Reference> references) const {
  const auto found = state_->scope(scope_id);
  if (!found.ok()) return found.error();
  const auto& entry = *found.value();
  if (entry.references.empty() && !entry.members.empty()) {
    return refused("the references of this request were destroyed; nobody can tell any more whose they were");
  }
  std::vector<std::optional<PersonId>> persons;
  if (entry.member_of.empty() && !entry.members.empty())
    return internal_error("a vault that was opened for one person resolves no references");
  for (const auto& reference : references) {
    const auto member = entry.member_of.find(reference);
    persons.push_back(member == entry.member_of.end()
                          ? std::nullopt
                          : std::optional<PersonId>(entry.members[member->second]));
  }
  return persons;
}

Result<std::optional<Reference>> Vault::reference_of(const std::string& scope_id,
                                                     const PersonId& person) const {
  if (state_->scopes.count(scope_id) == 0) return std::optional<Reference>();
  const auto found = state_->scope(scope_id);
  if (!found.ok()) return found.error();
  const auto& entry = *found.value();
  const auto place = entry.place(person);
  return place && !entry.references.empty() ? std::optional(entry.references[*place]) : std::nullopt;
}

Result<std::vector<ReferenceScope>> Vault::disclosures(const PersonId& person) const {
  std::vector<ReferenceScope> told;
  for (const auto& scope : scopes()) {
    const auto entry = state_->scope(scope.id);
    if (!entry.ok()) return entry.error();
    if (entry.value()->place(person)) told.push_back(scope);
  }
  return told;
}

std::vector<ReferenceScope> Vault::scopes() const {
  std::vector<ReferenceScope> all;
  for (const auto& [id, entry] : state_->scopes) all.push_back(entry.scope);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& left, const auto& right) { return left.issued < right.issued; });
  return all;
}

Status Vault::destroy_references(const std::string& scope_id) {
  const auto found = state_->scopes.find(scope_id);
  if (found == state_->scopes.end()) return no_such_scope();
  auto& entry = found->second;
  if (entry.references_record == 0) return {};
  {
    auto transaction = Transaction::begin(state_->database);
    if (!transaction.ok()) return transaction.error();
    auto update = state_->database.prepare(
        "UPDATE scope SET references_record = NULL, reference_list = NULL WHERE members_record = ?1");
    if (!update.ok()) return update.error();
    if (auto ok = update.value().bind(1, static_cast<std::int64_t>(entry.members_record)).run(); !ok.ok())
      return ok;
    if (auto doomed = state_->doom(entry.references_record); !doomed.ok()) return doomed;
    if (auto committed = transaction.value().commit(); !committed.ok()) return committed;
  }
  entry.references_record = 0;
  entry.references.clear();
  entry.index();
  return state_->finish_dooming();
}

}  // namespace kinfold::identity
