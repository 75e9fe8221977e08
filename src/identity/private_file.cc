#include "identity/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace kinfold::identity {
namespace {

Error failed(const char* step, int error_number) {
  return io_error(std::string("cannot ") + step + " the file: " + std::strerror(error_number) +
                  "; check the folder's permissions and the free space, and try again");
}

Status write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("write", errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return failed("save", errno);
  return {};
}

}  // namespace

Status write_private_file(const std::string& path, std::string_view content) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());  // left over from a run that was killed
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failed("make", errno);
  auto written = write_all(file, content);
  ::close(file);
  if (written.ok() && ::rename(beside.c_str(), path.c_str()) != 0) written = failed("put in place", errno);
  if (!written.ok()) ::unlink(beside.c_str());
  return written;
}

}  // namespace kinfold::identity
