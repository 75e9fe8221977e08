// Reads the model files that Splink saves.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>

#include "linkage/expression_internal.h"
#include "linkage/extract_internal.h"
#include "linkage/model.h"
#include "linkage/splink_condition_internal.h"

namespace kinfold::linkage {
namespace {

using nlohmann::json;

std::string name_of(const json& object, const char* key, const std::string& otherwise) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : otherwise;
}

std::optional<double> number_of(const json& object, const char* key) {
  if (!object.contains(key) || !object[key].is_number()) return std::nullopt;
  return object[key].get<double>();
}

std::string label_of(const json& level) {
  return name_of(level, "label_for_charts", name_of(level, "sql_condition", ""));
}
bool is_null_level(const json& level) {
  return level.is_object() && level.contains("is_null_level") && level["is_null_level"] == true;
}

bool is_share(double number) { return number >= 0.0 && number <= 1.0; }

// Matching an expression recurses once a letter; rules that people write are far shorter.
constexpr std::size_t kSqlSizeMax = 2000;

// The fields that a comparison's conditions are about. Those that are no plain columns have a dot in their
// names, which columns have not.
class Terms {
 public:
  /// `own` is a name that no other comparison's fields have in theirs.
  explicit Terms(std::string own) : own_(std::move(own)) {}

  /// The name of the field of this term, which is made where there is none yet.
  const std::string& field_of(const SqlTerm& term) {
    for (const auto& [known, field] : terms_)
      if (known == term) return field.name;
    Field field;
    field.kind = term.kind;
    field.columns = {term.column};
    field.extract = term.extract;
    switch (term.kind) {
      case FieldKind::kNumber: field.name = term.column + ".number"; break;
      case FieldKind::kListAsWritten: field.name = term.column + ".list"; break;
      case FieldKind::kDate:
        field.name = term.column + ".date";
        field.extract = "^[0-9]{4}-(0?[1-9]|1[0-2])-[0-9]{1,2}$";
        break;
      case FieldKind::kLocation:
        field.name = term.column + "." + term.other_column + ".place";
        field.columns.clear();
        field.place_parts = {{term.column}, {term.other_column}};
        break;
      default:
        field.name = term.column + (term.extract.empty() ? "" : "." + own_ + std::to_string(terms_.size()));
    }
    return terms_.emplace_back(term, std::move(field)).second.name;
  }

  /// The field by which a column is known to be missing: its own, or one that is missing with it.
  const std::string& field_of_missing(const SqlTerm& term) {
    const bool plain = term.kind == FieldKind::kAsWritten && term.extract.empty();
    const auto same =
        std::find_if(terms_.begin(), terms_.end(), [&](const auto& known) { return known.first == term; });
    const auto like = std::find_if(terms_.begin(), terms_.end(), [&](const auto& known) {
      return known.first.extract.empty() &&
             (known.first.column == term.column || known.first.other_column == term.column);
    });
    return !plain || same != terms_.end() || like == terms_.end() ? field_of(term) : like->second.name;
  }

  std::vector<Field> fields() const {
    std::vector<Field> fields;
    for (const auto& [term, field] : terms_) fields.push_back(field);
    return fields;
  }

 private:
  std::string own_;
  std::vector<std::pair<SqlTerm, Field>> terms_;
};

bool can_be_extracted(const SqlCondition& condition) {
  const auto good = [](const SqlTerm& term) {
    return term.extract.empty() || TextPattern::create(term.extract).ok();
  };
  return good(condition.term) && (!condition.swapped_with || good(*condition.swapped_with)) &&
         std::all_of(condition.children.begin(), condition.children.end(), can_be_extracted);
}

void name_fields(const SqlCondition& condition, Terms& terms) {
  if (condition.kind == SqlCondition::Kind::kTest) {
    terms.field_of(condition.term);
    if (condition.swapped_with) terms.field_of(*condition.swapped_with);
  }
  for (const auto& child : condition.children) name_fields(child, terms);
}

// The condition as it stands in a level's `when`. `several`: tests say of which field they are.
std::optional<std::string> when_of(const SqlCondition& condition, Terms& terms, bool several) {
  using Kind = SqlCondition::Kind;
  if (condition.kind == Kind::kElse) return "else";
  if (condition.kind == Kind::kNull) return std::nullopt;
  if (condition.kind == Kind::kTest) {
    const std::string prefix = several ? terms.field_of(condition.term) + ": " : "";
    return condition.swapped_with ? prefix + "swapped " + terms.field_of(*condition.swapped_with)
                                  : prefix + condition.test;
  }
  std::string text;
  for (const auto& child : condition.children) {
    const auto own = when_of(child, terms, several);
    if (!own) return std::nullopt;
    const bool bracket = child.kind == Kind::kAnd || child.kind == Kind::kOr;
    if (!text.empty()) text += condition.kind == Kind::kAnd ? " and " : " or ";
    if (condition.kind == Kind::kNot) text += "not ";
    text += bracket ? "(" + *own + ")" : *own;
  }
  return text;
}

// Fields of which a pair is missing one (joined by or), each of both records; nothing where the condition
// says something else.
std::optional<std::vector<std::string>> missing_any(const SqlCondition& condition, Terms& terms) {
  std::vector<std::string> names;
  std::array<std::vector<std::string>, 2> sides;
  if (condition.kind == SqlCondition::Kind::kNull)
    sides[condition.left ? 0 : 1].push_back(terms.field_of_missing(condition.term));
  else if (condition.kind != SqlCondition::Kind::kOr)
    return std::nullopt;
  for (const auto& child : condition.children) {
    if (child.kind == SqlCondition::Kind::kNull) {
      sides[child.left ? 0 : 1].push_back(terms.field_of_missing(child.term));
      continue;
    }
    const auto inner = missing_any(child, terms);
    if (!inner) return std::nullopt;
    names.insert(names.end(), inner->begin(), inner->end());
  }
  for (auto& side : sides) std::sort(side.begin(), side.end());
  if (sides[0] != sides[1]) return std::nullopt;
  for (const auto& name : sides[0])
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

// When a comparison says nothing.
struct Missing {
  std::vector<std::string> needs, needs_one_of;
};

std::optional<Missing> read_missing(const SqlCondition& condition, Terms& terms) {
  if (auto any = missing_any(condition, terms)) return Missing{std::move(*any), {}};
  if (condition.kind != SqlCondition::Kind::kAnd) return std::nullopt;
  Missing missing;
  for (const auto& child : condition.children) {
    const auto one = missing_any(child, terms);
    if (!one || one->size() != 1) return std::nullopt;
    missing.needs_one_of.push_back(one->front());
  }
  return missing;
}

// One comparison and the fields that it is about.
struct ReadComparison {
  Comparison comparison;
  std::vector<Field> fields;
};

// Numbers of one level; its `when` is given.
Result<Level> read_level(const json& source, std::string when, const std::string& label, Terms& terms,
                         const std::vector<std::string>& parts) {
  const auto m = number_of(source, "m_probability");
  const auto u = number_of(source, "u_probability");
  if (!m || !u) return invalid("its level '" + label + "' has no m or no u: it was not trained");
  if (!is_share(*m) || !is_share(*u))
    return invalid("the m or the u of its level '" + label + "' is not between 0 and 1");
  Level own;
  own.when = std::move(when);
  own.m = {*m, true};
  own.u = {*u, true};
  if (!source.contains("tf_adjustment_column")) return own;
  if (number_of(source, "tf_minimum_u_value").value_or(0.0) > 0.0)
    return invalid("it has a tf_minimum_u_value");
  own.term_frequency = number_of(source, "tf_adjustment_weight").value_or(1.0);
  if (!is_share(own.term_frequency))
    return invalid("the tf_adjustment_weight of its level '" + label + "' is not between 0 and 1");
  const std::string column = name_of(source, "tf_adjustment_column", "");
  const auto known = terms.fields();
  const auto field = std::find_if(known.begin(), known.end(), [&](const Field& one) {
    return one.name == column && one.kind == FieldKind::kAsWritten;
  });
  if (field == known.end()) return invalid("its term frequencies are those of another column");
  if (std::find(parts.begin(), parts.end(), column) != parts.end()) own.term_frequency_of = column;
  return own;
}

// One comparison, or why it cannot be read.
Result<ReadComparison> read_comparison(const json& source, const std::string& name,
                                       const std::string& number) {
  if (!source.contains("comparison_levels") || !source["comparison_levels"].is_array())
    return invalid("it has no comparison_levels");
  const auto& levels = source["comparison_levels"];
  Terms terms(number);
  std::vector<SqlCondition> conditions;
  for (const auto& level : levels) {
    auto condition = read_sql_condition(name_of(level, "sql_condition", ""));
    if (!condition || !can_be_extracted(*condition))
      return invalid("the condition of its level '" + label_of(level) + "' has no counterpart");
    name_fields(*condition, terms);
    conditions.push_back(std::move(*condition));
  }
  const bool knows_missing = !conditions.empty() && is_null_level(levels[0]);
  Missing missing;
  if (knows_missing) {
    auto read = read_missing(conditions[0], terms);
    if (!read) return invalid("the condition of its level '" + label_of(levels[0]) + "' has no counterpart");
    missing = std::move(*read);
  }
  ReadComparison own;
  own.fields = terms.fields();
  if (own.fields.empty()) return invalid("it has no column");
  const bool several = own.fields.size() > 1;
  own.comparison.name = name;
  own.comparison.field = own.fields[0].name;
  std::vector<std::string> parts;
  if (several) {
    for (const auto& field : own.fields) parts.push_back(field.name);
    Field together;
    together.name = own.comparison.field = "together." + number;
    together.kind = FieldKind::kTogether;
    together.parts = parts;
    together.needs = missing.needs;
    together.needs_one_of = missing.needs_one_of;
    own.fields.push_back(std::move(together));
  }
  for (std::size_t n = knows_missing ? 1 : 0; n < conditions.size(); ++n) {
    const auto when = is_null_level(levels[n]) ? std::nullopt : when_of(conditions[n], terms, several);
    if (!when) return invalid("the condition of its level '" + label_of(levels[n]) + "' has no counterpart");
    if (auto expression = parse_expression(*when);
        !expression.ok() || !fit_to_field(expression.value(), own.fields.back()).ok()) {
      return invalid("the condition of its level '" + label_of(levels[n]) + "' has no counterpart");
    }
    auto level = read_level(levels[n], *when, label_of(levels[n]), terms, parts);
    if (!level.ok()) return level.error();
    own.comparison.levels.push_back(std::move(level).value());
  }
  if (own.comparison.levels.size() < 2 || own.comparison.levels.back().when != "else")
    return invalid("it has no ELSE level");
  if (!knows_missing) return invalid("its first level is not the one for missing values");
  return own;
}

// l."a" = r."a" AND substr(l."b", 1, 3) = substr(r."b", 1, 3); nothing for any other rule.
std::optional<BlockingRule> read_rule(const std::string& sql) {
  static const std::regex kAnd(R"(\s+and\s+)", std::regex::icase);
  static const std::regex kEqual(R"([\s(]*l\.["`]?(\w+)["`]?\s*=\s*r\.["`]?(\w+)["`]?[\s)]*)");
  static const std::regex kStart(
      R"([\s(]*substr(?:ing)?\(\s*l\.["`]?(\w+)["`]?\s*,\s*1\s*,\s*([34])\s*\)\s*=\s*substr(?:ing)?\(\s*r\.["`]?(\w+)["`]?\s*,\s*1\s*,\s*([34])\s*\)[\s)]*)",
      std::regex::icase);
  if (sql.size() > kSqlSizeMax) return std::nullopt;
  BlockingRule rule;
  rule.name = sql;
  for (std::sregex_token_iterator part(sql.begin(), sql.end(), kAnd, -1), end; part != end; ++part) {
    const std::string text = part->str();
    std::smatch found;
    if (std::regex_match(text, found, kEqual) && found[1] == found[2])
      rule.keys.push_back(found[1]);
    else if (std::regex_match(text, found, kStart) && found[1] == found[3] && found[2] == found[4])
      rule.keys.push_back(found[1].str() + ".prefix" + found[2].str());
    else
      return std::nullopt;
  }
  return rule;
}

void read_rules(const json& source, Model& model) {
  if (!source.contains("blocking_rules_to_generate_predictions")) return;
  for (const auto& rule : source["blocking_rules_to_generate_predictions"]) {
    const std::string sql = rule.is_string() ? rule.get<std::string>() : name_of(rule, "blocking_rule", "");
    const bool special =
        rule.is_object() && (rule.contains("salting_partitions") || rule.contains("arrays_to_explode"));
    auto own = read_rule(sql);
    if (own && !special)
      model.blocking.push_back(std::move(*own));
    else
      model.notes.push_back("the blocking rule '" + sql +
                            "' of the Splink model cannot be read and was left out");
  }
}

void add_field(Model& model, const Field& field) {
  const bool known = std::any_of(model.fields.begin(), model.fields.end(),
                                 [&](const Field& own) { return own.name == field.name; });
  if (!known) model.fields.push_back(field);
}

Field plain_field(const std::string& column) {
  Field field;
  field.name = column;
  field.kind = FieldKind::kAsWritten;
  field.columns = {column};
  return field;
}

}  // namespace

Result<Model> parse_splink_json(std::string_view text) {
  const json source = json::parse(text, nullptr, false);
  if (source.is_discarded() || !source.is_object() || !source.contains("comparisons") ||
      !source["comparisons"].is_array()) {
    return invalid(
        "the model is neither TOML nor a model that Splink saved: it is no JSON object with 'comparisons'");
  }
  Model model;
  model.name = "read from Splink";
  model.fitted = true;
  model.settings.term_frequency_by_u = true;
  model.settings.id_column = name_of(source, "unique_id_column_name", "unique_id");
  const auto rate = number_of(source, "probability_two_random_records_match");
  if (!rate || !(*rate > 0.0 && *rate < 1.0))
    return invalid(
        "the Splink model has no probability_two_random_records_match between 0 and 1; train it first");
  model.match_rate = *rate;
  for (const auto& entry : source["comparisons"]) {
    const std::string name = name_of(entry, "output_column_name", "without a name");
    auto comparison = read_comparison(entry, name, std::to_string(model.comparisons.size() + 1));
    if (!comparison.ok()) {
      model.notes.push_back("the comparison '" + name +
                            "' of the Splink model was left out: " + comparison.error().message);
      continue;
    }
    for (const auto& field : comparison.value().fields) add_field(model, field);
    model.comparisons.push_back(std::move(comparison.value().comparison));
  }
  if (model.comparisons.empty()) {
    return invalid("no comparison of the Splink model can be read" +
                   (model.notes.empty() ? std::string{} : "; " + model.notes.front()));
  }
  read_rules(source, model);
  if (model.blocking.empty()) {
    return invalid(
        "the Splink model has no blocking rule that can be read: name fields that must be equal, or equal in "
        "their first 3 or 4 letters, in "
        "blocking_rules_to_generate_predictions");
  }
  for (const auto& rule : model.blocking)
    for (const auto& key : rule.keys) add_field(model, plain_field(key.substr(0, key.find('.'))));
  return model;
}

}  // namespace kinfold::linkage
