// An account with a password and an app, for tests that sign somebody in.
#pragma once

#include <string>

#include "console/accounts.h"
#include "console/totp.h"

namespace kinfold::console {

inline const std::string kTestPassword = "copper heron anvil";

/// RFC 4648 base32, as authenticator apps read it.
inline seal::Bytes base32_bytes(const std::string& text) {
  seal::Bytes out;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const unsigned value = c >= 'A' ? static_cast<unsigned>(c - 'A') : static_cast<unsigned>(c - '2') + 26;
    buffer = (buffer << 5U) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<std::byte>((buffer >> static_cast<unsigned>(bits)) & 0xFFU));
  }
  return out;
}

/// \returns the app's secret; empty where it did not work.
inline seal::Bytes enrol(AccountStore& store, const std::string& actor, const Clock& clock) {
  const auto invitation = store.invite(actor);
  if (!invitation.ok()) return {};
  const auto begun = store.begin_enrolment(actor, invitation.value());
  if (!begun.ok()) return {};
  auto secret = base32_bytes(begun.value().secret_text);
  const auto code = totp_code(secret, clock.now());
  if (!code.ok() || !store.finish_enrolment(actor, invitation.value(), kTestPassword, code.value()).ok()) return {};
  return secret;
}

}  // namespace kinfold::console
