// LINKS: linkage
// A file of decisions may hold anything: it is read or refused with a reason; what was read says the same
// after being written and read again, and coders' agreement lies where it must.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "linkage/agreement.h"
#include "linkage/decisions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace linkage = kinfold::linkage;
  if (size > 8192) return 0;
  const auto decisions = linkage::parse_decisions({reinterpret_cast<const char*>(data), size});
  if (!decisions.ok()) {
    if (decisions.error().message.empty()) std::abort();
    return 0;
  }
  if (linkage::settle(decisions.value()).size() > decisions.value().size()) std::abort();
  for (const auto& agreement : linkage::agreements(decisions.value())) {
    if (agreement.kappa && !(std::fabs(*agreement.kappa) <= 1.0 + 1e-9)) std::abort();
    if (!(agreement.kappa_low <= agreement.kappa_high)) std::abort();
  }
  const auto written = linkage::decisions_to_csv(decisions.value());
  const auto again = linkage::parse_decisions(written);
  if (!decisions.value().empty() && (!again.ok() || linkage::decisions_to_csv(again.value()) != written))
    std::abort();
  return 0;
}
