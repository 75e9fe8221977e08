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

/// The vector's own, where it is of the kind we read; else a stranger's.
AgeIdentity identity_of(const Vector& vector) {
  for (const auto& text : vector.identities) {
    if (auto identity = parse_identity(text); identity.ok()) return std::move(identity).value();
  }
  return make_identity();
}

std::string kind_of(const Vector& vector) {
  if (vector.armored) return "armour";
  if (vector.passphrase) return "passphrase";
  if (vector.name.starts_with("hybrid")) return "hybrid";
  return vector.identities.size() == 1 ? "X25519" : "no identity";
}

// Kind of vector: what is published -> what we say. How many vectors publish what is counted from their
// files; what we say of those that are not offered here follows from the age format, which knows them by
// their first line or by a stanza of another type. The table is in docs/formats/sealed-file.md.
const std::map<std::string, int> kVerdicts = {
    {"X25519: success -> success", 14},
    {"X25519: header failure -> header failure", 30},
    {"X25519: no match -> no match", 3},
    {"X25519: HMAC failure -> HMAC failure", 1},
    {"X25519: payload failure -> payload failure", 18},
    // Armour is no age header: whatever is inside is not looked at.
    {"armour: success -> header failure", 7},
    {"armour: armor failure -> header failure", 22},
    {"armour: header failure -> header failure", 2},
    {"armour: no match -> header failure", 1},
    {"armour: payload failure -> header failure", 1},
    // A stanza of a type that we do not offer is passed over, as the format asks, so nobody matches.
    // Malformed for everybody are a body that is not canonical (one of each), a passphrase beside another
    // recipient (two), and an X25519 stanza with a hybrid share.
    {"hybrid: success -> no match", 4},
    {"hybrid: no match -> no match", 5},
    {"hybrid: header failure -> no match", 7},
    {"hybrid: header failure -> header failure", 2},
    {"passphrase: success -> no match", 1},
    {"passphrase: no match -> no match", 4},
    {"passphrase: header failure -> no match", 17},
    {"passphrase: header failure -> header failure", 3},
    {"no identity: header failure -> header failure", 1},
};

TEST(AgeVectors, AllOfTheX25519OnesFailOrOpenAsPublishedAndNoOtherOpens) {
  if (!std::filesystem::is_directory(testkit()))
    GTEST_SKIP() << "the age test vectors are not here (KINFOLD_DATA)";
  std::map<std::string, int> verdicts;
  for (const auto& file : std::filesystem::directory_iterator(testkit())) {
    const Vector vector = read_vector(file.path());
    const bool ours = kind_of(vector) == "X25519";
    const AgeIdentity identity = identity_of(vector);
    Bytes opened;
    AgeFailure failure = AgeFailure::kNone;
    const auto status = age_decrypt(source_of(vector.file), sink_into(opened), identity, &failure);
    EXPECT_EQ(status.ok(), failure == AgeFailure::kNone) << vector.name;
    ++verdicts[kind_of(vector) + ": " + vector.expect + " -> " + std::string(class_of(failure))];
    if (!ours) {
      EXPECT_FALSE(status.ok()) << vector.name;
      EXPECT_TRUE(opened.empty()) << vector.name;
      continue;
    }
    EXPECT_EQ(class_of(failure), vector.expect)
        << vector.name << ": " << (status.ok() ? "" : status.error().message);
    // Of a file that fails we release less than the reference does: a last chunk only when it is last.
    if (vector.expect == "success") {
      EXPECT_EQ(to_hex(sha256(opened)), vector.payload_hash) << vector.name;
    }
  }
  EXPECT_EQ(verdicts, kVerdicts);
}

}  // namespace
}  // namespace kinfold::seal
