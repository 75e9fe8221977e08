#include "console/totp.h"

#include <liboath/oath.h>
#include <qrencode.h>
#include <sodium.h>

#include <array>
#include <memory>

#include "console/web.h"

namespace kinfold::console {
namespace {

const char* chars(seal::ByteView bytes) {
  return static_cast<const char*>(static_cast<const void*>(bytes.data()));
}

int flags_of(TotpHash hash) {
  switch (hash) {
    case TotpHash::kSha256: return OATH_TOTP_HMAC_SHA256;
    case TotpHash::kSha512: return OATH_TOTP_HMAC_SHA512;
    case TotpHash::kSha1: break;
  }
  return 0;
}

}  // namespace

Result<std::string> totp_code(seal::ByteView secret, Instant at, int digit_count, TotpHash hash) {
  std::array<char, 16> code{};
  const auto made = oath_totp_generate2(chars(secret), secret.size(), at.seconds, kTotpStepSeconds, 0,
                                        static_cast<unsigned>(digit_count), flags_of(hash), code.data());
  if (made != OATH_OK) return internal_error("no one-time code could be made");
  return std::string(code.data());
}

std::optional<std::int64_t> totp_step_of(seal::ByteView secret, std::string_view code, Instant at,
                                         std::int64_t used_step) {
  std::optional<std::int64_t> found;
  for (const int offset : {-1, 0, 1}) {
    const Instant then{at.seconds + offset * kTotpStepSeconds};
    const auto right = totp_code(secret, then);
    const bool fits = right.ok() && right.value().size() == code.size() &&
                      sodium_memcmp(right.value().data(), code.data(), code.size()) == 0;
    const std::int64_t step = then.seconds / kTotpStepSeconds;
    if (fits && step > used_step) found = step;
  }
  return found;
}

Result<std::string> totp_secret_text(seal::ByteView secret) {
  char* out = nullptr;
  std::size_t size = 0;
  if (oath_base32_encode(chars(secret), secret.size(), &out, &size) != OATH_OK)
    return internal_error("the secret could not be written");
  std::string text(out, size);
  sodium_memzero(out, size);
  std::free(out);  // NOLINT liboath hands out malloc'ed memory
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

Result<seal::Bytes> totp_secret_bytes(const std::string& text) {
  char* out = nullptr;
  std::size_t size = 0;
  if (oath_base32_decode(text.data(), text.size(), &out, &size) != OATH_OK)
    return invalid("this is no secret of an authenticator app");
  const auto bytes = seal::as_bytes(std::string_view(out, size));
  seal::Bytes secret(bytes.begin(), bytes.end());
  sodium_memzero(out, size);
  std::free(out);  // NOLINT liboath hands out malloc'ed memory
  return secret;
}

std::string in_fours(std::string_view text, char between) {
  std::string out;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (k > 0 && k % 4 == 0) out.push_back(between);
    out.push_back(text[k]);
  }
  return out;
}

Result<std::string> totp_address(seal::ByteView secret, std::string_view account, std::string_view issuer) {
  const auto text = totp_secret_text(secret);
  if (!text.ok()) return text.error();
  return "otpauth://totp/" + url_encode(issuer) + ":" + url_encode(account) + "?secret=" + text.value() +
         "&issuer=" + url_encode(issuer) + "&algorithm=SHA1&digits=6&period=30";
}

Result<QrCode> qr_code(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) return internal_error("the QR code could not be drawn");
  QrCode drawn;
  drawn.width = code->width;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1) == 0) continue;
      drawn.path.append("M")
          .append(std::to_string(x))
          .append(" ")
          .append(std::to_string(y))
          .append("h1v1h-1z");
    }
  }
  return drawn;
}

}  // namespace kinfold::console
