// Values that are lists, as texts: every element between two separators, "\x1f" alone for a list without
// elements.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace kinfold::linkage {

inline constexpr char kListSeparator = '\x1f';

/// Calls visit(element) for every element of a list, or every word of any other text.
template <typename Visit>
void for_each_element(std::string_view text, Visit&& visit) {
  const bool list = !text.empty() && text.front() == kListSeparator;
  if (list) text.remove_prefix(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(list ? kListSeparator : ' '), text.size());
    if (list || end > 0) visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// "[a, 'b, c']" as DuckDB, Python and JSON write lists, or "a; b" or "a|b". `standard` brings each element
/// into its standard form ("": it is left out), distinct ones in order; null: elements stay as they are
/// written and where they stand.
std::string list_text(std::string_view raw, std::string (*standard)(std::string_view));

}  // namespace kinfold::linkage
