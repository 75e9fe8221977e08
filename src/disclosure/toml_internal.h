// Typed reading of TOML keys that says line, key, what was found and what is allowed.
#pragma once

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"

namespace kinfold::disclosure {

/// \retval kInvalid with the line where the text is no TOML.
inline Result<toml::table> parse_toml(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& problem) {
    return invalid(
        fmt::format("rules: line {}: {}; mend the TOML", problem.source().begin.line, problem.description()));
  }
}

/// Reads keys of one table into variables; the first problem is kept, keys nobody asked for are one.
class KeyReader {
 public:
  KeyReader(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  template <typename T>
  void number(std::string_view key, T& target, double low, double high) {
    const auto* node = find(key);
    if (node == nullptr) return;
    const auto value = node->value<double>();
    const bool fits = std::is_floating_point_v<T> || node->is_integer();
    if (!value || !fits || *value < low || *value > high || node->is_boolean()) {
      return problem(
          *node, key,
          fmt::format("a {}number from {} to {}", std::is_floating_point_v<T> ? "" : "whole ", low, high));
    }
    target = static_cast<T>(*value);
  }
  void boolean(std::string_view key, bool& target) {
    const auto* node = find(key);
    if (node == nullptr) return;
    if (!node->is_boolean()) return problem(*node, key, "true or false");
    target = node->value_or(false);
  }
  void text(std::string_view key, std::string& target) {
    const auto* node = find(key);
    if (node == nullptr) return;
    if (!node->is_string()) return problem(*node, key, "text in quotation marks");
    target = node->value_or(std::string());
  }
  /// `allowed`: what each may be; empty: anything.
  void texts(std::string_view key, std::vector<std::string>& target,
             const std::vector<std::string>& allowed = {}) {
    const auto wanted =
        allowed.empty() ? std::string("a list of texts") : "a list of any of " + join(allowed, ", ");
    const auto* node = find(key);
    if (node == nullptr) return;
    const auto* array = node->as_array();
    if (array == nullptr) return problem(*node, key, wanted);
    target.clear();
    for (const auto& item : *array) {
      auto text = item.value_or(std::string());
      const bool known = allowed.empty() || std::find(allowed.begin(), allowed.end(), text) != allowed.end();
      if (!item.is_string() || !known) return problem(item, key, wanted);
      target.push_back(std::move(text));
    }
  }
  /// The position of the text in `allowed`.
  template <typename Enum>
  void choice(std::string_view key, Enum& target, const std::vector<std::string>& allowed) {
    std::string found;
    const auto* node = find(key);
    if (node == nullptr) return;
    found = node->value_or(std::string());
    for (std::size_t i = 0; i < allowed.size(); ++i) {
      if (allowed[i] == found) {
        target = static_cast<Enum>(i);
        return;
      }
    }
    problem(*node, key, "one of " + join(allowed, ", "));
  }
  const toml::table* table(std::string_view key) {
    const auto* node = find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) problem(*node, key, "a table");
    return node->as_table();
  }
  /// The first problem, or a key that no call asked for.
  Status finish() {
    if (!status_.ok()) return status_;
    for (const auto& [key, node] : table_) {
      if (asked_.count(std::string(key.str())) == 0) {
        return invalid(fmt::format("rules: line {}: {} has no key of this name; known are {}",
                                   node.source().begin.line, where_,
                                   join({asked_.begin(), asked_.end()}, ", ")));
      }
    }
    return {};
  }

 private:
  const toml::node* find(std::string_view key) {
    asked_.insert(std::string(key));
    return table_.get(key);
  }
  void problem(const toml::node& node, std::string_view key, std::string_view wanted) {
    if (!status_.ok()) return;
    status_ = invalid(
        fmt::format("rules: line {}: {}.{} must be {}", node.source().begin.line, where_, key, wanted));
  }

  const toml::table& table_;
  std::string where_;
  std::set<std::string> asked_;
  Status status_;
};

}  // namespace kinfold::disclosure
