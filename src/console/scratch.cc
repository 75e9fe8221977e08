#include "console/scratch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "seal/files.h"

namespace kinfold::console {
namespace {

constexpr std::uint64_t kHandoutBytesMax = 64 << 20;

const char* type_of(const std::string& name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".json")) return "application/json";
  return "application/octet-stream";
}

/// Memory of a file system in memory is given out again: overwritten first.
void overwrite(const std::string& path) {
  const seal::FileHandle file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts {};
  if (!file || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return;
  const seal::Bytes zeros(static_cast<std::size_t>(facts.st_size));
  (void)seal::write_all(file.get(), zeros, path).ok();
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string made = "/dev/shm/kinfold-XXXXXX";
  if (::mkdtemp(made.data()) != nullptr) path_ = made;
}

ScratchFolder::~ScratchFolder() {
  if (path_.empty()) return;
  std::error_code error;
  for (const auto& each : std::filesystem::recursive_directory_iterator(path_, error)) {
    if (each.is_regular_file(error)) overwrite(each.path().string());
  }
  std::filesystem::remove_all(path_, error);
}

std::vector<std::shared_ptr<Handout>> ScratchFolder::take(const std::vector<std::string>& names) const {
  std::vector<std::shared_ptr<Handout>> taken;
  for (const auto& name : names) {
    if (auto handout = read_handout(path_ + "/" + name, name)) taken.push_back(std::move(handout));
  }
  return taken;
}

std::shared_ptr<Handout> read_handout(const std::string& path, const std::string& name) {
  auto bytes = seal::read_whole_file(path, kHandoutBytesMax);
  if (!bytes.ok()) return nullptr;
  auto handout = std::make_shared<Handout>();
  handout->file_name = name;
  handout->type = type_of(name);
  handout->bytes = std::string(seal::as_text(bytes.value()));
  seal::wipe(bytes.value().data(), bytes.value().size());
  return handout;
}

}  // namespace kinfold::console
