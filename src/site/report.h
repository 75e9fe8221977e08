// What a verb has to tell: facts with a key for programs and a label for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "table/table.h"

namespace kinfold::site {

struct Fact {
  std::string key;    ///< For --json: lower case, underscores, units last.
  std::string label;  ///< For people.
  std::variant<std::int64_t, double, bool, std::string> value;
};

/// Facts about batches only; never a person's value.
struct Report {
  std::string headline;
  std::vector<Fact> facts;
  std::vector<std::string> notes;    ///< What to do next, or what to mind.
  std::optional<table::Table> rows;  ///< For verbs that list something.

  Report& count(std::string key, std::string label, std::uint64_t number) {
    facts.push_back({std::move(key), std::move(label), static_cast<std::int64_t>(number)});
    return *this;
  }
  Report& text(std::string key, std::string label, std::string value) {
    facts.push_back({std::move(key), std::move(label), std::move(value)});
    return *this;
  }
  /// Zero where there is no such count.
  std::int64_t count_of(const std::string& key) const {
    for (const auto& fact : facts) {
      if (fact.key == key && std::holds_alternative<std::int64_t>(fact.value))
        return std::get<std::int64_t>(fact.value);
    }
    return 0;
  }
  std::string text_of(const std::string& key) const {
    for (const auto& fact : facts) {
      if (fact.key == key && std::holds_alternative<std::string>(fact.value))
        return std::get<std::string>(fact.value);
    }
    return {};
  }
};

}  // namespace kinfold::site
