#include "seal/archive.h"

#include <gtest/gtest.h>

#include "seal_testing.h"

namespace kinfold::seal {
namespace {

PlainBytes plain(std::string_view text) { return {as_bytes(text).begin(), as_bytes(text).end()}; }

TEST(Tar, GivesBackItsFilesInOrder) {
  std::vector<ArchiveFile> files;
  files.push_back({"manifest.json", plain("{}")});
  files.push_back({"empty", {}});
  files.push_back({"big", PlainBytes(100'000)});
  auto tar = write_tar(files);
  ASSERT_TRUE(tar.ok());
  EXPECT_EQ(tar.value().size(), 512u * (3 + 1 + 0 + 196 + 2));  // three heads, contents, the end
  auto read = read_tar(tar.value());
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read.value().size(), 3u);
  EXPECT_EQ(read.value()[0].name, "manifest.json");
  EXPECT_EQ(read.value()[0].bytes, files[0].bytes);
  EXPECT_EQ(read.value()[2].bytes, files[2].bytes);
}

TEST(Tar, RefusesTwoFilesOfOneNameAndTooManyFiles) {
  std::vector<ArchiveFile> twice;
  twice.push_back({"a", {}});
  twice.push_back({"a", {}});
  auto tar = write_tar(twice);
  EXPECT_EQ(read_tar(tar.value()).error().message, "has two files of one name inside");
  std::vector<ArchiveFile> many;
  for (int i = 0; i < 5; ++i) many.push_back({"f" + std::to_string(i), {}});
  EXPECT_EQ(read_tar(write_tar(many).value(), 4).error().message, "has more than 4 files inside");
}

TEST(Tar, RefusesAnArchiveThatEndsWithinAFile) {
  std::vector<ArchiveFile> files;
  files.push_back({"a", PlainBytes(5000)});
  const auto tar = write_tar(files).value();
  EXPECT_FALSE(read_tar(ByteView(tar).first(2000)).ok());
  EXPECT_FALSE(read_tar(as_bytes("this is no archive at all")).ok());
}

TEST(PaddedSize, NeverShrinksAndNeverAddsMoreThanAnEighth) {
  for (std::uint64_t size = 1; size < (1ULL << 40); size = size * 5 / 4 + 1) {
    const auto padded = padded_size(size);
    EXPECT_GE(padded, size);
    EXPECT_LE(padded - size, size / 8 + 1) << size;
    EXPECT_EQ(padded_size(padded), padded);
  }
}

TEST(Names, OfTablesAndDocumentsCannotLeaveTheirFolder) {
  for (const auto* good : {"people", "a_1"}) EXPECT_TRUE(is_table_name(good));
  for (const auto* bad : {"", "../x", "A", "1a", "a.b", "a/b"}) EXPECT_FALSE(is_table_name(bad)) << bad;
  EXPECT_TRUE(is_document_name("certificate-1.txt"));
  for (const auto* bad : {"x", ".txt", "../a.txt", "a.sh", "a/b.txt"}) EXPECT_FALSE(is_document_name(bad)) << bad;
}

}  // namespace
}  // namespace kinfold::seal
