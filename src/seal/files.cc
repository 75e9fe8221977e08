#include "seal/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
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
    case ENOSPC:
    case EDQUOT: remedy = "; make room on the disk and run it again"; break;
    case EROFS: remedy = "; the disk is read-only, mount it for writing"; break;
    case EACCES:
    case EPERM: remedy = "; check who owns the site's folder"; break;
    case ENOENT: remedy = "; check the path"; break;
    default: break;
  }
  return io_error(fmt::format("{}: {}: {}{}", file_name(path), what,
                              std::generic_category().message(error_number), remedy));
}

int disk_trouble(const std::string& path) {
  const auto folder = folder_of_file(path);
  struct statvfs facts {};
  if (::statvfs(folder.c_str(), &facts) != 0) return 0;
  if ((facts.f_flag & ST_RDONLY) != 0) return EROFS;
  if (::access(folder.c_str(), W_OK) != 0) return errno;
  constexpr std::uint64_t kBytesMin = 64 * 1024;
  return std::uint64_t{facts.f_bavail} * facts.f_frsize < kBytesMin ? ENOSPC : 0;
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

Result<OpenedPlainFile> open_plain_file(const std::string& path) {
  OpenedPlainFile file{FileHandle(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), 0};
  if (!file.handle) return system_error("cannot be opened", path, errno);
  struct stat facts {};
  if (::fstat(file.handle.get(), &facts) != 0) return system_error("cannot be read", path, errno);
  if (!S_ISREG(facts.st_mode)) return invalid(file_name(path) + ": is not a plain file");
  file.byte_count = static_cast<std::uint64_t>(facts.st_size);
  return file;
}

Source source_of(const OpenedPlainFile& file, const std::string& path) {
  return [&file, &path, at = std::uint64_t{0}](std::span<std::byte> out) mutable -> Result<std::size_t> {
    std::size_t done = 0;
    while (done < out.size()) {
      const auto count =
          ::pread(file.handle.get(), out.data() + done, out.size() - done, static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return system_error("cannot be read", path, errno);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
      at += static_cast<std::uint64_t>(count);
    }
    return done;
  };
}

Result<Bytes> read_whole_file(const std::string& path, std::uint64_t byte_count_max) {
  const auto file = open_plain_file(path);
  if (!file.ok()) return file.error();
  const auto size = file.value().byte_count;
  if (size > byte_count_max) {
    return invalid(
        fmt::format("{}: is {} bytes long; at most {} are read", file_name(path), size, byte_count_max));
  }
  Bytes bytes(size);
  const auto count = source_of(file.value(), path)(bytes);
  if (!count.ok()) return count.error();
  if (count.value() < size)
    return io_error(file_name(path) + ": became shorter while it was read; run it again");
  return bytes;
}

Status sync_folder(const std::string& folder) {
  const FileHandle handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle) return system_error("cannot be opened", folder, errno);
  if (::fsync(handle.get()) != 0) return system_error("cannot be flushed", folder, errno);
  return {};
}

Result<WholeFile> WholeFile::begin(const std::string& path) {
  const std::string neighbour = path + ".new";
  // Made anew, so that neither a link that somebody left there is followed nor another's mode is kept.
  if (::unlink(neighbour.c_str()) != 0 && errno != ENOENT)
    return system_error("cannot be replaced", path, errno);
  FileHandle file(::open(neighbour.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return system_error("cannot be made", path, errno);
  return WholeFile(path, std::move(file));
}

WholeFile::~WholeFile() {
  if (file_) ::unlink((path_ + ".new").c_str());
}

Status WholeFile::put_in_place() {
  if (::fsync(file_.get()) != 0) return system_error("cannot be flushed", path_, errno);
  if (::rename((path_ + ".new").c_str(), path_.c_str()) != 0)
    return system_error("cannot be put in place", path_, errno);
  file_ = FileHandle();
  return sync_folder(folder_of_file(path_));
}

Status write_whole_file(const std::string& path, ByteView bytes) {
  auto file = WholeFile::begin(path);
  if (!file.ok()) return file.error();
  if (auto status = file.value().write(bytes); !status.ok()) return status;
  return file.value().put_in_place();
}

}  // namespace kinfold::seal
