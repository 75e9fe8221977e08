// Small helpers that the seal tests share.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "seal/age.h"
#include "seal/archive.h"
#include "seal/files.h"
#include "seal/package.h"

namespace kinfold::seal {

/// A folder that goes with the test; in memory where the system has such a place, for these tests
/// flush every write and there are tens of thousands.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = "/dev/shm/kinfold-XXXXXX";
    if (const char* made = mkdtemp(pattern.data())) {
      path_ = made;
      return;
    }
    pattern = (std::filesystem::temp_directory_path() / "kinfold-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }
  std::size_t file_count() const {
    const auto files = std::filesystem::directory_iterator(path_);
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

 private:
  std::filesystem::path path_;
};

inline Bytes pattern_bytes(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(i * 131 + i / 251);
  return bytes;
}

/// These files as an archive.
inline Bytes tar_of(const std::vector<ArchiveFile>& files) {
  const Source archive = archive_of(
      [&files, at = std::size_t{0}]() mutable -> Result<std::optional<ArchiveFile>> {
        return at == files.size() ? std::optional<ArchiveFile>() : std::optional<ArchiveFile>(files[at++]);
      },
      false);
  Bytes tar;
  Bytes block(1000);  // no multiple of a tar's blocks
  for (;;) {
    const auto count = archive(block);
    if (!count.ok() || count.value() == 0) return tar;
    tar.insert(tar.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count.value()));
  }
}

inline Result<std::vector<ArchiveFile>> files_of_tar(ByteView tar) {
  ArchiveReader reader(source_of(tar), tar.size());
  std::vector<ArchiveFile> files;
  for (;;) {
    auto file = reader.next();
    if (!file.ok()) return file.error();
    if (!file.value()) return files;
    files.push_back(std::move(*file.value()));
  }
}

inline Bytes seal_for(ByteView plain, const AgeIdentity& identity) {
  Bytes sealed;
  const AgeRecipient recipient = recipient_of(identity);
  const auto status = age_encrypt(source_of(plain), sink_into(sealed), std::span(&recipient, 1));
  return status.ok() ? sealed : Bytes();
}

}  // namespace kinfold::seal
