// Reads one TOML table key by key, and complains with the line about what it was not asked for.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "evaluation/plan.h"

namespace kinfold::evaluation {

/// What all readers of one file share.
struct TomlFile {
  std::string name;
  std::optional<std::string> error;  ///< The first.
  std::vector<NamedColumn> columns;  ///< Of the data, as the file names them.
};

/// Collects the first error; getters give the default after one.
class TomlReader {
 public:
  TomlReader(const toml::table& table, std::string where, TomlFile& file)
      : table_(table), where_(std::move(where)), file_(file) {}

  std::string text(std::string_view key, bool needed = false);
  /// A text, or texts, that name columns of the data: noted with their lines, so that a name which is not
  /// there can be shown.
  std::string column(std::string_view key, NamedColumn::In in, bool needed = false);
  std::vector<std::string> columns(std::string_view key, NamedColumn::In in);
  void note_column(std::string name, std::string_view key, NamedColumn::In in, std::size_t line);
  std::optional<double> number(std::string_view key, bool needed = false);
  std::optional<std::int64_t> integer(std::string_view key);
  bool flag(std::string_view key, bool otherwise);
  /// A string, or an array of strings.
  std::vector<std::string> texts(std::string_view key);
  /// Exactly two integers, the first not above the second.
  std::optional<std::pair<int, int>> range(std::string_view key);
  const toml::table* table(std::string_view key, bool needed = false);
  /// The keys of `[key]` with a number each, in their order of spelling.
  std::vector<std::pair<std::string, double>> numbers(std::string_view key);
  /// The tables of `[[key]]`.
  std::vector<const toml::table*> tables(std::string_view key);
  /// A word out of a list; gives its position.
  std::size_t choice(std::string_view key, std::initializer_list<std::string_view> words,
                     std::size_t otherwise);
  bool has(std::string_view key) const { return table_.contains(key); }

  /// Call last: a key nobody asked for is a spelling mistake.
  void finish();
  void fail(std::string_view key, const std::string& problem);
  void fail_at(std::size_t line, const std::string& problem);
  /// Of the key's value, or of its `item`th one; of the section if the key is not there.
  std::size_t line(std::string_view key = {}, std::size_t item = static_cast<std::size_t>(-1)) const;
  TomlReader inner(const toml::table& table, std::string where) { return {table, std::move(where), file_}; }

 private:
  const toml::node* find(std::string_view key, bool needed);
  const toml::table& table_;
  std::string where_;
  TomlFile& file_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace kinfold::evaluation
