// LINKS: seal
// Any text as a key file; what asks for real work is left out, for the limits on that are a unit test's.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "fixed_keys.h"
#include "seal/files.h"

using namespace kinfold::seal;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const std::string path =
      (std::filesystem::temp_directory_path() / ("kinfold-key-fuzz-" + std::to_string(getpid()))).string();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find("argon2id-passes: 1\nargon2id-memory: 8192\n") == std::string_view::npos) return 0;
  if (!write_whole_file(path, as_bytes(text)).ok()) return 0;
  const auto keys = load_keys(path, SecretBytes::copy_of(as_bytes("a passphrase")));
  std::filesystem::remove(path);
  if (keys.ok() && card_of(keys.value()) != card_of(fixed_keys())) std::abort();
  return 0;
}
