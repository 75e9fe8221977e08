#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "holding/cipher_internal.h"

namespace kinfold::holding {
namespace {

constexpr char kContext[crypto_kdf_CONTEXTBYTES + 1] = "kinfoldh";
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kChunkExtra = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kStreamHead = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::string_view kMagic = "kinfold data v1\n";
static_assert(kWrappedKeyBytes == kNonceBytes + 32 + kTagBytes);

/// libsodium declares some of its pointers never null, also where the length is 0.
const unsigned char* u8(ByteView bytes) {
  static const unsigned char kNothing = 0;
  return bytes.data() == nullptr ? &kNothing : reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* u8_out(std::span<std::byte> bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

void seal_into(std::span<std::byte> out, ByteView key, ByteView plain, ByteView facts, Randomness& random) {
  random.fill(out.first(kNonceBytes));
  crypto_aead_xchacha20poly1305_ietf_encrypt(u8_out(out.subspan(kNonceBytes)), nullptr, u8(plain),
                                             plain.size(), u8(facts), facts.size(), nullptr, u8(out),
                                             u8(key));
}

bool open_into(std::span<std::byte> out, ByteView key, ByteView sealed, ByteView facts) {
  const auto body = sealed.subspan(kNonceBytes);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(u8_out(out), nullptr, nullptr, u8(body), body.size(),
                                                    u8(facts), facts.size(), u8(sealed), u8(key)) == 0;
}

/// Wiped when it goes.
struct StreamState {
  crypto_secretstream_xchacha20poly1305_state stream;
  StreamState() = default;
  StreamState(const StreamState&) = delete;
  StreamState& operator=(const StreamState&) = delete;
  ~StreamState() { sodium_memzero(&stream, sizeof stream); }
};

/// A holding's file being read, chunk after chunk.
class Opening {
 public:
  explicit Opening(seal::Source in)
      : in_(std::move(in)), sealed_(kChunkBytes + kChunkExtra), plain_(kChunkBytes) {}

  Status begin(const Key& key) {
    std::array<std::byte, kMagic.size() + kStreamHead> head{};
    const auto count = in_(head);
    if (!count.ok()) return count.error();
    if (count.value() != head.size() || !seal::as_text(head).starts_with(kMagic)) return altered();
    const auto* stream_head = u8(ByteView(head).subspan(kMagic.size()));
    if (crypto_secretstream_xchacha20poly1305_init_pull(&state_.stream, stream_head, u8(key.bytes())) != 0)
      return altered();
    return {};
  }

  Result<std::size_t> read(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      if (at_ == end_) {
        if (ended_) break;
        if (auto status = next(); !status.ok()) return status.error();
        continue;
      }
      const std::size_t count = std::min(out.size() - done, end_ - at_);
      std::memcpy(out.data() + done, plain_.data() + at_, count);
      at_ += count;
      done += count;
    }
    return done;
  }

 private:
  static Error altered() {
    return invalid("the holding's file was altered or cut short; take it from a backup");
  }

  Status next() {
    const auto count = in_(sealed_);
    if (!count.ok()) return count.error();
    unsigned long long plain_count = 0;
    unsigned char tag = 0;
    if (count.value() < kChunkExtra ||
        crypto_secretstream_xchacha20poly1305_pull(&state_.stream, u8_out(plain_), &plain_count, &tag,
                                                   u8(sealed_), count.value(), nullptr, 0) != 0) {
      return altered();
    }
    at_ = 0;
    end_ = plain_count;
    ended_ = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (!ended_) return {};
    const auto behind = in_(sealed_);
    if (!behind.ok()) return behind.error();
    return behind.value() == 0 ? Status() : Status(altered());
  }

  seal::Source in_;
  StreamState state_;
  Bytes sealed_;
  PlainBytes plain_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
};

}  // namespace

Key derive(const Key& key, KeyUse use) {
  Key derived;
  crypto_kdf_derive_from_key(u8_out(derived.bytes()), 32, static_cast<std::uint64_t>(use), kContext,
                             u8(key.bytes()));
  return derived;
}

void Randomness::fill(std::span<std::byte> out) {
  if (out.size() > block_.size()) return seal::fill_random(out);
  if (out.size() > block_.size() - at_) {
    seal::fill_random(block_);
    at_ = 0;
  }
  const auto given = std::span(block_).subspan(at_, out.size());
  std::copy(given.begin(), given.end(), out.begin());
  seal::wipe(given.data(), given.size());
  at_ += out.size();
}

WrappedKey wrap(const Key& wrapping, ByteView key, ByteView facts, Randomness& random) {
  WrappedKey wrapped{};
  seal_into(wrapped, wrapping.bytes(), key, facts, random);
  return wrapped;
}

bool unwrap(const WrappedKey& wrapped, const Key& wrapping, ByteView facts, std::span<std::byte> key) {
  return key.size() == 32 && open_into(key, wrapping.bytes(), wrapped, facts);
}

std::string key_name(const Key& key) {
  const Key derived = derive(key, KeyUse::kName);
  return seal::to_hex(ByteView(derived.bytes()).first(8));
}

Bytes seal_body(ByteView key, ByteView plain, ByteView facts, Randomness& random) {
  Bytes sealed(kNonceBytes + plain.size() + kTagBytes);
  seal_into(sealed, key, plain, facts, random);
  return sealed;
}

Result<PlainBytes> open_body(ByteView key, ByteView sealed, ByteView facts) {
  if (sealed.size() < kNonceBytes + kTagBytes) return invalid("a sealed record is too short to be one");
  PlainBytes plain(sealed.size() - kNonceBytes - kTagBytes);
  if (!open_into(plain, key, sealed, facts)) {
    return invalid("a sealed record was altered, or belongs to another record; take it from a backup");
  }
  return plain;
}

Status seal_stream(const Key& key, const seal::Source& plain, const seal::Sink& out) {
  StreamState state;
  std::array<std::byte, kStreamHead> head{};
  crypto_secretstream_xchacha20poly1305_init_push(&state.stream, u8_out(head), u8(key.bytes()));
  if (auto status = out(seal::as_bytes(kMagic)); !status.ok()) return status;
  if (auto status = out(head); !status.ok()) return status;
  PlainBytes part(kChunkBytes);
  PlainBytes ahead(kChunkBytes);
  Bytes chunk(kChunkBytes + kChunkExtra);
  auto count = plain(part);
  if (!count.ok()) return count.error();
  for (bool last = false; !last;) {
    // One chunk ahead, for the last is marked as such; a source gives less than asked only at its end.
    auto more = count.value() < part.size() ? Result<std::size_t>(0) : plain(ahead);
    if (!more.ok()) return more.error();
    last = more.value() == 0;
    const unsigned char tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
    crypto_secretstream_xchacha20poly1305_push(&state.stream, u8_out(chunk), nullptr, u8(part), count.value(),
                                               nullptr, 0, tag);
    if (auto status = out(ByteView(chunk).first(count.value() + kChunkExtra)); !status.ok()) return status;
    std::swap(part, ahead);
    count = more;
  }
  return {};
}

Result<seal::Source> open_stream(const Key& key, seal::Source sealed) {
  auto opening = std::make_shared<Opening>(std::move(sealed));
  if (auto status = opening->begin(key); !status.ok()) return status.error();
  return seal::Source([opening](std::span<std::byte> out) { return opening->read(out); });
}

}  // namespace kinfold::holding
