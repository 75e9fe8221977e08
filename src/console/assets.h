// The files that are built into the program: templates, style sheets, scripts, icons.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace kinfold::console {

struct Asset {
  std::string_view name;  ///< File name: "layout.html", "console.css".
  std::string_view bytes;
};
const std::vector<Asset>& assets();
std::optional<std::string_view> find_asset(std::string_view name);
/// By the file's ending; "application/octet-stream" for one that is not known.
std::string_view content_type(std::string_view name);
/// Names this build of the assets in their addresses, so that browsers may keep them.
std::string_view assets_version();

}  // namespace kinfold::console
