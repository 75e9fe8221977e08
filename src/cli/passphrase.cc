#include "cli/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "seal/files.h"
#include "seal/private_file.h"

namespace kinfold::cli {
namespace {

constexpr std::size_t kPassphraseBytesMax = 4096;

Result<seal::SecretBytes> first_line(seal::SecretBytes bytes, std::size_t byte_count) {
  const auto* begin = bytes.bytes().data();
  const auto* end = std::find_if(begin, begin + byte_count,
                                 [](std::byte b) { return b == std::byte{'\n'} || b == std::byte{'\r'}; });
  if (end == begin) return invalid("the passphrase is empty");
  return seal::SecretBytes::copy_of({begin, static_cast<std::size_t>(end - begin)});
}

Result<seal::SecretBytes> from_descriptor(int descriptor) {
  seal::SecretBytes bytes(kPassphraseBytesMax);
  std::size_t filled = 0;
  while (filled < kPassphraseBytesMax) {
    const auto got = ::read(descriptor, bytes.bytes().data() + filled, kPassphraseBytesMax - filled);
    if (got < 0) return io_error(std::string("cannot read the passphrase: ") + std::strerror(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (std::memchr(bytes.bytes().data(), '\n', filled) != nullptr) break;
  }
  return first_line(std::move(bytes), filled);
}

/// Turns the terminal's echo off while it lives.
class NoEcho {
 public:
  explicit NoEcho(int descriptor) : descriptor_(descriptor) {
    if (tcgetattr(descriptor_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(descriptor_, TCSAFLUSH, &quiet) == 0;
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() {
    if (changed_) tcsetattr(descriptor_, TCSAFLUSH, &before_);
  }

 private:
  int descriptor_;
  termios before_{};
  bool changed_ = false;
};

Result<seal::SecretBytes> ask(int terminal, const char* prompt) {
  const NoEcho quiet(terminal);
  if (::write(terminal, prompt, std::strlen(prompt)) < 0) return io_error("cannot write to the terminal");
  auto answer = from_descriptor(terminal);
  if (::write(terminal, "\n", 1) < 0) return io_error("cannot write to the terminal");
  return answer;
}

}  // namespace

Result<seal::SecretBytes> read_passphrase(const std::string& file, bool twice) {
  const char* from_environment = std::getenv("KINFOLD_PASSPHRASE_FILE");
  const std::string path = !file.empty() ? file : from_environment != nullptr ? from_environment : "";
  if (!path.empty()) {
    const seal::FileHandle handle(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!handle) return io_error("cannot open the passphrase file; give its path with --passphrase-file");
    if (auto mine = seal::only_for_its_owner(handle.get(), path); !mine.ok()) return mine.error();
    return from_descriptor(handle.get());
  }
  const seal::FileHandle terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal)
    return io_error(
        "there is no terminal to ask for the passphrase; use --passphrase-file or KINFOLD_PASSPHRASE_FILE");
  auto first = ask(terminal.get(), "Passphrase of this site: ");
  if (!first.ok() || !twice) return first;
  const auto second = ask(terminal.get(), "Once more: ");
  if (!second.ok()) return second.error();
  const auto a = first.value().bytes();
  const auto b = second.value().bytes();
  if (a.size() != b.size() || !std::equal(a.begin(), a.end(), b.begin()))
    return invalid("the two passphrases differ; try again");
  return first;
}

}  // namespace kinfold::cli
