#include "seal/minisign.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "seal/sodium_internal.h"
#include "seal/stream_internal.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kKeyAlgorithm = "Ed";
constexpr std::string_view kHashedAlgorithm = "ED";
constexpr std::string_view kUntrusted = "untrusted comment: ";
constexpr std::string_view kTrusted = "trusted comment: ";
constexpr std::size_t kKeyIdBytes = 8;
constexpr std::size_t kPublicKeyBytes = 2 + kKeyIdBytes + crypto_sign_PUBLICKEYBYTES;
constexpr std::size_t kSignatureBytes = 2 + kKeyIdBytes + crypto_sign_BYTES;
constexpr std::size_t kSignatureFileBytesMax = 16 * 1024;
static_assert(sizeof(ContentHash) == crypto_generichash_BYTES_MAX);

void append(Bytes& to, std::span<const std::uint8_t> bytes) {
  const auto view = std::as_bytes(bytes);
  to.insert(to.end(), view.begin(), view.end());
}

Bytes tagged(std::string_view algorithm, const std::array<std::uint8_t, 8>& key_id,
             std::span<const std::uint8_t> rest) {
  Bytes bytes(as_bytes(algorithm).begin(), as_bytes(algorithm).end());
  append(bytes, key_id);
  append(bytes, rest);
  return bytes;
}

Result<ContentHash> hash_of(const Source& in) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sizeof(ContentHash));
  PlainBytes block(256 * 1024);
  while (true) {
    auto count = in(block);
    if (!count.ok()) return count.error();
    if (count.value() == 0) break;
    crypto_generichash_update(&state, u8(std::span(block)), count.value());
  }
  ContentHash hash{};
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

Bytes comment_message(const std::array<std::uint8_t, 64>& over_hash, std::string_view comment) {
  Bytes message;
  append(message, over_hash);
  message.insert(message.end(), as_bytes(comment).begin(), as_bytes(comment).end());
  return message;
}

bool one_printable_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

}  // namespace

std::string to_text(const SigningPublicKey& key) {
  return to_base64(tagged(kKeyAlgorithm, key.key_id, key.point));
}

Result<SigningPublicKey> parse_signing_public_key(std::string_view text) {
  text = trim(text);
  if (const auto end = text.rfind('\n'); end != std::string_view::npos) text = trim(text.substr(end + 1));
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != kPublicKeyBytes || !as_text(*bytes).starts_with(kKeyAlgorithm)) {
    return invalid("is not a minisign public key (RW...); copy the whole line");
  }
  SigningPublicKey key;
  std::memcpy(key.key_id.data(), bytes->data() + 2, kKeyIdBytes);
  std::memcpy(key.point.data(), bytes->data() + 2 + kKeyIdBytes, key.point.size());
  return key;
}

SigningKey make_signing_key() {
  require_sodium();
  SigningKey key;
  crypto_sign_keypair(key.open.point.data(), u8(key.secret.bytes()));
  fill_random(std::as_writable_bytes(std::span(key.open.key_id)));
  return key;
}

Result<std::string> sign(const Source& in, const SigningKey& key, std::string_view trusted_comment) {
  require_sodium();
  auto hash = hash_of(in);
  if (!hash.ok()) return hash.error();
  return sign(hash.value(), key, trusted_comment);
}

Result<std::string> sign(const ContentHash& hash, const SigningKey& key, std::string_view trusted_comment) {
  if (!one_printable_line(trusted_comment))
    return internal_error("a trusted comment is one line of printable text");
  Signature signature;
  crypto_sign_detached(signature.over_hash.data(), nullptr, hash.data(), hash.size(), u8(key.secret.bytes()));
  const auto message = comment_message(signature.over_hash, trusted_comment);
  crypto_sign_detached(signature.over_comment.data(), nullptr, u8(std::span(message)), message.size(),
                       u8(key.secret.bytes()));
  return std::string(kUntrusted) + "signature by kinfold, checked with minisign\n" +
         to_base64(tagged(kHashedAlgorithm, key.open.key_id, signature.over_hash)) + "\n" +
         std::string(kTrusted) + std::string(trusted_comment) + "\n" +
         to_base64(std::as_bytes(std::span(signature.over_comment))) + "\n";
}

Result<Signature> parse_signature(std::string_view text) {
  if (text.size() > kSignatureFileBytesMax) return invalid("the signature file is too long to be one");
  std::vector<std::string_view> lines = split(text, '\n');
  for (auto& line : lines) {
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.size() != 4 || !lines[0].starts_with(kUntrusted) || !lines[2].starts_with(kTrusted)) {
    return invalid("the signature file is not a minisign signature (four lines, two of them comments)");
  }
  const auto bytes = from_base64(lines[1]);
  const auto over_comment = from_base64(lines[3]);
  if (!bytes || bytes->size() != kSignatureBytes || !over_comment ||
      over_comment->size() != crypto_sign_BYTES) {
    return invalid("the signature file is damaged; ask the sender for it again");
  }
  if (as_text(*bytes).substr(0, 2) != kHashedAlgorithm) {
    return invalid(
        "the signature is of the old, unhashed form; sign with minisign 0.10 or newer, without -l");
  }
  Signature signature;
  std::memcpy(signature.key_id.data(), bytes->data() + 2, kKeyIdBytes);
  std::memcpy(signature.over_hash.data(), bytes->data() + 2 + kKeyIdBytes, crypto_sign_BYTES);
  std::memcpy(signature.over_comment.data(), over_comment->data(), crypto_sign_BYTES);
  signature.trusted_comment = lines[2].substr(kTrusted.size());
  return signature;
}

Status verify_signer(const Signature& signature, const SigningPublicKey& key) {
  require_sodium();
  if (signature.key_id != key.key_id)
    return refused("is signed with another key than the one on the sender's card");
  const auto message = comment_message(signature.over_hash, signature.trusted_comment);
  if (crypto_sign_verify_detached(signature.over_comment.data(), u8(std::span(message)), message.size(),
                                  key.point.data()) != 0) {
    return refused("has a signature that the key on the sender's card did not make");
  }
  return {};
}

Status verify(const Source& in, const Signature& signature, const SigningPublicKey& key) {
  if (auto status = verify_signer(signature, key); !status.ok()) return status;
  auto hash = hash_of(in);
  if (!hash.ok()) return hash.error();
  if (crypto_sign_verify_detached(signature.over_hash.data(), hash.value().data(), hash.value().size(),
                                  key.point.data()) != 0) {
    return refused("was altered after it was signed");
  }
  return {};
}

}  // namespace kinfold::seal
