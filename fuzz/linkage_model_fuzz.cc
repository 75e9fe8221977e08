// LINKS: linkage
// A model file may hold anything: it is read or refused, and what was read survives being written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "linkage/model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const auto model = kinfold::linkage::parse_model_toml({reinterpret_cast<const char*>(data), size});
  if (!model.ok()) {
    if (model.error().message.empty()) std::abort();
    return 0;
  }
  const auto text = kinfold::linkage::model_to_toml(model.value());
  const auto again = kinfold::linkage::parse_model_toml(text);
  if (!again.ok()) std::abort();
  return 0;
}
