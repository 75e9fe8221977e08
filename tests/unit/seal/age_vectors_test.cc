// The published age test vectors (C2SP/CCTV), where they are: KINFOLD_DATA/age-testkit, or
// ../shared/data/age-testkit beside the source tree.
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "seal/age.h"
#include "seal/files.h"
#include "source_dir.h"

namespace kinfold::seal {
namespace {

struct Vector {
  std::string name;
  std::string expect;
  std::string payload_hash;
  std::vector<std::string> identities;
  bool armored = false;
  bool passphrase = false;
  Bytes file;
};

std::filesystem::path testkit() {
  if (const char* data = std::getenv("KINFOLD_DATA")) return std::filesystem::path(data) / "age-testkit";
  return std::filesystem::path(source_dir()) / ".." / "shared" / "data" / "age-testkit";
}

/// Large vectors are zlib streams. libarchive reads gzip, which is the same deflate stream between
/// another head and another tail, and does not look into the tail.
Bytes inflate_zlib(ByteView zlib) {
  Bytes gzip(10);
  gzip[0] = std::byte{0x1f};
  gzip[1] = std::byte{0x8b};
  gzip[2] = std::byte{8};
  gzip.insert(gzip.end(), zlib.begin() + 2, zlib.end() - 4);
  gzip.resize(gzip.size() + 8);
  archive* reader = archive_read_new();
  archive_read_support_filter_gzip(reader);
  archive_read_support_format_raw(reader);
  archive_entry* entry = nullptr;
  Bytes out;
  if (archive_read_open_memory(reader, gzip.data(), gzip.size()) == ARCHIVE_OK &&
      archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    Bytes block(1 << 20);
    for (la_ssize_t count = 1; count > 0;) {
      count = archive_read_data(reader, block.data(), block.size());
      if (count > 0) out.insert(out.end(), block.begin(), block.begin() + count);
    }
  }
  archive_read_free(reader);
  return out;
}

Vector read_vector(const std::filesystem::path& path) {
  Vector found;
  found.name = path.filename().string();
  auto bytes = read_whole_file(path.string(), 64 << 20);
  std::string_view text = as_text(bytes.value());
  bool compressed = false;
  while (true) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = text.substr(end + 1);
    if (line.empty()) break;
    const auto colon = line.find(": ");
    const auto field = line.substr(0, colon);
    const std::string value(line.substr(colon + 2));
    if (field == "expect") found.expect = value;
    if (field == "payload") found.payload_hash = value;
    if (field == "identity") found.identities.push_back(value);
    if (field == "compressed") compressed = true;
    if (field == "armored") found.armored = true;
    if (field == "passphrase") found.passphrase = true;
  }
  found.file.assign(as_bytes(text).begin(), as_bytes(text).end());
  if (compressed) found.file = inflate_zlib(found.file);
  return found;
}

std::string_view class_of(AgeFailure failure) {
  switch (failure) {
    case AgeFailure::kNone: return "success";
    case AgeFailure::kHeader: return "header failure";
    case AgeFailure::kNoMatch: return "no match";
    case AgeFailure::kHmac: return "HMAC failure";
    case AgeFailure::kPayload: return "payload failure";
    case AgeFailure::kSourceOrSink: break;
  }
  return "source or sink failure";
}

enum class Kind { kOurs, kArmoured, kPassphrase, kHybrid, kNoIdentity };

Kind kind_of(const Vector& vector) {
  if (vector.armored) return Kind::kArmoured;
  if (vector.passphrase) return Kind::kPassphrase;
  if (vector.name.starts_with("hybrid")) return Kind::kHybrid;
  return vector.identities.size() == 1 ? Kind::kOurs : Kind::kNoIdentity;
}

// The numbers are in docs/formats/sealed-file.md.
TEST(AgeVectors, AllOfTheX25519OnesFailOrOpenAsPublishedAndNoOtherOpens) {
  if (!std::filesystem::is_directory(testkit())) GTEST_SKIP() << "the age test vectors are not here (KINFOLD_DATA)";
  std::map<Kind, int> count;
  for (const auto& file : std::filesystem::directory_iterator(testkit())) {
    const Vector vector = read_vector(file.path());
    const Kind kind = kind_of(vector);
    ++count[kind];
    auto identity = kind == Kind::kOurs ? parse_identity(vector.identities[0]) : Result<AgeIdentity>(make_identity());
    ASSERT_TRUE(identity.ok()) << vector.name;
    Bytes opened;
    AgeFailure failure = AgeFailure::kNone;
    const auto status = age_decrypt(source_of(vector.file), sink_into(opened), identity.value(), &failure);
    EXPECT_EQ(status.ok(), failure == AgeFailure::kNone) << vector.name;
    if (kind != Kind::kOurs) {
      EXPECT_FALSE(status.ok()) << vector.name;
      EXPECT_TRUE(opened.empty()) << vector.name;
      continue;
    }
    EXPECT_EQ(class_of(failure), vector.expect) << vector.name << ": " << (status.ok() ? "" : status.error().message);
    // Of a file that fails we release less than the reference does: a last chunk only when it is last.
    if (vector.expect == "success") {
      EXPECT_EQ(to_hex(sha256(opened)), vector.payload_hash) << vector.name;
    }
  }
  EXPECT_EQ(count[Kind::kOurs], 66);
  EXPECT_EQ(count[Kind::kArmoured], 33);
  EXPECT_EQ(count[Kind::kPassphrase], 25);
  EXPECT_EQ(count[Kind::kHybrid], 18);
  EXPECT_EQ(count[Kind::kNoIdentity], 1);
}

}  // namespace
}  // namespace kinfold::seal
