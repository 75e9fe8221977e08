// The one file that includes toml++.
#include "charter/node_internal.h"

#include <toml++/toml.h>
#include <exception>

#include "base/text.h"
#include "charter/charter.h"

namespace kinfold::charter {
namespace {

Node convert(const toml::node& source) {
  Node node;
  node.line = static_cast<int>(source.source().begin.line);
  if (const auto* table = source.as_table()) {
    node.type = Node::Type::kTable;
    for (const auto& [key, value] : *table) {
      node.keys.emplace_back(key.str());
      node.items.push_back(convert(value));
    }
  } else if (const auto* list = source.as_array()) {
    node.type = Node::Type::kList;
    for (const auto& value : *list) node.items.push_back(convert(value));
  } else if (const auto* text = source.as_string()) {
    node.type = Node::Type::kText;
    node.text = text->get();
  } else if (const auto* integer = source.as_integer()) {
    node.type = Node::Type::kInteger;
    node.integer = integer->get();
  } else if (const auto* number = source.as_floating_point()) {
    node.type = Node::Type::kNumber;
    node.number = number->get();
  } else if (const auto* boolean = source.as_boolean()) {
    node.type = Node::Type::kBoolean;
    node.boolean = boolean->get();
  } else {
    node.type = Node::Type::kTime;
    if (const auto* date = source.as_date()) {
      const auto day = make_date(date->get().year, date->get().month, date->get().day);
      if (day) {
        node.type = Node::Type::kDate;
        node.date = *day;
      }
    }
  }
  return node;
}

std::string at(std::string_view file_name, int line) {
  return std::string(file_name) + ":" + std::to_string(line) + ": ";
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (std::size_t index = 0; index < keys.size(); ++index) {
    if (keys[index] == key) return &items[index];
  }
  return nullptr;
}

std::string_view name(Node::Type type) {
  switch (type) {
    case Node::Type::kText: return "text";
    case Node::Type::kInteger: return "a whole number";
    case Node::Type::kNumber: return "a number";
    case Node::Type::kBoolean: return "true or false";
    case Node::Type::kDate: return "a date";
    case Node::Type::kTime: return "a time";
    case Node::Type::kList: return "a list";
    case Node::Type::kTable: return "a table";
  }
  return "unknown";
}

Result<Node> read_toml(std::string_view toml, std::string_view file_name) {
  if (toml.size() > kSourceBytesMax) {
    return invalid(at(file_name, 1) + "the charter is larger than " + with_thousands(kSourceBytesMax) +
                   " bytes; shorten it");
  }
  if (!is_valid_utf8(toml)) {
    return invalid(at(file_name, 1) + "the charter is not UTF-8; save it as UTF-8");
  }
  try {
    return convert(toml::parse(toml));
  } catch (const toml::parse_error& error) {
    return invalid(at(file_name, static_cast<int>(error.source().begin.line)) +
                   "not TOML: " + std::string(error.description()) + "; mend the line and try again");
  } catch (const std::exception&) {
    return invalid(at(file_name, 1) + "the charter cannot be read as TOML; check its syntax");
  }
}

}  // namespace kinfold::charter
