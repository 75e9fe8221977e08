// Reads the model files that Splink saves.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>

#include "base/number.h"
#include "linkage/model.h"

namespace kinfold::linkage {
namespace {

using nlohmann::json;

struct Condition {
  std::string column;
  std::string when;
};

std::string name_of(const json& object, const char* key, const std::string& otherwise) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : otherwise;
}

std::optional<double> number_of(const json& object, const char* key) {
  if (!object.contains(key) || !object[key].is_number()) return std::nullopt;
  return object[key].get<double>();
}

bool is_share(double number) { return number >= 0.0 && number <= 1.0; }

// Matching an expression recurses once a letter; conditions and rules that people write are far shorter.
constexpr std::size_t kSqlSizeMax = 2000;

// "a_l" = "a_r", or a similarity of the two against a bound; nothing for any other condition.
std::optional<Condition> read_condition(const std::string& sql) {
  static const std::regex kElse(R"(\s*else\s*)", std::regex::icase);
  static const std::regex kEqual(R"(\s*["`]?(\w+)_l["`]?\s*=\s*["`]?(\w+)_r["`]?\s*)");
  static const std::regex kBound(R"(\s*(\w+)\(\s*["`]?(\w+)_l["`]?\s*,\s*["`]?(\w+)_r["`]?\s*\)\s*([<>]=)\s*([0-9.eE-]+)\s*)");
  struct Function {
    const char* sql;
    const char* test;
    const char* sign;
  };
  static constexpr std::array<Function, 6> kFunctions = {{{"jaro_winkler_similarity", "jaro_winkler", ">="}, {"jaro_winkler", "jaro_winkler", ">="},
      {"jaro_similarity", "jaro", ">="}, {"levenshtein", "levenshtein", "<="}, {"damerau_levenshtein", "damerau", "<="}, {"jaro_sim", "jaro", ">="}}};
  if (sql.size() > kSqlSizeMax) return std::nullopt;
  std::smatch found;
  if (std::regex_match(sql, kElse)) return Condition{"", "else"};
  if (std::regex_match(sql, found, kEqual) && found[1] == found[2]) return Condition{found[1], "exact"};
  if (!std::regex_match(sql, found, kBound) || found[2] != found[3] || !parse_number<double>(found[5].str())) return std::nullopt;
  for (const auto& function : kFunctions) {
    if (found[1] == function.sql && found[4] == function.sign) {
      return Condition{found[2], std::string(function.test) + " " + function.sign + " " + found[5].str()};
    }
  }
  return std::nullopt;
}

// One comparison, or why it cannot be read.
Result<Comparison> read_comparison(const json& source, const std::string& name) {
  Comparison comparison;
  comparison.name = name;
  if (!source.contains("comparison_levels") || !source["comparison_levels"].is_array()) return invalid("it has no comparison_levels");
  for (const auto& level : source["comparison_levels"]) {
    if (level.contains("is_null_level") && level["is_null_level"] == true) continue;
    const std::string sql = name_of(level, "sql_condition", "");
    const std::string label = name_of(level, "label_for_charts", sql);
    const auto condition = read_condition(sql);
    if (!condition) return invalid("the condition of its level '" + label + "' has no counterpart");
    if (!condition->column.empty()) {
      if (!comparison.field.empty() && comparison.field != condition->column) return invalid("its levels are about several columns");
      comparison.field = condition->column;
    }
    const auto m = number_of(level, "m_probability");
    const auto u = number_of(level, "u_probability");
    if (!m || !u) return invalid("its level '" + label + "' has no m or no u: it was not trained");
    if (!is_share(*m) || !is_share(*u)) return invalid("the m or the u of its level '" + label + "' is not between 0 and 1");
    Level own;
    own.when = condition->when;
    own.m = {*m, true};
    own.u = {*u, true};
    if (level.contains("tf_adjustment_column")) {
      if (name_of(level, "tf_adjustment_column", "") != comparison.field) return invalid("its term frequencies are those of another column");
      if (number_of(level, "tf_minimum_u_value").value_or(0.0) > 0.0) return invalid("it has a tf_minimum_u_value");
      own.term_frequency = number_of(level, "tf_adjustment_weight").value_or(1.0);
      if (!is_share(own.term_frequency)) return invalid("the tf_adjustment_weight of its level '" + label + "' is not between 0 and 1");
    }
    comparison.levels.push_back(std::move(own));
  }
  if (comparison.field.empty() || comparison.levels.size() < 2 || comparison.levels.back().when != "else") return invalid("it has no column or no ELSE level");
  return comparison;
}

// l."a" = r."a" AND substr(l."b", 1, 3) = substr(r."b", 1, 3); nothing for any other rule.
std::optional<BlockingRule> read_rule(const std::string& sql) {
  static const std::regex kAnd(R"(\s+and\s+)", std::regex::icase);
  static const std::regex kEqual(R"([\s(]*l\.["`]?(\w+)["`]?\s*=\s*r\.["`]?(\w+)["`]?[\s)]*)");
  static const std::regex kStart(R"([\s(]*substr(?:ing)?\(\s*l\.["`]?(\w+)["`]?\s*,\s*1\s*,\s*([34])\s*\)\s*=\s*substr(?:ing)?\(\s*r\.["`]?(\w+)["`]?\s*,\s*1\s*,\s*([34])\s*\)[\s)]*)", std::regex::icase);
  if (sql.size() > kSqlSizeMax) return std::nullopt;
  BlockingRule rule;
  rule.name = sql;
  for (std::sregex_token_iterator part(sql.begin(), sql.end(), kAnd, -1), end; part != end; ++part) {
    const std::string text = part->str();
    std::smatch found;
    if (std::regex_match(text, found, kEqual) && found[1] == found[2]) rule.keys.push_back(found[1]);
    else if (std::regex_match(text, found, kStart) && found[1] == found[3] && found[2] == found[4]) rule.keys.push_back(found[1].str() + ".prefix" + found[2].str());
    else return std::nullopt;
  }
  return rule;
}

void read_rules(const json& source, Model& model) {
  if (!source.contains("blocking_rules_to_generate_predictions")) return;
  for (const auto& rule : source["blocking_rules_to_generate_predictions"]) {
    const std::string sql = rule.is_string() ? rule.get<std::string>() : name_of(rule, "blocking_rule", "");
    const bool special = rule.is_object() && (rule.contains("salting_partitions") || rule.contains("arrays_to_explode"));
    auto own = read_rule(sql);
    if (own && !special) model.blocking.push_back(std::move(*own));
    else model.notes.push_back("the blocking rule '" + sql + "' of the Splink model cannot be read and was left out");
  }
}

void add_field(Model& model, const std::string& name) {
  const bool known = std::any_of(model.fields.begin(), model.fields.end(), [&](const Field& field) { return field.name == name; });
  if (!known) model.fields.push_back({name, FieldKind::kAsWritten, {name}, ""});
}

}  // namespace

Result<Model> parse_splink_json(std::string_view text) {
  const json source = json::parse(text, nullptr, false);
  if (source.is_discarded() || !source.is_object() || !source.contains("comparisons") || !source["comparisons"].is_array()) {
    return invalid("the model is neither TOML nor a model that Splink saved: it is no JSON object with 'comparisons'");
  }
  Model model;
  model.name = "read from Splink";
  model.fitted = true;
  model.settings.term_frequency_by_u = true;
  model.settings.id_column = name_of(source, "unique_id_column_name", "unique_id");
  const auto rate = number_of(source, "probability_two_random_records_match");
  if (!rate || !(*rate > 0.0 && *rate < 1.0)) return invalid("the Splink model has no probability_two_random_records_match between 0 and 1; train it first");
  model.match_rate = *rate;
  for (const auto& entry : source["comparisons"]) {
    const std::string name = name_of(entry, "output_column_name", "without a name");
    auto comparison = read_comparison(entry, name);
    if (!comparison.ok()) {
      model.notes.push_back("the comparison '" + name + "' of the Splink model was left out: " + comparison.error().message);
      continue;
    }
    add_field(model, comparison.value().field);
    model.comparisons.push_back(std::move(comparison).value());
  }
  if (model.comparisons.empty()) {
    return invalid("no comparison of the Splink model can be read" + (model.notes.empty() ? std::string{} : "; " + model.notes.front()));
  }
  read_rules(source, model);
  if (model.blocking.empty()) {
    return invalid("the Splink model has no blocking rule that can be read: name fields that must be equal, or equal in their first 3 or 4 letters, in "
                   "blocking_rules_to_generate_predictions");
  }
  for (const auto& rule : model.blocking) for (const auto& key : rule.keys) add_field(model, key.substr(0, key.find('.')));
  return model;
}

}  // namespace kinfold::linkage
