#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "holding/key_slots_internal.h"

namespace kinfold::holding {
namespace {

constexpr std::string_view kMagic = "kinfold keys v1\n";

bool all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

off_t place(std::uint64_t slot) { return static_cast<off_t>(slot * kWrappedKeyBytes); }

}  // namespace

Result<KeySlots> KeySlots::open(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) {
    Bytes head(kWrappedKeyBytes);
    std::copy(kMagic.begin(), kMagic.end(), reinterpret_cast<char*>(head.data()));
    if (auto status = seal::write_whole_file(path, head); !status.ok()) return status.error();
  }
  seal::FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return seal::system_error("cannot be opened", path, errno);
  struct stat facts {};
  char magic[16] = {};
  if (::fstat(file.get(), &facts) != 0 || ::pread(file.get(), magic, sizeof magic, 0) != sizeof magic ||
      std::string_view(magic, sizeof magic) != kMagic) {
    return refused(seal::file_name(path) + ": is not a file of keys; the site's folder is damaged");
  }
  // A last slot that is not whole was never flushed, so nothing refers to it: it is written over.
  const auto slots = static_cast<std::uint64_t>(facts.st_size) / kWrappedKeyBytes;
  return KeySlots(std::move(file), path, slots == 0 ? 0 : slots - 1);
}

Status KeySlots::put(std::uint64_t slot, ByteView bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count = ::pwrite(file_.get(), bytes.data() + done, bytes.size() - done,
                                place(slot) + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return seal::system_error("cannot be written", path_, errno);
    done += static_cast<std::size_t>(count);
  }
  return {};
}

Result<std::uint64_t> KeySlots::add(std::span<const WrappedKey> keys) {
  const std::uint64_t first = count_ + 1;
  if (auto status = put(first, std::as_bytes(keys)); !status.ok()) return status.error();
  count_ += keys.size();
  return first;
}

Status KeySlots::sync() {
  if (::fdatasync(file_.get()) != 0) return seal::system_error("cannot be flushed", path_, errno);
  return {};
}

Result<std::optional<WrappedKey>> KeySlots::read(std::uint64_t slot) const {
  if (slot == 0 || slot > count_) return std::optional<WrappedKey>();
  WrappedKey key{};
  if (::pread(file_.get(), key.data(), key.size(), place(slot)) != static_cast<ssize_t>(key.size())) {
    return seal::system_error("cannot be read", path_, errno);
  }
  return all_zero(key) ? std::optional<WrappedKey>() : std::optional<WrappedKey>(key);
}

Status KeySlots::destroy(std::span<const std::uint64_t> slots) {
  WrappedKey noise{};
  constexpr WrappedKey kZeros{};
  for (const auto slot : slots) {
    if (slot == 0 || slot > count_) return internal_error("a key to destroy has no slot");
    seal::fill_random(noise);
    if (auto status = put(slot, noise); !status.ok()) return status;
  }
  if (auto status = sync(); !status.ok()) return status;
  for (const auto slot : slots) {
    if (auto status = put(slot, kZeros); !status.ok()) return status;
  }
  if (auto status = sync(); !status.ok()) return status;
  for (const auto slot : slots) {
    auto left = read(slot);
    if (!left.ok()) return left.error();
    if (left.value()) return io_error(seal::file_name(path_) + ": a key that was overwritten is still there");
  }
  return {};
}

}  // namespace kinfold::holding
