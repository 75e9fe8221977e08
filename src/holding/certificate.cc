#include "holding/certificate.h"

#include <charconv>

#include "base/text.h"
#include "holding/certificate_internal.h"
#include "seal/note.h"

namespace kinfold::holding {
namespace {

constexpr std::string_view kTitle = "kinfold destruction certificate v1";
constexpr std::string_view kMethod =
    "the holding was encrypted from the start (XChaCha20-Poly1305) under a key of its own; the only copy of "
    "that key, "
    "wrapped under the site's master key, was overwritten with random bytes and then zeros, each flushed to "
    "the disk "
    "and read back; after that its files were overwritten and removed";
constexpr std::string_view kCannotProve =
    "that nobody copied the data in the clear while it was open; that a backup or the disk itself keeps no "
    "older copy "
    "of the wrapped key, which would still need the site's master key; anything about data that left under "
    "another key";
constexpr std::size_t kFieldCount = 15;
constexpr std::string_view kFields[kFieldCount] = {
    "party",   "holding", "package",   "kind",   "data-classes", "origin", "purpose",     "rows",
    "created", "expires", "destroyed", "key-id", "reason",       "method", "cannot-prove"};

std::string or_none(std::string text) { return text.empty() ? "-" : text; }

}  // namespace

std::string certificate_text(const Certificate& facts) {
  const std::string values[kFieldCount] = {facts.party,
                                           to_hex(facts.holding),
                                           facts.package ? to_hex(*facts.package) : "-",
                                           facts.kind,
                                           or_none(join(facts.data_classes, ",")),
                                           or_none(facts.origin),
                                           or_none(facts.purpose),
                                           std::to_string(facts.row_count),
                                           to_rfc3339(facts.created),
                                           to_iso(facts.expires),
                                           to_rfc3339(facts.destroyed),
                                           facts.key_id,
                                           facts.reason,
                                           std::string(kMethod),
                                           std::string(kCannotProve)};
  std::string text = std::string(kTitle) + "\n";
  for (std::size_t i = 0; i < kFieldCount; ++i) text += std::string(kFields[i]) + ": " + values[i] + "\n";
  return text;
}

Result<Certificate> parse_certificate(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() != kFieldCount + 2 || lines[0] != kTitle)
    return invalid("is not a destruction certificate");
  std::string_view values[kFieldCount];
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const std::string start = std::string(kFields[i]) + ": ";
    if (!lines[i + 1].starts_with(start))
      return invalid("a destruction certificate lacks '" + std::string(kFields[i]) + "'");
    values[i] = lines[i + 1].substr(start.size());
  }
  const auto text_or_empty = [](std::string_view value) {
    return value == "-" ? std::string() : std::string(value);
  };
  Certificate facts;
  facts.party = values[0];
  const auto holding = seal::parse_id(values[1]);
  facts.package = seal::parse_id(values[2]);
  facts.kind = values[3];
  if (values[4] != "-") {
    for (const auto part : split(values[4], ',')) facts.data_classes.emplace_back(part);
  }
  facts.origin = text_or_empty(values[5]);
  facts.purpose = text_or_empty(values[6]);
  std::from_chars(values[7].data(), values[7].data() + values[7].size(), facts.row_count);
  const auto created = parse_rfc3339(values[8]);
  const auto expires = parse_iso_date(values[9]);
  const auto destroyed = parse_rfc3339(values[10]);
  facts.key_id = values[11];
  facts.reason = values[12];
  if (!holding || !created || !expires || !destroyed)
    return invalid("a destruction certificate is malformed");
  facts.holding = *holding;
  facts.created = *created;
  facts.expires = *expires;
  facts.destroyed = *destroyed;
  if (certificate_text(facts) != text) return invalid("a destruction certificate is malformed");
  return facts;
}

Result<Certificate> sign_certificate(Certificate facts, const seal::SiteKeys& keys) {
  auto note = seal::sign_note(certificate_text(facts), keys.party, keys.signer);
  if (!note.ok()) return note.error();
  facts.note = std::move(note).value();
  return facts;
}

Result<Certificate> verify_certificate(std::string_view note, const seal::Card& card) {
  auto text = seal::verify_note(note, card.party, card.signer);
  if (!text.ok()) return Error{text.error().code, "the certificate " + text.error().message};
  auto certificate = parse_certificate(text.value());
  if (!certificate.ok()) return certificate;
  if (certificate.value().party != card.party) return refused("the certificate is about another party");
  certificate.value().note = note;
  return certificate;
}

}  // namespace kinfold::holding
