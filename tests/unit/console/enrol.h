// An account with a password and an app, for tests that sign somebody in.
#pragma once

#include <string>

#include "console/accounts.h"
#include "console/totp.h"

namespace kinfold::console {

inline const std::string kTestPassword = "copper heron anvil";

/// \returns the app's secret; empty where it did not work.
inline seal::Bytes enrol(AccountStore& store, const std::string& actor, const Clock& clock) {
  const auto invitation = store.invite(actor);
  if (!invitation.ok()) return {};
  const auto begun = store.begin_enrolment(actor, invitation.value());
  if (!begun.ok()) return {};
  auto secret = totp_secret_bytes(begun.value().secret_text).value();
  const auto code = totp_code(secret, clock.now());
  if (!code.ok() || !store.finish_enrolment(actor, invitation.value(), kTestPassword, code.value()).ok())
    return {};
  return secret;
}

}  // namespace kinfold::console
