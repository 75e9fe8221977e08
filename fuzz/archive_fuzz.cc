// LINKS: seal
// Any bytes as the archive inside a sealed file: what is read must be no larger than what it came from.
#include <cstdlib>

#include "seal/archive.h"

using namespace kinfold::seal;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const ByteView tar(reinterpret_cast<const std::byte*>(data), size);
  ArchiveReader reader(source_of(tar), size);
  std::size_t total = 0;
  for (auto file = reader.next(); file.ok() && file.value(); file = reader.next())
    total += file.value()->bytes.size();
  if (total > size) std::abort();
  ArchiveReader again(source_of(tar), size);
  std::uint64_t rows = 0;
  const auto unpacked = unpack(again, [&](const std::string&, kinfold::table::Table part) {
    rows += part.row_count();
    return kinfold::Status();
  });
  if (!unpacked.ok()) return 0;
  for (const auto& fact : unpacked.value().tables) rows -= fact.row_count;
  if (rows != 0) std::abort();
  return 0;
}
