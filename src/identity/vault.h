// The vault: identities at the trusted party, each under a key of its own, and the references that
// stand for people. Nothing in it is in the clear on disk, not even a search index.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "identity/identity.h"
#include "identity/record_keys.h"
#include "identity/reference.h"
#include "table/table.h"

namespace kinfold::identity {

/// Where a spelling of an identity came from.
struct Origin {
  std::string authority;   ///< Party id.
  std::string submission;  ///< Id of the sealed file, or of the rights case that corrected it.
  Date received;
  bool operator==(const Origin&) const = default;
};

struct IdentityVersion {
  Identity identity;
  Origin origin;
  std::optional<FamilyId> family;
  bool corrected = false;  ///< By the person, under their right to rectification.
};

/// One set of references: who they were made for, and for what.
struct ReferenceScope {
  std::string id;         ///< Request id, or holding id of the attributes; unique in the vault.
  std::string recipient;  ///< Party id; the trusted party's own for attributes.
  std::string purpose;
  Date issued;
  Date expires;
};

struct ReceivedPeople {
  std::vector<PersonId> persons;   ///< Per row of the submission.
  std::vector<FamilyId> families;  ///< Per row of the submission.
  std::uint64_t new_person_count = 0;
  std::uint64_t found_person_count = 0;  ///< Rows of people who were there already.
  std::uint64_t new_spelling_count = 0;  ///< Found, but spelt otherwise than before.
};

/// What the vault knows about one person.
struct PersonRecord {
  PersonId person;
  bool restricted = false;
  /// In use: the newest version, with fields it lacks from the ones before. After a correction
  /// nothing older is used, nor a later version that repeats an older one.
  Identity current;
  std::vector<IdentityVersion> versions;  ///< Every time the person was received; oldest first.
};

struct Candidate {
  PersonId person;
  double probability = 0;  ///< That the identity asked for is this person, 0 to 1.
};

/// Read wholly into memory when opened, or person by person (Options::only_found); one process writes at a
/// time. Not thread-safe. Invariants: (1) every byte about a person on disk is under a key that only that
/// person has; (2) each call that changes something is there whole or not at all after a crash; (3) no two
/// scopes share a reference.
class Vault {
 public:
  struct Options {
    std::size_t thread_count = 0;     ///< For linkage and standardising; 0: all cores.
    double found_probability = 0.95;  ///< From here on two records are one person.
    /// Read only those people whom a search comes to, by the index on disk, and only those scopes' lists that
    /// are asked for: for one person's case, where reading a million would take seconds. Calls about
    /// everybody (people, person_count, issue, request_people, add_or_find) are then refused or empty.
    bool only_found = false;
    std::uint64_t index_lag = 1000;  ///< Spellings by which the index on disk may lag behind.
  };
  /// Makes the file where there is none. `keys` must outlive the vault.
  /// \retval kIo; kInvalid (no vault, wrong version); kRefused (another vault's keys).
  static Result<Vault> open(const std::string& path, RecordKeys& keys, RandomBytes random,
                            const Options& options);
  static Result<Vault> open(const std::string& path, RecordKeys& keys, RandomBytes random);
  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  ~Vault();

  /// One submission, one transaction: each row becomes a new person, or is found to be one that is
  /// there (from another submission or council, also misspelt) and kept as a version of theirs.
  /// `family[i]` is row i's family number in the file. A family most of whose found members were
  /// together before in a family of that authority keeps its id.
  /// \retval kRefused if the submission was received before.
  Result<ReceivedPeople> add_or_find(const table::Table& identities, std::span<const std::int64_t> family,
                                     const Origin& origin);

  /// This submission was received, whole.
  bool has_submission(const std::string& submission) const;
  std::uint64_t person_count() const;
  /// In the order of their random ids, which says nothing.
  std::vector<PersonId> people() const;
  std::optional<PersonRecord> find(const PersonId& person) const;
  /// Who this could be, likeliest first; for rights cases, never for anybody who serves the person.
  Result<std::vector<Candidate>> search(const Identity& identity, std::size_t count_max = 10) const;

  /// Fresh references for these people, stored under a key of the scope's own.
  /// \returns them in the order of `persons`.
  /// \retval kRefused if the scope's id is taken; kInvalid if somebody is not in the vault or
  ///         named twice.
  Result<std::vector<Reference>> issue(const ReferenceScope& scope, std::span<const PersonId> persons);
  /// The `people` table of a request: reference and identity in use, sorted by reference. Whoever
  /// is restricted (or was erased since) is left out.
  Result<table::Table> request_people(const std::string& scope_id) const;
  /// Each reference's person; empty where the scope has no such reference (or no longer).
  /// \retval kInvalid if there is no such scope; kRefused if its references were destroyed.
  Result<std::vector<std::optional<PersonId>>> resolve(const std::string& scope_id,
                                                       std::span<const Reference> references) const;
  /// The person's reference in a scope, where there is one.
  /// \retval kInvalid if the scope's lists, which a vault opened for one person reads only now, are damaged.
  Result<std::optional<Reference>> reference_of(const std::string& scope_id, const PersonId& person) const;
  /// Every scope the person is or was in, oldest first. \retval as reference_of().
  Result<std::vector<ReferenceScope>> disclosures(const PersonId& person) const;
  std::vector<ReferenceScope> scopes() const;
  /// Destroys the key of the scope's references: from then on nobody can tell whose they were. Who
  /// was in the scope stays known, so that they can be told who received their data.
  Status destroy_references(const std::string& scope_id);

  /// A correction: the person's earlier versions stay, as what was held until then.
  Status rectify(const PersonId& person, const Identity& identity, const Origin& origin);
  /// A restricted person goes into no request and no release, and stays in the vault.
  Status restrict(const PersonId& person, bool restricted);
  /// Destroys the person's key, so that every copy of their record, in the vault and in any backup
  /// of it, is unreadable; then removes the rows and the person's references in every scope.
  Result<PersonRecord> erase(const PersonId& person);

 private:
  struct State;
  explicit Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kinfold::identity
