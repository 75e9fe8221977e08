// Private to the vault: what is behind its handle.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "identity/vault_internal.h"

namespace kinfold::identity {

/// How far spellings are there, or are in the index: first ones with their people, later ones beside them.
struct LastSpellings {
  std::int64_t record = 0;
  std::int64_t seq = 0;
};

struct Vault::State {
  State(Database opened, RecordKeys& ring, RandomBytes generator, const Options& chosen)
      : database(std::move(opened)), keys(&ring), random(std::move(generator)), options(chosen) {}
  ~State();

  Database database;
  std::optional<Statement> insert_person_row;  ///< Prepared once: a submission has many rows.
  std::optional<Statement> insert_version_row;
  RecordKeys* keys;
  RandomBytes random;
  Options options;
  std::vector<PersonEntry> people;
  std::unordered_map<PersonId, std::size_t, IdHash> index_of;
  std::uint64_t living_count = 0;  ///< People not erased.
  std::map<std::string, ScopeEntry> scopes;
  std::set<std::string> submissions;
  SearchIndex index;  ///< Behind `people` until a search needs it.
  std::unordered_map<RecordNumber, std::size_t> place_of_record;  ///< Only where people are read one by one.

  Status load();
  Status load_people();
  Status load_versions();
  /// vault_references.cc: what each scope is for; and its lists, unless only one person is asked for.
  Status load_scopes();
  Status read_lists(ScopeEntry& entry);
  /// The scope with its lists. \retval kInvalid if there is none, or it is damaged.
  Result<ScopeEntry*> scope(const std::string& id);
  /// Destroys the keys of records that a committed change gave up, then forgets that it must.
  /// Called after each such change and upon opening, so that a crash between the two is made good.
  Status finish_dooming();
  Status doom(RecordNumber record);

  // vault_index.cc: the search index on disk, in sealed buckets under a key of its own.
  /// Brings it up to date where it lags behind by more than it may. `fresh`: (key, record) of the
  /// `fresh_count` spellings after `known_before`, so that they need not be read again.
  Status save_index(LastSpellings known_before, std::size_t fresh_count,
                    const std::vector<SearchEntry>& fresh);
  Result<LastSpellings> last_spellings();
  /// Within an erasure's transaction: the index without this person, under a fresh key.
  Status remove_from_index(RecordNumber record);
  /// Reads the people who share a key with `identity` into `people`. \returns their places.
  Result<std::vector<std::size_t>> read_candidates(const Identity& identity);
  Result<std::size_t> read_person(RecordNumber record);

  Result<PersonEntry*> person(const PersonId& id);
  // vault_intake.cc
  Status prepare_inserts();
  Status insert_people(std::span<PersonEntry> people, std::span<const IdentityVersion* const> firsts);
  Status insert_version(RecordNumber record, seal::ByteView sealed);
  /// What is in memory, once the rows are committed.
  void remember(std::vector<PersonEntry> fresh);
  /// Writes the scope under fresh keys; the old ones, where there are, are doomed.
  Status rewrite_scope(ScopeEntry& entry);
};

Identity current_identity(const PersonEntry& person);
Error damaged_vault();

}  // namespace kinfold::identity
