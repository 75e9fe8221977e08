// LINKS: seal
// Any bytes as the archive inside a sealed file: what is read must be no larger than what it came from.
#include <cstdlib>

#include "seal/archive.h"

using namespace kinfold::seal;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto files = read_tar({reinterpret_cast<const std::byte*>(data), size});
  if (!files.ok()) return 0;
  std::size_t total = 0;
  for (const auto& file : files.value()) total += file.bytes.size();
  if (total > size) std::abort();
  return 0;
}
