#include "verify/notes.h"

#include <sodium.h>

#include <algorithm>

namespace kinfold_verify {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";

std::string_view after(std::string_view line, std::string_view start) {
  return line.starts_with(start) ? line.substr(start.size()) : std::string_view();
}

/// First four bytes of SHA-256(name, line end, 1, key): which key a signature line is by.
std::string key_hash(const std::string& name, const Card& card) {
  std::string message = name + "\n\x01";
  message.append(reinterpret_cast<const char*>(card.key.data()), card.key.size());
  const Hash hash = sha256(message);
  return {reinterpret_cast<const char*>(hash.data()), 4};
}

}  // namespace

Hash sha256(std::string_view bytes) {
  Hash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return hash;
}

std::string hex(const Hash& hash) {
  std::string text(2 * hash.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  text.pop_back();
  return text;
}

std::optional<Hash> parse_hash(std::string_view text) {
  Hash hash{};
  std::size_t count = 0;
  const char* end = nullptr;
  if (text.size() != 2 * hash.size() ||
      sodium_hex2bin(hash.data(), hash.size(), text.data(), text.size(), nullptr, &count, &end) != 0 ||
      count != hash.size() || hex(hash) != text) {
    return std::nullopt;
  }
  return hash;
}

std::optional<Bytes> base64(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t count = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &count, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(count);
  return bytes;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

std::optional<Card> read_card(std::string_view text) {
  const auto lines = lines_of(text);
  if (lines.size() != 6 || lines[0] != "kinfold card v1") return std::nullopt;
  Card card;
  card.party = after(lines[1], "party: ");
  const auto key = base64(after(lines[3], "minisign: "));
  if (card.party.empty() || after(lines[2], "age: ").empty() || !key ||
      key->size() != 2 + 8 + card.key.size() || (*key)[0] != 'E' || (*key)[1] != 'd') {
    return std::nullopt;
  }
  std::copy(key->begin() + 10, key->end(), card.key.begin());
  if (!read_note(text, card)) return std::nullopt;
  return card;
}

std::string fingerprint(std::string_view card_text) {
  const std::string digits = hex(sha256(card_text.substr(0, card_text.rfind("\n\n") + 1)));
  std::string groups;
  for (std::size_t i = 0; i < 32; i += 4) groups += (i == 0 ? "" : " ") + digits.substr(i, 4);
  return groups;
}

std::optional<std::string> read_note(std::string_view note, const Card& card) {
  const auto gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) return std::nullopt;
  const std::string_view text = note.substr(0, gap + 1);
  const std::string name = "kinfold/" + card.party;
  for (const auto line : lines_of(note.substr(gap + 2))) {
    const auto signer = after(line, kDash);
    if (!signer.starts_with(name + " ")) continue;
    const auto signature = base64(signer.substr(name.size() + 1));
    if (!signature || signature->size() != 4 + crypto_sign_BYTES) continue;
    if (key_hash(name, card) != std::string(signature->begin(), signature->begin() + 4)) continue;
    if (crypto_sign_verify_detached(signature->data() + 4,
                                    reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                    card.key.data()) == 0) {
      return std::string(text);
    }
  }
  return std::nullopt;
}

}  // namespace kinfold_verify
