#include "seal/custody.h"

#include <fmt/format.h>
#include <sodium.h>

#include <cstring>
#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "seal/key_material_internal.h"
#include "seal/note.h"
#include "seal/sodium_internal.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kTitle = "kinfold key share v1";
constexpr int kCountMax = 16;
constexpr std::size_t kScalarBytes = crypto_core_ristretto255_SCALARBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr char kContext[crypto_kdf_CONTEXTBYTES + 1] = "kfcustdy";
using Scalar = Secret<kScalarBytes>;

Scalar small_scalar(int value) {
  Scalar scalar;
  scalar.bytes()[0] = static_cast<std::byte>(value);
  return scalar;
}

/// The polynomial's value at `x`, highest coefficient last (Horner).
Scalar value_at(const std::vector<Scalar>& coefficients, int x) {
  const Scalar place = small_scalar(x);
  Scalar value;
  for (auto coefficient = coefficients.rbegin(); coefficient != coefficients.rend(); ++coefficient) {
    crypto_core_ristretto255_scalar_mul(u8(value.bytes()), u8(value.bytes()), u8(place.bytes()));
    crypto_core_ristretto255_scalar_add(u8(value.bytes()), u8(value.bytes()), u8(coefficient->bytes()));
  }
  return value;
}

Secret<32> box_key(const Scalar& secret) {
  Secret<32> key;
  crypto_kdf_derive_from_key(u8(key.bytes()), 32, 1, kContext, u8(secret.bytes()));
  return key;
}

struct Share {
  std::string set;
  int index = 0;
  int needed = 0;
  int count = 0;
  Scalar value;
  Bytes box;
};

/// Wipes a text with a share in it, however the function is left.
struct Wiper {
  std::string& text;
  ~Wiper() { wipe(text.data(), text.size()); }
};

std::optional<int> small_number(std::string_view text) {
  const auto value = parse_number<int>(text);
  return value && *value >= 1 && *value <= kCountMax ? value : std::nullopt;
}

std::string facts_text(const std::string& party, const std::string& set, int needed, int count) {
  return fmt::format("{}\nparty: {}\nset: {}\nneeded: {}\ncount: {}\n", kTitle, party, set, needed, count);
}

Result<Share> parse_share(std::string_view text, const std::string& party) {
  const auto malformed = [] { return invalid("is not a key share"); };
  const auto lines = split(text, '\n');
  constexpr std::string_view kFields[] = {
      "party: ", "set: ", "needed: ", "count: ", "share: ", "value: ", "box: "};
  if (lines.size() != std::size(kFields) + 2 || lines[0] != kTitle) return malformed();
  std::string_view values[std::size(kFields)];
  for (std::size_t i = 0; i < std::size(kFields); ++i) {
    if (!lines[i + 1].starts_with(kFields[i])) return malformed();
    values[i] = lines[i + 1].substr(kFields[i].size());
  }
  const auto needed = small_number(values[2]);
  const auto count = small_number(values[3]);
  const auto index = small_number(values[4]);
  auto value = from_hex(values[5]);
  auto box = from_base64(values[6]);
  if (values[0] != party || !needed || !count || !index || !value || value->size() != kScalarBytes || !box ||
      box->size() != kNonceBytes + kKeyMaterialBytes + kTagBytes) {
    return malformed();
  }
  Share share;
  share.set = values[1];
  share.index = *index;
  share.needed = *needed;
  share.count = *count;
  std::memcpy(share.value.bytes().data(), value->data(), kScalarBytes);
  wipe(value->data(), value->size());
  share.box = std::move(*box);
  return share;
}

/// The shares that are what they should be, or which one is not.
Result<std::vector<Share>> read_shares(const std::vector<NamedShare>& given, const Card& card) {
  std::vector<Share> shares;
  for (const auto& named : given) {
    auto text = verify_note(as_text(named.text.bytes()), card.party, card.signer);
    if (!text.ok())
      return refused(named.name + ": this share was altered, or is not this site's; leave it out");
    const Wiper wiper{text.value()};
    auto share = parse_share(text.value(), card.party);
    if (!share.ok()) return refused(named.name + ": " + share.error().message);
    for (const auto& other : shares) {
      if (other.set != share.value().set)
        return refused(named.name + ": this share is of another splitting than the first");
      if (other.index == share.value().index) return refused(named.name + ": this share was given twice");
    }
    shares.push_back(std::move(share).value());
  }
  if (shares.empty() || shares.size() < static_cast<std::size_t>(shares[0].needed)) {
    return refused(fmt::format("{} shares are not enough{}", shares.size(),
                               shares.empty() ? "" : fmt::format(": {} are needed", shares[0].needed)));
  }
  return shares;
}

/// Lagrange interpolation at zero.
Scalar interpolate(const std::vector<Share>& shares) {
  Scalar secret;
  for (const auto& share : shares) {
    Scalar term = share.value.clone();
    for (const auto& other : shares) {
      if (other.index == share.index) continue;
      Scalar difference;
      Scalar inverse;
      const Scalar theirs = small_scalar(other.index);
      crypto_core_ristretto255_scalar_sub(u8(difference.bytes()), u8(theirs.bytes()),
                                          u8(small_scalar(share.index).bytes()));
      crypto_core_ristretto255_scalar_invert(u8(inverse.bytes()), u8(difference.bytes()));
      crypto_core_ristretto255_scalar_mul(u8(term.bytes()), u8(term.bytes()), u8(theirs.bytes()));
      crypto_core_ristretto255_scalar_mul(u8(term.bytes()), u8(term.bytes()), u8(inverse.bytes()));
    }
    crypto_core_ristretto255_scalar_add(u8(secret.bytes()), u8(secret.bytes()), u8(term.bytes()));
  }
  return secret;
}

}  // namespace

Result<std::vector<SecretBytes>> split_keys(const SiteKeys& keys, const CustodyRule& rule) {
  require_sodium();
  if (rule.needed < 2 || rule.count < rule.needed || rule.count > kCountMax) {
    return invalid(fmt::format("at least 2 shares must be needed, and there are at most {}", kCountMax));
  }
  std::vector<Scalar> coefficients;
  for (int i = 0; i < rule.needed; ++i) {
    coefficients.emplace_back();
    crypto_core_ristretto255_scalar_random(u8(coefficients.back().bytes()));
  }
  const std::string facts = facts_text(keys.party, to_hex(random_id()), rule.needed, rule.count);
  const auto plain = pack_keys(keys);
  Bytes box(kNonceBytes + kKeyMaterialBytes + kTagBytes);
  fill_random(std::span(box).first(kNonceBytes));
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      u8(std::span(box).subspan(kNonceBytes)), nullptr, u8(plain.bytes()), plain.size(), u8(as_bytes(facts)),
      facts.size(), nullptr, u8(std::span(box)), u8(box_key(coefficients[0]).bytes()));
  std::vector<SecretBytes> shares;
  for (int index = 1; index <= rule.count; ++index) {
    std::string text = facts;
    text.reserve(1024);  // so that no half of it is left behind where the text grew
    const Wiper wiper{text};
    std::string digits = to_hex(ByteView(value_at(coefficients, index).bytes()));
    const Wiper digits_wiper{digits};
    text.append("share: ").append(std::to_string(index)).append("\nvalue: ").append(digits);
    text.append("\nbox: ").append(to_base64(box)).append("\n");
    auto note = sign_note(text, keys.party, keys.signer);
    if (!note.ok()) return note.error();
    const Wiper note_wiper{note.value()};
    shares.push_back(SecretBytes::copy_of(as_bytes(note.value())));
  }
  return shares;
}

Result<SiteKeys> combine_keys(const std::vector<NamedShare>& given, const Card& card) {
  require_sodium();
  auto shares = read_shares(given, card);
  if (!shares.ok()) return shares.error();
  const Share& first = shares.value().front();
  const std::string facts = facts_text(card.party, first.set, first.needed, first.count);
  const auto key = box_key(interpolate(shares.value()));
  const auto sealed = ByteView(first.box).subspan(kNonceBytes);
  SecretBytes plain(kKeyMaterialBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(u8(plain.bytes()), nullptr, nullptr, u8(sealed),
                                                 sealed.size(), u8(as_bytes(facts)), facts.size(),
                                                 u8(ByteView(first.box)), u8(key.bytes())) != 0) {
    return refused("the shares do not fit together");
  }
  return unpack_keys(plain, card.party);
}

}  // namespace kinfold::seal
