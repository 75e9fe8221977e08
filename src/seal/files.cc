#include "seal/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace kinfold::seal {

std::string file_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string folder_of_file(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Error system_error(std::string_view what, std::string_view path, int error_number) {
  const char* remedy = "";
  switch (error_number) {
    case ENOSPC: case EDQUOT: remedy = "; make room on the disk and run it again"; break;
    case EROFS: remedy = "; the disk is read-only, mount it for writing"; break;
    case EACCES: case EPERM: remedy = "; check who owns the site's folder"; break;
    case ENOENT: remedy = "; check the path"; break;
    default: break;
  }
  return io_error(fmt::format("{}: {}: {}{}", file_name(path), what,
                              std::generic_category().message(error_number), remedy));
}

FileHandle::FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
FileHandle::~FileHandle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status write_all(int descriptor, ByteView bytes, std::string_view path) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error("cannot be written", path, errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Bytes> read_whole_file(const std::string& path, std::uint64_t byte_count_max) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error("cannot be opened", path, errno);
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return system_error("cannot be read", path, errno);
  if (!S_ISREG(facts.st_mode)) return invalid(file_name(path) + ": is not a plain file");
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size > byte_count_max) {
    return invalid(fmt::format("{}: is {} bytes long; at most {} are read", file_name(path), size, byte_count_max));
  }
  Bytes bytes(size);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("cannot be read", path, errno);
    if (count == 0) return io_error(file_name(path) + ": became shorter while it was read; run it again");
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

Status sync_folder(const std::string& folder) {
  const FileHandle handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle) return system_error("cannot be opened", folder, errno);
  if (::fsync(handle.get()) != 0) return system_error("cannot be flushed", folder, errno);
  return {};
}

Status write_whole_file(const std::string& path, ByteView bytes) {
  const std::string neighbour = path + ".new";
  {
    const FileHandle file(::open(neighbour.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return system_error("cannot be made", path, errno);
    auto status = write_all(file.get(), bytes, path);
    if (status.ok() && ::fsync(file.get()) != 0) status = system_error("cannot be flushed", path, errno);
    if (!status.ok()) {
      ::unlink(neighbour.c_str());
      return status;
    }
  }
  if (::rename(neighbour.c_str(), path.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(neighbour.c_str());
    return system_error("cannot be put in place", path, error_number);
  }
  return sync_folder(folder_of_file(path));
}

}  // namespace kinfold::seal
