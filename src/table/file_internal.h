// Descriptors: files on disk, and files that are only memory. Private to this room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace kinfold::table {

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return fd_; }
  /// A path under which DuckDB opens just this file, whatever its name has in it.
  std::string proc_path() const;

 private:
  int fd_;
};

/// The last part of a path: messages never hold a whole one.
std::string file_name_of(const std::string& path);
/// The error with the file's name before it, where it has one.
Error in_file(const std::string& name, const Error& error);

/// \retval kIo if it is missing, not readable or not a regular file.
Result<Descriptor> open_for_reading(const std::string& path);
Result<std::string> read_all(const Descriptor& file);
/// Up to `byte_count` bytes from the start (negative: from the end).
Result<std::string> read_some(const Descriptor& file, long byte_count);

/// A file's bytes without a copy of them.
class MappedFile {
 public:
  static Result<MappedFile> map(const Descriptor& file);
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();
  std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

/// An empty file that is memory only.
Result<Descriptor> create_memory_file();
/// A memory file with these bytes, sealed against any change.
Result<Descriptor> create_sealed_memory_file(std::string_view bytes);
Status write_all(const Descriptor& file, std::string_view bytes);

/// A new file beside `path` that takes its name only when it is complete and on the disk.
class NewFile {
 public:
  static Result<NewFile> create(const std::string& path);
  NewFile(NewFile&&) noexcept = default;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();
  const Descriptor& descriptor() const { return descriptor_; }
  Status commit();

 private:
  NewFile(Descriptor descriptor, std::string path, std::string temporary)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), temporary_(std::move(temporary)) {}
  Descriptor descriptor_;
  std::string path_;
  std::string temporary_;  // Empty once it has the name.
};

}  // namespace kinfold::table
