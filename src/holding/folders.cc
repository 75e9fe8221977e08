#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "holding/folders_internal.h"
#include "holding/key_slots_internal.h"
#include "seal/files.h"

namespace kinfold::holding {
namespace {

namespace fs = std::filesystem;

Status overwrite(const std::string& path) {
  const seal::FileHandle file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return seal::system_error("cannot be overwritten", path, errno);
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return seal::system_error("cannot be overwritten", path, errno);
  const Bytes zeros(1 << 20);
  for (auto left = static_cast<std::uint64_t>(facts.st_size); left > 0;) {
    const auto count = std::min<std::uint64_t>(left, zeros.size());
    if (auto status = seal::write_all(file.get(), ByteView(zeros).first(count), path); !status.ok())
      return status;
    left -= count;
  }
  if (::fsync(file.get()) != 0) return seal::system_error("cannot be flushed", path, errno);
  return {};
}

/// Fills `folder` under another name, then gives it its own.
template <typename Fill>
Status place(const std::string& folder, Fill fill) {
  const std::string unfinished = folder + std::string(kUnfinished);
  if (auto status = make_private_folder(unfinished); !status.ok()) return status;
  if (auto status = fill(unfinished); !status.ok()) return status;
  if (auto status = seal::sync_folder(unfinished); !status.ok()) return status;
  if (::rename(unfinished.c_str(), folder.c_str()) != 0)
    return seal::system_error("cannot be put in place", folder, errno);
  return seal::sync_folder(seal::folder_of_file(folder));
}

}  // namespace

Status make_private_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return seal::system_error("cannot be made", folder, error.value());
  if (::chmod(folder.c_str(), 0700) != 0) return seal::system_error("cannot be made private", folder, errno);
  return {};
}

Status place_data(const std::string& folder, const Key& key, const seal::Source& plain) {
  return place(folder, [&](const std::string& inside) -> Status {
    const std::string path = inside + "/" + std::string(kDataFile);
    const seal::FileHandle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return seal::system_error("cannot be made", path, errno);
    auto status =
        seal_stream(key, plain, [&](ByteView bytes) { return seal::write_all(file.get(), bytes, path); });
    if (status.ok() && ::fsync(file.get()) != 0)
      status = seal::system_error("cannot be flushed", path, errno);
    return status;
  });
}

Status place_records(const std::string& folder) {
  return place(folder, [](const std::string& inside) -> Status {
    auto slots = KeySlots::open(inside + "/" + std::string(kRecordKeysFile));
    return slots.ok() ? Status() : Status(slots.error());
  });
}

Status shred_folder(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return {};
  for (auto entry = fs::recursive_directory_iterator(folder, error); !error && entry != fs::end(entry);
       entry.increment(error)) {
    if (!entry->is_regular_file(error) || entry->is_symlink(error)) continue;
    if (auto status = overwrite(entry->path().string()); !status.ok()) return status;
  }
  if (error) return seal::system_error("cannot be read", folder, error.value());
  fs::remove_all(folder, error);
  if (error) return seal::system_error("cannot be removed", folder, error.value());
  return seal::sync_folder(seal::folder_of_file(folder));
}

Result<std::vector<std::string>> folder_names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::end(entry);
       entry.increment(error)) {
    if (entry->is_directory(error)) names.push_back(entry->path().filename().string());
  }
  if (error) return seal::system_error("cannot be read", folder, error.value());
  return names;
}

}  // namespace kinfold::holding
