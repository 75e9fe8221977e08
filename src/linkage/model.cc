#include "linkage/model.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "linkage/expression_internal.h"
#include "linkage/extract_internal.h"
#include "linkage/frequencies.h"

namespace kinfold::linkage {
namespace {

struct KindName {
  FieldKind kind;
  std::string_view name;
};
constexpr std::array<KindName, 18> kKinds = {{{FieldKind::kForenames, "forenames"},
                                              {FieldKind::kSurname, "surname"},
                                              {FieldKind::kFullName, "full_name"},
                                              {FieldKind::kDate, "date"},
                                              {FieldKind::kPostcode, "postcode"},
                                              {FieldKind::kNino, "nino"},
                                              {FieldKind::kCode, "code"},
                                              {FieldKind::kAddress, "address"},
                                              {FieldKind::kText, "text"},
                                              {FieldKind::kPlace, "place"},
                                              {FieldKind::kEmail, "email"},
                                              {FieldKind::kGender, "gender"},
                                              {FieldKind::kNumber, "number"},
                                              {FieldKind::kAsWritten, "as_written"},
                                              {FieldKind::kLocation, "location"},
                                              {FieldKind::kList, "list"},
                                              {FieldKind::kListAsWritten, "list_as_written"},
                                              {FieldKind::kTogether, "together"}}};

std::string at_line(const toml::node& node) {
  return "model, line " + std::to_string(node.source().begin.line) + ": ";
}

// Every key of `table` must be one of `known`: a misspelt setting must not be passed over.
Status check_keys(const toml::table& table, std::initializer_list<std::string_view> known) {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    std::string expected;
    for (const auto name : known) expected += (expected.empty() ? "" : ", ") + std::string(name);
    return invalid(at_line(node) + "'" + std::string(key.str()) + "' is not known here; expected one of " +
                   expected);
  }
  return {};
}

std::vector<std::string> strings_of(const toml::table& table, std::string_view key) {
  std::vector<std::string> texts;
  if (const auto* array = table[key].as_array()) {
    for (const auto& item : *array)
      if (const auto text = item.value<std::string>()) texts.push_back(*text);
  } else if (const auto text = table[key].value<std::string>()) {
    texts.push_back(*text);
  }
  return texts;
}

Result<Field> parse_field(const toml::table& table) {
  if (auto status = check_keys(table, {"name", "kind", "columns", "derive", "year_columns", "month_columns",
                                       "day_columns", "latitude_columns", "longitude_columns", "extract",
                                       "fields", "needs", "needs_one_of", "frequencies"});
      !status.ok())
    return status.error();
  Field field;
  field.name = table["name"].value_or(std::string{});
  field.columns = strings_of(table, "columns");
  field.derive = table["derive"].value_or(std::string{});
  field.date_parts = {strings_of(table, "year_columns"), strings_of(table, "month_columns"),
                      strings_of(table, "day_columns")};
  field.place_parts = {strings_of(table, "latitude_columns"), strings_of(table, "longitude_columns")};
  field.frequencies.file = table["frequencies"].value_or(std::string{});
  field.extract = table["extract"].value_or(std::string{});
  field.parts = strings_of(table, "fields");
  field.needs = strings_of(table, "needs");
  field.needs_one_of = strings_of(table, "needs_one_of");
  if (field.name.empty()) return invalid(at_line(table) + "a [[field]] has no name; add name = \"...\"");
  const std::string kind = table["kind"].value_or(std::string("text"));
  if (field.columns.empty() && kind != "together") field.columns = {field.name};
  for (const auto& known : kKinds) {
    if (known.name != kind) continue;
    field.kind = known.kind;
    return field;
  }
  return invalid(at_line(table) + "'" + kind +
                 "' is not a kind of field; expected forenames, surname, full_name, date, postcode, "
                 "nino, code, address, text, place, email, gender, number, location, list, together, or "
                 "list_as_written and as_written");
}

// A field that is put together names fields of the model that are not so themselves.
Status check_parts(const std::vector<Field>& fields) {
  for (const auto& field : fields) {
    const auto wrong = [&](const std::string& what) {
      return Status(invalid("model: field " + field.name + " " + what));
    };
    const bool together = field.kind == FieldKind::kTogether;
    if (together != !field.parts.empty())
      return wrong(
          "has kind = \"together\" without fields = [...], or the other way round; give both or neither");
    for (const auto& part : field.parts) {
      const auto known =
          std::find_if(fields.begin(), fields.end(), [&](const Field& other) { return other.name == part; });
      if (known == fields.end() || known->kind == FieldKind::kTogether)
        return wrong("is put together from '" + part +
                     "', which is not the name of another [[field]] of values");
    }
    for (const auto* names : {&field.needs, &field.needs_one_of}) {
      for (const auto& name : *names)
        if (std::find(field.parts.begin(), field.parts.end(), name) == field.parts.end())
          return wrong("needs '" + name + "', which is not among its fields");
    }
    if (!field.needs.empty() && !field.needs_one_of.empty())
      return wrong("has both needs and needs_one_of; choose one");
    if (field.extract.empty()) continue;
    if (auto pattern = TextPattern::create(field.extract); !pattern.ok())
      return wrong("cannot be read: " + pattern.error().message);
  }
  return {};
}

Result<Estimate> parse_estimate(const toml::table& table, std::string_view key) {
  if (!table.contains(key)) return Estimate{0.0, false};
  const auto value = table[key].value<double>();
  if (!value || !(*value >= 0.0 && *value <= 1.0)) {
    return invalid(at_line(table) + std::string(key) + " is not a number between 0 and 1");
  }
  return Estimate{*value, table[std::string(key) + "_observed"].value_or(true)};
}

Result<Level> parse_level(const toml::table& table, const Field& field) {
  if (auto status =
          check_keys(table, {"when", "m", "u", "related", "moved", "m_observed", "u_observed",
                             "related_observed", "moved_observed", "term_frequency", "term_frequency_of"});
      !status.ok())
    return status.error();
  Level level;
  level.when = table["when"].value_or(std::string{});
  auto expression = parse_expression(level.when);
  if (!expression.ok()) return invalid(at_line(table) + expression.error().message);
  if (auto status = fit_to_field(expression.value(), field); !status.ok())
    return invalid(at_line(table) + status.error().message);
  for (auto [key, target] :
       {std::pair{"m", &level.m}, {"u", &level.u}, {"related", &level.related}, {"moved", &level.moved}}) {
    auto estimate = parse_estimate(table, key);
    if (!estimate.ok()) return estimate.error();
    *target = estimate.value();
  }
  level.term_frequency = table["term_frequency"].value_or(0.0);
  if (!(level.term_frequency >= 0.0 && level.term_frequency <= 1.0)) {
    return invalid(at_line(table) + "term_frequency is not between 0 and 1");
  }
  level.term_frequency_of = table["term_frequency_of"].value_or(std::string{});
  if (!level.term_frequency_of.empty() &&
      std::find(field.parts.begin(), field.parts.end(), level.term_frequency_of) == field.parts.end()) {
    return invalid(at_line(table) + "term_frequency_of names '" + level.term_frequency_of +
                   "', which is not one of the fields that " + field.name + " is put together from");
  }
  return level;
}

// Levels without an m share what the others leave.
void fill_m(std::vector<Level>& levels) {
  double given = 0.0;
  std::size_t open = 0;
  for (const auto& level : levels) {
    given += level.m.value;
    if (level.m.value <= 0.0) ++open;
  }
  for (auto& level : levels) {
    if (level.m.value <= 0.0)
      level.m.value = std::max(0.001, (1.0 - given) / static_cast<double>(std::max<std::size_t>(1, open)));
  }
  double total = 0.0;
  for (const auto& level : levels) total += level.m.value;
  if (std::fabs(total - 1.0) < 1e-9) return;  // A fitted model is read back as it was written.
  for (auto& level : levels) level.m.value /= total;
}

Result<Comparison> parse_comparison(const toml::table& table, const Model& model) {
  if (auto status =
          check_keys(table, {"name", "field", "levels", "shared_in_household", "changes_on_moving"});
      !status.ok())
    return status.error();
  Comparison comparison;
  comparison.field = table["field"].value_or(std::string{});
  comparison.name = table["name"].value_or(comparison.field);
  comparison.shared_in_household = table["shared_in_household"].value_or(false);
  comparison.changes_on_moving = table["changes_on_moving"].value_or(false);
  const auto field = std::find_if(model.fields.begin(), model.fields.end(),
                                  [&](const Field& f) { return f.name == comparison.field; });
  if (field == model.fields.end())
    return invalid(at_line(table) + "comparison of '" + comparison.field +
                   "', which is not the name of a [[field]]");
  const auto* levels = table["levels"].as_array();
  if (levels == nullptr || levels->size() < 2) {
    return invalid(at_line(table) + "comparison " + comparison.name +
                   " needs levels = [ { when = \"exact\" }, ..., { when = \"else\" } ]");
  }
  for (const auto& node : *levels) {
    if (!node.is_table()) return invalid(at_line(node) + "a level is not a table; write { when = \"...\" }");
    auto level = parse_level(*node.as_table(), *field);
    if (!level.ok()) return level.error();
    comparison.levels.push_back(std::move(level).value());
  }
  if (comparison.levels.size() > 20)
    return invalid(at_line(table) + "comparison " + comparison.name + " has more than 20 levels");
  if (comparison.levels.back().when != "else") {
    return invalid(at_line(table) + "the last level of comparison " + comparison.name +
                   " is not \"else\"; add it");
  }
  fill_m(comparison.levels);
  return comparison;
}

Result<Settings> parse_settings(const toml::table& table) {
  if (auto status = check_keys(
          table, {"id_column", "prior_people_per_record", "em_iteration_count_max", "em_tolerance",
                  "u_pair_count", "seed", "pairs_per_record_max", "weight_floor_bits", "term_frequency_by_u",
                  "term_frequency_counts", "blocking", "auto_pairs_per_record"});
      !status.ok())
    return status.error();
  Settings settings;
  settings.id_column = table["id_column"].value_or(settings.id_column);
  settings.prior_people_per_record =
      table["prior_people_per_record"].value_or(settings.prior_people_per_record);
  settings.em_iteration_count_max = static_cast<int>(
      table["em_iteration_count_max"].value_or<std::int64_t>(settings.em_iteration_count_max));
  settings.em_tolerance = table["em_tolerance"].value_or(settings.em_tolerance);
  settings.u_pair_count = static_cast<std::uint64_t>(table["u_pair_count"].value_or<std::int64_t>(1'000'000));
  settings.seed = static_cast<std::uint64_t>(table["seed"].value_or<std::int64_t>(1));
  settings.pairs_per_record_max = table["pairs_per_record_max"].value_or(settings.pairs_per_record_max);
  settings.term_frequency_by_u = table["term_frequency_by_u"].value_or(settings.term_frequency_by_u);
  settings.weight_floor_bits = table["weight_floor_bits"].value_or(settings.weight_floor_bits);
  settings.auto_pairs_per_record = table["auto_pairs_per_record"].value_or(settings.auto_pairs_per_record);
  const std::string counted = table["term_frequency_counts"].value_or(std::string("records"));
  if (counted != "records" && counted != "people")
    return invalid(at_line(table) + "term_frequency_counts is neither \"records\" nor \"people\"");
  settings.term_frequency_by_person = counted == "people";
  const std::string blocking = table["blocking"].value_or(std::string("rules"));
  if (blocking != "rules" && blocking != "auto")
    return invalid(at_line(table) +
                   "blocking is neither \"rules\" (the model's [[block]] list) nor \"auto\"");
  settings.blocking_auto = blocking == "auto";
  if (!(settings.auto_pairs_per_record > 0.0))
    return invalid(at_line(table) + "auto_pairs_per_record is not above 0");
  if (settings.em_iteration_count_max < 1 || settings.u_pair_count < 1000 ||
      settings.pairs_per_record_max <= 0) {
    return invalid(at_line(table) +
                   "em_iteration_count_max must be at least 1, u_pair_count at least 1000, "
                   "pairs_per_record_max above 0");
  }
  return settings;
}

Result<BlockingRule> parse_rule(const toml::table& table) {
  if (auto status = check_keys(table, {"name", "keys", "on_clusters", "pairs_per_record_max"}); !status.ok())
    return status.error();
  BlockingRule rule;
  rule.keys = strings_of(table, "keys");
  if (rule.keys.empty()) return invalid(at_line(table) + "a [[block]] has no keys; add keys = [\"...\"]");
  for (const auto& key : rule.keys) rule.name += (rule.name.empty() ? "" : " + ") + key;
  rule.name = table["name"].value_or(rule.name);
  rule.on_clusters = table["on_clusters"].value_or(false);
  rule.pairs_per_record_max = table["pairs_per_record_max"].value_or(0.0);
  if (!(rule.pairs_per_record_max >= 0.0))
    return invalid(at_line(table) + "pairs_per_record_max of a [[block]] is below 0");
  return rule;
}

constexpr std::array<std::pair<StageKind, std::string_view>, 4> kStageKinds = {
    {{StageKind::kMatchkey, "matchkey"},
     {StageKind::kProbabilistic, "probabilistic"},
     {StageKind::kAssociative, "associative"},
     {StageKind::kClerical, "clerical"}}};

Status parse_stage_keys(const toml::table& table, Stage& stage) {
  if (stage.kind == StageKind::kMatchkey) {
    stage.keys.push_back({stage.name, strings_of(table, "keys"), false});
    return stage.keys[0].keys.empty()
               ? Status(invalid(at_line(table) + "a matchkey has no keys; add keys = [\"...\"]"))
               : Status{};
  }
  const auto* together = table["together"].as_array();
  if (together == nullptr) return {};
  for (const auto& node : *together) {
    BlockingRule rule;
    if (const auto* keys = node.as_array())
      for (const auto& key : *keys)
        if (const auto text = key.value<std::string>()) rule.keys.push_back(*text);
    if (rule.keys.empty())
      return invalid(at_line(node) +
                     "together is a list of lists of keys; write together = [[\"address\"], [\"surname\", "
                     "\"postcode\"]]");
    rule.name = stage.name;
    stage.keys.push_back(std::move(rule));
  }
  return {};
}

Result<Stage> parse_stage(const toml::table& table) {
  const std::string kind = table["kind"].value_or(std::string{});
  const auto known =
      std::find_if(kStageKinds.begin(), kStageKinds.end(), [&](const auto& k) { return k.second == kind; });
  if (known == kStageKinds.end())
    return invalid(
        at_line(table) +
        "a [[stage]] needs kind = \"matchkey\", \"probabilistic\", \"associative\" or \"clerical\"");
  Stage stage;
  stage.kind = known->first;
  Status keys_known = stage.kind == StageKind::kMatchkey
                          ? check_keys(table, {"name", "kind", "keys", "conflict"})
                      : stage.kind == StageKind::kAssociative
                          ? check_keys(table, {"name", "kind", "household", "together", "probability"})
                      : stage.kind == StageKind::kClerical ? check_keys(table, {"name", "kind", "from", "to"})
                                                           : check_keys(table, {"name", "kind"});
  if (!keys_known.ok()) return keys_known.error();
  std::string name = kind;
  for (const auto& key : strings_of(table, "keys")) name += (name == kind ? ": " : " + ") + key;
  stage.name = table["name"].value_or(name);
  if (auto status = parse_stage_keys(table, stage); !status.ok()) return status.error();
  const std::string conflict = table["conflict"].value_or(std::string("leave"));
  if (conflict != "leave" && conflict != "refuse")
    return invalid(at_line(table) + "conflict is neither \"leave\" (to later stages) nor \"refuse\"");
  stage.refuse_conflicts = conflict == "refuse";
  stage.household = strings_of(table, "household");
  const bool clerical = stage.kind == StageKind::kClerical;
  stage.probability_min = table[clerical ? "from" : "probability"].value_or(clerical ? 0.1 : 0.9);
  stage.probability_max = table["to"].value_or(clerical ? 0.9 : 1.0);
  if (!(stage.probability_min >= 0.0 && stage.probability_min <= stage.probability_max &&
        stage.probability_max <= 1.0)) {
    return invalid(at_line(table) + "a stage's probabilities are not between 0 and 1, the lower one first");
  }
  if (stage.kind == StageKind::kAssociative && stage.household.empty() && stage.keys.empty()) {
    return invalid(
        at_line(table) +
        "an associative stage needs household = [\"...\"] (columns) or together = [[\"...\"]] (keys)");
  }
  return stage;
}

// At most one probabilistic stage, matchkeys before it and the others after it.
Status check_stages(const std::vector<Stage>& stages) {
  bool probabilistic = false;
  for (const auto& stage : stages) {
    const bool early = stage.kind == StageKind::kMatchkey;
    const bool own = stage.kind == StageKind::kProbabilistic;
    if (own ? probabilistic : early == probabilistic) {
      return invalid("model: stage '" + stage.name +
                     "' stands in the wrong place; the order is matchkeys, one probabilistic stage, then "
                     "associative and clerical ones");
    }
    probabilistic = probabilistic || own;
  }
  return stages.empty() || probabilistic
             ? Status{}
             : Status(invalid("model: the [[stage]] list has no probabilistic stage; add one, which "
                              "estimates what the others use"));
}

template <typename T, typename Parse>
Status parse_each(const toml::table& root, std::string_view key, std::vector<T>& into, Parse&& parse) {
  const auto* array = root[key].as_array();
  if (array == nullptr) return invalid("model: no [[" + std::string(key) + "]] in it; add at least one");
  for (const auto& node : *array) {
    if (!node.is_table()) return invalid(at_line(node) + "expected [[" + std::string(key) + "]]");
    auto parsed = parse(*node.as_table());
    if (!parsed.ok()) return parsed.error();
    into.push_back(std::move(parsed).value());
  }
  return {};
}

Result<Model> model_from(const toml::table& root) {
  if (auto status = check_keys(root, {"name", "settings", "field", "comparison", "block", "stage", "fitted",
                                      "match_rate", "related_rate", "moved_rate", "namesake_rate",
                                      "related_name_share", "household_related_share"});
      !status.ok()) {
    return status.error();
  }
  Model model;
  model.name = root["name"].value_or(std::string("unnamed"));
  model.fitted = root["fitted"].value_or(false);
  model.match_rate = root["match_rate"].value_or(0.0);
  model.related_rate = root["related_rate"].value_or(0.0);
  model.moved_rate = root["moved_rate"].value_or(0.0);
  model.namesake_rate = root["namesake_rate"].value_or(0.0);
  model.related_name_share = root["related_name_share"].value_or(0.0);
  if (const auto* share = root.get("household_related_share")) {
    model.household_related_share = share->value<double>();
    if (!(model.household_related_share.value_or(-1.0) >= 0.0 && *model.household_related_share <= 1.0))
      return invalid(at_line(*share) + "household_related_share is not a number between 0 and 1");
  }
  if (const auto* settings = root["settings"].as_table()) {
    auto parsed = parse_settings(*settings);
    if (!parsed.ok()) return parsed.error();
    model.settings = std::move(parsed).value();
  }
  if (auto s = parse_each(root, "field", model.fields, parse_field); !s.ok()) return s.error();
  if (auto s = check_parts(model.fields); !s.ok()) return s.error();
  if (auto s = parse_each(root, "comparison", model.comparisons,
                          [&](const toml::table& t) { return parse_comparison(t, model); });
      !s.ok())
    return s.error();
  if (!model.settings.blocking_auto || root.contains("block"))
    if (auto s = parse_each(root, "block", model.blocking, parse_rule); !s.ok()) return s.error();
  if (root.contains("stage")) {
    if (auto s = parse_each(root, "stage", model.stages, parse_stage); !s.ok()) return s.error();
    if (auto s = check_stages(model.stages); !s.ok()) return s.error();
  }
  return model;
}

}  // namespace

std::string_view stage_kind_name(StageKind kind) {
  for (const auto& [known, name] : kStageKinds)
    if (known == kind) return name;
  return "";
}

std::string_view kind_name(FieldKind kind) {
  for (const auto& known : kKinds)
    if (known.kind == kind) return known.name;
  return "";
}

Result<Model> parse_model_toml(std::string_view text) {
  try {
    return model_from(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return invalid("model, line " + std::to_string(error.source().begin.line) + ": " +
                   std::string(error.description()) + "; mend it as TOML");
  }
}

Result<Model> read_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return io_error("the model file cannot be opened; check the path and that it may be read");
  std::stringstream text;
  text << file.rdbuf();
  return parse_model(text.str(), std::filesystem::path(path).parent_path().string());
}

Result<Model> parse_model(std::string_view text, const std::string& folder) {
  const auto first = text.find_first_not_of(" \t\r\n");
  auto model = first != std::string_view::npos && text[first] == '{' ? parse_splink_json(text)
                                                                     : parse_model_toml(text);
  if (!model.ok()) return model;
  for (auto& field : model.value().fields) {
    if (field.frequencies.file.empty()) continue;
    const auto table = (std::filesystem::path(folder) / field.frequencies.file).lexically_normal().string();
    if (auto status = take_frequencies(field, table); !status.ok()) return status.error();
  }
  return model;
}

const Model& people_model() {
  static const Model model = [] {
    auto parsed = parse_model_toml(people_model_toml());
    return parsed.ok() ? std::move(parsed).value() : Model{};  // A unit test holds that it parses.
  }();
  return model;
}

}  // namespace kinfold::linkage
