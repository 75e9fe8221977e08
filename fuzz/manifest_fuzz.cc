// LINKS: seal
// Any text as a manifest: what is read must be written and read again as the same.
#include <cstdlib>

#include "seal/package.h"

using namespace kinfold::seal;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto manifest = parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest.ok()) return 0;
  const auto again = parse_manifest(to_json(manifest.value()));
  if (!again.ok() || !(again.value() == manifest.value())) std::abort();
  return 0;
}
