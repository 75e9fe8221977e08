// Heads as C2SP checkpoints: origin, size, root, and the time as an extension line.

#include "base/number.h"
#include "base/text.h"
#include "ledger/ledger.h"
#include "seal/note.h"

namespace kinfold::ledger {

std::string to_text(const Head& head) {
  return seal::note_signer_name(head.party) + "\n" + std::to_string(head.size) + "\n" +
         seal::to_base64(std::as_bytes(std::span(head.root.bytes))) + "\n" + to_rfc3339(head.at) + "\n";
}

Result<Head> parse_head(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() != 5 || !lines[4].empty()) return invalid("a ledger head has four lines");
  Head head;
  const std::string prefix = seal::note_signer_name("");
  if (!lines[0].starts_with(prefix)) return invalid("a ledger head begins with its ledger's name");
  head.party = lines[0].substr(prefix.size());
  const auto size = parse_number<decltype(head.size)>(lines[1]);
  const auto root = seal::from_base64(lines[2]);
  const auto at = parse_rfc3339(lines[3]);
  if (!size || !root || root->size() != head.root.bytes.size() || !at || !seal::is_party_id(head.party)) {
    return invalid("a ledger head is malformed");
  }
  head.size = *size;
  std::copy(root->begin(), root->end(), std::as_writable_bytes(std::span(head.root.bytes)).begin());
  head.at = *at;
  if (to_text(head) != text) return invalid("a ledger head is malformed");
  return head;
}

Result<Head> verify_head(std::string_view note, const seal::Card& card) {
  auto text = seal::verify_note(note, card.party, card.signer);
  if (!text.ok()) return Error{text.error().code, "the ledger head " + text.error().message};
  auto head = parse_head(text.value());
  if (head.ok() && head.value().party != card.party) return refused("the ledger head is another party's");
  return head;
}

}  // namespace kinfold::ledger
