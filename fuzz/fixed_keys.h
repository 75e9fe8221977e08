// Keys that are the same in every run, so that a corpus can hold what they made.
#pragma once

#include <sodium.h>

#include "seal/keys.h"

namespace kinfold::seal {

inline SiteKeys fixed_keys() {
  auto keys = make_site_keys("ons");
  const auto fill = [](auto bytes, std::byte value) {
    for (auto& byte : bytes) byte = value;
  };
  fill(keys.identity.scalar.bytes(), std::byte{7});
  fill(keys.master.bytes(), std::byte{9});
  const unsigned char seed[crypto_sign_SEEDBYTES] = {5};
  crypto_sign_seed_keypair(keys.signer.open.point.data(),
                           reinterpret_cast<unsigned char*>(keys.signer.secret.bytes().data()), seed);
  keys.signer.open.key_id = {1, 2, 3, 4, 5, 6, 7, 8};
  return keys;
}

}  // namespace kinfold::seal
