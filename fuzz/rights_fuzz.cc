// LINKS: rights site
// Any text as a receipt between parties (signed by the right one, so that what is inside is read), a notice
// of a withdrawal, a case, and a description of a person.
#include <cstdlib>

#include "fixed_keys.h"
#include "rights/store.h"
#include "seal/note.h"
#include "site/object.h"

using namespace kinfold;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const seal::SiteKeys keys = seal::fixed_keys();
  static const seal::Card card = seal::card_of(keys);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto note = seal::sign_note(text, "ons", keys.signer); note.ok()) {
    const auto receipt = site::verify_receipt(note.value(), card);
    if (receipt.ok() && receipt.value().party != "ons") std::abort();
  }
  if (site::verify_receipt(text, card).ok()) std::abort();
  static_cast<void>(site::parse_withdrawal(text).ok());
  const auto a_case = rights::case_from_json(text);
  if (a_case.ok() && !rights::case_from_json(rights::to_json(a_case.value())).ok()) std::abort();
  const auto person = site::parse_person(text);
  if (person.ok() && person.value().surname.empty() && person.value().nino.empty()) std::abort();
  return 0;
}
