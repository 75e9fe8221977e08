#include "holding/records.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "base/parallel.h"
#include "holding/records_internal.h"

namespace kinfold::holding {
namespace {

/// What binds a key, or a body, to its place.
struct Facts {
  Facts(std::string_view use, const Id& holding, RecordId record) {
    const auto add = [&](ByteView part) {
      std::copy(part.begin(), part.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += part.size();
    };
    add(seal::as_bytes(use));
    add(std::as_bytes(std::span(holding.bytes)));
    add(std::as_bytes(std::span(&record.number, 1)));
  }
  operator ByteView() const { return {bytes_.data(), size_}; }  // NOLINT: it is nothing else

 private:
  std::array<std::byte, 64> bytes_{};
  std::size_t size_ = 0;
};
constexpr std::string_view kKeyUse = "kinfold record key v1";
constexpr std::size_t kRandomBlockBytes = 16 * 1024;
constexpr std::string_view kBodyUse = "kinfold record body v1";

/// A record's key on the stack: wiped on the way out. (Locked memory costs a page and a system call
/// a key, which a million records would feel; the key that wraps them all is in locked memory.)
struct RecordKey {
  std::array<std::byte, 32> bytes{};
  RecordKey() = default;
  RecordKey(const RecordKey&) = delete;
  RecordKey& operator=(const RecordKey&) = delete;
  ~RecordKey() { seal::wipe(bytes.data(), bytes.size()); }
};

Status still_open(const RecordRing::State& state) {
  if (state.closed) return internal_error("records are used after their holding was closed");
  if (date_of(state.clock->now()) > state.holding.expires) {
    return refused("the holding of records has expired; its records can no longer be opened");
  }
  return {};
}

Status load_key(const RecordRing::State& state, RecordId record, RecordKey& key) {
  if (auto open = still_open(state); !open.ok()) return open;
  auto wrapped = state.slots.read(record.number);
  if (!wrapped.ok()) return wrapped.error();
  if (!wrapped.value()) return refused("the record's key was destroyed; nobody can open it");
  if (!unwrap(*wrapped.value(), state.wrapping, Facts(kKeyUse, state.holding.id, record), key.bytes)) {
    return invalid("the record's key was altered; take the file of record keys from where it is kept");
  }
  return {};
}

}  // namespace

RecordRing::RecordRing(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordRing::RecordRing(RecordRing&&) noexcept = default;
RecordRing& RecordRing::operator=(RecordRing&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
RecordRing::~RecordRing() {
  // What close() reports cannot be reported here; the intent to open is in the ledger in any case.
  if (state_ != nullptr && !state_->closed) static_cast<void>(close().ok());
}

Result<std::pair<RecordId, seal::Bytes>> RecordRing::add(seal::ByteView plain) {
  const seal::PlainBytes body(plain.begin(), plain.end());
  auto added = add_all(std::span(&body, 1), 1);
  if (!added.ok()) return added.error();
  return std::pair(added.value().first, std::move(added.value().sealed.front()));
}

Result<AddedRecords> RecordRing::add_all(std::span<const seal::PlainBytes> bodies, std::size_t thread_count) {
  State& state = *state_;
  if (auto open = still_open(state); !open.ok()) return open.error();
  AddedRecords added{{state.slots.slot_count() + 1}, std::vector<seal::Bytes>(bodies.size())};
  std::vector<WrappedKey> keys(bodies.size());
  const StopScope all_or_none(nullptr);
  constexpr std::size_t kChunkRecords = 256;
  parallel_chunks(bodies.size(), kChunkRecords, thread_count == 0 ? default_thread_count() : thread_count,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    Randomness random(bodies.size() == 1 ? 0 : kRandomBlockBytes);
                    for (std::size_t i = begin; i < end; ++i) {
                      const RecordId record{added.first.number + i};
                      RecordKey key;
                      random.fill(key.bytes);
                      keys[i] =
                          wrap(state.wrapping, key.bytes, Facts(kKeyUse, state.holding.id, record), random);
                      added.sealed[i] =
                          seal_body(key.bytes, bodies[i], Facts(kBodyUse, state.holding.id, record), random);
                    }
                  });
  if (auto slots = state.slots.add(keys); !slots.ok()) return slots.error();
  state.unsynced = true;
  state.added += bodies.size();
  return added;
}

Result<seal::Bytes> RecordRing::seal(RecordId record, seal::ByteView plain) const {
  RecordKey key;
  if (auto status = load_key(*state_, record, key); !status.ok()) return status.error();
  Randomness random;
  return seal_body(key.bytes, plain, Facts(kBodyUse, state_->holding.id, record), random);
}

Result<seal::PlainBytes> RecordRing::open(RecordId record, seal::ByteView sealed) const {
  RecordKey key;
  if (auto status = load_key(*state_, record, key); !status.ok()) return status.error();
  auto plain = open_body(key.bytes, sealed, Facts(kBodyUse, state_->holding.id, record));
  if (plain.ok()) ++state_->opened;
  return plain;
}

Status RecordRing::sync() {
  if (!state_->unsynced) return {};
  if (auto status = state_->slots.sync(); !status.ok()) return status;
  state_->unsynced = false;
  return {};
}

Status RecordRing::forget(std::span<const RecordId> records) {
  State& state = *state_;
  if (state.closed) return internal_error("records are forgotten after their holding was closed");
  if (records.empty()) return {};
  std::vector<std::uint64_t> slots;
  for (const auto record : records) {
    auto wrapped = state.slots.read(record.number);
    if (!wrapped.ok()) return wrapped.error();
    if (wrapped.value() && std::find(slots.begin(), slots.end(), record.number) == slots.end())
      slots.push_back(record.number);
  }
  ledger::Entry entry = state.entry;
  entry.verb = ledger::Verb::kErase;
  entry.phase = ledger::Phase::kIntent;
  entry.counts = {{ledger::CountKind::kRecords, slots.size()}};
  if (auto index = state.ledger->append(entry); !index.ok()) return index.error();
  if (auto status = state.slots.destroy(slots); !status.ok()) return status;
  state.forgotten += slots.size();
  entry.phase = ledger::Phase::kDone;
  auto index = state.ledger->append(entry);
  return index.ok() ? Status() : Status(index.error());
}

bool RecordRing::readable(RecordId record) const {
  auto wrapped = state_->slots.read(record.number);
  return wrapped.ok() && wrapped.value().has_value();
}

Token RecordRing::token(std::string_view domain, std::string_view text) const {
  crypto_generichash_state hash;
  Token token{};
  const auto key = state_->tokens.bytes();
  crypto_generichash_init(&hash, reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                          token.size());
  // The length first, so that no two pairs of domain and text come to the same bytes.
  const std::uint64_t domain_length = domain.size();
  crypto_generichash_update(&hash, reinterpret_cast<const unsigned char*>(&domain_length),
                            sizeof domain_length);
  crypto_generichash_update(&hash, reinterpret_cast<const unsigned char*>(domain.data()), domain.size());
  crypto_generichash_update(&hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  crypto_generichash_final(&hash, token.data(), token.size());
  sodium_memzero(&hash, sizeof hash);
  return token;
}

std::uint64_t RecordRing::added_count() const { return state_->added; }
std::uint64_t RecordRing::opened_count() const { return state_->opened; }

Status RecordRing::close() {
  State& state = *state_;
  if (state.closed) return {};
  if (auto status = sync(); !status.ok()) return status;
  state.closed = true;
  state.wrapping = Key();
  state.tokens = Key();
  ledger::Entry entry = state.entry;
  entry.phase = ledger::Phase::kDone;
  entry.counts = {{ledger::CountKind::kRecords, state.opened}, {ledger::CountKind::kRows, state.added}};
  auto index = state.ledger->append(entry);
  return index.ok() ? Status() : Status(index.error());
}

}  // namespace kinfold::holding
