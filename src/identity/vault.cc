#include "identity/vault.h"

#include <algorithm>
#include <utility>

#include "identity/vault_state_internal.h"

namespace kinfold::identity {
namespace {

// docs/formats/vault.md. `doomed`: records whose keys must still be destroyed.
constexpr const char* kSchema =
    "CREATE TABLE person(record INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
    "CREATE TABLE version(seq INTEGER PRIMARY KEY AUTOINCREMENT, record INTEGER NOT NULL REFERENCES person(record),"
    " sealed BLOB NOT NULL);"
    "CREATE INDEX version_record ON version(record);"
    "CREATE TABLE scope(members_record INTEGER PRIMARY KEY, members BLOB NOT NULL,"
    " references_record INTEGER, reference_list BLOB);"
    "CREATE TABLE submission(id TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE doomed(record INTEGER PRIMARY KEY);";
// Vaults that were made before there was a search index on disk get its tables when they are opened.
constexpr const char* kIndexSchema =
    "CREATE TABLE IF NOT EXISTS search_head(record INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS search_bucket(bucket INTEGER PRIMARY KEY, sealed BLOB NOT NULL);";

Error damaged() {
  return invalid("a record of the vault is damaged; restore the vault and its keys from the same backup");
}

void wipe_text(std::string& text) { seal::wipe(text.data(), text.size()); }

void wipe_identity(Identity& identity) {
  for (auto* text : {&identity.forenames, &identity.surname, &identity.address, &identity.postcode, &identity.nino}) {
    wipe_text(*text);
  }
}

}  // namespace

Identity current_identity(const PersonEntry& person) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < person.versions.size(); ++i) {
    if (person.versions[i].corrected) from = i;
  }
  Identity current;
  bool first = true;
  for (std::size_t i = person.versions.size(); i-- > from;) {
    const auto& version = person.versions[i].identity;
    const auto repeats = [&](const IdentityVersion& old) { return old.identity == version; };
    const auto old_end = person.versions.begin() + static_cast<std::ptrdiff_t>(from);
    if (i > from && std::any_of(person.versions.begin(), old_end, repeats)) continue;
    if (first) {
      current = version;
      first = false;
      continue;
    }
    const auto fill = [](std::string& into, const std::string& value) {
      if (into.empty()) into = value;
    };
    if (!current.date_of_birth) current.date_of_birth = version.date_of_birth;
    fill(current.gender, version.gender);
    fill(current.nino, version.nino);
    // An old address under a new postcode would be neither.
    if (current.address.empty() && current.postcode.empty()) {
      current.address = version.address;
      current.postcode = version.postcode;
    }
  }
  return current;
}

Vault::State::~State() {
  for (auto& person : people) {
    for (auto& version : person.versions) wipe_identity(version.identity);
  }
}

Status Vault::State::load_people() {
  auto asked = database.prepare("SELECT record, sealed FROM person ORDER BY record");
  if (!asked.ok()) return asked.error();
  for (;;) {
    auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) return {};
    PersonEntry person;
    person.record = static_cast<RecordNumber>(asked.value().int_at(0));
    auto plain = keys->open(person.record, asked.value().bytes_at(1));
    if (!plain.ok()) return plain.error();
    if (!unpack_person(plain.value(), person)) return damaged();
    if (!index_of.emplace(person.id, people.size()).second) return damaged();
    people.push_back(std::move(person));
    ++living_count;
  }
}

Status Vault::State::load_versions() {
  std::unordered_map<RecordNumber, std::size_t> place;
  for (std::size_t i = 0; i < people.size(); ++i) place.emplace(people[i].record, i);
  auto asked = database.prepare("SELECT record, sealed FROM version ORDER BY seq");
  if (!asked.ok()) return asked.error();
  for (;;) {
    auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) return {};
    const auto record = static_cast<RecordNumber>(asked.value().int_at(0));
    const auto found = place.find(record);
    auto plain = keys->open(record, asked.value().bytes_at(1));
    if (!plain.ok()) return plain.error();
    IdentityVersion version;
    if (found == place.end() || !unpack_version(plain.value(), version)) return damaged();
    people[found->second].versions.push_back(std::move(version));
  }
}

Status Vault::State::load_scopes() {
  auto asked = database.prepare("SELECT members_record, members, references_record, reference_list FROM scope");
  if (!asked.ok()) return asked.error();
  for (;;) {
    auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) return {};
    ScopeEntry entry;
    entry.members_record = static_cast<RecordNumber>(asked.value().int_at(0));
    auto members = keys->open(entry.members_record, asked.value().bytes_at(1));
    if (!members.ok()) return members.error();
    if (!unpack_members(members.value(), entry)) return damaged();
    if (!asked.value().is_null(2)) {
      entry.references_record = static_cast<RecordNumber>(asked.value().int_at(2));
      auto references = keys->open(entry.references_record, asked.value().bytes_at(3));
      if (!references.ok()) return references.error();
      if (!unpack_references(references.value(), entry)) return damaged();
    }
    if (!options.only_found) entry.index();
    auto id = entry.scope.id;
    scopes.emplace(std::move(id), std::move(entry));
  }
}

Status Vault::State::load() {
  if (auto made = database.execute(kIndexSchema); !made.ok()) return made;
  if (auto finished = finish_dooming(); !finished.ok()) return finished;
  if (!options.only_found) {
    if (auto loaded = load_people(); !loaded.ok()) return loaded;
    if (auto loaded = load_versions(); !loaded.ok()) return loaded;
  }
  if (auto loaded = load_scopes(); !loaded.ok()) return loaded;
  auto asked = database.prepare("SELECT id FROM submission");
  if (!asked.ok()) return asked.error();
  for (;;) {
    auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) return {};
    submissions.insert(asked.value().text_at(0));
  }
}

Status Vault::State::doom(RecordNumber record) {
  auto insert = database.prepare("INSERT INTO doomed VALUES(?1)");
  if (!insert.ok()) return insert.error();
  return insert.value().bind(1, static_cast<std::int64_t>(record)).run();
}

Status Vault::State::finish_dooming() {
  std::vector<RecordNumber> records;
  {
    auto asked = database.prepare("SELECT record FROM doomed");
    if (!asked.ok()) return asked.error();
    for (;;) {
      auto row = asked.value().step();
      if (!row.ok()) return row.error();
      if (!row.value()) break;
      records.push_back(static_cast<RecordNumber>(asked.value().int_at(0)));
    }
  }
  if (records.empty()) return {};
  if (auto forgotten = keys->forget(records); !forgotten.ok()) return forgotten;
  if (auto emptied = database.execute("DELETE FROM doomed"); !emptied.ok()) return emptied;
  return database.checkpoint();
}

Result<PersonEntry*> Vault::State::person(const PersonId& id) {
  const auto found = index_of.find(id);
  if (found == index_of.end()) return invalid("no such person in the vault; search for them first");
  return &people[found->second];
}

Status Vault::State::prepare_inserts() {
  if (insert_version_row) return {};
  auto person = database.prepare("INSERT INTO person VALUES(?1, ?2)");
  auto version = database.prepare("INSERT INTO version(record, sealed) VALUES(?1, ?2)");
  if (!person.ok()) return person.error();
  if (!version.ok()) return version.error();
  insert_person_row.emplace(std::move(person).value());
  insert_version_row.emplace(std::move(version).value());
  return {};
}

Status Vault::State::insert_version(const PersonEntry& person, const IdentityVersion& version) {
  auto sealed = keys->seal(person.record, pack_version(version));
  if (!sealed.ok()) return sealed.error();
  if (auto ready = prepare_inserts(); !ready.ok()) return ready;
  return insert_version_row
      ->bind(1, static_cast<std::int64_t>(person.record))
      .bind(2, seal::ByteView(sealed.value()))
      .run();
}

Status Vault::State::insert_person(PersonEntry& person, const IdentityVersion& first) {
  do {
    random(person.id.bytes);
  } while (index_of.count(person.id) != 0);
  auto added = keys->add(pack_person(person));
  if (!added.ok()) return added.error();
  person.record = added.value().first;
  if (auto ready = prepare_inserts(); !ready.ok()) return ready;
  auto ran = insert_person_row
                 ->bind(1, static_cast<std::int64_t>(person.record))
                 .bind(2, seal::ByteView(added.value().second))
                 .run();
  if (!ran.ok()) return ran;
  return insert_version(person, first);
}

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

Result<Vault> Vault::open(const std::string& path, RecordKeys& keys, RandomBytes random) {
  return open(path, keys, std::move(random), Options{});
}

Result<Vault> Vault::open(const std::string& path, RecordKeys& keys, RandomBytes random, const Options& options) {
  auto database = Database::open(path, "the vault", "kinfold vault 1", kSchema);
  if (!database.ok()) return database.error();
  auto state = std::make_unique<State>(std::move(database).value(), keys, std::move(random), options);
  if (auto loaded = state->load(); !loaded.ok()) return loaded.error();
  return Vault(std::move(state));
}

Result<ReceivedPeople> Vault::add_or_find(const table::Table& identities, std::span<const std::int64_t> family,
                                          const Origin& origin) {
  if (state_->options.only_found) return internal_error("a vault that was opened for one person takes no submission");
  auto rows = identities_of(identities);
  if (!rows.ok()) return rows.error();
  if (family.size() != rows.value().size()) {
    return internal_error("the submission has " + std::to_string(rows.value().size()) + " people and " +
                          std::to_string(family.size()) + " family numbers");
  }
  if (state_->submissions.count(origin.submission) != 0) {
    return refused("this submission was received before; nothing was added twice");
  }
  auto judged = judge(rows.value(), state_->people, state_->index, state_->options);
  if (!judged.ok()) return judged.error();
  ReceivedPeople received;
  received.families = settle_families(family, judged.value(), state_->people, origin.authority, state_->random);

  auto transaction = Transaction::begin(state_->database);
  if (!transaction.ok()) return transaction.error();
  const std::size_t people_before = state_->people.size();
  std::vector<std::size_t> place(rows.value().size());
  std::vector<IdentityVersion> versions;
  // New people are put into memory as they are written, so that later rows find them; all of it is
  // taken back where the transaction fails.
  const auto write = [&]() -> Status {
    for (std::size_t row = 0; row < rows.value().size(); ++row) {
      const auto& judgement = judged.value()[row];
      versions.push_back({rows.value()[row], origin, received.families[row], false});
      if (judgement.person || judgement.row) {
        place[row] = judgement.person ? *judgement.person : place[*judgement.row];
        if (auto ok = state_->insert_version(state_->people[place[row]], versions.back()); !ok.ok()) return ok;
        ++received.found_person_count;
        continue;
      }
      PersonEntry person;
      if (auto ok = state_->insert_person(person, versions.back()); !ok.ok()) return ok;
      place[row] = state_->people.size();
      state_->index_of.emplace(person.id, place[row]);
      state_->people.push_back(std::move(person));
      ++received.new_person_count;
    }
    auto insert = state_->database.prepare("INSERT INTO submission VALUES(?1)");
    if (!insert.ok()) return insert.error();
    if (auto ok = insert.value().bind(1, origin.submission).run(); !ok.ok()) return ok;
    if (auto ok = state_->keys->sync(); !ok.ok()) return ok;
    return transaction.value().commit();
  };
  if (auto written = write(); !written.ok()) {
    for (std::size_t i = people_before; i < state_->people.size(); ++i) state_->index_of.erase(state_->people[i].id);
    state_->people.resize(people_before);
    return written.error();
  }
  bool respelt = false;
  for (std::size_t row = 0; row < place.size(); ++row) {
    auto& person = state_->people[place[row]];
    const bool found = !person.versions.empty();
    const auto same = [&](const IdentityVersion& known) { return known.identity == versions[row].identity; };
    if (found && std::none_of(person.versions.begin(), person.versions.end(), same)) {
      ++received.new_spelling_count;
      respelt = true;
    }
    person.versions.push_back(std::move(versions[row]));
    received.persons.push_back(person.id);
  }
  if (respelt) state_->index.clear();
  state_->living_count += received.new_person_count;
  state_->submissions.insert(origin.submission);
  // The submission is in. The index only saves time: where it cannot be written now, a later one brings it up to date.
  static_cast<void>(state_->save_index().ok());
  return received;
}

bool Vault::has_submission(const std::string& submission) const { return state_->submissions.contains(submission); }

std::uint64_t Vault::person_count() const { return state_->living_count; }

std::vector<PersonId> Vault::people() const {
  std::vector<PersonId> ids;
  for (const auto& person : state_->people) {
    if (!person.erased) ids.push_back(person.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::optional<PersonRecord> Vault::find(const PersonId& id) const {
  const auto found = state_->index_of.find(id);
  if (found == state_->index_of.end()) return std::nullopt;
  const auto& person = state_->people[found->second];
  PersonRecord record;
  record.person = id;
  record.restricted = person.restricted;
  record.current = current_identity(person);
  record.versions = person.versions;
  for (const auto& [scope_id, entry] : state_->scopes) {
    if (entry.place(id)) record.disclosures.push_back(entry.scope);
  }
  std::stable_sort(record.disclosures.begin(), record.disclosures.end(),
                   [](const auto& left, const auto& right) { return left.issued < right.issued; });
  return record;
}

Result<std::vector<Candidate>> Vault::search(const Identity& identity, std::size_t count_max) const {
  std::vector<Candidate> candidates;
  if (state_->options.only_found) {
    const auto places = state_->read_candidates(identity);
    if (!places.ok()) return places.error();
    for (const auto& [place, probability] : weigh_candidates(identity, state_->people, places.value(), state_->living_count, count_max)) {
      candidates.push_back({state_->people[place].id, probability});
    }
    return candidates;
  }
  auto& search_index = state_->index;
  if (search_index.people_count() < state_->people.size()) {
    search_index.extend(state_->people, search_index.people_count(), state_->options.thread_count);
  }
  for (const auto& [index, probability] : search_index.likeliest(identity, state_->people, count_max)) {
    candidates.push_back({state_->people[index].id, probability});
  }
  return candidates;
}

}  // namespace kinfold::identity
