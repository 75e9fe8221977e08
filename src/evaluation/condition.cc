// Conditions of a plan, parsed: `age_at_start < 18`, `gender = 'female'`, `relation in ('head', 'partner')`.
#include <array>
#include <cctype>

#include "base/text.h"
#include "evaluation/plan_internal.h"

namespace kinfold::evaluation {
namespace {

struct OpWord {
  std::string_view text;
  Condition::Op op;
};
// Two characters before one, so that <= is not read as <.
constexpr std::array<OpWord, 7> kOps = {{{"!=", Condition::Op::kNotEqual},
                                         {"<=", Condition::Op::kLessEqual},
                                         {">=", Condition::Op::kGreaterEqual},
                                         {"==", Condition::Op::kEqual},
                                         {"=", Condition::Op::kEqual},
                                         {"<", Condition::Op::kLess},
                                         {">", Condition::Op::kGreater}}};

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

std::string_view take_name(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && is_name_byte(rest[length])) ++length;
  const auto name = rest.substr(0, length);
  rest = trim(rest.substr(length));
  return name;
}

/// 'text' or a bare word or number.
std::optional<std::string> take_value(std::string_view& rest) {
  if (!rest.empty() && (rest.front() == '\'' || rest.front() == '"')) {
    const auto end = rest.find(rest.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string value(rest.substr(1, end - 1));
    rest = trim(rest.substr(end + 1));
    return value;
  }
  const auto name = take_name(rest);
  if (name.empty()) return std::nullopt;
  return std::string(name);
}

std::optional<std::vector<std::string>> take_list(std::string_view& rest) {
  if (rest.empty() || rest.front() != '(') return std::nullopt;
  rest = trim(rest.substr(1));
  std::vector<std::string> values;
  for (;;) {
    const auto value = take_value(rest);
    if (!value || rest.empty()) return std::nullopt;
    values.push_back(*value);
    const char next = rest.front();
    rest = trim(rest.substr(1));
    if (next == ')') return values;
    if (next != ',') return std::nullopt;
  }
}

}  // namespace

std::optional<Condition> parse_condition(std::string_view text) {
  Condition condition;
  condition.text = std::string(trim(text));
  std::string_view rest = condition.text;
  condition.column = std::string(take_name(rest));
  if (condition.column.empty()) return std::nullopt;
  if (rest.empty()) return condition;  // kTrue
  if (rest.starts_with("in") && (rest.size() == 2 || !is_name_byte(rest[2]))) {
    rest = trim(rest.substr(2));
    auto values = take_list(rest);
    if (!values || !rest.empty()) return std::nullopt;
    condition.op = Condition::Op::kIn;
    condition.values = std::move(*values);
    return condition;
  }
  for (const auto& [word, op] : kOps) {
    if (!rest.starts_with(word)) continue;
    rest = trim(rest.substr(word.size()));
    const auto value = take_value(rest);
    if (!value || !rest.empty()) return std::nullopt;
    condition.op = op;
    condition.values = {*value};
    return condition;
  }
  return std::nullopt;
}

}  // namespace kinfold::evaluation
