// Which column of a file a field means: names as people write them.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "linkage/records_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::array<std::string_view, 14> kIdColumns = {
    "unique_id", "id",  "rec_id", "record_id", "person_id", "reference",         "register_id",
    "row_id",    "uid", "row",    "pid",       "recid",     "unique_identifier", "identifier"};

// Asked of every column for every field, and of a single pair too: ASCII only, without the locale.
std::string header_key(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z')
      key += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      key += c;
  }
  return key;
}

// Whose value it is, or which of several: said before a column's name, and no part of it.
constexpr std::array<std::string_view, 12> kHeaderPrefixes = {
    "mailingaddress", "homeaddress", "mailing", "home",   "residential", "current",
    "postal",         "person",      "patient", "client", "applicant",   "pupil"};

std::string without_prefix(std::string_view name) {
  std::string key = header_key(name);
  for (const auto prefix : kHeaderPrefixes) {
    if (key.starts_with(prefix)) return key.substr(prefix.size());
  }
  return {};
}

}  // namespace

const table::Column* find_column(const table::Table& table, const std::vector<std::string>& names) {
  std::vector<std::string> wanted;
  for (const auto& name : names) wanted.push_back(header_key(name));
  for (const auto& key_of : {header_key, without_prefix}) {
    std::vector<std::string> keys;
    for (const auto& column : table.columns()) keys.push_back(key_of(column.name()));
    for (const auto& name : wanted) {
      const auto found = std::find(keys.begin(), keys.end(), name);
      if (found != keys.end()) return &table.columns()[static_cast<std::size_t>(found - keys.begin())];
    }
  }
  return nullptr;
}

const table::Column* find_id(const table::Table& table, const Model& model) {
  if (!model.settings.id_column.empty()) return find_column(table, {model.settings.id_column});
  for (const auto name : kIdColumns) {
    if (const auto* column = find_column(table, {std::string(name)})) return column;
  }
  return nullptr;
}

}  // namespace kinfold::linkage
