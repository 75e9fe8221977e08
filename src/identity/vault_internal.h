// Private to the vault: what it holds in memory, how records are written, and who is who.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "identity/database.h"
#include "identity/vault.h"
#include "seal/bytes.h"

namespace kinfold::identity {

/// Appends fields one after another; records are filled up with zeros to whole steps, so that the
/// size of a sealed record says little about what is in it. The layout is in docs/formats/vault.md.
class Packer {
 public:
  Packer() { bytes_.reserve(512); }  // most records: growing would wipe each smaller copy
  void put(std::uint64_t number);
  void put(std::string_view text);
  void put(const std::optional<Date>& date);
  void put(std::span<const std::uint8_t> bytes);
  /// The bytes, filled up to a multiple of `step`.
  const seal::PlainBytes& finish(std::size_t step = 128);

 private:
  seal::PlainBytes bytes_;
};

/// Reads back what Packer wrote. After the first field that is not there, everything is empty and
/// ok() is false.
class Unpacker {
 public:
  explicit Unpacker(seal::ByteView bytes) : rest_(bytes) {}
  std::uint64_t number();
  std::string text();
  std::optional<Date> date();
  void bytes(std::span<std::uint8_t> into);
  bool ok() const { return ok_; }

 private:
  seal::ByteView take(std::size_t byte_count);
  seal::ByteView rest_;
  bool ok_ = true;
};

struct IdHash {
  template <typename Id>
  std::size_t operator()(const Id& id) const {
    std::size_t hash = 0;  // ids are random already
    for (std::size_t i = 0; i < sizeof(hash); ++i) hash = hash << 8 | id.bytes[i];
    return hash;
  }
};

struct PersonEntry {
  PersonId id;
  RecordNumber record = 0;
  bool restricted = false;
  bool erased = false;        ///< Its place in the list stays, empty.
  bool first_inside = false;  ///< The first version lies in the person's own row; in older vaults beside it.
  std::vector<IdentityVersion> versions;
};

struct ScopeEntry {
  ReferenceScope scope;
  RecordNumber members_record = 0;
  RecordNumber references_record = 0;  ///< 0: destroyed.
  bool lists_read = false;  ///< A vault opened for one person reads `members` and `references` when asked.
  std::vector<PersonId> members;
  std::vector<Reference> references;  ///< In step with members, or empty.
  std::unordered_map<Reference, std::size_t, IdHash> member_of;
  std::unordered_map<PersonId, std::size_t, IdHash> place_of;
  void index();
  /// Where this person is in `members`, whether or not index() was called.
  std::optional<std::size_t> place(const PersonId& person) const;
};

/// `first`: the version that lies inside, or null.
seal::PlainBytes pack_person(const PersonEntry& person, const IdentityVersion* first);
/// Appends the version inside, where there is one.
bool unpack_person(seal::ByteView bytes, PersonEntry& person);
seal::PlainBytes pack_version(const IdentityVersion& version);
bool unpack_version(seal::ByteView bytes, IdentityVersion& version);
seal::PlainBytes pack_scope_head(const ReferenceScope& scope);
bool unpack_scope_head(seal::ByteView bytes, ReferenceScope& scope);
seal::PlainBytes pack_members(const ScopeEntry& scope);
bool unpack_members(seal::ByteView bytes, ScopeEntry& scope);
seal::PlainBytes pack_references(const ScopeEntry& scope);
bool unpack_references(seal::ByteView bytes, ScopeEntry& scope);

/// An identity in standard form, as judging and searching compare it. "": missing.
struct Description {
  std::string forenames;  ///< All of them, without spaces.
  std::string first;      ///< The first one,
  std::string root;       ///< and what it is short for.
  std::string surname;
  std::optional<Date> born;
  std::string gender;
  std::string postcode;
  std::string district;
  std::string nino_stem;
  bool nino_is_own = false;  ///< Neither temporary nor malformed.
};
Description describe(const Identity& identity);

/// What two spellings of one person nearly always share one of: hashes of standardised fields. The same on
/// every machine: they are kept on disk, sealed.
struct SearchKeys {
  std::array<std::uint64_t, 7> keys{};
  std::size_t count = 0;
  const std::uint64_t* begin() const { return keys.data(); }
  const std::uint64_t* end() const { return keys.data() + count; }
};
SearchKeys search_keys(const Description& description);
inline SearchKeys search_keys(const Identity& identity) { return search_keys(describe(identity)); }
/// How likely each of `candidates` (places in `people`) is to be this person, out of `person_count`; best
/// first.
std::vector<std::pair<std::size_t, double>> weigh_candidates(const Identity& identity,
                                                             const std::vector<PersonEntry>& people,
                                                             std::vector<std::size_t> candidates,
                                                             std::uint64_t person_count,
                                                             std::size_t count_max);

struct SearchEntry {
  std::uint64_t key = 0;
  std::uint64_t person = 0;  ///< Place in the list of people; in the index on disk, the person's record.
  auto operator<=>(const SearchEntry&) const = default;
};

/// Finds people by a description, in memory: keys of the standardised fields, hashed and sorted.
class SearchIndex {
 public:
  /// Adds every spelling of people[from ...]; the same on any number of threads (0: all cores).
  void extend(const std::vector<PersonEntry>& people, std::size_t from, std::size_t thread_count);
  std::size_t people_count() const { return people_count_; }
  void clear();
  /// People and how likely each is to be this one; best first. Looks only at those who share a key.
  std::vector<std::pair<std::size_t, double>> likeliest(const Identity& identity,
                                                        const std::vector<PersonEntry>& people,
                                                        std::size_t count_max) const;

 private:
  std::vector<SearchEntry> entries_;  // sorted
  std::size_t people_count_ = 0;
};

/// For each row: the index of the person it is, or that of the earlier row it is the same person
/// as, or nothing.
struct Judged {
  std::optional<std::size_t> person;  ///< Index into the vault's people.
  std::optional<std::size_t> row;     ///< An earlier row of the same submission.
};
struct Judgement {
  std::vector<Judged> rows;
  std::vector<SearchKeys> keys;  ///< Of each row.
};
/// \retval as linkage::match_to_register.
Result<Judgement> judge(const std::vector<Identity>& rows, const std::vector<PersonEntry>& people,
                        SearchIndex& index, const Vault::Options& options);
/// Families keep their ids where most of their found members were together before.
std::vector<FamilyId> settle_families(std::span<const std::int64_t> family, const std::vector<Judged>& judged,
                                      const std::vector<PersonEntry>& people, std::string_view authority,
                                      const RandomBytes& random);

}  // namespace kinfold::identity
