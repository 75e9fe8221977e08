#include <sodium.h>

#include <cstring>

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

void seal_into(std::span<std::byte> out, ByteView key, ByteView plain, ByteView facts) {
  seal::fill_random(out.first(kNonceBytes));
  crypto_aead_xchacha20poly1305_ietf_encrypt(u8_out(out.subspan(kNonceBytes)), nullptr, u8(plain), plain.size(),
                                             u8(facts), facts.size(), nullptr, u8(out), u8(key));
}

bool open_into(std::span<std::byte> out, ByteView key, ByteView sealed, ByteView facts) {
  const auto body = sealed.subspan(kNonceBytes);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(u8_out(out), nullptr, nullptr, u8(body), body.size(), u8(facts),
                                                    facts.size(), u8(sealed), u8(key)) == 0;
}

}  // namespace

Key derive(const Key& key, KeyUse use) {
  Key derived;
  crypto_kdf_derive_from_key(u8_out(derived.bytes()), 32, static_cast<std::uint64_t>(use), kContext, u8(key.bytes()));
  return derived;
}

WrappedKey wrap(const Key& wrapping, ByteView key, ByteView facts) {
  WrappedKey wrapped{};
  seal_into(wrapped, wrapping.bytes(), key, facts);
  return wrapped;
}

bool unwrap(const WrappedKey& wrapped, const Key& wrapping, ByteView facts, std::span<std::byte> key) {
  return key.size() == 32 && open_into(key, wrapping.bytes(), wrapped, facts);
}

std::string key_name(const Key& key) {
  const Key derived = derive(key, KeyUse::kName);
  return seal::to_hex(ByteView(derived.bytes()).first(8));
}

Bytes seal_body(ByteView key, ByteView plain, ByteView facts) {
  Bytes sealed(kNonceBytes + plain.size() + kTagBytes);
  seal_into(sealed, key, plain, facts);
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

Status seal_stream(const Key& key, ByteView plain, const seal::Sink& out) {
  crypto_secretstream_xchacha20poly1305_state state;
  std::array<std::byte, kStreamHead> head{};
  crypto_secretstream_xchacha20poly1305_init_push(&state, u8_out(head), u8(key.bytes()));
  if (auto status = out(seal::as_bytes(kMagic)); !status.ok()) return status;
  if (auto status = out(head); !status.ok()) return status;
  Bytes chunk(kChunkBytes + kChunkExtra);
  for (bool last = false; !last;) {
    const auto part = plain.first(std::min(plain.size(), kChunkBytes));
    plain = plain.subspan(part.size());
    last = plain.empty();
    const unsigned char tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
    crypto_secretstream_xchacha20poly1305_push(&state, u8_out(chunk), nullptr, u8(part), part.size(), nullptr, 0, tag);
    if (auto status = out(ByteView(chunk).first(part.size() + kChunkExtra)); !status.ok()) {
      sodium_memzero(&state, sizeof state);
      return status;
    }
  }
  sodium_memzero(&state, sizeof state);
  return {};
}

Result<PlainBytes> open_stream(const Key& key, ByteView sealed) {
  const auto altered = [] { return invalid("the holding's file was altered or cut short; take it from a backup"); };
  if (sealed.size() < kMagic.size() + kStreamHead || !seal::as_text(sealed).starts_with(kMagic)) return altered();
  sealed = sealed.subspan(kMagic.size());
  crypto_secretstream_xchacha20poly1305_state state;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&state, u8(sealed), u8(key.bytes())) != 0) return altered();
  sealed = sealed.subspan(kStreamHead);
  PlainBytes plain(sealed.size());
  std::size_t done = 0;
  bool ended = false;
  while (!sealed.empty() && !ended) {
    const auto part = sealed.first(std::min(sealed.size(), kChunkBytes + kChunkExtra));
    sealed = sealed.subspan(part.size());
    unsigned long long count = 0;
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&state, u8_out(std::span(plain).subspan(done)), &count, &tag,
                                                   u8(part), part.size(), nullptr, 0) != 0) {
      sodium_memzero(&state, sizeof state);
      return altered();
    }
    done += count;
    ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  }
  sodium_memzero(&state, sizeof state);
  if (!ended || !sealed.empty()) return altered();
  plain.resize(done);
  return plain;
}

}  // namespace kinfold::holding
