// LINKS: holding
// Any text as a list of actors: whoever is read has an id that the ledger can hold, and a duty.
#include <cstdlib>

#include "holding/actors.h"

using namespace kinfold;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto registry = holding::parse_actors({reinterpret_cast<const char*>(data), size}, "actors.toml");
  if (!registry.ok()) return 0;
  for (const auto& actor : registry.value().actors) {
    if (ledger::Word(actor.id).bad() || actor.id.empty() || actor.duties.empty()) std::abort();
  }
  return 0;
}
