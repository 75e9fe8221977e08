#include "seal/note.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "seal/sodium_internal.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // em dash, space
constexpr std::uint8_t kEd25519 = 1;
constexpr std::size_t kKeyHashBytes = 4;
constexpr std::size_t kNoteBytesMax = 1 << 20;

/// First bytes of SHA-256 over name, line end, algorithm and key.
std::array<std::byte, kKeyHashBytes> key_hash(const std::string& name, const SigningPublicKey& key) {
  std::string message = name + "\n" + static_cast<char>(kEd25519);
  message += as_text(std::as_bytes(std::span(key.point)));
  const Digest digest = sha256(as_bytes(message));
  std::array<std::byte, kKeyHashBytes> hash{};
  std::memcpy(hash.data(), digest.bytes.data(), hash.size());
  return hash;
}

bool fit_to_sign(std::string_view text) {
  if (text.empty() || text.back() != '\n' || text.size() > kNoteBytesMax) return false;
  if (text.find("\n\n\xE2\x80\x94 ") != std::string_view::npos) return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 32 && c != '\n' && c != '\t') || c == 127;
  });
}

}  // namespace

std::string note_signer_name(std::string_view party) { return "kinfold/" + std::string(party); }

std::string note_verifier_key(std::string_view party, const SigningPublicKey& key) {
  const std::string name = note_signer_name(party);
  Bytes tagged{std::byte{kEd25519}};
  const auto point = std::as_bytes(std::span(key.point));
  tagged.insert(tagged.end(), point.begin(), point.end());
  return name + "+" + to_hex(key_hash(name, key)) + "+" + to_base64(tagged);
}

Result<std::string> sign_note(std::string_view text, std::string_view party, const SigningKey& key) {
  require_sodium();
  if (!fit_to_sign(text)) return internal_error("a note is printable text that ends with a line end");
  const std::string name = note_signer_name(party);
  const auto hash = key_hash(name, key.open);
  Bytes signature(hash.begin(), hash.end());
  signature.resize(kKeyHashBytes + crypto_sign_BYTES);
  crypto_sign_detached(u8(std::span(signature).subspan(kKeyHashBytes)), nullptr, u8(as_bytes(text)),
                       text.size(), u8(key.secret.bytes()));
  return std::string(text) + "\n" + std::string(kSignaturePrefix) + name + " " + to_base64(signature) + "\n";
}

Result<std::string> verify_note(std::string_view note, std::string_view party, const SigningPublicKey& key) {
  require_sodium();
  const auto gap = note.rfind("\n\n");
  if (note.size() > kNoteBytesMax || gap == std::string_view::npos || !fit_to_sign(note.substr(0, gap + 1))) {
    return invalid("is not a signed note");
  }
  const std::string_view text = note.substr(0, gap + 1);
  std::string_view rest = note.substr(gap + 2);
  const std::string name = note_signer_name(party);
  const auto hash = key_hash(name, key);
  // Other parties may have signed below (witnesses): only ours counts, the rest must be well formed.
  bool signed_by_party = false;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos || !rest.starts_with(kSignaturePrefix))
      return invalid("is not a signed note");
    const std::string_view line = rest.substr(kSignaturePrefix.size(), end - kSignaturePrefix.size());
    rest = rest.substr(end + 1);
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return invalid("is not a signed note");
    const auto signature = from_base64(line.substr(space + 1));
    if (!signature || signature->size() <= kKeyHashBytes) return invalid("is not a signed note");
    if (line.substr(0, space) != name || signature->size() != kKeyHashBytes + crypto_sign_BYTES ||
        !std::equal(hash.begin(), hash.end(), signature->begin())) {
      continue;
    }
    if (crypto_sign_verify_detached(u8(std::span<const std::byte>(*signature).subspan(kKeyHashBytes)),
                                    u8(as_bytes(text)), text.size(), key.point.data()) != 0) {
      return refused("was altered after it was signed");
    }
    signed_by_party = true;
  }
  if (!signed_by_party) return refused("is not signed with the key on the party's card");
  return std::string(text);
}

}  // namespace kinfold::seal
