#include "linkage/lists_internal.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"

namespace kinfold::linkage {
namespace {

bool is_quote(char c) { return c == '\'' || c == '"'; }

// What stands between commas inside brackets; quoted elements may hold commas. NULL elements are none.
std::vector<std::string> bracketed(std::string_view inside) {
  std::vector<std::string> elements;
  while (!trim(inside).empty()) {
    inside.remove_prefix(inside.find_first_not_of(" \t"));
    std::string element;
    if (const char quote = inside.front(); is_quote(quote)) {
      inside.remove_prefix(1);
      while (!inside.empty() && inside.front() != quote) {
        if (inside.front() == '\\' && inside.size() > 1) inside.remove_prefix(1);
        element += inside.front();
        inside.remove_prefix(1);
      }
      elements.push_back(std::move(element));
      inside.remove_prefix(std::min(inside.find(','), inside.size()));
    } else {
      const auto end = std::min(inside.find(','), inside.size());
      element = trim(inside.substr(0, end));
      if (element != "NULL" && element != "null" && element != "None") elements.push_back(std::move(element));
      inside.remove_prefix(end);
    }
    if (!inside.empty()) inside.remove_prefix(1);
  }
  return elements;
}

std::vector<std::string> separated(std::string_view text) {
  std::vector<std::string> elements;
  for (;;) {
    const auto end = std::min(text.find_first_of(";|"), text.size());
    elements.emplace_back(trim(text.substr(0, end)));
    if (end == text.size()) return elements;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string list_text(std::string_view raw, std::string (*standard)(std::string_view)) {
  const auto whole = trim(raw);
  if (whole.empty()) return {};
  const bool in_brackets = whole.size() >= 2 && whole.front() == '[' && whole.back() == ']';
  auto elements = in_brackets ? bracketed(whole.substr(1, whole.size() - 2)) : separated(whole);
  if (standard != nullptr) {
    for (auto& element : elements) element = standard(element);
    std::sort(elements.begin(), elements.end());
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    std::erase(elements, "");
    if (elements.empty()) return {};
  }
  std::string text(1, kListSeparator);
  for (auto& element : elements) {
    std::erase(element, kListSeparator);
    text += element + kListSeparator;
  }
  return text;
}

}  // namespace kinfold::linkage
