// What Kinfold seals and signs, Debian's age and minisign open and check, and the other way round.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "seal/files.h"
#include "seal/package.h"
#include "unit/seal/seal_testing.h"

namespace kinfold::seal {
namespace {

bool have(const std::string& tool) {
  return std::system(("command -v " + tool + " >/dev/null 2>&1").c_str()) == 0;
}

/// Exit code of a shell line.
int run(const std::string& line) {
  const int status = std::system((line + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string text_of(const std::string& path) {
  const auto bytes = read_whole_file(path, 1 << 20);
  return bytes.ok() ? std::string(as_text(bytes.value())) : std::string();
}

class StockTools : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    if (!have("age") || !have("age-keygen") || !have("minisign"))
      GTEST_SKIP() << "age or minisign is not installed";
  }
  TemporaryFolder folder_;
};

TEST_P(StockTools, AgeOpensWhatKinfoldSealed) {
  const AgeIdentity identity = make_identity();
  const Bytes plain = pattern_bytes(GetParam());
  const auto secret = to_secret_text(identity);
  ASSERT_TRUE(write_whole_file(folder_ / "key", secret.bytes()).ok());
  ASSERT_TRUE(write_whole_file(folder_ / "sealed.age", seal_for(plain, identity)).ok());
  ASSERT_EQ(run("(age -d -i " + (folder_ / "key") + " " + (folder_ / "sealed.age") + " > " +
                (folder_ / "plain") + ")"),
            0);
  EXPECT_EQ(read_whole_file(folder_ / "plain", 1 << 30).value(), plain);
}

TEST_P(StockTools, KinfoldOpensWhatAgeSealed) {
  ASSERT_EQ(run("age-keygen -o " + (folder_ / "key")), 0);
  const std::string key_text = text_of(folder_ / "key");
  const auto at = key_text.find("AGE-SECRET-KEY-");
  ASSERT_NE(at, std::string::npos);
  auto identity = parse_identity(std::string_view(key_text).substr(at));
  ASSERT_TRUE(identity.ok()) << identity.error().message;
  const Bytes plain = pattern_bytes(GetParam());
  ASSERT_TRUE(write_whole_file(folder_ / "plain", plain).ok());
  ASSERT_EQ(run("age -r " + to_text(recipient_of(identity.value())) + " -o " + (folder_ / "sealed.age") +
                " " + (folder_ / "plain")),
            0);
  const Bytes sealed = read_whole_file(folder_ / "sealed.age", 1 << 30).value();
  Bytes opened;
  const auto status = age_decrypt(source_of(sealed), sink_into(opened), identity.value());
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(opened, plain);
}

TEST_P(StockTools, MinisignAcceptsWhatKinfoldSigned) {
  const SigningKey key = make_signing_key();
  const Bytes plain = pattern_bytes(GetParam());
  ASSERT_TRUE(write_whole_file(folder_ / "file", plain).ok());
  const auto signature = sign(source_of(plain), key, "from a test");
  ASSERT_TRUE(write_whole_file(folder_ / "file.minisig", as_bytes(signature.value())).ok());
  const std::string check = "minisign -V -P " + to_text(key.open) + " -m " + (folder_ / "file");
  EXPECT_EQ(run(check), 0);
  Bytes changed = plain;
  changed.push_back(std::byte{1});
  ASSERT_TRUE(write_whole_file(folder_ / "file", changed).ok());
  EXPECT_NE(run(check), 0);
}

TEST_P(StockTools, KinfoldAcceptsWhatMinisignSigned) {
  const Bytes plain = pattern_bytes(GetParam());
  ASSERT_TRUE(write_whole_file(folder_ / "file", plain).ok());
  ASSERT_EQ(run("minisign -G -W -p " + (folder_ / "key.pub") + " -s " + (folder_ / "key.sec")), 0);
  ASSERT_EQ(run("minisign -S -s " + (folder_ / "key.sec") + " -t 'a comment' -m " + (folder_ / "file")), 0);
  auto key = parse_signing_public_key(text_of(folder_ / "key.pub"));
  ASSERT_TRUE(key.ok()) << key.error().message;
  auto signature = parse_signature(text_of(folder_ / "file.minisig"));
  ASSERT_TRUE(signature.ok()) << signature.error().message;
  EXPECT_EQ(signature.value().trusted_comment, "a comment");
  EXPECT_TRUE(verify(source_of(plain), signature.value(), key.value()).ok());
}

INSTANTIATE_TEST_SUITE_P(Sizes, StockTools, testing::Values(0, 1, 65536, 1'000'000));

TEST(StockParty, OpensASealedFileWithoutKinfold) {
  if (!have("age") || !have("minisign") || !have("tar"))
    GTEST_SKIP() << "age, minisign or tar is not installed";
  const TemporaryFolder folder;
  const SiteKeys ons = make_site_keys("ons");
  const SiteKeys dwp = make_site_keys("dwp");
  Manifest manifest;
  manifest.kind = PackageKind::kRequest;
  manifest.charter_hash = std::string(64, '0');
  manifest.from = "ons";
  manifest.to = "dwp";
  manifest.purpose = "linkage";
  manifest.expires = *parse_iso_date("2026-12-22");
  table::Table people;
  people.add("reference", table::ColumnType::kString).append_string("R1");
  Contents contents;
  contents.tables.push_back({"people", std::move(people)});
  auto file = seal_package(folder / "r.age", manifest, contents, card_of(dwp), ons);
  ASSERT_TRUE(file.ok());
  const auto secret = to_secret_text(dwp.identity);
  ASSERT_TRUE(write_whole_file(folder / "key", secret.bytes()).ok());
  EXPECT_EQ(run("minisign -V -P " + to_text(ons.signer.open) + " -m " + (folder / "r.age")), 0);
  ASSERT_EQ(run("age -d -i " + (folder / "key") + " -o " + (folder / "r.tar") + " " + (folder / "r.age")), 0);
  ASSERT_EQ(run("tar -xf " + (folder / "r.tar") + " -C " + folder.path()), 0);
  EXPECT_EQ(text_of(folder / "manifest.json"), to_json(file.value().manifest));
  EXPECT_EQ(text_of(folder / "people.parquet").substr(0, 4), "PAR1");
}

}  // namespace
}  // namespace kinfold::seal
