// The vault's search index on disk: (key, record) pairs in buckets, sealed under one key of their own, so
// that one person is found without reading everybody. An erasure gives the index a fresh key: what a backup
// has of the old one cannot be read again, like the person. The layout is in docs/formats/vault.md.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "base/stop.h"
#include "identity/vault_state_internal.h"

namespace kinfold::identity {
namespace {

constexpr std::uint64_t kHeadLayout = 5;
constexpr std::uint64_t kBucketLayout = 6;
constexpr std::uint64_t kEntriesPerBucket = 1024;
constexpr std::uint64_t kBucketCountMax = 1 << 14;
constexpr std::int64_t kLagShare = 100;  // what the index lags behind by, a search reads one by one

struct Head {
  RecordNumber record = 0;
  // Drawn anew at each writing: which bucket a key falls into is then a secret, so that the sizes of the
  // sealed buckets, also of two backups side by side, say nothing about who came or went.
  std::array<std::uint8_t, crypto_shorthash_KEYBYTES> secret{};
  std::uint64_t bucket_count = 1;
  std::int64_t last_seq = 0;  ///< Spellings up to this one are in the buckets.
  std::uint64_t person_count = 0;
};

std::uint64_t bucket_of(std::uint64_t key, const Head& head) {
  std::array<unsigned char, sizeof(key)> bytes{};
  std::memcpy(bytes.data(), &key, sizeof(key));
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), bytes.data(), bytes.size(), head.secret.data());
  std::uint64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof(number));
  return number % head.bucket_count;
}

Error damaged_index() {
  return invalid("the vault's search index is damaged; restore the vault and its keys from the same backup");
}

Result<std::int64_t> number_of(Database& database, const char* sql) {
  auto asked = database.prepare(sql);
  if (!asked.ok()) return asked.error();
  const auto row = asked.value().step();
  if (!row.ok()) return row.error();
  return row.value() && !asked.value().is_null(0) ? asked.value().int_at(0) : 0;
}

Result<std::optional<Head>> read_head(Database& database, RecordKeys& keys) {
  auto asked = database.prepare("SELECT record, sealed FROM search_head");
  if (!asked.ok()) return asked.error();
  const auto row = asked.value().step();
  if (!row.ok()) return row.error();
  if (!row.value()) return std::optional<Head>();
  Head head;
  head.record = static_cast<RecordNumber>(asked.value().int_at(0));
  auto plain = keys.open(head.record, asked.value().bytes_at(1));
  if (!plain.ok()) return plain.error();
  Unpacker from(plain.value());
  if (from.number() != kHeadLayout) return damaged_index();
  head.bucket_count = from.number();
  head.last_seq = static_cast<std::int64_t>(from.number());
  head.person_count = from.number();
  from.bytes(head.secret);
  if (!from.ok() || head.bucket_count == 0 || head.bucket_count > kBucketCountMax) return damaged_index();
  return std::optional<Head>(head);
}

/// Appends the bucket's entries.
Status read_bucket(Database& database, RecordKeys& keys, const Head& head, std::uint64_t bucket,
                   std::vector<SearchEntry>& entries) {
  auto asked = database.prepare("SELECT sealed FROM search_bucket WHERE bucket = ?1");
  if (!asked.ok()) return asked.error();
  const auto row = asked.value().bind(1, static_cast<std::int64_t>(bucket)).step();
  if (!row.ok()) return row.error();
  if (!row.value()) return damaged_index();
  auto plain = keys.open(head.record, asked.value().bytes_at(0));
  if (!plain.ok()) return plain.error();
  Unpacker from(plain.value());
  if (from.number() != kBucketLayout || from.number() != bucket) return damaged_index();
  const auto count = from.number();
  for (std::uint64_t i = 0; i < count && from.ok(); ++i) {
    const auto key = from.number();
    entries.push_back({key, from.number()});
  }
  return from.ok() ? Status() : Status(damaged_index());
}

/// Writes the head under a fresh key. \returns the key's record.
Result<RecordNumber> write_head(Database& database, RecordKeys& keys, const Head& head) {
  Packer packed;
  packed.put(kHeadLayout);
  packed.put(head.bucket_count);
  packed.put(static_cast<std::uint64_t>(head.last_seq));
  packed.put(head.person_count);
  packed.put(std::span<const std::uint8_t>(head.secret));
  auto sealed = keys.add(packed.finish());
  if (!sealed.ok()) return sealed.error();
  for (const char* sql : {"DELETE FROM search_head", "DELETE FROM search_bucket"}) {
    if (auto emptied = database.execute(sql); !emptied.ok()) return emptied.error();
  }
  auto insert = database.prepare("INSERT INTO search_head VALUES(?1, ?2)");
  if (!insert.ok()) return insert.error();
  const auto record = sealed.value().first;
  const auto written = insert.value()
                           .bind(1, static_cast<std::int64_t>(record))
                           .bind(2, seal::ByteView(sealed.value().second))
                           .run();
  if (!written.ok()) return written.error();
  return record;
}

/// Writes `entries` (whose `person` is a record) under a fresh key. Within a transaction of the caller's.
Status write_index(Database& database, RecordKeys& keys, const RandomBytes& random,
                   const std::vector<SearchEntry>& entries, Head head) {
  head.bucket_count = std::clamp<std::uint64_t>(entries.size() / kEntriesPerBucket, 1, kBucketCountMax);
  random(head.secret);
  const auto record = write_head(database, keys, head);
  if (!record.ok()) return record.error();
  std::vector<std::vector<SearchEntry>> buckets(head.bucket_count);
  for (const auto& entry : entries) buckets[bucket_of(entry.key, head)].push_back(entry);
  auto insert = database.prepare("INSERT INTO search_bucket VALUES(?1, ?2)");
  if (!insert.ok()) return insert.error();
  for (std::uint64_t bucket = 0; bucket < head.bucket_count; ++bucket) {
    Packer body;
    body.put(kBucketLayout);
    body.put(bucket);
    body.put(static_cast<std::uint64_t>(buckets[bucket].size()));
    for (const auto& entry : buckets[bucket]) {
      body.put(entry.key);
      body.put(entry.person);
    }
    auto page = keys.seal(record.value(), body.finish());
    if (!page.ok()) return page.error();
    if (auto ok = insert.value()
                      .bind(1, static_cast<std::int64_t>(bucket))
                      .bind(2, seal::ByteView(page.value()))
                      .run();
        !ok.ok())
      return ok;
  }
  return {};
}

}  // namespace

Status Vault::State::save_index() {
  const auto head = read_head(database, *keys);
  if (!head.ok()) return head.error();
  const auto last = number_of(database, "SELECT MAX(seq) FROM version");
  if (!last.ok()) return last.error();
  const auto known = head.value() ? head.value()->last_seq : 0;
  if (last.value() - known < std::max(options.index_lag, known / kLagShare)) return {};
  const StopScope not_now(nullptr);  // what it indexes is committed: nobody must be told that it was stopped
  if (index.people_count() < people.size()) index.extend(people, index.people_count(), options.thread_count);
  std::vector<SearchEntry> entries;
  entries.reserve(index.entries().size());
  for (const auto& entry : index.entries()) {
    const auto& person = people[entry.person];
    if (!person.erased) entries.push_back({entry.key, person.record});
  }
  auto transaction = Transaction::begin(database);
  if (!transaction.ok()) return transaction.error();
  if (auto written = write_index(database, *keys, random, entries, {0, {}, 1, last.value(), living_count});
      !written.ok())
    return written;
  if (head.value()) {
    if (auto doomed = doom(head.value()->record); !doomed.ok()) return doomed;
  }
  if (auto synced = keys->sync(); !synced.ok()) return synced;
  if (auto committed = transaction.value().commit(); !committed.ok()) return committed;
  return finish_dooming();
}

Status Vault::State::remove_from_index(RecordNumber record) {
  auto head = read_head(database, *keys);
  if (!head.ok()) return head.error();
  if (!head.value()) return {};
  std::vector<SearchEntry> entries;
  for (std::uint64_t bucket = 0; bucket < head.value()->bucket_count; ++bucket) {
    if (auto read = read_bucket(database, *keys, *head.value(), bucket, entries); !read.ok()) return read;
  }
  std::erase_if(entries, [&](const SearchEntry& entry) { return entry.person == record; });
  const auto old = head.value()->record;
  if (auto written = write_index(database, *keys, random, entries, *head.value()); !written.ok())
    return written;
  return doom(old);
}

Result<std::size_t> Vault::State::read_person(RecordNumber record) {
  const auto known = place_of_record.find(record);
  if (known != place_of_record.end()) return known->second;
  PersonEntry person;
  person.record = record;
  {
    auto asked = database.prepare("SELECT sealed FROM person WHERE record = ?1");
    if (!asked.ok()) return asked.error();
    const auto row = asked.value().bind(1, static_cast<std::int64_t>(record)).step();
    if (!row.ok()) return row.error();
    if (!row.value()) return damaged_index();
    auto plain = keys->open(record, asked.value().bytes_at(0));
    if (!plain.ok()) return plain.error();
    if (!unpack_person(plain.value(), person)) return damaged_index();
  }
  auto asked = database.prepare("SELECT sealed FROM version WHERE record = ?1 ORDER BY seq");
  if (!asked.ok()) return asked.error();
  asked.value().bind(1, static_cast<std::int64_t>(record));
  for (;;) {
    const auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) break;
    auto plain = keys->open(record, asked.value().bytes_at(0));
    if (!plain.ok()) return plain.error();
    IdentityVersion version;
    if (!unpack_version(plain.value(), version)) return damaged_index();
    person.versions.push_back(std::move(version));
  }
  const auto place = people.size();
  place_of_record.emplace(record, place);
  index_of.emplace(person.id, place);
  people.push_back(std::move(person));
  return place;
}

Result<std::vector<std::size_t>> Vault::State::read_candidates(const Identity& identity) {
  const auto asked_keys = search_keys(identity);
  const auto wanted = [&](std::uint64_t key) {
    return std::find(asked_keys.begin(), asked_keys.end(), key) != asked_keys.end();
  };
  const auto head = read_head(database, *keys);
  if (!head.ok()) return head.error();
  std::vector<RecordNumber> records;
  if (head.value()) {
    for (const auto key : asked_keys) {
      std::vector<SearchEntry> entries;
      const auto bucket = bucket_of(key, *head.value());
      if (auto read = read_bucket(database, *keys, *head.value(), bucket, entries); !read.ok())
        return read.error();
      for (const auto& entry : entries) {
        if (entry.key == key) records.push_back(entry.person);
      }
    }
  }
  auto late = database.prepare("SELECT record, sealed FROM version WHERE seq > ?1");
  if (!late.ok()) return late.error();
  late.value().bind(1, head.value() ? head.value()->last_seq : std::int64_t{0});
  living_count = head.value() ? head.value()->person_count : 0;
  for (;;) {
    const auto row = late.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) break;
    ++living_count;
    const auto record = static_cast<RecordNumber>(late.value().int_at(0));
    auto plain = keys->open(record, late.value().bytes_at(1));
    if (!plain.ok()) return plain.error();
    IdentityVersion version;
    if (!unpack_version(plain.value(), version)) return damaged_index();
    const auto has = search_keys(version.identity);
    if (std::any_of(has.begin(), has.end(), wanted)) records.push_back(record);
  }
  std::vector<std::size_t> places;
  for (const auto record : records) {
    auto place = read_person(record);
    if (!place.ok()) return place.error();
    if (!people[place.value()].erased) places.push_back(place.value());
  }
  return places;
}

}  // namespace kinfold::identity
