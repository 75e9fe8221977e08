#pragma once

#include <string_view>

namespace kinfold::charter {

/// docs/notice-map.toml as it was when the program was built.
std::string_view notice_map_text();

}  // namespace kinfold::charter
