// age v1 files with X25519 recipients, streamed in constant memory.
// Source: C2SP, "The age file encryption format" (age-encryption.org/v1). The primitives are
// libsodium's; scrypt and hybrid recipients and armour are not offered.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/secret.h"
#include "seal/stream.h"

namespace kinfold::seal {

/// A public key to seal for; `age1...` as text.
struct AgeRecipient {
  std::array<std::uint8_t, 32> point{};
  auto operator<=>(const AgeRecipient&) const = default;
};
std::string to_text(const AgeRecipient& recipient);
/// \retval kInvalid if it is not a Bech32 string with the prefix `age`.
Result<AgeRecipient> parse_recipient(std::string_view text);

/// The private key that opens. Never printed, except into a protected key file.
struct AgeIdentity {
  Secret<32> scalar;
};
AgeIdentity make_identity();
AgeRecipient recipient_of(const AgeIdentity& identity);
/// `AGE-SECRET-KEY-1...`, for a party that has age and not Kinfold.
SecretBytes to_secret_text(const AgeIdentity& identity);
Result<AgeIdentity> parse_identity(std::string_view text);

/// Why a file could not be opened, in the classes of the published test vectors.
enum class AgeFailure { kNone, kHeader, kNoMatch, kHmac, kPayload, kSourceOrSink };

/// Seals everything from `in` for all of `recipients` (at least one, at most 20).
Status age_encrypt(const Source& in, const Sink& out, std::span<const AgeRecipient> recipients);

/// Opens into `out`, each 64 KiB chunk after it was authenticated. That the file is whole is known
/// only at the end: where this fails, what `out` was given must be thrown away.
/// \retval kInvalid for a malformed, altered, truncated or over-long file; kRefused if no stanza is
///         for this identity. `failure`, if given, says which.
Status age_decrypt(const Source& in, const Sink& out, const AgeIdentity& identity,
                   AgeFailure* failure = nullptr);
/// The same to be pulled from: reads the header now, and the rest as it is asked for. Whole only once
/// it has given its end.
Result<Source> age_opened(Source in, const AgeIdentity& identity);

}  // namespace kinfold::seal
