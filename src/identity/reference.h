// The unique reference number that stands for a person: random, and a different one for each
// recipient and request, so that no two files can be joined by it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "identity/identity.h"

namespace kinfold::identity {

/// 128 random bits; nothing about the person goes into it.
struct Reference {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Reference&) const = default;
};

Reference fresh_reference(const RandomBytes& random);

/// 26 characters of Crockford's base 32 (upper case, without I, L, O, U); the first is 0 to 7,
/// because 26 x 5 bits are two more than 128. Text order is byte order.
std::string to_text(const Reference& reference);
/// Lower case is read too, and I and L as 1, O as 0, as Crockford has it, since people copy these
/// by hand; hyphens are skipped. Empty for anything else.
std::optional<Reference> parse_reference(std::string_view text);

}  // namespace kinfold::identity
