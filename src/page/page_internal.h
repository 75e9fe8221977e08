// The parts of a page that are not its structure. Private to this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "page/bars.h"
#include "table/table.h"

namespace kinfold::page {

/// Escaped for HTML; bytes that are not UTF-8 and control characters become U+FFFD.
std::string safe_text(std::string_view text);
/// safe_text() that may hold text of any writing direction without turning what stands beside it.
std::string isolated_text(std::string_view text);
/// Makes text safe inside a script element, JavaScript or JSON: no `</script`, no `<!--`.
std::string safe_in_script(std::string_view script);

/// The table element with its box; `id` is for its caption.
std::string table_markup(std::string_view id, std::string_view caption, const table::Table& table,
                         std::size_t row_count_max);

std::string bars_markup(std::string_view id, const Bars& bars);

/// A script element, and what a content security policy calls it: 'sha256-...'.
struct Script {
  std::string element;
  std::string policy_source;
};
Script make_script(std::string_view javascript);

std::string_view style_sheet();
/// The chart library, and what draws every chart of the page.
const std::vector<Script>& chart_scripts();

}  // namespace kinfold::page
