#include "evaluation/plan.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/near_name.h"
#include "evaluation/plan_internal.h"

namespace kinfold::evaluation {

std::vector<Condition> read_conditions(TomlReader& reader, std::string_view key, NamedColumn::In in) {
  std::vector<Condition> out;
  for (const auto& text : reader.texts(key)) {
    auto condition = parse_condition(text);
    if (!condition) {
      reader.fail(key,
                  "has a condition that cannot be read; write for example \"age_at_start < 18\", "
                  "\"gender = 'female'\" or \"relation in ('head', 'partner')\"");
      return out;
    }
    reader.note_column(condition->column, key, in, reader.line(key, out.size()));
    out.push_back(std::move(*condition));
  }
  return out;
}

namespace {

Quantity read_quantity(TomlReader& reader) {
  Quantity quantity;
  quantity.column = reader.column("column", NamedColumn::In::kPeople);
  quantity.variable = reader.column("variable", NamedColumn::In::kPanel);
  const auto window = reader.range("quarters");
  const auto measure = reader.choice("measure", {"any", "count", "rate", "mean"}, 0);
  quantity.measure = static_cast<Measure>(measure);
  if (quantity.column.empty() == quantity.variable.empty()) {
    reader.fail("", "needs either column (of the people table) or variable (of the panel), not both");
  } else if (!quantity.variable.empty() && !window) {
    reader.fail(
        "", "needs quarters = [first, last], counted from the start of support (0 is the first after it)");
  } else if (!quantity.column.empty() && (window || reader.has("measure"))) {
    reader.fail("quarters", "and measure go with a panel variable, not with a column");
  }
  if (window) {
    quantity.first_quarter = window->first;
    quantity.last_quarter = window->second;
  }
  return quantity;
}

Outcome read_outcome(TomlReader reader) {
  Outcome outcome;
  outcome.id = reader.text("id", true);
  outcome.title = reader.text("title");
  if (outcome.title.empty()) outcome.title = outcome.id;
  outcome.population = reader.text("population");
  outcome.quantity = read_quantity(reader);
  outcome.where = read_conditions(reader, "where");
  const bool share_by_default =
      !outcome.quantity.variable.empty() && outcome.quantity.measure == Measure::kAny;
  outcome.is_share = reader.choice("unit", {"share", "number"}, share_by_default ? 0 : 1) == 0;
  outcome.good_is_less = reader.choice("better", {"less", "more"}, 0) == 0;
  outcome.linked_column = reader.column("linked", NamedColumn::In::kPeople);
  outcome.covariates = reader.texts("covariates");
  outcome.outcome_covariates = reader.texts("outcome_covariates");
  outcome.truth_outcome = outcome.id;
  outcome.truth_population = outcome.population;
  if (const auto* truth = reader.table("truth")) {
    auto inner = reader.inner(*truth, "outcome.truth");
    outcome.truth_outcome = inner.text("outcome", true);
    outcome.truth_population = inner.text("population");
    inner.finish();
  }
  reader.finish();
  return outcome;
}

Covariate read_covariate(TomlReader reader) {
  Covariate covariate;
  covariate.quantity = read_quantity(reader);
  covariate.id = reader.text("id");
  if (covariate.id.empty()) {
    covariate.id = covariate.quantity.column.empty() ? covariate.quantity.variable + "_before"
                                                     : covariate.quantity.column;
  }
  covariate.is_category = reader.flag("category", false);
  reader.finish();
  return covariate;
}

Subgroup read_subgroup(TomlReader reader) {
  Subgroup subgroup;
  subgroup.id = reader.text("id", true);
  subgroup.title = reader.text("title");
  if (subgroup.title.empty()) subgroup.title = subgroup.id;
  subgroup.where = read_conditions(reader, "where");
  if (subgroup.where.empty()) reader.fail("where", "is missing; say who is in the subgroup");
  if (subgroup.id == "all") reader.fail("id", "may not be \"all\": that is everybody");
  reader.finish();
  return subgroup;
}

void read_data(TomlReader reader, Plan& plan) {
  plan.id_column = reader.column("id", NamedColumn::In::kPeople);
  plan.cluster_column = reader.column("cluster", NamedColumn::In::kPeople);
  plan.authority_column = reader.column("authority", NamedColumn::In::kPeople);
  plan.linked_columns = reader.columns("linked", NamedColumn::In::kPeople);
  if (reader.has("accepted_grades")) plan.accepted_grades = reader.texts("accepted_grades");
  reader.texts("accepted_grades");
  plan.weigh_for_missed_links = reader.choice("missed_links", {"left out", "weighted"}, 0) == 1;
  for (const auto& [grade, share] : reader.numbers("false_links")) {
    if (share < 0 || share >= 1) reader.fail("false_links", "must give shares from 0 to below 1");
    plan.false_link_shares[grade] = share;
  }
  reader.finish();
}

void read_treatment(TomlReader reader, Plan& plan) {
  plan.treatment_column = reader.column("column", NamedColumn::In::kPeople, true);
  plan.treated_values = reader.texts("treated");
  plan.comparison_values = reader.texts("comparison");
  if (plan.treated_values.empty())
    reader.fail("treated", "is missing; say which values of the column mean treated");
  if (plan.comparison_values.empty()) {
    reader.fail("comparison", "is missing; say which values of the column mean comparison");
  }
  for (const auto& value : plan.comparison_values) {
    if (std::find(plan.treated_values.begin(), plan.treated_values.end(), value) != plan.treated_values.end())
      reader.fail("comparison", "names a value that treated names too; nobody can be in both groups");
  }
  reader.finish();
}

void read_settings(TomlReader reader, Plan& plan) {
  plan.confidence = reader.number("confidence").value_or(0.95);
  if (plan.confidence <= 0.5 || plan.confidence >= 1)
    reader.fail("confidence", "must be between 0.5 and 1, as 0.95");
  plan.multiplicity = static_cast<Multiplicity>(
      reader.choice("multiplicity", {"none", "holm", "benjamini-hochberg", "romano-wolf"}, 1));
  const auto units_min = reader.integer("units_min").value_or(10);
  if (units_min < 2) reader.fail("units_min", "must be at least 2");
  plan.units_min = static_cast<std::size_t>(units_min < 2 ? 2 : units_min);
  plan.smd_limit = reader.number("smd_limit").value_or(0.1);
  if (plan.smd_limit <= 0) reader.fail("smd_limit", "must be above 0, as 0.1");
  const auto replicates = reader.integer("bootstrap").value_or(0);
  if (replicates != 0 && (replicates < 100 || replicates > 100'000))
    reader.fail("bootstrap", "must be 0 (none) or from 100 to 100000 replicates");
  plan.bootstrap_replicates = static_cast<std::size_t>(std::max<std::int64_t>(0, replicates));
  plan.seed = static_cast<std::uint64_t>(reader.integer("seed").value_or(1));
  reader.finish();
}

/// The ids of one kind of section: each once, and what they are called where one is not there.
class Ids {
 public:
  Ids(TomlReader& root, const char* section) : root_(root), section_(section) {}
  void add(const std::string& id) {
    const auto line = root_.line(section_, ids_.size());
    if (has(id)) {
      root_.fail_at(line,
                    "." + std::string(section_) + " has the id " + id + " twice; give each an id of its own");
    }
    ids_.push_back(id);
  }
  bool has(const std::string& id) const { return std::find(ids_.begin(), ids_.end(), id) != ids_.end(); }
  /// `by` names it at `line`.
  void need(const std::string& id, std::size_t line, const std::string& by) const {
    if (has(id)) return;
    const std::vector<std::string_view> known(ids_.begin(), ids_.end());
    root_.fail_at(line, "." + by + " names " + id + ", which is no " + section_ + "; " +
                            did_you_mean(id, known) + "there are: " + list_names(known));
  }

 private:
  TomlReader& root_;
  const char* section_;
  std::vector<std::string> ids_;
};

/// Neither treatment nor an outcome may be among what it is explained by: the fit would be perfect and mean
/// nothing.
void check_covariates(TomlReader& root, const Plan& plan) {
  for (std::size_t c = 0; c < plan.covariates.size(); ++c) {
    const auto& one = plan.covariates[c];
    const auto& column = one.quantity.column;
    if (column.empty()) continue;
    const auto line = root.line("covariate", c);
    if (column == plan.treatment_column)
      root.fail_at(line, ".covariate " + one.id + " is the treatment's own column; take it out");
    for (const auto& outcome : plan.outcomes) {
      const auto uses = [&](const auto& ids) {
        return std::find(ids.begin(), ids.end(), one.id) != ids.end();
      };
      const bool used =
          outcome.covariates.empty() || uses(outcome.covariates) || uses(outcome.outcome_covariates);
      if (used && outcome.quantity.column == column) {
        root.fail_at(line,
                     ".covariate " + one.id + " is the column of the outcome " + outcome.id +
                         "; take it out, or give that outcome covariates of its own (outcome.covariates)");
      }
    }
  }
}

void check_ids(TomlReader& root, const Plan& plan) {
  Ids outcomes(root, "outcome"), covariates(root, "covariate"), methods(root, "method"),
      subgroups(root, "subgroup");
  Ids staggered(root, "staggered");
  for (const auto& one : plan.outcomes) outcomes.add(one.id);
  for (const auto& one : plan.covariates) covariates.add(one.id);
  for (const auto& one : plan.methods) methods.add(one.id);
  for (const auto& one : plan.subgroups) subgroups.add(one.id);
  for (const auto& one : plan.staggered) {
    staggered.add(one.id);
    if (outcomes.has(one.id))
      root.fail_at(root.line("staggered"),
                   ".staggered has the id " + one.id + ", which an outcome has already");
  }
  for (std::size_t i = 0; i < plan.methods.size(); ++i) {
    const auto line = root.line("method", i);
    const auto is_category = [&](const std::string& id) {
      return std::any_of(plan.covariates.begin(), plan.covariates.end(),
                         [&](const auto& one) { return one.id == id && one.is_category; });
    };
    for (const auto& id : plan.methods[i].exact) {
      covariates.need(id, line, "method.exact");
      if (!is_category(id))
        root.fail_at(
            line,
            ".method.exact names " + id +
                ", which is a number; write category = true in its [[covariate]], or use [method.calipers]");
    }
    for (const auto& [id, width] : plan.methods[i].covariate_calipers) {
      covariates.need(id, line, "method.calipers");
      if (is_category(id))
        root.fail_at(
            line, ".method.calipers names " + id + ", which is a category and has no distances; use exact");
    }
  }
  for (std::size_t i = 0; i < plan.outcomes.size(); ++i) {
    for (const auto& id : plan.outcomes[i].covariates)
      covariates.need(id, root.line("outcome", i), "outcome.covariates");
    for (const auto& id : plan.outcomes[i].outcome_covariates)
      covariates.need(id, root.line("outcome", i), "outcome.outcome_covariates");
  }
  check_covariates(root, plan);
  if (!plan.costs || root.table("costs") == nullptr) return;
  const TomlReader costs = root.inner(*root.table("costs"), "costs");
  for (std::size_t i = 0; i < plan.costs->items.size(); ++i) {
    const auto& item = plan.costs->items[i];
    outcomes.need(item.outcome, costs.line("item", i), "costs.item");
    for (const auto& id : item.includes) outcomes.need(id, costs.line("item", i), "costs.item.includes");
  }
}

Plan read_all(const toml::table& table, TomlFile& file) {
  Plan plan;
  TomlReader root(table, "plan", file);
  if (const auto* section = root.table("plan")) {
    auto reader = root.inner(*section, "plan");
    plan.title = reader.text("title");
    plan.edition = reader.text("edition");
    reader.finish();
  }
  if (plan.title.empty()) plan.title = "Evaluation";
  if (const auto* section = root.table("data")) read_data(root.inner(*section, "data"), plan);
  if (const auto* section = root.table("population")) {
    auto reader = root.inner(*section, "population");
    plan.population = read_conditions(reader, "where");
    reader.finish();
  }
  for (const auto* one : root.tables("staggered"))
    plan.staggered.push_back(read_staggered(root.inner(*one, "staggered")));
  if (const auto* section = root.table("treatment", plan.staggered.empty() || root.has("outcome")))
    read_treatment(root.inner(*section, "treatment"), plan);
  for (const auto* one : root.tables("outcome"))
    plan.outcomes.push_back(read_outcome(root.inner(*one, "outcome")));
  for (const auto* one : root.tables("covariate"))
    plan.covariates.push_back(read_covariate(root.inner(*one, "covariate")));
  for (const auto* one : root.tables("subgroup"))
    plan.subgroups.push_back(read_subgroup(root.inner(*one, "subgroup")));
  for (const auto* one : root.tables("method"))
    plan.methods.push_back(read_method(root.inner(*one, "method")));
  if (const auto* section = root.table("describe")) {
    auto reader = root.inner(*section, "describe");
    plan.describe_columns = reader.columns("columns", NamedColumn::In::kPeople);
    plan.describe_variables = reader.columns("variables", NamedColumn::In::kPanel);
    plan.adjust_event_study = reader.choice("event_study", {"plain", "adjusted"}, 0) == 1;
    reader.finish();
  }
  if (const auto* section = root.table("settings")) read_settings(root.inner(*section, "settings"), plan);
  if (const auto* section = root.table("costs")) plan.costs = read_costs(root.inner(*section, "costs"));
  if (plan.outcomes.empty() && plan.staggered.empty())
    root.fail("", "has no outcome; add [[outcome]], or [[staggered]]");
  if (plan.outcomes.empty() && plan.costs)
    root.fail("costs", "needs outcomes to put a price on; add [[outcome]]");
  if (plan.methods.empty()) {
    Method nearest;
    nearest.id = "nearest";
    nearest.title = "Nearest neighbour on the propensity score";
    plan.methods.push_back(nearest);
  }
  check_ids(root, plan);
  root.finish();
  return plan;
}

}  // namespace

std::string_view estimand_name(Estimand estimand) {
  switch (estimand) {
    case Estimand::kAtt: return "ATT";
    case Estimand::kAte: return "ATE";
    case Estimand::kAtc: return "ATC";
    case Estimand::kAtm: return "ATM";
  }
  return "";
}

Result<Plan> parse_plan(std::string_view toml, std::string_view source_name) {
  const std::string source(source_name);
  try {
    const toml::table table = toml::parse(toml, source);
    TomlFile file{source, {}, {}};
    Plan plan = read_all(table, file);
    if (file.error) return invalid(*file.error);
    plan.text = std::string(toml);
    plan.source_name = source;
    plan.columns = std::move(file.columns);
    std::stable_sort(plan.columns.begin(), plan.columns.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
    return plan;
  } catch (const toml::parse_error& e) {
    return invalid(source + ", line " + std::to_string(e.source().begin.line) +
                   ": not valid TOML: " + std::string(e.description()));
  }
}

Result<Plan> read_plan(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return io_error("plan: cannot open the file; check the path given to --plan");
  std::ostringstream text;
  text << file.rdbuf();
  const auto slash = path.find_last_of('/');
  return parse_plan(text.str(), slash == std::string::npos ? path : path.substr(slash + 1));
}

}  // namespace kinfold::evaluation
