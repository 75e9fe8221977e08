// LINKS: linkage
// A settings file of Splink's may hold anything: it is read or refused with a reason, and what was read
// survives being written as a model of Kinfold's.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "linkage/model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  const auto model = kinfold::linkage::parse_splink_json({reinterpret_cast<const char*>(data), size});
  if (!model.ok()) {
    if (model.error().message.empty()) std::abort();
    return 0;
  }
  if (!kinfold::linkage::parse_model_toml(kinfold::linkage::model_to_toml(model.value())).ok()) std::abort();
  return 0;
}
