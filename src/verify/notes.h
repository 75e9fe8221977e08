// Signed notes, cards and base64, read independently of Kinfold's own code: libsodium and the
// formats of docs/formats are all that this program shares with it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinfold_verify {

using Bytes = std::vector<unsigned char>;
using Hash = std::array<unsigned char, 32>;

Hash sha256(std::string_view bytes);
std::string hex(const Hash& hash);
std::optional<Hash> parse_hash(std::string_view hex);
std::optional<Bytes> base64(std::string_view text);
std::vector<std::string_view> lines_of(std::string_view text);  ///< Without line ends.

struct Card {
  std::string party;
  std::array<unsigned char, 32> key{};
};
/// A card is signed by its own key; that it is the right party's, its fingerprint must tell.
std::optional<Card> read_card(std::string_view text);
std::string fingerprint(std::string_view card_text);

/// The text of a note, if `card`'s party signed it.
std::optional<std::string> read_note(std::string_view note, const Card& card);

}  // namespace kinfold_verify
