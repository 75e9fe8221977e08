// Bech32 (BIP 173) without its length limit, as age writes keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "seal/bytes.h"

namespace kinfold::seal {

using SecretText = std::vector<char, WipingAllocator<char>>;

/// `prefix` and the result are lower case.
SecretText bech32_encode(std::string_view prefix, ByteView bytes);
/// Empty for mixed case, a wrong prefix, character, checksum or padding. Case of the whole is free.
std::optional<PlainBytes> bech32_decode(std::string_view prefix, std::string_view text);

}  // namespace kinfold::seal
