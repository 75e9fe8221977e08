// Text of unknown origin on a terminal: letter by letter, tamed and cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kinfold {

/// One letter of UTF-8 text.
struct Letter {
  std::string_view bytes;
  char32_t code = 0;  ///< U+FFFD where the bytes are not UTF-8.
};

/// The first letter of `text`, which is not empty; one byte where it is not UTF-8.
Letter letter_at(std::string_view text);

/// `text` with U+FFFD for everything that moves the cursor, hides text, turns its direction or is not UTF-8,
/// and cut to `width_max` letters (the last is then an ellipsis).
std::string tame(std::string_view text, std::size_t width_max = static_cast<std::size_t>(-1));

}  // namespace kinfold
