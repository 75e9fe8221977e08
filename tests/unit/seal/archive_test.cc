#include "seal/archive.h"

#include <gtest/gtest.h>

#include "seal_testing.h"
#include "table/io.h"

namespace kinfold::seal {
namespace {

PlainBytes plain(std::string_view text) { return {as_bytes(text).begin(), as_bytes(text).end()}; }

TEST(Tar, GivesBackItsFilesInOrder) {
  std::vector<ArchiveFile> files;
  files.push_back({"manifest.json", plain("{}")});
  files.push_back({"empty", {}});
  files.push_back({"big", PlainBytes(100'000)});
  const auto tar = tar_of(files);
  EXPECT_EQ(tar.size(), 512u * (3 + 1 + 0 + 196 + 2));  // three heads, contents, the end
  auto read = files_of_tar(tar);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read.value().size(), 3u);
  EXPECT_EQ(read.value()[0].name, "manifest.json");
  EXPECT_EQ(read.value()[0].bytes, files[0].bytes);
  EXPECT_EQ(read.value()[2].bytes, files[2].bytes);
}

TEST(Tar, RefusesTooManyFiles) {
  const std::vector<ArchiveFile> many(kArchiveFileCountMax + 1, {"a", {}});
  EXPECT_EQ(files_of_tar(tar_of(many)).error().message, "has more than 65536 files inside");
}

TEST(Tar, RefusesAnArchiveThatEndsWithinAFile) {
  std::vector<ArchiveFile> files;
  files.push_back({"a", PlainBytes(5000)});
  const auto tar = tar_of(files);
  EXPECT_FALSE(files_of_tar(ByteView(tar).first(2000)).ok());
  EXPECT_FALSE(files_of_tar(as_bytes("this is no archive at all")).ok());
}

TEST(Tar, RefusesWhatFollowsItsEndUnlessItIsZeros) {
  std::vector<ArchiveFile> files;
  files.push_back({"a", PlainBytes(10)});
  auto tar = tar_of(files);
  tar.resize(10'240);  // as stock tar does
  EXPECT_TRUE(files_of_tar(tar).ok());
  tar.resize(300'000);
  tar.back() = std::byte{1};
  EXPECT_FALSE(files_of_tar(tar).ok());
}

TEST(Tar, SaysWhatTheSourceSaidWhenItFails) {
  ArchiveReader reader(
      [](std::span<std::byte>) -> Result<std::size_t> { return invalid("was altered on its way"); }, 100);
  EXPECT_EQ(reader.next().error().message, "was altered on its way");
}

table::Table numbers(std::size_t from, std::size_t count) {
  table::Table table;
  auto& number = table.add("number", table::ColumnType::kInt64);
  auto& text = table.add("text", table::ColumnType::kString);
  for (std::size_t i = from; i < from + count; ++i) {
    number.append_int(static_cast<std::int64_t>(i));
    if (i % 3 == 0)
      text.append_null();
    else
      text.append_string(std::to_string(i));
  }
  return table;
}

/// Two tables, the first in three parts.
Parts in_parts(std::uint64_t said = 9) {
  std::vector<TableFact> facts(2);
  facts[0] = {"numbers", said, {{"number", table::ColumnType::kInt64}, {"text", table::ColumnType::kString}}};
  facts[1] = facts[0];
  facts[1].name = "others";
  facts[1].row_count = 0;
  return {facts, [part = 0]() mutable -> Result<std::optional<NamedTable>> {
            ++part;
            if (part > 4) return std::optional<NamedTable>();
            if (part == 4) return std::optional<NamedTable>({"others", numbers(0, 0)});
            return std::optional<NamedTable>({"numbers", numbers(3 * static_cast<std::size_t>(part - 1), 3)});
          }};
}

std::vector<ArchiveFile> all_of(NextFile next) {
  std::vector<ArchiveFile> files;
  for (;;) {
    auto file = next();
    EXPECT_TRUE(file.ok());
    if (!file.ok() || !file.value()) return files;
    files.push_back(std::move(*file.value()));
  }
}

std::string refusal_of(const std::vector<ArchiveFile>& files) {
  const auto tar = tar_of(files);
  ArchiveReader reader(source_of(tar), tar.size());
  std::vector<NamedTable> tables;
  const auto unpacked = unpack(reader, gather_into(tables));
  return unpacked.ok() ? "unpacked" : unpacked.error().message;
}

TEST(Parts, OfATableAreFilesOfTheirOwnAndComeTogetherAgain) {
  const std::vector<Document> documents{{"note.txt", plain("x")}};
  const auto files = all_of(files_of(in_parts(), documents));
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.name);
  EXPECT_EQ(names, (std::vector<std::string>{"numbers.parquet", "numbers.2.parquet", "numbers.3.parquet",
                                             "others.parquet", "note.txt"}));
  const auto tar = tar_of(files);
  ArchiveReader reader(source_of(tar), tar.size());
  std::vector<NamedTable> tables;
  const auto unpacked = unpack(reader, gather_into(tables));
  ASSERT_TRUE(unpacked.ok()) << unpacked.error().message;
  EXPECT_EQ(unpacked.value().tables, in_parts().tables);
  EXPECT_EQ(unpacked.value().documents.size(), 1u);
  ASSERT_EQ(tables.size(), 2u);
  ASSERT_EQ(tables[0].table.row_count(), 9u);
  for (std::size_t row = 0; row < 9; ++row) {
    EXPECT_EQ(tables[0].table.find("number")->int_at(row), static_cast<std::int64_t>(row));
    EXPECT_EQ(tables[0].table.find("text")->text_at(row), row % 3 == 0 ? "" : std::to_string(row));
  }
}

TEST(Parts, ThatTogetherGoBeyondWhatWasSaidOrWhatMemoryHoldsAreRefused) {
  const std::vector<Document> none;
  const auto tar = tar_of(all_of(files_of(in_parts(), none)));
  const auto refusal = [&](std::uint64_t row_count, std::uint64_t byte_count_max) {
    auto said = in_parts().tables;
    said[0].row_count = row_count;
    ArchiveReader reader(source_of(tar), tar.size());
    std::vector<NamedTable> tables;
    const auto unpacked = unpack(reader, gather_into(tables, byte_count_max), &said);
    return unpacked.ok() ? "unpacked" : unpacked.error().message;
  };
  EXPECT_EQ(refusal(9, 1 << 20), "unpacked");
  EXPECT_EQ(
      refusal(8, 1 << 20),  // the third part has one too many
      "has a table inside that cannot be read: there are more than 2 rows, the most that are taken here");
  EXPECT_EQ(refusal(9, 600),
            "has tables inside that take more than 0 MiB of memory together, half of what this machine has");
}

TEST(Parts, ThatAreMissingOutOfOrderOrStrangeAreRefused) {
  const std::vector<Document> none;
  const auto good = all_of(files_of(in_parts(), none));
  EXPECT_EQ(refusal_of(good), "unpacked");
  const auto changed = [&](auto change) {
    auto files = good;
    change(files);
    return refusal_of(files);
  };
  const std::string order = "has parts of a table inside that are missing or out of order";
  EXPECT_EQ(changed([](auto& f) { f.erase(f.begin() + 1); }), order);
  EXPECT_EQ(changed([](auto& f) { f.erase(f.begin()); }), order);
  EXPECT_EQ(changed([](auto& f) { std::swap(f[1], f[2]); }), order);
  EXPECT_EQ(changed([](auto& f) { std::swap(f[2], f[3]); }), order);
  EXPECT_EQ(changed([](auto& f) { f[1].name = "numbers.parquet"; }), "has two files of one name inside");
  for (const char* name : {"numbers.02.parquet", "numbers.1.parquet", "numbers.x.parquet",
                           "../numbers.parquet", "/etc/passwd"}) {
    EXPECT_EQ(changed([&](auto& f) { f[1].name = name; }),
              "has a file inside that has no place in a sealed file")
        << name;
  }
  EXPECT_EQ(changed([](auto& f) {
              f.insert(f.begin() + 1, {"padding", {}});
            }),
            "has a file inside behind the padding");
  table::Table strange;
  strange.add("number", table::ColumnType::kInt64).append_int(1);
  EXPECT_EQ(changed([&](auto& f) {
              const auto bytes = table::parquet_bytes(strange).value();
              f[1].bytes.assign(bytes.begin(), bytes.end());
            }),
            "has parts of a table inside that differ in their columns");
}

TEST(Parts, ThatAreNotWhatWasSaidOfThemAreNotSealed) {
  const std::vector<Document> none;
  for (const std::uint64_t said : {0u, 8u, 10u}) {
    const auto next = files_of(in_parts(said), none);
    bool failed = false;
    for (int i = 0; i < 6 && !failed; ++i) failed = !next().ok();
    EXPECT_TRUE(failed) << said;
  }
}

TEST(Parts, OfALargeTableAreSmallAndKeepEveryRow) {
  Contents contents;
  contents.tables.push_back({"numbers", numbers(0, 3'000'000)});
  ASSERT_GT(contents.tables[0].table.byte_count(), 2 * kPartBytes);
  const auto parts = parts_of(contents);
  std::size_t rows = 0;
  std::size_t count = 0;
  for (;; ++count) {
    auto part = parts.next();
    ASSERT_TRUE(part.ok());
    if (!part.value()) break;
    EXPECT_LE(part.value()->table.byte_count(), kPartBytes + kPartBytes / 2);
    EXPECT_EQ(part.value()->table.find("number")->int_at(0), static_cast<std::int64_t>(rows));
    rows += part.value()->table.row_count();
  }
  EXPECT_EQ(rows, 3'000'000u);
  EXPECT_GE(count, 3u);
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
  for (const auto* bad : {"x", ".txt", "../a.txt", "a.sh", "a/b.txt"})
    EXPECT_FALSE(is_document_name(bad)) << bad;
}

}  // namespace
}  // namespace kinfold::seal
