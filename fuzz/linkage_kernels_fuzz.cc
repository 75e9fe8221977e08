// LINKS: linkage
// The fast kernels against their slow twins, on whatever two texts the fuzzer thinks of.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../tests/unit/linkage/reference.h"
#include "linkage/kernels.h"

namespace {

namespace fast = kinfold::linkage;
namespace slow = kinfold::linkage::reference;

bool near(double a, double b) { return a - b < 1e-12 && b - a < 1e-12; }

bool edits_agree(std::string_view a, std::string_view b, std::size_t limit) {
  return fast::levenshtein(a, b, limit) == std::min(slow::edits(a, b, false), limit + 1) &&
         fast::osa(a, b, limit) == std::min(slow::edits(a, b, true), limit + 1) &&
         fast::damerau(a, b, limit) == std::min(slow::damerau(a, b), limit + 1);
}

bool similarities_agree(std::string_view a, std::string_view b) {
  return near(fast::jaro(a, b), slow::jaro(a, b)) &&
         near(fast::jaro_winkler(a, b), slow::jaro_winkler(a, b)) &&
         near(fast::jaccard_bigrams(a, b), slow::jaccard_grams(a, b, 2)) &&
         near(fast::jaccard_grams(a, b, 1), slow::jaccard_grams(a, b, 1)) &&
         near(fast::jaccard_grams(a, b, 3), slow::jaccard_grams(a, b, 3)) &&
         near(fast::jaccard_grams(a, b, 8), slow::jaccard_grams(a, b, 8)) &&
         near(fast::cosine_tokens(a, b), slow::cosine_tokens(a, b)) &&
         near(fast::token_overlap(a, b), slow::token_overlap(a, b));
}

}  // namespace

// First byte: where the second text begins. Second byte: the limit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > 300) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view a = text.substr(2, data[0] % (size - 2));
  const std::string_view b = text.substr(2 + a.size());
  if (!edits_agree(a, b, data[1] % 8) || !edits_agree(a, b, 1000) || !similarities_agree(a, b)) std::abort();
  return 0;
}
