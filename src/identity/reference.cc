#include "identity/reference.h"

namespace kinfold::identity {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kTextLength = 26;
__extension__ using Wide = unsigned __int128;

int value_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'I' || c == 'L') return 1;
  if (c == 'O') return 0;
  const auto at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

Reference fresh_reference(const RandomBytes& random) {
  Reference reference;
  random(reference.bytes);
  return reference;
}

std::string to_text(const Reference& reference) {
  Wide bits = 0;
  for (const auto byte : reference.bytes) bits = bits << 8 | byte;
  std::string text(kTextLength, '0');
  for (std::size_t i = kTextLength; i-- > 0; bits >>= 5) {
    text[i] = kAlphabet[static_cast<std::size_t>(bits & 31)];
  }
  return text;
}

std::optional<Reference> parse_reference(std::string_view text) {
  Wide bits = 0;
  std::size_t length = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const int value = value_of(c);
    if (value < 0 || length == kTextLength || (length == 0 && value > 7)) return std::nullopt;
    bits = bits << 5 | static_cast<unsigned>(value);
    ++length;
  }
  if (length != kTextLength) return std::nullopt;
  Reference reference;
  for (std::size_t i = reference.bytes.size(); i-- > 0; bits >>= 8) {
    reference.bytes[i] = static_cast<std::uint8_t>(bits & 255);
  }
  return reference;
}

}  // namespace kinfold::identity
