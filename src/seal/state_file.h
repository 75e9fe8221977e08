// A small file of the console's own (accounts, sessions), sealed whole under a key derived from the
// site's: XChaCha20-Poly1305 by libsodium. Written whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/files.h"
#include "seal/keys.h"

namespace kinfold::seal {

/// A key of 32 bytes for one use, from the site's master key (BLAKE2b, keyed).
Secret<32> derive_key(const SiteKeys& keys, std::string_view use);

class StateFile {
 public:
  /// `use` is bound into key and file: one cannot be taken for another.
  StateFile(std::string path, const SiteKeys& keys, std::string_view use);
  /// \returns empty bytes where there is no file yet. \retval kRefused if it was altered or is another
  /// site's.
  Result<PlainBytes> read() const;
  Status write(std::string_view plain) const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string use_;
  Secret<32> key_;
};

/// Keeps other processes out of a read and write of the file beside it; waits for them.
class FileLock {
 public:
  static Result<FileLock> take(const std::string& path);

 private:
  explicit FileLock(FileHandle handle) : handle_(std::move(handle)) {}
  FileHandle handle_;
};

}  // namespace kinfold::seal
