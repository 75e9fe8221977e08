// TOML as a plain tree, so that only one source file carries the TOML library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"

namespace kinfold::charter {

struct Node {
  enum class Type { kText, kInteger, kNumber, kBoolean, kDate, kTime, kList, kTable };
  Type type = Type::kTable;
  int line = 0;  ///< Counted from 1.
  std::string text;
  std::int64_t integer = 0;
  double number = 0.0;
  bool boolean = false;
  Date date;
  std::vector<std::string> keys;  ///< kTable: the name of each item.
  std::vector<Node> items;        ///< kList, kTable.

  const Node* find(std::string_view key) const;
};

std::string_view name(Node::Type type);

/// \retval kInvalid with `file:line: ...` at the first place that is not TOML.
Result<Node> read_toml(std::string_view toml, std::string_view file_name);

}  // namespace kinfold::charter
