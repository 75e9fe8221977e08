// LINKS: seal
// Any texts, parted at form feeds, as the shares of a site's keys: what comes back is that site's or nothing.
#include <algorithm>
#include <cstdlib>

#include "fixed_keys.h"
#include "seal/custody.h"

using namespace kinfold::seal;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const Card card = card_of(fixed_keys());
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<NamedShare> shares;
  for (bool more = true; more && shares.size() < 20;) {
    const auto end = text.find('\f');
    shares.push_back({"share", SecretBytes::copy_of(as_bytes(text.substr(0, end)))});
    more = end != std::string_view::npos;
    if (more) text.remove_prefix(end + 1);
  }
  const auto keys = combine_keys(shares, card);
  if (keys.ok() && card_of(keys.value()) != card) std::abort();
  return 0;
}
