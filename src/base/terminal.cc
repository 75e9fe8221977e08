#include "base/terminal.h"

#include <algorithm>

#include "base/text.h"

namespace kinfold {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

// What moves the cursor, hides text or turns its direction would let a value draw over the screen.
bool is_unsafe(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFFFD || code == 0x00AD || code == 0x061C ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || (code >= 0xE0000 && code <= 0xE007F);
}

}  // namespace

Letter letter_at(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
    const auto bytes = text.substr(0, length);
    if (!is_valid_utf8(bytes)) continue;
    const auto byte = [&](std::size_t n) {
      return static_cast<char32_t>(static_cast<unsigned char>(bytes[n]));
    };
    if (length == 1) return {bytes, byte(0)};
    char32_t code = byte(0) & (0x7FU >> length);
    for (std::size_t n = 1; n < length; ++n) code = code << 6 | (byte(n) & 0x3F);
    return {bytes, code};
  }
  return {text.substr(0, 1), 0xFFFD};
}

std::string tame(std::string_view text, std::size_t width_max) {
  std::string out;
  std::size_t width = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const Letter letter = letter_at(rest);
    if (width + 1 == width_max && rest.size() > letter.bytes.size()) return out + "\u2026";
    out += is_unsafe(letter.code) ? kReplacement : letter.bytes;
    ++width;
    rest.remove_prefix(letter.bytes.size());
  }
  return out;
}

}  // namespace kinfold
