// The machine stops before the n-th call that changes the disk, for every n: SQLite's calls too. The
// next start must find each holding whole or gone, and running it again must come to the same end.
// Or the disk is full from the n-th call on: the act says so, and all is well once there is room.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "holding_testing.h"

namespace {
std::atomic<long> calls_left{-1};  // negative: never
std::atomic<int> disk_error{0};    // 0: the machine stops at that call; otherwise calls fail from then on

enum class Fate { kGoOn, kFail, kStop };
Fate fate() {
  const long left = calls_left;
  if (left < 0) return Fate::kGoOn;
  if (left > 0) {
    calls_left = left - 1;
    return Fate::kGoOn;
  }
  return disk_error == 0 ? Fate::kStop : Fate::kFail;
}
long fail() {
  errno = disk_error;
  return -1;
}

/// A call that changes the disk. `half` does half of it, for a machine that stops within a write.
template <typename Half, typename Whole>
long disk_call(Half half, Whole whole) {
  switch (fate()) {
    case Fate::kFail: return fail();
    case Fate::kStop: half(); _exit(42);
    case Fate::kGoOn: break;
  }
  return whole();
}
constexpr auto kNothing = [] {};
}  // namespace

// These stand before the C library's, for everything in this program.
extern "C" {
ssize_t write(int file, const void* bytes, size_t count) {
  return disk_call([&] { syscall(SYS_write, file, bytes, count / 2); },
                   [&] { return syscall(SYS_write, file, bytes, count); });
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t at) {
  return disk_call([&] { syscall(SYS_pwrite64, file, bytes, count / 2, at); },
                   [&] { return syscall(SYS_pwrite64, file, bytes, count, at); });
}
ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  return pwrite64(file, bytes, count, at);
}
int fsync(int file) {
  return static_cast<int>(disk_call(kNothing, [&] { return syscall(SYS_fsync, file); }));
}
int fdatasync(int file) {
  return static_cast<int>(disk_call(kNothing, [&] { return syscall(SYS_fdatasync, file); }));
}
int ftruncate64(int file, off64_t size) noexcept {
  return static_cast<int>(disk_call(kNothing, [&] { return syscall(SYS_ftruncate, file, size); }));
}
int rename(const char* from, const char* to) noexcept {
  return static_cast<int>(disk_call(kNothing, [&] { return syscall(SYS_rename, from, to); }));
}
int unlink(const char* path) noexcept {
  return static_cast<int>(disk_call(kNothing, [&] { return syscall(SYS_unlink, path); }));
}
int unlinkat(int folder, const char* path, int flags) noexcept {
  return static_cast<int>(disk_call(kNothing, [&] { return syscall(SYS_unlinkat, folder, path, flags); }));
}
int mkdir(const char* path, mode_t mode) noexcept {
  return static_cast<int>(disk_call(kNothing, [&] { return syscall(SYS_mkdir, path, mode); }));
}
}

namespace kinfold::holding {
namespace {

const Asking kLinker{"link-1", "linkage", {}, {}};

class Crash : public testing::Test {
 protected:
  /// Runs `act` on a copy of the prepared site, ending it before the n-th call; true if it came to its end.
  template <typename Act>
  bool run_until(long n, Act act) {
    std::filesystem::remove_all(folder_ / "now");
    std::filesystem::copy(folder_ / "before", folder_ / "now", std::filesystem::copy_options::recursive);
    const pid_t child = fork();
    if (child == 0) {
      Site site(party_, folder_ / "now", keys_);
      if (!site.start().ok()) _exit(7);
      calls_left = n;
      act(site);
      calls_left = -1;
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && (WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 0)) << status;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  void prepare(int holding_count) {
    Site site("dwp", folder_ / "before", keys_);
    ASSERT_TRUE(site.start().ok());
    for (int i = 0; i < holding_count; ++i) {
      auto stored = site.door->store(a_request(), some_people(3), kLinker);
      ASSERT_TRUE(stored.ok()) << stored.error().message;
      ids_.push_back(stored.value().id);
    }
  }
  /// What must hold after any stop: whole or gone, nothing between, and a ledger that is sound.
  void check(Site& site, long n) {
    const auto status = site.start();
    ASSERT_TRUE(status.ok()) << "call " << n << ": " << status.error().message;
    std::size_t live = 0;
    const auto holdings = site.door->list().value();
    for (const auto& holding : holdings) {
      const bool has_folder = std::filesystem::exists(site.door->folder_of(holding.id));
      if (holding.state == HoldingState::kLive) {
        ++live;
        auto opened = site.door->open(holding.id, kLinker);
        EXPECT_TRUE(opened.ok()) << "call " << n << ": " << opened.error().message;
      } else {
        EXPECT_FALSE(has_folder) << "call " << n;
      }
    }
    std::size_t folders = 0;
    for (const auto& entry : std::filesystem::directory_iterator(site.folder() + "/holdings")) {
      folders += entry.is_directory() ? 1U : 0U;
    }
    EXPECT_EQ(folders, live) << "call " << n;
    EXPECT_EQ(used_slots(site), live) << "call " << n;
    EXPECT_EQ(site.door->certificates().value().size(), holdings.size() - live) << "call " << n;
    EXPECT_TRUE(site.ledger->verify().value().sound()) << "call " << n;
  }
  static std::size_t used_slots(const Site& site) {
    const auto keys = seal::read_whole_file(site.folder() + "/holdings/keys", 1 << 20).value();
    std::size_t used = 0;
    for (std::size_t at = 72; at + 72 <= keys.size(); at += 72) {
      const auto slot = seal::ByteView(keys).subspan(at, 72);
      used += std::any_of(slot.begin(), slot.end(), [](std::byte b) { return b != std::byte{0}; }) ? 1U : 0U;
    }
    return used;
  }

  seal::TemporaryFolder folder_;
  std::string party_ = "dwp";
  seal::SiteKeys keys_ = seal::make_site_keys("dwp");
  std::vector<Id> ids_;
};

/// The ring that the vault's people are under: keys are added, made durable, and one is destroyed.
class RecordsCrash : public Crash {
 protected:
  RecordsCrash() {
    party_ = "ons-demo";
    keys_ = seal::make_site_keys(party_);
  }
  void fill() {
    Site site(party_, folder_ / "before", keys_);
    ASSERT_TRUE(site.start().ok());
    NewHolding what;
    what.kind = Kind::kVault;
    what.data_classes = {"identity"};
    what.origin = party_;
    what.purpose = "linkage";
    const auto made = site.door->create_records(what, kLinker);
    ASSERT_TRUE(made.ok()) << made.error().message;
    ids_ = {made.value().id};
    auto ring = site.door->open_records(ids_[0], kLinker);
    ASSERT_TRUE(ring.ok());
    for (int i = 0; i < 3; ++i)
      bodies_.push_back(ring.value().add(seal::as_bytes("person " + std::to_string(i))).value());
    ASSERT_TRUE(ring.value().close().ok());
  }
  Status change(Site& site) const {
    auto ring = site.door->open_records(ids_[0], kLinker);
    if (!ring.ok()) return ring.error();
    for (int i = 0; i < 2; ++i) {
      if (const auto added = ring.value().add(seal::as_bytes("new")); !added.ok()) return added.error();
    }
    if (auto s = ring.value().sync(); !s.ok()) return s;
    if (auto s = ring.value().forget(std::span(&bodies_[0].first, 1)); !s.ok()) return s;
    return ring.value().close();
  }
  /// The two that nobody gave up are there; the one that was to go is there as it was, or not at all.
  void check_records(long n, bool ended) {
    Site site(party_, folder_ / "now", keys_);
    ASSERT_TRUE(site.start().ok()) << "call " << n;
    auto ring = site.door->open_records(ids_[0], kLinker);
    ASSERT_TRUE(ring.ok()) << "call " << n << ": " << ring.error().message;
    for (std::size_t i = 0; i < bodies_.size(); ++i) {
      const auto plain = ring.value().open(bodies_[i].first, bodies_[i].second);
      if (i > 0) {
        ASSERT_TRUE(plain.ok()) << "call " << n << ": " << plain.error().message;
      }
      if (plain.ok()) {
        EXPECT_EQ(seal::as_text(plain.value()), "person " + std::to_string(i)) << "call " << n;
      }
      if (i == 0 && ended) {
        EXPECT_FALSE(plain.ok());
      }
    }
    ASSERT_TRUE(ring.value().forget(std::span(&bodies_[0].first, 1)).ok())
        << "call " << n << ": what was begun can be finished";
    EXPECT_FALSE(ring.value().readable(bodies_[0].first)) << "call " << n;
    const auto fresh = ring.value().add(seal::as_bytes("later"));
    ASSERT_TRUE(fresh.ok());
    EXPECT_TRUE(ring.value().open(fresh.value().first, fresh.value().second).ok()) << "call " << n;
    ASSERT_TRUE(ring.value().close().ok());
    EXPECT_TRUE(site.ledger->verify().value().sound()) << "call " << n;
  }
  std::vector<std::pair<RecordId, seal::Bytes>> bodies_;
};

TEST_F(RecordsCrash, AtAnyCallOfAddingAndForgettingLosesNobodyElse) {
  fill();
  long n = 0;
  for (bool ended = false; !ended; ++n) {
    ended = run_until(n, [&](Site& site) { static_cast<void>(change(site).ok()); });
    check_records(n, ended);
    if (HasFailure()) break;
  }
  EXPECT_GT(n, 10) << "the calls were not counted";
}

TEST_F(Crash, AtAnyCallOfAStoreLeavesTheHoldingWholeOrGone) {
  prepare(1);
  long n = 0;
  for (bool ended = false; !ended; ++n) {
    ended = run_until(n, [](Site& site) {
      static_cast<void>(site.door->store(a_request(), some_people(3), kLinker).ok());
    });
    Site site("dwp", folder_ / "now", keys_);
    check(site, n);
    ASSERT_TRUE(site.door->store(a_request(), some_people(3), kLinker).ok()) << "call " << n;
    if (HasFailure()) break;
  }
  EXPECT_GT(n, 10) << "the calls were not counted";
}

TEST_F(Crash, AtAnyCallOfADestructionLeavesOneEndOrTheOther) {
  prepare(2);
  long n = 0;
  for (bool ended = false; !ended; ++n) {
    ended = run_until(n, [&](Site& site) {
      static_cast<void>(site.door->destroy(ids_[0], "link-1", ledger::Reason::kRights).ok());
    });
    Site site("dwp", folder_ / "now", keys_);
    check(site, n);
    const auto again = site.door->destroy(ids_[0], "link-1", ledger::Reason::kRights);
    ASSERT_TRUE(again.ok()) << "call " << n << ": " << again.error().message;
    EXPECT_EQ(again.value().reason, "rights");
    EXPECT_EQ(site.door->find(ids_[0]).value().state, HoldingState::kDestroyed);
    EXPECT_EQ(site.door->find(ids_[1]).value().state, HoldingState::kLive);
    if (HasFailure()) break;
  }
  EXPECT_GT(n, 10) << "the calls were not counted";
}

TEST_F(Crash, AtAnyCallOfTheMendingItselfIsMendedByTheNextStart) {
  prepare(2);
  long calls = 0;
  while (!run_until(calls, [&](Site& site) {
    static_cast<void>(site.door->destroy(ids_[0], "link-1", ledger::Reason::kRights).ok());
  })) {
    ++calls;
  }
  // Stopped half-way through a destruction; then the start that mends it is stopped, at every call.
  run_until(calls / 2, [&](Site& site) {
    static_cast<void>(site.door->destroy(ids_[0], "link-1", ledger::Reason::kRights).ok());
  });
  std::filesystem::remove_all(folder_ / "before");
  std::filesystem::copy(folder_ / "now", folder_ / "before", std::filesystem::copy_options::recursive);
  for (long n = 0;; ++n) {
    std::filesystem::remove_all(folder_ / "now");
    std::filesystem::copy(folder_ / "before", folder_ / "now", std::filesystem::copy_options::recursive);
    const pid_t child = fork();
    if (child == 0) {
      calls_left = n;
      Site site("dwp", folder_ / "now", keys_);
      const bool started = site.start().ok();
      calls_left = -1;
      _exit(started ? 0 : 7);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && (WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 0)) << "call " << n;
    Site site("dwp", folder_ / "now", keys_);
    check(site, n);
    if (HasFailure() || WEXITSTATUS(status) == 0) break;
  }
}

/// With the disk failing from the n-th call on, in this process; true if the act succeeded all the same.
template <typename Act>
bool with_failing_disk(long n, int error_number, Act act) {
  disk_error = error_number;
  calls_left = n;
  const Status status = act();
  const bool reached = calls_left == 0;
  calls_left = -1;
  disk_error = 0;
  if (!status.ok()) {
    EXPECT_EQ(status.error().code, ErrorCode::kIo) << "call " << n << ": " << status.error().message;
    EXPECT_EQ(status.error().message.find("dwp/"), std::string::npos) << status.error().message;
  }
  return !reached;
}

TEST_F(Crash, AFullOrReadOnlyDiskIsSaidAndLeavesNothingHalfThere) {
  prepare(1);
  for (const int error_number : {ENOSPC, EROFS, EIO}) {
    for (long n = 0;; n += error_number == ENOSPC ? 1 : 3) {
      std::filesystem::remove_all(folder_ / "now");
      std::filesystem::copy(folder_ / "before", folder_ / "now", std::filesystem::copy_options::recursive);
      bool ended = false;
      {
        Site site("dwp", folder_ / "now", keys_);
        ASSERT_TRUE(site.start().ok());
        ended = with_failing_disk(n, error_number, [&]() -> Status {
          auto stored = site.door->store(a_request(), some_people(3), kLinker);
          if (!stored.ok()) return stored.error();
          auto destroyed = site.door->destroy(ids_[0], "link-1", ledger::Reason::kRights);
          return destroyed.ok() ? Status() : Status(destroyed.error());
        });
      }
      Site site("dwp", folder_ / "now", keys_);
      check(site, n);
      if (HasFailure() || ended) break;
    }
  }
}

}  // namespace
}  // namespace kinfold::holding
