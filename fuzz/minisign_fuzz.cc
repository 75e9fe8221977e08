// LINKS: seal
// Any text as a minisign signature, a public key, an age recipient, a signed note and a card. What is
// read as a key must be written as it was read.
#include <cstdlib>

#include "base/text.h"
#include "seal/keys.h"
#include "seal/note.h"

using namespace kinfold::seal;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const SigningKey key = make_signing_key();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto signature = parse_signature(text);
  if (signature.ok() && verify(source_of(as_bytes(text)), signature.value(), key.open).ok()) std::abort();
  const auto public_key = parse_signing_public_key(text);
  if (public_key.ok() && !parse_signing_public_key(to_text(public_key.value())).ok()) std::abort();
  const auto recipient = parse_recipient(text);
  if (recipient.ok() && to_text(recipient.value()) != kinfold::ascii_lower(text)) std::abort();
  if (verify_note(text, "ons", key.open).ok()) std::abort();
  static_cast<void>(parse_card(text).ok());
  static_cast<void>(parse_identity(text).ok());
  return 0;
}
