// Detached signatures that stock minisign makes and checks (prehashed form, `ED`).
// Source: Denis, minisign 0.11, "Signature format" (jedisct1.github.io/minisign).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/secret.h"
#include "seal/stream.h"

namespace kinfold::seal {

struct SigningPublicKey {
  std::array<std::uint8_t, 8> key_id{};
  std::array<std::uint8_t, 32> point{};
  auto operator<=>(const SigningPublicKey&) const = default;
};
/// `RW...`, 56 characters, as in a minisign.pub file.
std::string to_text(const SigningPublicKey& key);
/// Accepts the bare line or a whole minisign.pub file.
Result<SigningPublicKey> parse_signing_public_key(std::string_view text);

struct SigningKey {
  SigningPublicKey open;
  Secret<64> secret;  ///< Ed25519, libsodium's layout: seed, then public key.
};
SigningKey make_signing_key();

/// BLAKE2b-512 of what is signed, taken while it goes by.
using ContentHash = std::array<std::uint8_t, 64>;
Result<std::string> sign(const ContentHash& hash, const SigningKey& key, std::string_view trusted_comment);
/// One pass over any size. `trusted_comment` is one line, covered by the signature.
Result<std::string> sign(const Source& in, const SigningKey& key, std::string_view trusted_comment);

struct Signature {
  std::array<std::uint8_t, 8> key_id{};
  std::array<std::uint8_t, 64> over_hash{};
  std::string trusted_comment;
  std::array<std::uint8_t, 64> over_comment{};
};
/// Reads a .minisig. \retval kInvalid saying what is not as it should be.
Result<Signature> parse_signature(std::string_view text);

/// Checks the signer and the trusted comment, which needs no file.
/// \retval kRefused if another key signed, or the comment was altered.
Status verify_signer(const Signature& signature, const SigningPublicKey& key);
/// Checks everything. `in` is read to its end. \retval kRefused also if the content is not what was signed.
Status verify(const Source& in, const Signature& signature, const SigningPublicKey& key);

}  // namespace kinfold::seal
