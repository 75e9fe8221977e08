#include "console/totp.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace kinfold::console {
namespace {

// RFC 6238, appendix B: the secret is as long as the hash, made of repeated digits.
const std::string kSecret20 = "12345678901234567890";
const std::string kSecret32 = "12345678901234567890123456789012";
const std::string kSecret64 = "1234567890123456789012345678901234567890123456789012345678901234";

struct Vector {
  std::int64_t seconds;
  const char* sha1;
  const char* sha256;
  const char* sha512;
};
const Vector kVectors[] = {
    {59, "94287082", "46119246", "90693936"},         {1111111109, "07081804", "68084774", "25091201"},
    {1111111111, "14050471", "67062674", "99943326"}, {1234567890, "89005924", "91819424", "93441116"},
    {2000000000, "69279037", "90698825", "38618901"}, {20000000000, "65353130", "77737706", "47863826"},
};

std::string code(const std::string& secret, std::int64_t at, TotpHash hash) {
  const auto made = totp_code(seal::as_bytes(secret), {at}, 8, hash);
  return made.ok() ? made.value() : made.error().message;
}

TEST(Totp, GivesTheCodesOfRfc6238) {
  for (const auto& each : kVectors) {
    EXPECT_EQ(code(kSecret20, each.seconds, TotpHash::kSha1), each.sha1) << each.seconds;
    EXPECT_EQ(code(kSecret32, each.seconds, TotpHash::kSha256), each.sha256) << each.seconds;
    EXPECT_EQ(code(kSecret64, each.seconds, TotpHash::kSha512), each.sha512) << each.seconds;
  }
}

TEST(Totp, TakesACodeOfTheStepBeforeAndAfterAndNoOther) {
  const auto secret = seal::as_bytes(kSecret20);
  const Instant now{1'000'000'000};
  for (const int steps : {-2, -1, 0, 1, 2}) {
    const auto then = totp_code(secret, {now.seconds + steps * kTotpStepSeconds});
    ASSERT_TRUE(then.ok());
    EXPECT_EQ(totp_step_of(secret, then.value(), now, 0).has_value(), steps >= -1 && steps <= 1) << steps;
  }
}

TEST(Totp, TakesACodeOnce) {
  const auto secret = seal::as_bytes(kSecret20);
  const Instant now{1'000'000'000};
  const auto right = totp_code(secret, now);
  ASSERT_TRUE(right.ok());
  const auto step = totp_step_of(secret, right.value(), now, 0);
  ASSERT_TRUE(step.has_value());
  EXPECT_FALSE(totp_step_of(secret, right.value(), now, *step).has_value());
}

TEST(Totp, TakesNoCodeOfAnotherLength) {
  const auto secret = seal::as_bytes(kSecret20);
  for (const char* wrong : {"", "1", "12345", "1234567"})
    EXPECT_FALSE(totp_step_of(secret, wrong, {59}, 0).has_value()) << wrong;
}

TEST(Totp, WritesASecretAsAppsReadIt) {
  const auto text = totp_secret_text(seal::as_bytes(kSecret20));
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text.value(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");  // RFC 4648 base32 of the RFC 6238 secret
  const auto back = totp_secret_bytes(text.value());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(seal::as_text(back.value()), kSecret20);
  EXPECT_FALSE(totp_secret_bytes("not base32!").ok());
  const auto address = totp_address(seal::as_bytes(kSecret20), "ann-1", "Kinfold");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address.value(),
            "otpauth://totp/"
            "Kinfold:ann-1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Kinfold&algorithm=SHA1&digits=6&"
            "period=30");
}

TEST(Totp, DrawsAQrCode) {
  const auto drawn = qr_code("otpauth://totp/Kinfold:ann-1?secret=GEZDGNBVGY3TQOJQ");
  ASSERT_TRUE(drawn.ok());
  EXPECT_GE(drawn.value().width, 21);
  EXPECT_EQ(drawn.value().path.substr(0, 12), "M0 0h1v1h-1z");  // the corner of a finder pattern is dark
}

}  // namespace
}  // namespace kinfold::console
