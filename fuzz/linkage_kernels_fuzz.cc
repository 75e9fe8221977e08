// LINKS: linkage
// The fast kernels against their slow twins, on whatever two texts the fuzzer thinks of.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../tests/unit/linkage/reference.h"
#include "linkage/kernels.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 200) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view a = text.substr(1, data[0] % (size - 1));
  const std::string_view b = text.substr(1 + a.size());
  namespace fast = kinfold::linkage;
  namespace slow = kinfold::linkage::reference;
  const double difference = fast::jaro(a, b) - slow::jaro(a, b);
  const bool same = difference < 1e-12 && difference > -1e-12 && fast::levenshtein(a, b, 1000) == slow::edits(a, b, false) &&
                    fast::osa(a, b, 1000) == slow::edits(a, b, true) && fast::damerau(a, b, 1000) == slow::damerau(a, b);
  if (!same) std::abort();
  return 0;
}
