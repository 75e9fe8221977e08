// A site's secrets as one block, as they lie in a key file and in the custody of several people.
#pragma once

#include "seal/keys.h"

namespace kinfold::seal {

/// Age scalar (32), Ed25519 seed (32), minisign key id (8), master key (32).
inline constexpr std::size_t kKeyMaterialBytes = 32 + 32 + 8 + 32;

SecretBytes pack_keys(const SiteKeys& keys);
/// `plain` has kKeyMaterialBytes.
SiteKeys unpack_keys(const SecretBytes& plain, std::string party);

}  // namespace kinfold::seal
