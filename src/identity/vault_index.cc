// The vault's search index on disk: (key, record) pairs in buckets, sealed under one key of their own, so
// that one person is found without reading everybody. An erasure gives the index a fresh key: what a backup
// has of the old one cannot be read again, like the person. The layout is in docs/formats/vault.md.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <span>

#include "base/parallel.h"
#include "base/stop.h"
#include "identity/vault_state_internal.h"

namespace kinfold::identity {
namespace {

constexpr std::uint64_t kOldestHeadLayout = 5;  // before there were late pages
constexpr std::uint64_t kBucketLayout = 6;
constexpr std::uint64_t kOlderHeadLayout = 8;  // before first spellings lay with their people
constexpr std::uint64_t kHeadLayout = 10;
constexpr std::uint64_t kEntriesPerBucket = 1024;
constexpr std::uint64_t kBucketCountMax = 1 << 14;
constexpr std::uint64_t kLatePageCountMax = 1 << 14;
// Late pages are read whole at each search: of so many lags, or this share of the spellings, before all is
// written anew.
constexpr std::uint64_t kLateLags = 10;
constexpr std::uint64_t kLateShare = 100;
constexpr std::size_t kBatchBuckets = 1024;  // sealed in memory before they are written

struct Head {
  RecordNumber record = 0;
  // Drawn anew at each writing: which bucket a key falls into is then a secret, so that the sizes of the
  // sealed buckets, also of two backups side by side, say nothing about who came or went.
  std::array<std::uint8_t, crypto_shorthash_KEYBYTES> secret{};
  std::uint64_t bucket_count = 1;
  LastSpellings last;  ///< Spellings up to here are in the buckets or the late pages.
  std::uint64_t person_count = 0;
  std::uint64_t full_count = 0;       ///< Spellings when all was written,
  std::uint64_t late_count = 0;       ///< and in the late pages since.
  std::uint64_t late_page_count = 0;  ///< Numbered from bucket_count.
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

/// The first number of the first row; 0 if there is none. `sql` may ask ?1 and ?2.
Result<std::int64_t> number_of(Database& database, const char* sql, std::int64_t first = 0,
                               std::int64_t last = 0) {
  auto asked = database.prepare(sql);
  if (!asked.ok()) return asked.error();
  const auto row = asked.value().bind(1, first).bind(2, last).step();
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
  const auto layout = from.number();
  if (layout != kHeadLayout && layout != kOlderHeadLayout && layout != kOldestHeadLayout)
    return damaged_index();
  head.bucket_count = from.number();
  head.last.seq = static_cast<std::int64_t>(from.number());
  head.person_count = from.number();
  from.bytes(head.secret);
  head.full_count = static_cast<std::uint64_t>(head.last.seq);
  if (layout != kOldestHeadLayout) {
    head.full_count = from.number();
    head.late_page_count = from.number();
    head.late_count = static_cast<std::uint64_t>(head.last.seq) - head.full_count;
  }
  if (layout == kHeadLayout) {
    head.last.record = static_cast<std::int64_t>(from.number());
    head.late_count = from.number();
  }
  if (!from.ok() || head.bucket_count == 0 || head.bucket_count > kBucketCountMax ||
      head.late_page_count > kLatePageCountMax)
    return damaged_index();
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

/// Appends the entries of all buckets and late pages.
Status read_all(Database& database, RecordKeys& keys, const Head& head, std::vector<SearchEntry>& entries) {
  for (std::uint64_t bucket = 0; bucket < head.bucket_count + head.late_page_count; ++bucket) {
    if (auto read = read_bucket(database, keys, head, bucket, entries); !read.ok()) return read;
  }
  return {};
}

seal::PlainBytes pack_head(const Head& head) {
  Packer packed;
  packed.put(kHeadLayout);
  packed.put(head.bucket_count);
  packed.put(static_cast<std::uint64_t>(head.last.seq));
  packed.put(head.person_count);
  packed.put(std::span<const std::uint8_t>(head.secret));
  packed.put(head.full_count);
  packed.put(head.late_page_count);
  packed.put(static_cast<std::uint64_t>(head.last.record));
  packed.put(head.late_count);
  return packed.finish();
}

seal::PlainBytes pack_bucket(std::uint64_t bucket, const std::vector<SearchEntry>& entries) {
  Packer body;
  body.put(kBucketLayout);
  body.put(bucket);
  body.put(static_cast<std::uint64_t>(entries.size()));
  for (const auto& entry : entries) {
    body.put(entry.key);
    body.put(entry.person);
  }
  return body.finish();
}

Status put_head(Database& database, RecordNumber record, seal::ByteView sealed) {
  auto insert = database.prepare("INSERT OR REPLACE INTO search_head VALUES(?1, ?2)");
  if (!insert.ok()) return insert.error();
  return insert.value().bind(1, static_cast<std::int64_t>(record)).bind(2, sealed).run();
}

Status put_bucket(Statement& insert, std::uint64_t bucket, seal::ByteView sealed) {
  return insert.bind(1, static_cast<std::int64_t>(bucket)).bind(2, sealed).run();
}
constexpr const char* kInsertBucket = "INSERT INTO search_bucket VALUES(?1, ?2)";

/// Writes all of the index, of `entries` (whose `person` is a record), under a fresh key. Within a
/// transaction of the caller's.
Status write_index(Database& database, RecordKeys& keys, const RandomBytes& random, std::size_t thread_count,
                   const std::vector<SearchEntry>& entries, Head head) {
  head.bucket_count = std::clamp<std::uint64_t>(entries.size() / kEntriesPerBucket, 1, kBucketCountMax);
  head.full_count += head.late_count;
  head.late_count = 0;
  head.late_page_count = 0;
  random(head.secret);
  auto sealed = keys.add(pack_head(head));
  if (!sealed.ok()) return sealed.error();
  const auto record = sealed.value().first;
  for (const char* sql : {"DELETE FROM search_head", "DELETE FROM search_bucket"}) {
    if (auto emptied = database.execute(sql); !emptied.ok()) return emptied;
  }
  if (auto put = put_head(database, record, sealed.value().second); !put.ok()) return put;
  std::vector<std::vector<SearchEntry>> buckets(head.bucket_count);
  for (const auto& entry : entries) buckets[bucket_of(entry.key, head)].push_back(entry);
  auto insert = database.prepare(kInsertBucket);
  if (!insert.ok()) return insert.error();
  for (std::size_t from = 0; from < buckets.size(); from += kBatchBuckets) {
    std::vector<Result<seal::Bytes>> pages(std::min(kBatchBuckets, buckets.size() - from), seal::Bytes());
    parallel_chunks(pages.size(), 16, thread_count == 0 ? default_thread_count() : thread_count,
                    [&](std::size_t, std::size_t begin, std::size_t end) {
                      for (std::size_t i = begin; i < end; ++i)
                        pages[i] = keys.seal(record, pack_bucket(from + i, buckets[from + i]));
                    });
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (!pages[i].ok()) return pages[i].error();
      if (auto put = put_bucket(insert.value(), from + i, pages[i].value()); !put.ok()) return put;
    }
  }
  return {};
}

/// One more bucket, under the index's key, and the head that knows of it. Within a transaction of the
/// caller's.
Status add_late_page(Database& database, RecordKeys& keys, Head head,
                     const std::vector<SearchEntry>& entries) {
  const auto bucket = head.bucket_count + head.late_page_count++;
  auto page = keys.seal(head.record, pack_bucket(bucket, entries));
  if (!page.ok()) return page.error();
  auto insert = database.prepare(kInsertBucket);
  if (!insert.ok()) return insert.error();
  if (auto put = put_bucket(insert.value(), bucket, page.value()); !put.ok()) return put;
  auto sealed = keys.seal(head.record, pack_head(head));
  if (!sealed.ok()) return sealed.error();
  return put_head(database, head.record, sealed.value());
}

/// Every spelling after `first` up to `last`: its person's record, and what it says.
template <typename Each>
Status for_each_spelling(Database& database, RecordKeys& keys, LastSpellings first, LastSpellings last,
                         Each&& each) {
  auto people = database.prepare("SELECT record, sealed FROM person WHERE record > ?1 AND record <= ?2");
  if (!people.ok()) return people.error();
  people.value().bind(1, first.record).bind(2, last.record);
  auto later = database.prepare("SELECT record, sealed FROM version WHERE seq > ?1 AND seq <= ?2");
  if (!later.ok()) return later.error();
  later.value().bind(1, first.seq).bind(2, last.seq);
  for (auto* asked : {&people.value(), &later.value()}) {
    for (;;) {
      const auto row = asked->step();
      if (!row.ok()) return row.error();
      if (!row.value()) break;
      const auto record = static_cast<RecordNumber>(asked->int_at(0));
      auto plain = keys.open(record, asked->bytes_at(1));
      if (!plain.ok()) return plain.error();
      PersonEntry person;
      const bool read = asked == &people.value()
                            ? unpack_person(plain.value(), person)
                            : unpack_version(plain.value(), person.versions.emplace_back());
      if (!read) return damaged_index();
      for (const auto& version : person.versions) each(record, version.identity);
    }
  }
  return {};
}

/// How many spellings there are after `first` up to `last`, or more: an older vault's people have theirs
/// beside them.
Result<std::uint64_t> count_spellings(Database& database, LastSpellings first, LastSpellings last) {
  const auto people = number_of(database, "SELECT COUNT(*) FROM person WHERE record > ?1 AND record <= ?2",
                                first.record, last.record);
  if (!people.ok()) return people.error();
  return static_cast<std::uint64_t>(people.value() + std::max<std::int64_t>(0, last.seq - first.seq));
}

}  // namespace

Result<LastSpellings> Vault::State::last_spellings() {
  const auto record = number_of(database, "SELECT MAX(record) FROM person");
  if (!record.ok()) return record.error();
  const auto seq = number_of(database, "SELECT MAX(seq) FROM version");
  if (!seq.ok()) return seq.error();
  return LastSpellings{record.value(), seq.value()};
}

Status Vault::State::save_index(LastSpellings known_before, std::size_t fresh_count,
                                const std::vector<SearchEntry>& fresh) {
  const auto read = read_head(database, *keys);
  if (!read.ok()) return read.error();
  auto head = read.value().value_or(Head{});
  const auto unread_count = count_spellings(database, head.last, known_before);
  if (!unread_count.ok()) return unread_count.error();
  const auto late_count = unread_count.value() + fresh_count;
  if (late_count < options.index_lag) return {};
  const auto last = last_spellings();
  if (!last.ok()) return last.error();
  const StopScope not_now(nullptr);  // what it indexes is committed: nobody must be told that it was stopped
  std::vector<SearchEntry> entries;
  const auto late = for_each_spelling(database, *keys, head.last, known_before,
                                      [&](RecordNumber record, const Identity& identity) {
                                        for (const auto key : search_keys(identity))
                                          entries.push_back({key, record});
                                      });
  if (!late.ok()) return late;
  entries.insert(entries.end(), fresh.begin(), fresh.end());
  head.last = last.value();
  head.person_count = living_count;
  head.late_count += late_count;
  const bool few = head.late_count <= std::max(kLateLags * options.index_lag, head.full_count / kLateShare);
  const auto old = head.record;
  auto transaction = Transaction::begin(database);
  if (!transaction.ok()) return transaction.error();
  if (old != 0 && few && head.late_page_count < kLatePageCountMax) {
    if (auto added = add_late_page(database, *keys, head, entries); !added.ok()) return added;
    return transaction.value().commit();
  }
  if (old != 0) {
    if (auto ok = read_all(database, *keys, head, entries); !ok.ok()) return ok;
    if (auto doomed = doom(old); !doomed.ok()) return doomed;
  }
  if (auto written = write_index(database, *keys, random, options.thread_count, entries, head); !written.ok())
    return written;
  if (auto synced = keys->sync(); !synced.ok()) return synced;
  if (auto committed = transaction.value().commit(); !committed.ok()) return committed;
  return finish_dooming();
}

Status Vault::State::remove_from_index(RecordNumber record) {
  auto head = read_head(database, *keys);
  if (!head.ok()) return head.error();
  if (!head.value()) return {};
  std::vector<SearchEntry> entries;
  if (auto read = read_all(database, *keys, *head.value(), entries); !read.ok()) return read;
  std::erase_if(entries, [&](const SearchEntry& entry) { return entry.person == record; });
  if (auto doomed = doom(head.value()->record); !doomed.ok()) return doomed;
  return write_index(database, *keys, random, options.thread_count, entries, *head.value());
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
  const auto read = [&](std::uint64_t bucket) -> Status {
    std::vector<SearchEntry> entries;
    if (auto ok = read_bucket(database, *keys, *head.value(), bucket, entries); !ok.ok()) return ok;
    for (const auto& entry : entries) {
      if (wanted(entry.key)) records.push_back(entry.person);
    }
    return {};
  };
  std::set<std::uint64_t> buckets;
  if (head.value()) {
    for (const auto key : asked_keys) buckets.insert(bucket_of(key, *head.value()));
    for (std::uint64_t i = 0; i < head.value()->late_page_count; ++i)
      buckets.insert(head.value()->bucket_count + i);
  }
  for (const auto bucket : buckets) {
    if (auto ok = read(bucket); !ok.ok()) return ok.error();
  }
  living_count = head.value() ? head.value()->person_count : 0;
  const auto last = last_spellings();
  if (!last.ok()) return last.error();
  const auto late = for_each_spelling(database, *keys, head.value() ? head.value()->last : LastSpellings{},
                                      last.value(), [&](RecordNumber record, const Identity& spelling) {
                                        ++living_count;
                                        const auto has = search_keys(spelling);
                                        if (std::any_of(has.begin(), has.end(), wanted))
                                          records.push_back(record);
                                      });
  if (!late.ok()) return late.error();
  std::vector<std::size_t> places;
  for (const auto record : records) {
    auto place = read_person(record);
    if (!place.ok()) return place.error();
    if (!people[place.value()].erased) places.push_back(place.value());
  }
  return places;
}

}  // namespace kinfold::identity
