#include "evaluation/toml_reader_internal.h"

namespace kinfold::evaluation {

void TomlReader::fail(std::string_view key, const std::string& problem) {
  if (error_) return;
  const auto* node = table_.get(key);
  const auto line = node != nullptr ? node->source().begin.line : table_.source().begin.line;
  error_ = source_ + ", line " + std::to_string(line) + ": " + where_ + (key.empty() ? "" : "." + std::string(key)) + " " + problem;
}

const toml::node* TomlReader::find(std::string_view key, bool needed) {
  asked_.insert(std::string(key));
  const auto* node = table_.get(key);
  if (node == nullptr && needed) fail(key, "is missing; add " + std::string(key) + " = ...");
  return node;
}

std::string TomlReader::text(std::string_view key, bool needed) {
  const auto* node = find(key, needed);
  if (node == nullptr) return {};
  const auto value = node->value_exact<std::string>();
  if (!value) fail(key, "must be text in quotes");
  return value.value_or("");
}

std::optional<double> TomlReader::number(std::string_view key, bool needed) {
  const auto* node = find(key, needed);
  if (node == nullptr) return std::nullopt;
  const auto value = node->is_number() ? node->value<double>() : std::nullopt;
  if (!value) fail(key, "must be a number");
  return value;
}

std::optional<std::int64_t> TomlReader::integer(std::string_view key) {
  const auto* node = find(key, false);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<std::int64_t>();
  if (!value) fail(key, "must be a whole number");
  return value;
}

bool TomlReader::flag(std::string_view key, bool otherwise) {
  const auto* node = find(key, false);
  if (node == nullptr) return otherwise;
  const auto value = node->value_exact<bool>();
  if (!value) fail(key, "must be true or false");
  return value.value_or(otherwise);
}

std::vector<std::string> TomlReader::texts(std::string_view key) {
  const auto* node = find(key, false);
  std::vector<std::string> out;
  if (node == nullptr) return out;
  if (const auto one = node->value_exact<std::string>()) return {*one};
  if (const auto* array = node->as_array()) {
    for (const auto& item : *array) {
      const auto value = item.value_exact<std::string>();
      if (!value) {
        fail(key, "must be a list of texts in quotes");
        return out;
      }
      out.push_back(*value);
    }
    return out;
  }
  fail(key, "must be text in quotes, or a list of such");
  return out;
}

std::optional<std::pair<int, int>> TomlReader::range(std::string_view key) {
  const auto* node = find(key, false);
  if (node == nullptr) return std::nullopt;
  const auto* array = node->as_array();
  if (array != nullptr && array->size() == 2) {
    const auto first = array->get(0)->value_exact<std::int64_t>();
    const auto last = array->get(1)->value_exact<std::int64_t>();
    if (first && last && *first <= *last && *first >= -400 && *last <= 400) {
      return std::pair{static_cast<int>(*first), static_cast<int>(*last)};
    }
  }
  fail(key, "must be [first, last], two whole numbers in order");
  return std::nullopt;
}

const toml::table* TomlReader::table(std::string_view key, bool needed) {
  const auto* node = find(key, false);
  if (node == nullptr) {
    if (needed) fail("", "[" + std::string(key) + "] is missing; add that section");
    return nullptr;
  }
  if (!node->is_table()) fail(key, "must be a section, [" + std::string(key) + "]");
  return node->as_table();
}

std::vector<std::pair<std::string, double>> TomlReader::numbers(std::string_view key) {
  std::vector<std::pair<std::string, double>> out;
  const auto* section = table(key);
  if (section == nullptr) return out;
  for (const auto& [name, node] : *section) {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value) fail(key, "must give a number for each key");
    out.emplace_back(std::string(name.str()), value.value_or(0));
  }
  return out;
}

std::vector<const toml::table*> TomlReader::tables(std::string_view key) {
  const auto* node = find(key, false);
  std::vector<const toml::table*> out;
  if (node == nullptr) return out;
  const auto* array = node->as_array();
  if (array == nullptr || !array->is_array_of_tables()) {
    fail(key, "must be written as [[" + std::string(key) + "]], once for each");
    return out;
  }
  for (const auto& item : *array) out.push_back(item.as_table());
  return out;
}

std::size_t TomlReader::choice(std::string_view key, std::initializer_list<std::string_view> words, std::size_t otherwise) {
  if (!has(key)) {
    asked_.insert(std::string(key));
    return otherwise;
  }
  const auto found = text(key);
  std::string all;
  std::size_t at = 0;
  for (const auto word : words) {
    if (word == found) return at;
    all += (at == 0 ? "" : ", ") + std::string(word);
    ++at;
  }
  fail(key, "must be one of: " + all);
  return otherwise;
}

void TomlReader::finish() {
  for (const auto& [key, node] : table_) {
    if (asked_.contains(key.str())) continue;
    std::string known;
    for (const auto& one : asked_) known += (known.empty() ? "" : ", ") + one;
    fail(key.str(), "is not known here; known are: " + known);
    return;
  }
}

}  // namespace kinfold::evaluation
