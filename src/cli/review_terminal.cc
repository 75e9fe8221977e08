#include "cli/review_terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "linkage/decisions.h"

namespace kinfold::cli {
namespace {

// Keys without return and without echo; the terminal as it was at the end, also after an interrupt, which is
// read as a key.
class KeyMode {
 public:
  KeyMode() {
    active_ =
        isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!active_) return;
    termios keys = before_;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    tcsetattr(STDIN_FILENO, TCSANOW, &keys);
  }
  ~KeyMode() {
    if (active_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  KeyMode(const KeyMode&) = delete;
  KeyMode& operator=(const KeyMode&) = delete;
  bool active() const { return active_; }

 private:
  termios before_{};
  bool active_ = false;
};

constexpr char kIgnored = 1;

// 0 at the end of input. Control-C and control-D leave. What an arrow or function key sends is skipped whole:
// its last byte is a letter, and would be taken for an answer.
char read_key() {
  const auto next = [](char& key) {
    ssize_t count = 0;
    do count = read(STDIN_FILENO, &key, 1);
    while (count < 0 && errno == EINTR);
    return count == 1;
  };
  char key = 0;
  if (!next(key)) return 0;
  if (key == 3 || key == 4) return 'q';
  if (key != 27) return key;
  char second = 0;
  if (!next(second)) return 0;
  if (second != '[' && second != 'O') return kIgnored;
  char final = 0;
  while (next(final) && (final < '@' || final > '~')) {
  }
  return kIgnored;
}

std::size_t screen_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Whole or not at all, and on the disk before the next pair is shown.
Status save(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const auto failed = [] {
    return io_error(
        "the decisions cannot be written; check space and permissions. What was decided before is safe");
  };
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed();
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    done += static_cast<std::size_t>(count);
  }
  const bool written = done == text.size() && fsync(file) == 0;
  if (close(file) != 0 || !written || std::rename(temporary.c_str(), path.c_str()) != 0) {
    unlink(temporary.c_str());
    return failed();
  }
  return {};
}

}  // namespace

Status run_review(linkage::ReviewSession& session, const std::string& path) {
  const KeyMode mode;
  const bool colour = mode.active() && std::getenv("NO_COLOR") == nullptr;
  bool redraw = true;
  while (true) {
    if (redraw) {
      if (mode.active()) std::fputs("\033[H\033[2J", stdout);
      std::fputs(session.screen(screen_width(), colour).c_str(), stdout);
      std::fflush(stdout);
    }
    const char key = read_key();
    if (key == 0) return {};
    const auto step = session.press(key);
    if (step == linkage::ReviewSession::Step::kLeave) return {};
    redraw = step != linkage::ReviewSession::Step::kNothing;
    if (step != linkage::ReviewSession::Step::kDecided) continue;
    if (auto status = save(path, linkage::decisions_to_csv(session.decisions())); !status.ok()) return status;
  }
}

}  // namespace kinfold::cli
