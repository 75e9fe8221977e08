#include "seal/minisign.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "seal/note.h"
#include "seal_testing.h"

namespace kinfold::seal {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(Minisign, ReadsThePublicKeyOfTheProjectItself) {
  // The key that minisign's own releases are signed with (jedisct1.github.io/minisign).
  const std::string text = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
  auto key = parse_signing_public_key(text);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(to_text(key.value()), text);
  EXPECT_TRUE(parse_signing_public_key("untrusted comment: minisign public key\n" + text + "\n").ok());
  EXPECT_FALSE(parse_signing_public_key(replaced(text, "RWQ", "RXQ")).ok());
}

TEST(Minisign, AcceptsItsOwnSignatureAndNoOtherContent) {
  const SigningKey key = make_signing_key();
  const Bytes content = pattern_bytes(300'000);
  auto text = sign(source_of(content), key, "two words");
  ASSERT_TRUE(text.ok());
  auto signature = parse_signature(text.value());
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(signature.value().trusted_comment, "two words");
  EXPECT_TRUE(verify(source_of(content), signature.value(), key.open).ok());
  Bytes changed = content;
  changed[299'999] ^= std::byte{1};
  EXPECT_EQ(verify(source_of(changed), signature.value(), key.open).error().message,
            "was altered after it was signed");
}

TEST(Minisign, RefusesAnotherKeyAndAChangedComment) {
  const SigningKey key = make_signing_key();
  auto text = sign(source_of(as_bytes("kin")), key, "bytes 3");
  auto signature = parse_signature(text.value());
  EXPECT_EQ(verify_signer(signature.value(), make_signing_key().open).error().message,
            "is signed with another key than the one on the sender's card");
  auto forged = parse_signature(replaced(text.value(), "bytes 3", "bytes 4"));
  ASSERT_TRUE(forged.ok());
  EXPECT_EQ(verify_signer(forged.value(), key.open).error().message,
            "has a signature that the key on the sender's card did not make");
  SigningPublicKey same_id = make_signing_key().open;
  same_id.key_id = key.open.key_id;
  EXPECT_FALSE(verify_signer(signature.value(), same_id).ok());
}

TEST(Minisign, SaysWhatIsWrongWithASignatureFile) {
  EXPECT_FALSE(parse_signature("").ok());
  EXPECT_FALSE(parse_signature("untrusted comment: x\nAAAA\ntrusted comment: y\nAAAA\n").ok());
  const SigningKey key = make_signing_key();
  auto text = sign(source_of({}), key, "c").value();
  EXPECT_FALSE(parse_signature(text + "more\n").ok());
  EXPECT_FALSE(parse_signature(text.substr(0, text.size() - 10)).ok());
  // The old form: the algorithm's second letter in lower case, "Ed" for "ED".
  EXPECT_EQ(parse_signature(replaced(text, "\nRU", "\nRW")).error().message,
            "the signature is of the old, unhashed form; sign with minisign 0.10 or newer, without -l");
}

TEST(Note, IsReadByItsSignersKeyOnly) {
  const SigningKey key = make_signing_key();
  auto note = sign_note("one\ntwo\n", "ons", key);
  ASSERT_TRUE(note.ok());
  auto text = verify_note(note.value(), "ons", key.open);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text.value(), "one\ntwo\n");
  EXPECT_EQ(verify_note(note.value(), "dwp", key.open).error().message,
            "is not signed with the key on the party's card");
  EXPECT_FALSE(verify_note(note.value(), "ons", make_signing_key().open).ok());
  EXPECT_EQ(verify_note(replaced(note.value(), "two", "tow"), "ons", key.open).error().message,
            "was altered after it was signed");
}

TEST(Note, KeepsTheTextOfTheStandardsExampleForm) {
  // C2SP signed-note: text, empty line, em dash, name, base64 of key hash and signature.
  auto note = sign_note("text\n", "ons", make_signing_key());
  EXPECT_TRUE(note.value().starts_with("text\n\n\xE2\x80\x94 kinfold/ons "));
  EXPECT_EQ(note.value().back(), '\n');
}

TEST(Note, RefusesToSignWhatIsNoNote) {
  const SigningKey key = make_signing_key();
  for (const std::string text : {"", "no line end", "bell\a\n"})
    EXPECT_FALSE(sign_note(text, "ons", key).ok());
}

TEST(Note, RefusesEveryFlippedBit) {
  const SigningKey key = make_signing_key();
  const std::string note = sign_note("text\n", "ons", key).value();
  for (std::size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verify_note(changed, "ons", key.open).ok()) << i;
  }
}

}  // namespace
}  // namespace kinfold::seal
