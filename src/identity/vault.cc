#include "identity/vault.h"

#include <algorithm>
#include <utility>

#include "identity/vault_state_internal.h"

namespace kinfold::identity {
namespace {

// docs/formats/vault.md. `doomed`: records whose keys must still be destroyed.
constexpr const char* kSchema =
    "CREATE TABLE person(record INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
    "CREATE TABLE version(seq INTEGER PRIMARY KEY AUTOINCREMENT, record INTEGER NOT NULL REFERENCES "
    "person(record),"
    " sealed BLOB NOT NULL);"
    "CREATE INDEX version_record ON version(record);"
    "CREATE TABLE scope(members_record INTEGER PRIMARY KEY, members BLOB NOT NULL,"
    " references_record INTEGER, reference_list BLOB);"
    "CREATE TABLE submission(id TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE doomed(record INTEGER PRIMARY KEY);";
// Vaults that were made before these were there get them when they are opened.
constexpr const char* kLaterSchema =
    "CREATE TABLE IF NOT EXISTS scope_head(members_record INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS search_head(record INTEGER PRIMARY KEY, sealed BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS search_bucket(bucket INTEGER PRIMARY KEY, sealed BLOB NOT NULL);";

void wipe_text(std::string& text) { seal::wipe(text.data(), text.size()); }

void wipe_identity(Identity& identity) {
  for (auto* text :
       {&identity.forenames, &identity.surname, &identity.address, &identity.postcode, &identity.nino}) {
    wipe_text(*text);
  }
}

}  // namespace

Error damaged_vault() {
  return invalid("a record of the vault is damaged; restore the vault and its keys from the same backup");
}

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
    if (!unpack_person(plain.value(), person)) return damaged_vault();
    if (!index_of.emplace(person.id, people.size()).second) return damaged_vault();
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
    if (found == place.end() || !unpack_version(plain.value(), version)) return damaged_vault();
    people[found->second].versions.push_back(std::move(version));
  }
}

Status Vault::State::load() {
  if (auto made = database.execute(kLaterSchema); !made.ok()) return made;
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
  return database.execute("DELETE FROM doomed");
}

Result<PersonEntry*> Vault::State::person(const PersonId& id) {
  const auto found = index_of.find(id);
  if (found == index_of.end()) return invalid("no such person in the vault; search for them first");
  return &people[found->second];
}

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

Result<Vault> Vault::open(const std::string& path, RecordKeys& keys, RandomBytes random) {
  return open(path, keys, std::move(random), Options{});
}

Result<Vault> Vault::open(const std::string& path, RecordKeys& keys, RandomBytes random,
                          const Options& options) {
  auto database = Database::open(path, "the vault", "kinfold vault 1", kSchema);
  if (!database.ok()) return database.error();
  auto state = std::make_unique<State>(std::move(database).value(), keys, std::move(random), options);
  if (auto loaded = state->load(); !loaded.ok()) return loaded.error();
  return Vault(std::move(state));
}

bool Vault::has_submission(const std::string& submission) const {
  return state_->submissions.contains(submission);
}

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
  return record;
}

Result<std::vector<Candidate>> Vault::search(const Identity& identity, std::size_t count_max) const {
  std::vector<Candidate> candidates;
  if (state_->options.only_found) {
    const auto places = state_->read_candidates(identity);
    if (!places.ok()) return places.error();
    for (const auto& [place, probability] :
         weigh_candidates(identity, state_->people, places.value(), state_->living_count, count_max)) {
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
