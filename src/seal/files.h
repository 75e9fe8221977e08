// Files written whole or not at all, and durable when the call returns. Only sealed or public bytes
// are ever handed to these. Messages name the file, never the folder it lies in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/bytes.h"

namespace kinfold::seal {

/// The last part of a path, for messages.
std::string file_name(std::string_view path);
/// `what` the machine could not do to `path`, why (errno) and what to do.
Error system_error(std::string_view what, std::string_view path, int error_number);

/// \retval kIo if it is not there or cannot be read; kInvalid if it is longer than `byte_count_max`.
Result<Bytes> read_whole_file(const std::string& path, std::uint64_t byte_count_max);

/// Writes a neighbour, flushes it, renames it over `path` and flushes the folder. Mode 0600.
Status write_whole_file(const std::string& path, ByteView bytes);
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

}  // namespace kinfold::seal
