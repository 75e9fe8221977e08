#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "table/file_internal.h"

namespace kinfold::table {
namespace {

/// What errno says, as a remedy.
std::string remedy_for(int error) {
  switch (error) {
    case ENOENT: return "there is no such file; check the name";
    case EACCES:
    case EPERM: return "permission denied; check the owner and the mode";
    case ENOSPC:
    case EDQUOT: return "the disk is full; make room";
    case EMFILE:
    case ENFILE: return "too many open files; raise the limit";
    default: return std::strerror(error);
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::string Descriptor::proc_path() const { return fmt::format("/proc/self/fd/{}", fd_); }

std::string file_name_of(const std::string& path) { return std::filesystem::path(path).filename().string(); }

Result<Descriptor> open_for_reading(const std::string& path) {
  // Not blocking: opening a pipe that nobody writes to would wait for ever.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    return io_error(fmt::format("{}: cannot be opened: {}", file_name_of(path), remedy_for(errno)));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return io_error(fmt::format("{}: is not a file; give the file's own path", file_name_of(path)));
  }
  return file;
}

Error in_file(const std::string& name, const Error& error) {
  return name.empty() ? error : Error{error.code, name + ": " + error.message};
}

Result<std::string> read_all(const Descriptor& file) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0)
    return io_error("the file's size cannot be read: " + remedy_for(errno));
  return read_some(file, static_cast<long>(info.st_size));
}

Result<std::string> read_some(const Descriptor& file, long byte_count) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0)
    return io_error("the file's size cannot be read: " + remedy_for(errno));
  const long size = static_cast<long>(info.st_size);
  const long wanted = std::min(std::abs(byte_count), size);
  const long from = byte_count < 0 ? size - wanted : 0;
  std::string bytes(static_cast<std::size_t>(wanted), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count =
        ::pread(file.get(), bytes.data() + done, bytes.size() - done, from + static_cast<long>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("the file cannot be read: " + remedy_for(errno));
    if (count == 0) break;  // It became shorter under our hands: what there is counts.
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Result<MappedFile> MappedFile::map(const Descriptor& file) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0)
    return io_error("the file's size cannot be read: " + remedy_for(errno));
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) return MappedFile(std::string_view{});
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return io_error("the file cannot be read: " + remedy_for(errno));
  return MappedFile({static_cast<const char*>(address), size});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

Result<Descriptor> create_memory_file() {
  Descriptor file(::memfd_create("kinfold", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file.get() < 0) return io_error("memory for a file could not be had: " + remedy_for(errno));
  return file;
}

Result<Descriptor> create_sealed_memory_file(std::string_view bytes) {
  auto file = create_memory_file();
  if (!file.ok()) return file;
  const auto written = write_all(file.value(), bytes);
  if (!written.ok()) return written.error();
  if (::fcntl(file.value().get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) !=
      0) {
    return io_error("a memory file could not be sealed: " + remedy_for(errno));
  }
  return file;
}

Status write_all(const Descriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("the file cannot be written: " + remedy_for(errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<NewFile> NewFile::create(const std::string& path) {
  std::string temporary = path + ".new-XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) {
    return io_error(fmt::format("{}: cannot be written: {}", file_name_of(path), remedy_for(errno)));
  }
  // mkostemp makes it for the owner alone; give it the mode that any new file would have.
  const mode_t mask = ::umask(0077);
  ::umask(mask);
  ::fchmod(file.get(), 0666 & ~mask);
  return NewFile(std::move(file), path, std::move(temporary));
}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status NewFile::commit() {
  const auto failed = [&](int error) {
    return io_error(fmt::format("{}: cannot be written: {}", file_name_of(path_), remedy_for(error)));
  };
  if (::fsync(descriptor_.get()) != 0) return failed(errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return failed(errno);
  temporary_.clear();
  return {};
}

}  // namespace kinfold::table
