#include "seal/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <set>

#include "table/io.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kTableEnding = ".parquet";

struct ArchiveFree {
  void operator()(archive* handle) const { archive_free(handle); }
};
struct EntryFree {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using ArchivePointer = std::unique_ptr<archive, ArchiveFree>;
using EntryPointer = std::unique_ptr<archive_entry, EntryFree>;

la_ssize_t append_to(archive*, void* out, const void* block, std::size_t byte_count) {
  auto* bytes = static_cast<PlainBytes*>(out);
  const auto* from = static_cast<const std::byte*>(block);
  bytes->insert(bytes->end(), from, from + byte_count);
  return static_cast<la_ssize_t>(byte_count);
}

bool made_of(std::string_view text, std::string_view extra) {
  if (text.empty() || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos;
  });
}

Error damaged() { return invalid("has a damaged archive inside; ask the sender to seal it again"); }

}  // namespace

bool is_table_name(std::string_view name) { return name.size() <= 40 && made_of(name, "_"); }

bool is_document_name(std::string_view name) {
  if (name.size() > 60) return false;
  for (const std::string_view ending : {".json", ".toml", ".txt"}) {
    if (name.ends_with(ending)) return made_of(name.substr(0, name.size() - ending.size()), "_-");
  }
  return false;
}

std::uint64_t padded_size(std::uint64_t byte_count) {
  constexpr unsigned kKeptBits = 3;  // below the highest: eight sizes to each doubling
  const auto bits = static_cast<unsigned>(std::bit_width(byte_count));
  if (bits <= kKeptBits + 1) return byte_count;
  const std::uint64_t mask = (std::uint64_t{1} << (bits - 1 - kKeptBits)) - 1;
  return (byte_count + mask) & ~mask;
}

Result<PlainBytes> write_tar(const std::vector<ArchiveFile>& files) {
  PlainBytes out;
  std::size_t expected = 1024;
  for (const auto& file : files) expected += 512 + (file.bytes.size() + 511) / 512 * 512;
  out.reserve(expected);
  const ArchivePointer writer(archive_write_new());
  archive_write_set_format_ustar(writer.get());
  archive_write_set_bytes_per_block(writer.get(), 0);
  if (archive_write_open(writer.get(), &out, nullptr, append_to, nullptr) != ARCHIVE_OK) {
    return internal_error("an archive in memory could not be begun");
  }
  for (const auto& file : files) {
    const EntryPointer entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), file.name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_mtime(entry.get(), 0, 0);
    if (archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK ||
        archive_write_data(writer.get(), file.bytes.data(), file.bytes.size()) !=
            static_cast<la_ssize_t>(file.bytes.size())) {
      return internal_error("an archive in memory could not be written");
    }
  }
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return internal_error("an archive in memory could not be ended");
  return out;
}

Result<std::vector<ArchiveFile>> read_tar(ByteView tar, std::size_t file_count_max) {
  const ArchivePointer reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_memory(reader.get(), tar.data(), tar.size()) != ARCHIVE_OK) return damaged();
  std::vector<ArchiveFile> files;
  std::set<std::string> names;
  while (true) {
    archive_entry* entry = nullptr;
    const int got = archive_read_next_header(reader.get(), &entry);
    if (got == ARCHIVE_EOF) break;
    if (got != ARCHIVE_OK) return damaged();
    const char* name = archive_entry_pathname(entry);
    const auto size = archive_entry_size(entry);
    // No file is larger than the archive: a sparse entry that claims more is no file of ours.
    if (name == nullptr || archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr ||
        archive_entry_sparse_count(entry) > 0 || size < 0 || static_cast<std::uint64_t>(size) > tar.size()) {
      return damaged();
    }
    if (files.size() >= file_count_max) return invalid(fmt::format("has more than {} files inside", file_count_max));
    if (!names.insert(name).second) return invalid("has two files of one name inside");
    PlainBytes bytes(static_cast<std::size_t>(size));
    if (archive_read_data(reader.get(), bytes.data(), bytes.size()) != size) return damaged();
    files.push_back({name, std::move(bytes)});
  }
  return files;
}

Result<std::vector<ArchiveFile>> to_files(const Contents& contents) {
  std::vector<ArchiveFile> files;
  std::set<std::string_view> names;
  for (const auto& named : contents.tables) {
    if (!is_table_name(named.name) || !names.insert(named.name).second) {
      return internal_error("a table's name is a-z, 0-9 and _, and stands once");
    }
    auto parquet = table::parquet_bytes(named.table);
    if (!parquet.ok()) return parquet.error();
    auto& bytes = parquet.value();
    files.push_back({named.name + std::string(kTableEnding), PlainBytes(bytes.begin(), bytes.end())});
    wipe(bytes.data(), bytes.size());
  }
  for (const auto& document : contents.documents) {
    if (!is_document_name(document.name) || document.name == "manifest.json" || !names.insert(document.name).second) {
      return internal_error("a document's name is a-z, 0-9, - and _ with .json, .toml or .txt, and stands once");
    }
    files.push_back({document.name, document.bytes});
  }
  return files;
}

Result<Contents> to_contents(std::vector<ArchiveFile> files) {
  Contents contents;
  for (auto& file : files) {
    const std::string_view name = file.name;
    if (name.ends_with(kTableEnding) && is_table_name(name.substr(0, name.size() - kTableEnding.size()))) {
      auto table = table::read_parquet_bytes(file.bytes);
      if (!table.ok()) return Error{table.error().code, "has a table inside that cannot be read: " + table.error().message};
      contents.tables.push_back({std::string(name.substr(0, name.size() - kTableEnding.size())), std::move(table).value()});
    } else if (is_document_name(name)) {
      contents.documents.push_back({file.name, std::move(file.bytes)});
    } else {
      return invalid("has a file inside that has no place in a sealed file");
    }
  }
  return contents;
}

const table::Table* Contents::find(std::string_view name) const {
  for (const auto& named : tables) {
    if (named.name == name) return &named.table;
  }
  return nullptr;
}

Result<const table::Table*> Contents::require(std::string_view name) const {
  if (const auto* found = find(name)) return found;
  return invalid(fmt::format("has no table '{}' inside; ask the sender to seal it again", name));
}

const Document* Contents::find_document(std::string_view name) const {
  for (const auto& document : documents) {
    if (document.name == name) return &document;
  }
  return nullptr;
}

void Contents::wipe() {
  for (auto& named : tables) named.table.wipe();
  tables.clear();
  documents.clear();
}

}  // namespace kinfold::seal
