// One-time codes by time (RFC 6238), as authenticator apps make them: SHA-1, 30 seconds, six digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/result.h"
#include "seal/secret.h"

namespace kinfold::console {

inline constexpr int kTotpStepSeconds = 30;
inline constexpr std::size_t kTotpSecretBytes = 20;  ///< RFC 4226 section 4: 160 bits.

/// RFC 6238's three hashes; apps know the first.
enum class TotpHash { kSha1, kSha256, kSha512 };

/// The code for this moment, `digit_count` (6 to 8) digits.
Result<std::string> totp_code(seal::ByteView secret, Instant at, int digit_count = 6,
                              TotpHash hash = TotpHash::kSha1);

/// \returns the step the code belongs to, if it is right now, a step ago or a step ahead, and later than
/// `used_step`: a code opens once (RFC 6238 section 5.2). Takes the same time for every wrong code.
std::optional<std::int64_t> totp_step_of(seal::ByteView secret, std::string_view code, Instant at,
                                         std::int64_t used_step);

/// Base32 without padding (RFC 4648), as people type it into an app.
Result<std::string> totp_secret_text(seal::ByteView secret);
/// The other way, as an app reads it. \retval kInvalid for what is no base32.
Result<seal::Bytes> totp_secret_bytes(const std::string& text);
/// `ABCDEFGH` -> `ABCD-EFGH`: as people read letters aloud.
std::string in_fours(std::string_view text, char between);
/// The otpauth address that an app reads from a QR code.
Result<std::string> totp_address(seal::ByteView secret, std::string_view account, std::string_view issuer);
/// Path data of an SVG that draws `text` as a QR code, and its width in modules.
struct QrCode {
  std::string path;
  int width = 0;
};
Result<QrCode> qr_code(const std::string& text);

}  // namespace kinfold::console
