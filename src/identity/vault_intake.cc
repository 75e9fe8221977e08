// A submission is taken into the vault: judged, sealed on all cores, and written in one transaction.
#include <algorithm>
#include <future>
#include <utility>

#include "base/parallel.h"
#include "base/stop.h"
#include "identity/vault_state_internal.h"

namespace kinfold::identity {
namespace {

constexpr std::size_t kBatchPeople = 16'384;  // sealed in memory before they are written
constexpr std::size_t kChunkPeople = 256;

std::size_t threads_of(const Vault::Options& options) {
  return options.thread_count == 0 ? default_thread_count() : options.thread_count;
}

/// People of a submission whom the vault does not have, with fresh ids.
std::vector<PersonEntry> new_people(std::size_t count, const RandomBytes& random,
                                    const std::unordered_map<PersonId, std::size_t, IdHash>& taken) {
  std::vector<std::uint8_t> ids(count * sizeof(PersonId::bytes));
  random(ids);
  std::vector<PersonEntry> people(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& id = people[i].id;
    std::copy_n(ids.begin() + static_cast<std::ptrdiff_t>(i * id.bytes.size()), id.bytes.size(),
                id.bytes.begin());
    while (taken.count(id) != 0) random(id.bytes);
  }
  return people;
}

}  // namespace

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

Status Vault::State::insert_version(RecordNumber record, seal::ByteView sealed) {
  if (auto ready = prepare_inserts(); !ready.ok()) return ready;
  return insert_version_row->bind(1, static_cast<std::int64_t>(record)).bind(2, sealed).run();
}

Status Vault::State::insert_people(std::span<PersonEntry> fresh,
                                   std::span<const IdentityVersion* const> firsts) {
  if (auto ready = prepare_inserts(); !ready.ok()) return ready;
  const auto threads = threads_of(options);
  const auto seal_batch = [&](std::size_t from) {
    std::vector<seal::PlainBytes> plain(std::min(kBatchPeople, fresh.size() - from));
    parallel_chunks(plain.size(), kChunkPeople, threads,
                    [&](std::size_t, std::size_t begin, std::size_t end) {
                      for (std::size_t i = begin; i < end; ++i)
                        plain[i] = pack_person(fresh[from + i], firsts[from + i]);
                    });
    return keys->add_all(plain, threads);
  };
  // The next people are sealed while these are written.
  const auto begin = [&](std::size_t from) {
    return std::async(threads > 1 ? std::launch::async : std::launch::deferred, seal_batch, from);
  };
  std::future<Result<holding::AddedRecords>> next;
  if (!fresh.empty()) next = begin(0);
  for (std::size_t from = 0; from < fresh.size(); from += kBatchPeople) {
    const auto added = next.get();
    if (!added.ok()) return added.error();
    if (from + kBatchPeople < fresh.size()) next = begin(from + kBatchPeople);
    for (std::size_t i = 0; i < added.value().sealed.size(); ++i) {
      auto& person = fresh[from + i];
      person.record = added.value().first.number + i;
      person.first_inside = true;
      auto ran = insert_person_row->bind(1, static_cast<std::int64_t>(person.record))
                     .bind(2, seal::ByteView(added.value().sealed[i]))
                     .run();
      if (!ran.ok()) return ran;
    }
  }
  return {};
}

void Vault::State::remember(std::vector<PersonEntry> fresh) {
  living_count += fresh.size();
  for (auto& person : fresh) {
    index_of.emplace(person.id, people.size());
    people.push_back(std::move(person));
  }
}

Result<ReceivedPeople> Vault::add_or_find(const table::Table& identities,
                                          std::span<const std::int64_t> family, const Origin& origin) {
  if (state_->options.only_found)
    return internal_error("a vault that was opened for one person takes no submission");
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
  received.families =
      settle_families(family, judged.value().rows, state_->people, origin.authority, state_->random);

  std::vector<IdentityVersion> versions;
  versions.reserve(rows.value().size());
  std::vector<std::size_t> place(rows.value().size());  // in the vault's list of people
  std::vector<const IdentityVersion*> firsts;
  for (std::size_t row = 0; row < place.size(); ++row) {
    const auto& judgement = judged.value().rows[row];
    versions.push_back({std::move(rows.value()[row]), origin, received.families[row], false});
    if (judgement.person || judgement.row) {
      place[row] = judgement.person ? *judgement.person : place[*judgement.row];
    } else {
      place[row] = state_->people.size() + firsts.size();
      firsts.push_back(&versions[row]);
    }
  }
  auto fresh = new_people(firsts.size(), state_->random, state_->index_of);
  const std::size_t people_before = state_->people.size();
  const auto known_before = state_->last_spellings();
  if (!known_before.ok()) return known_before.error();

  const StopScope all_or_none(nullptr);
  auto transaction = Transaction::begin(state_->database);
  if (!transaction.ok()) return transaction.error();
  if (auto written = state_->insert_people(fresh, firsts); !written.ok()) return written.error();
  // After them: a row may be a second one of somebody who is new.
  for (std::size_t row = 0, next = 0; row < place.size(); ++row) {
    if (next < firsts.size() && firsts[next] == &versions[row]) {
      ++next;
      continue;
    }
    const auto record = place[row] < people_before ? state_->people[place[row]].record
                                                   : fresh[place[row] - people_before].record;
    auto sealed = state_->keys->seal(record, pack_version(versions[row]));
    if (!sealed.ok()) return sealed.error();
    if (auto written = state_->insert_version(record, sealed.value()); !written.ok()) return written.error();
  }
  auto insert = state_->database.prepare("INSERT INTO submission VALUES(?1)");
  if (!insert.ok()) return insert.error();
  if (auto written = insert.value().bind(1, origin.submission).run(); !written.ok()) return written.error();
  if (auto synced = state_->keys->sync(); !synced.ok()) return synced.error();
  if (auto committed = transaction.value().commit(); !committed.ok()) return committed.error();

  received.new_person_count = fresh.size();
  received.found_person_count = place.size() - fresh.size();
  state_->remember(std::move(fresh));
  bool respelt = false;
  std::vector<SearchEntry> entries;
  entries.reserve(place.size() * 7);
  for (std::size_t row = 0; row < place.size(); ++row) {
    auto& person = state_->people[place[row]];
    const auto same = [&](const IdentityVersion& known) { return known.identity == versions[row].identity; };
    if (std::none_of(person.versions.begin(), person.versions.end(), same)) {
      for (const auto key : judged.value().keys[row]) entries.push_back({key, person.record});
      if (!person.versions.empty()) {
        ++received.new_spelling_count;
        respelt = true;
      }
    }
    person.versions.push_back(std::move(versions[row]));
    received.persons.push_back(person.id);
  }
  if (respelt) state_->index.clear();
  state_->submissions.insert(origin.submission);
  // The submission is in. The index only saves time: where it cannot be written now, a later one brings it up
  // to date.
  static_cast<void>(state_->save_index(known_before.value(), place.size(), entries).ok());
  return received;
}

}  // namespace kinfold::identity
