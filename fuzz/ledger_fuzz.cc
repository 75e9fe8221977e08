// LINKS: ledger verify
// Any text as a ledger line, a head, a proof and an exported ledger, for the ledger and for the
// separate verifier: a line that is read is the line that was written; nothing unsigned is sound.
#include <cstdlib>

#include "ledger/ledger.h"
#include "verify/checks.h"

using namespace kinfold;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const seal::SiteKeys keys = seal::make_site_keys("ons");
  static const seal::Card card = seal::card_of(keys);
  static const auto other_card = kinfold_verify::read_card(seal::card_file(keys).value());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = ledger::parse_line(text);
  if (line.ok() && ledger::to_line(line.value()) != text) std::abort();
  const auto head = ledger::parse_head(text);
  if (head.ok() && ledger::to_text(head.value()) != text) std::abort();
  if (ledger::check_inclusion_proof(text, card).ok() || ledger::check_consistency_proof(text, card).ok())
    std::abort();
  if (kinfold_verify::check_ledger(text, *other_card, {}).sound ||
      kinfold_verify::check_proof(text, *other_card).sound ||
      kinfold_verify::check_certificate(text, *other_card).sound) {
    std::abort();
  }
  static_cast<void>(kinfold_verify::read_card(text).has_value());
  return 0;
}
