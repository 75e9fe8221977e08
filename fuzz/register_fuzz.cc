// LINKS: site
// Any text as a department's register.toml, beside which there is one small file of people.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "seal/files.h"
#include "site/register.h"

using namespace kinfold;

namespace {

/// Goes with the program.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("kinfold-register-fuzz-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
    if (!seal::write_whole_file(file("people.csv"), seal::as_bytes("id,surname\n1,Smith\n")).ok())
      std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const Folder folder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find('/') != std::string_view::npos) return 0;  // no file but that one
  if (!seal::write_whole_file(folder.file("register.toml"), seal::as_bytes(text)).ok()) return 0;
  const auto found = site::read_register(folder.file("register.toml"));
  if (!found.ok()) return 0;
  const auto people = site::open_people(found.value(), 10);
  if (!people.ok()) return 0;
  const auto part = people.value()->next();
  if (part.ok() && part.value().find("id") == nullptr) std::abort();
  return 0;
}
