#include "evaluation/toml_reader_internal.h"

#include <cmath>

#include "base/near_name.h"

namespace kinfold::evaluation {
namespace {

/// TOML has nan and inf, which every comparison with a limit lets through.
std::optional<double> finite_number(const toml::node& node) {
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  return value && std::isfinite(*value) ? value : std::nullopt;
}

}  // namespace

std::size_t TomlReader::line(std::string_view key, std::size_t item) const {
  const auto* node = table_.get(key);
  const auto* array = node != nullptr ? node->as_array() : nullptr;
  if (array != nullptr && item < array->size()) node = array->get(item);
  return node != nullptr ? node->source().begin.line : table_.source().begin.line;
}

void TomlReader::fail(std::string_view key, const std::string& problem) {
  fail_at(line(key), (key.empty() ? "" : "." + std::string(key)) + " " + problem);
}

void TomlReader::fail_at(std::size_t line, const std::string& problem) {
  if (!file_.error) file_.error = file_.name + ", line " + std::to_string(line) + ": " + where_ + problem;
}

void TomlReader::note_column(std::string name, std::string_view key, NamedColumn::In in, std::size_t line) {
  if (!name.empty()) file_.columns.push_back({std::move(name), where_ + "." + std::string(key), line, in});
}

std::string TomlReader::column(std::string_view key, NamedColumn::In in, bool needed) {
  auto name = text(key, needed);
  note_column(name, key, in, line(key));
  return name;
}

std::vector<std::string> TomlReader::columns(std::string_view key, NamedColumn::In in) {
  auto names = texts(key);
  for (std::size_t i = 0; i < names.size(); ++i) note_column(names[i], key, in, line(key, i));
  return names;
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
  const auto value = finite_number(*node);
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
    const auto value = finite_number(node);
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

std::size_t TomlReader::choice(std::string_view key, std::initializer_list<std::string_view> words,
                               std::size_t otherwise) {
  if (!has(key)) {
    asked_.insert(std::string(key));
    return otherwise;
  }
  const auto found = text(key);
  std::size_t at = 0;
  for (const auto word : words) {
    if (word == found) return at;
    ++at;
  }
  const std::vector<std::string_view> known(words);
  const auto near = near_name(found, known);
  fail(key, "must be one of: " + list_names(known) + (near.empty() ? "" : "; perhaps " + std::string(near)));
  return otherwise;
}

void TomlReader::finish() {
  for (const auto& [key, node] : table_) {
    if (asked_.contains(key.str())) continue;
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    fail(key.str(),
         "is not known here; " + did_you_mean(key.str(), known) + "known are: " + list_names(known));
    return;
  }
}

}  // namespace kinfold::evaluation
