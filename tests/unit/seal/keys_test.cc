#include "seal/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <initializer_list>

#include "seal/files.h"
#include "seal_testing.h"

namespace kinfold::seal {
namespace {

SecretBytes phrase(std::string_view text) { return SecretBytes::copy_of(as_bytes(text)); }

TEST(KeyFile, GivesBackTheSameKeysForTheRightPassphrase) {
  const TemporaryFolder folder;
  const SiteKeys keys = make_site_keys("ons");
  ASSERT_TRUE(save_keys(keys, folder / "site.key", phrase("four plain old words"), WorkFactor::quick()).ok());
  auto loaded = load_keys(folder / "site.key", phrase("four plain old words"));
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(card_of(loaded.value()), card_of(keys));
  EXPECT_TRUE(std::ranges::equal(loaded.value().master.bytes(), keys.master.bytes()));
  EXPECT_TRUE(std::ranges::equal(loaded.value().identity.scalar.bytes(), keys.identity.scalar.bytes()));
  EXPECT_TRUE(std::ranges::equal(loaded.value().signer.secret.bytes(), keys.signer.secret.bytes()));
}

TEST(KeyFile, IsForItsOwnerOnlyAndHoldsNoKeyInTheClear) {
  const TemporaryFolder folder;
  const SiteKeys keys = make_site_keys("ons");
  ASSERT_TRUE(save_keys(keys, folder / "site.key", phrase("p"), WorkFactor::quick()).ok());
  struct stat facts {};
  ASSERT_EQ(stat((folder / "site.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  const auto file = read_whole_file(folder / "site.key", 4096).value();
  EXPECT_EQ(as_text(file).find(to_base64(keys.master.bytes())), std::string_view::npos);
  EXPECT_EQ(as_text(file).find("SECRET"), std::string_view::npos);
}

TEST(KeyFile, ThatOthersCanReadOrChangeIsRefused) {
  const TemporaryFolder folder;
  ASSERT_TRUE(save_keys(make_site_keys("ons"), folder / "site.key", phrase("p"), WorkFactor::quick()).ok());
  for (const mode_t mode : {0640u, 0604u, 0620u, 0602u, 0666u}) {
    ASSERT_EQ(chmod((folder / "site.key").c_str(), mode), 0);
    EXPECT_EQ(load_keys(folder / "site.key", phrase("p")).error().message,
              "site.key: others than its owner can read or change it: find out who did, then `chmod 600` it");
  }
  ASSERT_EQ(chmod((folder / "site.key").c_str(), 0400), 0);
  EXPECT_TRUE(load_keys(folder / "site.key", phrase("p")).ok());
}

/// An access list as Linux keeps it: version, then (tag, permissions, id).
Bytes access_list(std::initializer_list<std::array<std::uint32_t, 3>> entries) {
  Bytes list;
  const auto put = [&](std::uint32_t number, int byte_count) {
    for (int k = 0; k < byte_count; ++k) list.push_back(static_cast<std::byte>(number >> (8 * k) & 0xFF));
  };
  put(2, 4);
  for (const auto& [tag, permissions, id] : entries) {
    put(tag, 2);
    put(permissions, 2);
    put(id, 4);
  }
  return list;
}

TEST(KeyFile, AnAccessListThatNamesOnlyUsIsNobodyElse) {
  constexpr std::uint32_t kNobody = 0xFFFFFFFF;
  const TemporaryFolder folder;
  ASSERT_TRUE(save_keys(make_site_keys("ons"), folder / "site.key", phrase("p"), WorkFactor::quick()).ok());
  const auto opens_with = [&](std::uint32_t user, std::uint32_t group_permissions) {
    const auto list = access_list({{1, 6, kNobody},
                                   {2, 4, user},
                                   {4, group_permissions, kNobody},
                                   {0x10, 4, kNobody},
                                   {0x20, 0, kNobody}});
    if (setxattr((folder / "site.key").c_str(), "system.posix_acl_access", list.data(), list.size(), 0) != 0)
      return -1;
    return load_keys(folder / "site.key", phrase("p")).ok() ? 1 : 0;
  };
  const int own = opens_with(geteuid(), 0);
  if (own < 0) GTEST_SKIP() << "no access lists on this file system";
  EXPECT_EQ(own, 1);
  EXPECT_EQ(opens_with(geteuid() + 1, 0), 0);
  EXPECT_EQ(opens_with(geteuid(), 4), 0);
}

TEST(KeyFile, RefusesAWrongPassphraseAndAnAlteredFileAlike) {
  const TemporaryFolder folder;
  ASSERT_TRUE(
      save_keys(make_site_keys("ons"), folder / "site.key", phrase("right"), WorkFactor::quick()).ok());
  EXPECT_EQ(load_keys(folder / "site.key", phrase("wrong")).error().message,
            "site.key: the passphrase is wrong, or the key file was altered");
  std::string text(as_text(read_whole_file(folder / "site.key", 4096).value()));
  text.replace(text.find("ons"), 3, "dwp");
  ASSERT_TRUE(write_whole_file(folder / "site.key", as_bytes(text)).ok());
  EXPECT_EQ(load_keys(folder / "site.key", phrase("right")).error().code, ErrorCode::kRefused);
}

TEST(KeyFile, IsNeverOverwrittenAndNeverMadeWithoutAPassphrase) {
  const TemporaryFolder folder;
  const SiteKeys keys = make_site_keys("ons");
  EXPECT_EQ(save_keys(keys, folder / "a.key", SecretBytes(), WorkFactor::quick()).error().code,
            ErrorCode::kInvalid);
  ASSERT_TRUE(save_keys(keys, folder / "a.key", phrase("p"), WorkFactor::quick()).ok());
  EXPECT_EQ(save_keys(keys, folder / "a.key", phrase("p"), WorkFactor::quick()).error().message,
            "a.key: there is a key file already; it is not overwritten");
}

TEST(KeyFile, RefusesToSpendMoreMemoryThanIsSensible) {
  const TemporaryFolder folder;
  ASSERT_TRUE(save_keys(make_site_keys("ons"), folder / "a.key", phrase("p"), WorkFactor::quick()).ok());
  std::string text(as_text(read_whole_file(folder / "a.key", 4096).value()));
  const std::string memory = std::to_string(WorkFactor::quick().memory_bytes);
  text.replace(text.find(memory), memory.size(), "99999999999999");
  ASSERT_TRUE(write_whole_file(folder / "a.key", as_bytes(text)).ok());
  EXPECT_EQ(load_keys(folder / "a.key", phrase("p")).error().code, ErrorCode::kInvalid);
}

TEST(KeyFile, SaysWhenItIsNotThereOrNotAKeyFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(load_keys(folder / "no.key", phrase("p")).error().message,
            "no.key: cannot be opened: No such file or directory; check the path");
  ASSERT_TRUE(write_whole_file(folder / "x.key", as_bytes("hello\n")).ok());
  EXPECT_EQ(load_keys(folder / "x.key", phrase("p")).error().code, ErrorCode::kInvalid);
}

TEST(Card, ReadsBackAndHasAFingerprintToReadAloud) {
  const SiteKeys keys = make_site_keys("cheshire-east");
  const std::string text = card_file(keys).value();
  auto card = parse_card(text);
  ASSERT_TRUE(card.ok()) << card.error().message;
  EXPECT_EQ(card.value(), card_of(keys));
  EXPECT_EQ(fingerprint(card.value()).size(), 39u);
  EXPECT_NE(fingerprint(card.value()), fingerprint(card_of(make_site_keys("cheshire-east"))));
}

TEST(Card, IsRefusedWhenAnyPartOfItWasChanged) {
  const SiteKeys keys = make_site_keys("ons");
  const std::string text = card_file(keys).value();
  std::string other_party = text;
  other_party.replace(text.find("party: ons"), 10, "party: dwp");
  EXPECT_FALSE(parse_card(other_party).ok());
  // Somebody puts his own age key beside our signing key: the signature no longer fits.
  std::string other_key = text;
  const std::string ours = to_text(card_of(keys).recipient);
  other_key.replace(text.find(ours), ours.size(), to_text(recipient_of(make_identity())));
  EXPECT_EQ(parse_card(other_key).error().message, "the card was altered after it was signed");
  EXPECT_FALSE(parse_card("").ok());
  EXPECT_FALSE(parse_card("kinfold card v1\nparty: UP\n\n\n\n\n").ok());
}

}  // namespace
}  // namespace kinfold::seal
