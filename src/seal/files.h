// Files written whole or not at all, and durable when the call returns. Only sealed or public bytes
// are ever handed to these. Messages name the file, never the folder it lies in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/stream.h"

namespace kinfold::seal {

/// The last part of a path, for messages.
std::string file_name(std::string_view path);
/// `what` the machine could not do to `path`, why (errno) and what to do.
Error system_error(std::string_view what, std::string_view path, int error_number);
/// What most likely ails the disk under `path` when a library says only that it failed: EROFS, EACCES, ENOSPC
/// (less than 64 KiB left); 0 if none of them.
int disk_trouble(const std::string& path);

/// \retval kIo if it is not there or cannot be read; kInvalid if it is longer than `byte_count_max`.
Result<Bytes> read_whole_file(const std::string& path, std::uint64_t byte_count_max);

/// So that a rename or an unlink in it survives a power cut.
Status sync_folder(const std::string& folder);
std::string folder_of_file(const std::string& path);

/// A file descriptor that closes itself.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept;
  FileHandle& operator=(FileHandle&& other) noexcept;
  ~FileHandle();
  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};
/// Writes all of it, at the descriptor's place.
Status write_all(int descriptor, ByteView bytes, std::string_view path);

/// A plain file that is open to be read; a pipe or a device is refused, not waited for.
struct OpenedPlainFile {
  FileHandle handle;
  std::uint64_t byte_count = 0;
};
Result<OpenedPlainFile> open_plain_file(const std::string& path);
/// From its beginning, as often as it is called. `file` and `path` must outlive it.
Source source_of(const OpenedPlainFile& file, const std::string& path);

/// A file that appears whole, when it is put in place, or not at all: a neighbour, flushed, then renamed
/// over `path`. Mode 0600.
class WholeFile {
 public:
  static Result<WholeFile> begin(const std::string& path);
  WholeFile(WholeFile&& other) noexcept = default;
  WholeFile& operator=(WholeFile&&) = delete;
  ~WholeFile();
  Status write(ByteView bytes) { return write_all(file_.get(), bytes, path_); }
  Status put_in_place();

 private:
  WholeFile(std::string path, FileHandle file) : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  FileHandle file_;
};
Status write_whole_file(const std::string& path, ByteView bytes);

}  // namespace kinfold::seal
