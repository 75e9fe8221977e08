#include "seal/age.h"

#include <gtest/gtest.h>

#include "seal/files.h"
#include "seal_testing.h"

namespace kinfold::seal {
namespace {

TEST(AgeKeys, ReadBackAsText) {
  const AgeIdentity identity = make_identity();
  const AgeRecipient recipient = recipient_of(identity);
  const std::string text = to_text(recipient);
  EXPECT_EQ(text.substr(0, 4), "age1");
  EXPECT_EQ(text.size(), 62u);
  auto read = parse_recipient(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value(), recipient);
  const auto secret = to_secret_text(identity);
  auto again = parse_identity(as_text(secret.bytes()));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(recipient_of(again.value()), recipient);
}

TEST(AgeKeys, RefuseATextWithOneLetterChanged) {
  std::string text = to_text(recipient_of(make_identity()));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'q' ? 'p' : 'q';
    EXPECT_FALSE(parse_recipient(changed).ok()) << i;
  }
  EXPECT_FALSE(parse_recipient("").ok());
  EXPECT_FALSE(parse_recipient("age1").ok());
}

TEST(Age, GivesBackWhatWasSealedAtEverySizeAroundAChunk) {
  const AgeIdentity identity = make_identity();
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 131072u, 200000u}) {
    const Bytes plain = pattern_bytes(size);
    const Bytes sealed = seal_for(plain, identity);
    ASSERT_FALSE(sealed.empty());
    Bytes opened;
    const auto status = age_decrypt(source_of(sealed), sink_into(opened), identity);
    ASSERT_TRUE(status.ok()) << size << ": " << status.error().message;
    EXPECT_EQ(opened, plain) << size;
  }
}

TEST(Age, OpensForEachOfItsRecipientsAndNobodyElse) {
  const AgeIdentity first = make_identity();
  const AgeIdentity second = make_identity();
  const AgeRecipient both[] = {recipient_of(first), recipient_of(second)};
  Bytes sealed;
  ASSERT_TRUE(age_encrypt(source_of(as_bytes("kin")), sink_into(sealed), both).ok());
  for (const auto* identity : {&first, &second}) {
    Bytes opened;
    ASSERT_TRUE(age_decrypt(source_of(sealed), sink_into(opened), *identity).ok());
    EXPECT_EQ(as_text(opened), "kin");
  }
  Bytes opened;
  AgeFailure failure = AgeFailure::kNone;
  const auto status = age_decrypt(source_of(sealed), sink_into(opened), make_identity(), &failure);
  EXPECT_EQ(status.error().code, ErrorCode::kRefused);
  EXPECT_EQ(status.error().message,
            "is sealed for another key than ours; ask the sender to use our present card");
  EXPECT_EQ(failure, AgeFailure::kNoMatch);
  EXPECT_TRUE(opened.empty());
}

TEST(Age, RefusesEveryFileWithOneBitFlipped) {
  const AgeIdentity identity = make_identity();
  const Bytes sealed = seal_for(pattern_bytes(40), identity);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= std::byte{4};
    Bytes opened;
    EXPECT_FALSE(age_decrypt(source_of(changed), sink_into(opened), identity).ok()) << "byte " << i;
  }
}

TEST(Age, RefusesEveryTruncationAndAnyTail) {
  const AgeIdentity identity = make_identity();
  const Bytes sealed = seal_for(pattern_bytes(70'000), identity);
  for (std::size_t size = 0; size < sealed.size(); size += size < 400 ? 1 : 997) {
    Bytes opened;
    EXPECT_FALSE(age_decrypt(source_of(ByteView(sealed).first(size)), sink_into(opened), identity).ok())
        << size;
  }
  Bytes longer = sealed;
  longer.push_back(std::byte{0});
  Bytes opened;
  EXPECT_FALSE(age_decrypt(source_of(longer), sink_into(opened), identity).ok());
}

TEST(Age, RefusesAFileWithoutARecipient) {
  Bytes sealed;
  const auto status = age_encrypt(source_of({}), sink_into(sealed), {});
  EXPECT_EQ(status.error().message, "a sealed file needs 1 to 20 recipients; 0 were given");
}

TEST(Age, HandsOnTheErrorOfASourceOrSinkThatFails) {
  const AgeIdentity identity = make_identity();
  const AgeRecipient recipient = recipient_of(identity);
  const Source broken = [](std::span<std::byte>) -> Result<std::size_t> { return io_error("the tape tore"); };
  Bytes sealed;
  EXPECT_EQ(age_encrypt(broken, sink_into(sealed), std::span(&recipient, 1)).error().message,
            "the tape tore");
  const Sink full = [](ByteView) -> Status { return io_error("the disk is full"); };
  EXPECT_EQ(age_encrypt(source_of({}), full, std::span(&recipient, 1)).error().message, "the disk is full");
  AgeFailure failure = AgeFailure::kNone;
  EXPECT_EQ(age_decrypt(source_of(seal_for({}, identity)), full, identity, &failure).error().message,
            "the disk is full");
  EXPECT_EQ(failure, AgeFailure::kSourceOrSink);
}

TEST(Age, ReadsFromASourceThatGivesOneByteAtATime) {
  const AgeIdentity identity = make_identity();
  const Bytes plain = pattern_bytes(70'000);
  const Bytes sealed = seal_for(plain, identity);
  std::size_t at = 0;
  const Source slow = [&](std::span<std::byte> out) -> Result<std::size_t> {
    if (at == sealed.size() || out.empty()) return std::size_t{0};
    out[0] = sealed[at++];
    return std::size_t{1};
  };
  Bytes opened;
  ASSERT_TRUE(age_decrypt(slow, sink_into(opened), identity).ok());
  EXPECT_EQ(opened, plain);
}

}  // namespace
}  // namespace kinfold::seal
