#include "console/assets.h"

#include <cstddef>
#include <string>

#include "seal/bytes.h"

extern "C" {
// Written by the build from the list in CMakeLists.txt: name, begin and end of each file, then a null.
extern const char* const kinfold_console_assets[];
}

namespace kinfold::console {

const std::vector<Asset>& assets() {
  static const std::vector<Asset> all = [] {
    std::vector<Asset> found;
    for (const char* const* entry = kinfold_console_assets; *entry != nullptr; entry += 3) {
      found.push_back({entry[0], {entry[1], static_cast<std::size_t>(entry[2] - entry[1])}});
    }
    return found;
  }();
  return all;
}

std::optional<std::string_view> find_asset(std::string_view name) {
  for (const auto& asset : assets()) {
    if (asset.name == name) return asset.bytes;
  }
  return std::nullopt;
}

std::string_view content_type(std::string_view name) {
  const auto ends = [&](std::string_view ending) {
    return name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending;
  };
  if (ends(".css")) return "text/css; charset=utf-8";
  if (ends(".js")) return "text/javascript; charset=utf-8";
  if (ends(".svg")) return "image/svg+xml";
  if (ends(".txt")) return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

std::string_view assets_version() {
  static const std::string version = [] {
    std::string all;
    for (const auto& asset : assets()) all += asset.bytes;
    return seal::to_hex(seal::sha256(seal::as_bytes(all))).substr(0, 12);
  }();
  return version;
}

}  // namespace kinfold::console
