#include <fmt/format.h>

#include "base/text.h"
#include "seal/keys.h"
#include "seal/note.h"
#include "seal/sodium_internal.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kFirstLine = "kinfold card v1";

/// The value of `name: value`; empty if the line is another.
std::string_view value_of(std::string_view line, std::string_view field) {
  if (!line.starts_with(field) || !line.substr(field.size()).starts_with(": ")) return {};
  return line.substr(field.size() + 2);
}

std::string card_text(const Card& card) {
  return fmt::format("{}\nparty: {}\nage: {}\nminisign: {}\n", kFirstLine, card.party,
                     to_text(card.recipient), to_text(card.signer));
}

}  // namespace

bool is_party_id(std::string_view text) {
  if (text.empty() || text.size() > 40) return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return true;
}

SiteKeys make_site_keys(std::string_view party) {
  return {std::string(party), make_identity(), make_signing_key(), Secret<32>::random()};
}

Card card_of(const SiteKeys& keys) { return {keys.party, recipient_of(keys.identity), keys.signer.open}; }

Result<std::string> card_file(const SiteKeys& keys) {
  return sign_note(card_text(card_of(keys)), keys.party, keys.signer);
}

Result<Card> parse_card(std::string_view text) {
  const auto lines = split(text.substr(0, 4096), '\n');
  if (lines.size() < 6 || lines[0] != kFirstLine) {
    return invalid(fmt::format("line 1: a card begins with '{}'; ask the party for its card", kFirstLine));
  }
  Card card;
  card.party = value_of(lines[1], "party");
  if (!is_party_id(card.party)) return invalid("line 2: expected 'party: ' and a party's id");
  auto recipient = parse_recipient(value_of(lines[2], "age"));
  if (!recipient.ok()) return invalid("line 3: " + recipient.error().message);
  card.recipient = recipient.value();
  auto signer = parse_signing_public_key(value_of(lines[3], "minisign"));
  if (!signer.ok()) return invalid("line 4: " + signer.error().message);
  card.signer = signer.value();
  auto signed_text = verify_note(text, card.party, card.signer);
  if (!signed_text.ok()) return Error{signed_text.error().code, "the card " + signed_text.error().message};
  if (signed_text.value() != card_text(card)) return invalid("the card has lines that a card does not have");
  return card;
}

std::string fingerprint(const Card& card) {
  const std::string hex = to_hex(sha256(as_bytes(card_text(card))));
  std::string groups;
  for (std::size_t i = 0; i < 32; i += 4) groups += (i == 0 ? "" : " ") + hex.substr(i, 4);
  return groups;
}

}  // namespace kinfold::seal
