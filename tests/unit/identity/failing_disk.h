// A disk that fails: SQLite's own file system, and one write that never comes back, is cut in half,
// or finds the disk full. Counts the writes, truncations and flushes of the whole process.
#pragma once

#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstring>

namespace kinfold::identity::testing {

enum class Failure { kKillBefore, kKillAfterHalf, kFull };

struct DiskPlan {
  long fail_at = -1;  ///< From 1; below: never.
  Failure failure = Failure::kKillBefore;
  long count = 0;
};
inline DiskPlan& disk_plan() {
  static DiskPlan plan;
  return plan;
}

/// Counts one change to the disk. \returns whether it is the one that fails.
inline bool this_one_fails() {
  auto& plan = disk_plan();
  return ++plan.count == plan.fail_at;
}

struct FailingFile {
  sqlite3_file base;
  sqlite3_file* real;
};
inline sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<FailingFile*>(file)->real; }

inline int failing_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  if (this_one_fails()) {
    if (disk_plan().failure == Failure::kFull) return SQLITE_FULL;
    if (disk_plan().failure == Failure::kKillAfterHalf)
      real_of(file)->pMethods->xWrite(real_of(file), data, size / 2, at);
    ::kill(::getpid(), SIGKILL);
  }
  return real_of(file)->pMethods->xWrite(real_of(file), data, size, at);
}
inline int failing_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (this_one_fails() && disk_plan().failure != Failure::kFull) ::kill(::getpid(), SIGKILL);
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
inline int failing_sync(sqlite3_file* file, int flags) {
  if (this_one_fails() && disk_plan().failure != Failure::kFull) ::kill(::getpid(), SIGKILL);
  return real_of(file)->pMethods->xSync(real_of(file), flags);
}

inline const sqlite3_io_methods& failing_methods() {
  // Version 1: without shared memory, which an exclusive lock makes unnecessary.
  static const sqlite3_io_methods methods = {
      1,
      [](sqlite3_file* file) {
        const int code = real_of(file)->pMethods->xClose(real_of(file));
        sqlite3_free(real_of(file));
        return code;
      },
      [](sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
        return real_of(file)->pMethods->xRead(real_of(file), into, size, at);
      },
      failing_write,
      failing_truncate,
      failing_sync,
      [](sqlite3_file* file, sqlite3_int64* size) {
        return real_of(file)->pMethods->xFileSize(real_of(file), size);
      },
      [](sqlite3_file* file, int lock) { return real_of(file)->pMethods->xLock(real_of(file), lock); },
      [](sqlite3_file* file, int lock) { return real_of(file)->pMethods->xUnlock(real_of(file), lock); },
      [](sqlite3_file* file, int* held) {
        return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
      },
      [](sqlite3_file* file, int op, void* argument) {
        return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
      },
      [](sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); },
      [](sqlite3_file* file) { return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file)); },
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr};
  return methods;
}

inline sqlite3_vfs* real_disk() {
  static sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  return real;
}

/// From now on every database of this process lies on the failing disk.
inline void install_failing_disk() {
  static sqlite3_vfs disk = *real_disk();
  disk.zName = "failing-disk";
  disk.szOsFile = static_cast<int>(sizeof(FailingFile));
  disk.pNext = nullptr;
  disk.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
    auto* failing = reinterpret_cast<FailingFile*>(file);
    failing->base.pMethods = nullptr;
    failing->real = static_cast<sqlite3_file*>(sqlite3_malloc(real_disk()->szOsFile));
    if (failing->real == nullptr) return SQLITE_NOMEM;
    std::memset(failing->real, 0, static_cast<std::size_t>(real_disk()->szOsFile));
    const int code = real_disk()->xOpen(real_disk(), name, failing->real, flags, flags_out);
    if (code == SQLITE_OK) {
      failing->base.pMethods = &failing_methods();
    } else {
      sqlite3_free(failing->real);
    }
    return code;
  };
  sqlite3_vfs_register(&disk, 1);
}

inline void remove_failing_disk() {
  if (auto* disk = sqlite3_vfs_find("failing-disk")) sqlite3_vfs_unregister(disk);
  sqlite3_vfs_register(real_disk(), 1);
  disk_plan() = {};
}

}  // namespace kinfold::identity::testing
