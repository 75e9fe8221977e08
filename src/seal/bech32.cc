// Source: Wuille and Maxwell (2017), BIP 173, "Base32 address format for native v0-16 witness outputs".
#include <cctype>

#include "base/text.h"
#include "seal/bech32_internal.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumLength = 6;
using Fives = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

std::uint32_t polymod_step(std::uint32_t checksum, std::uint8_t value) {
  constexpr std::uint32_t kGenerator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const std::uint32_t top = checksum >> 25;
  checksum = ((checksum & 0x1ffffff) << 5) ^ value;
  for (unsigned i = 0; i < 5; ++i) {
    if ((top >> i & 1) != 0) checksum ^= kGenerator[i];
  }
  return checksum;
}

std::uint32_t polymod(std::string_view prefix, const Fives& values) {
  std::uint32_t checksum = 1;
  for (const char c : prefix) checksum = polymod_step(checksum, static_cast<std::uint8_t>(c >> 5));
  checksum = polymod_step(checksum, 0);
  for (const char c : prefix) checksum = polymod_step(checksum, static_cast<std::uint8_t>(c & 31));
  for (const auto value : values) checksum = polymod_step(checksum, value);
  return checksum;
}

/// Groups of `from_bits` to groups of `to_bits`; a rest is filled with zeros, or refused if it is
/// not (`exact`).
template <typename Out, typename In>
bool regroup(const In& in, unsigned from_bits, unsigned to_bits, bool exact, Out& out) {
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  for (const auto item : in) {
    held = (held << from_bits) | static_cast<std::uint32_t>(item);
    held_bits += from_bits;
    while (held_bits >= to_bits) {
      held_bits -= to_bits;
      out.push_back(static_cast<typename Out::value_type>(held >> held_bits & ((1U << to_bits) - 1)));
    }
    held &= (1U << held_bits) - 1;
  }
  if (exact) return held_bits < from_bits && held == 0;
  if (held_bits > 0) out.push_back(static_cast<typename Out::value_type>(held << (to_bits - held_bits)));
  return true;
}

}  // namespace

SecretText bech32_encode(std::string_view prefix, ByteView bytes) {
  Fives values;
  regroup(bytes, 8, 5, false, values);
  const std::size_t data_length = values.size();
  values.insert(values.end(), kChecksumLength, 0);
  const std::uint32_t checksum = polymod(prefix, values) ^ 1;
  for (unsigned i = 0; i < kChecksumLength; ++i) {
    values[data_length + i] = static_cast<std::uint8_t>(checksum >> (5 * (5 - i)) & 31);
  }
  SecretText text(prefix.begin(), prefix.end());
  text.push_back('1');
  for (const auto value : values) text.push_back(kAlphabet[value]);
  return text;
}

std::optional<PlainBytes> bech32_decode(std::string_view prefix, std::string_view text) {
  bool lower = false;
  bool upper = false;
  for (const char c : text) {
    if (c < 33 || c > 126) return std::nullopt;
    lower = lower || (c >= 'a' && c <= 'z');
    upper = upper || (c >= 'A' && c <= 'Z');
  }
  if (lower && upper) return std::nullopt;
  SecretText folded;
  for (const char c : text) folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  const std::string_view all(folded.data(), folded.size());
  if (all.size() < prefix.size() + 1 + kChecksumLength || !all.starts_with(prefix) ||
      all[prefix.size()] != '1') {
    return std::nullopt;
  }
  Fives values;
  for (const char c : all.substr(prefix.size() + 1)) {
    const auto at = kAlphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    values.push_back(static_cast<std::uint8_t>(at));
  }
  if (polymod(prefix, values) != 1) return std::nullopt;
  values.resize(values.size() - kChecksumLength);
  PlainBytes bytes;
  if (!regroup(values, 5, 8, true, bytes)) return std::nullopt;
  return bytes;
}

}  // namespace kinfold::seal
