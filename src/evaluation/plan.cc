#include "evaluation/plan.h"

#include <fstream>
#include <set>
#include <sstream>

#include "evaluation/plan_internal.h"
#include "evaluation/toml_reader_internal.h"

namespace kinfold::evaluation {
namespace {

std::vector<Condition> read_conditions(TomlReader& reader, std::string_view key) {
  std::vector<Condition> out;
  for (const auto& text : reader.texts(key)) {
    auto condition = parse_condition(text);
    if (!condition) {
      reader.fail(key, "has a condition that cannot be read; write for example \"age_at_start < 18\", "
                       "\"gender = 'female'\" or \"relation in ('head', 'partner')\"");
      return out;
    }
    out.push_back(std::move(*condition));
  }
  return out;
}

Quantity read_quantity(TomlReader& reader) {
  Quantity quantity;
  quantity.column = reader.text("column");
  quantity.variable = reader.text("variable");
  const auto window = reader.range("quarters");
  const auto measure = reader.choice("measure", {"any", "count", "rate", "mean"}, 0);
  quantity.measure = static_cast<Measure>(measure);
  if (quantity.column.empty() == quantity.variable.empty()) {
    reader.fail("", "needs either column (of the people table) or variable (of the panel), not both");
  } else if (!quantity.variable.empty() && !window) {
    reader.fail("", "needs quarters = [first, last], counted from the start of support (0 is the first after it)");
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
  const bool share_by_default = !outcome.quantity.variable.empty() && outcome.quantity.measure == Measure::kAny;
  outcome.is_share = reader.choice("unit", {"share", "number"}, share_by_default ? 0 : 1) == 0;
  outcome.good_is_less = reader.choice("better", {"less", "more"}, 0) == 0;
  outcome.linked_column = reader.text("linked");
  outcome.covariates = reader.texts("covariates");
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
    covariate.id = covariate.quantity.column.empty() ? covariate.quantity.variable + "_before" : covariate.quantity.column;
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

Method read_method(TomlReader reader) {
  Method method;
  const auto kind = reader.choice("kind",
                                  {"raw", "regression", "nearest", "greedy", "kernel", "ipw", "entropy",
                                   "regression-adjustment", "aipw", "ipwra"},
                                  2);
  method.kind = static_cast<MethodKind>(kind);
  if (!reader.has("kind")) reader.fail("kind", "is missing; add kind = \"nearest\", for example");
  method.id = reader.text("id");
  if (method.id.empty()) method.id = reader.text("kind");
  method.title = reader.text("title");
  if (method.title.empty()) method.title = method.id;
  const bool plain = method.kind == MethodKind::kRawDifference || method.kind == MethodKind::kRegression;
  method.estimand = static_cast<Estimand>(reader.choice("estimand", {"ATT", "ATE", "ATC", "ATM"}, plain ? 1 : 0));
  const bool treated_only = method.kind == MethodKind::kNearestGreedy || method.kind == MethodKind::kKernel ||
                            method.kind == MethodKind::kEntropyBalancing;
  if (treated_only && method.estimand != Estimand::kAtt) reader.fail("estimand", "must be ATT for this kind");
  const bool both = method.kind == MethodKind::kNearest || method.kind == MethodKind::kIpw;
  if (!both && method.estimand == Estimand::kAtc) reader.fail("estimand", "must be ATT or ATE for this kind");
  if (method.kind != MethodKind::kIpw && method.estimand == Estimand::kAtm) {
    reader.fail("estimand", "may be ATM for the kind ipw only; matching with a caliper says ATM by itself where it leaves out treated units");
  }
  method.link = static_cast<ScoreLink>(reader.choice("score", {"logit", "probit"}, 0));
  const auto neighbours = reader.integer("neighbours").value_or(1);
  if (neighbours < 1 || neighbours > 1000) reader.fail("neighbours", "must be from 1 to 1000");
  method.neighbours = static_cast<int>(neighbours);
  method.caliper_sd = reader.number("caliper");
  if (method.caliper_sd && *method.caliper_sd <= 0) reader.fail("caliper", "must be above 0 (standard deviations of the score)");
  method.exact = reader.texts("exact");
  method.covariate_calipers = reader.numbers("calipers");
  for (const auto& [id, width] : method.covariate_calipers) {
    if (width <= 0) reader.fail("calipers", "must be above 0 (standard deviations of the covariate)");
  }
  method.order = static_cast<MatchOrder>(reader.choice("order", {"largest", "smallest", "data", "closest"}, 0));
  if (reader.has("order") && method.kind != MethodKind::kNearestGreedy) reader.fail("order", "goes with the kind greedy only");
  method.support = static_cast<Support>(reader.choice("support", {"all", "treated", "comparison", "both"}, 0));
  method.kernel = static_cast<KernelKind>(reader.choice("kernel", {"epanechnikov", "gaussian", "uniform"}, 0));
  method.bandwidth = reader.number("bandwidth").value_or(0.06);
  if (method.bandwidth <= 0) reader.fail("bandwidth", "must be above 0");
  method.trim = reader.number("trim");
  if (method.trim && (*method.trim < 0 || *method.trim >= 0.5)) reader.fail("trim", "must be from 0 to below 0.5");
  reader.finish();
  return method;
}

UnitCost read_unit_cost(TomlReader reader) {
  UnitCost item;
  item.code = reader.text("code");
  item.outcome = reader.text("outcome", true);
  item.pounds = reader.number("pounds", true).value_or(0);
  item.pounds_low = reader.number("low");
  item.pounds_high = reader.number("high");
  item.unit = reader.text("unit");
  item.price_year = reader.text("price_year", true);
  item.kind = reader.text("kind");
  if (item.kind.empty()) item.kind = "fiscal";
  if (item.kind != "fiscal" && item.kind != "economic" && item.kind != "social") {
    reader.fail("kind", "must be one of: fiscal, economic, social");
  }
  item.bearer = reader.text("bearer", true);
  item.years = reader.number("years").value_or(1);
  item.decay = reader.number("decay").value_or(0);
  if (item.years <= 0 || item.years > 100) reader.fail("years", "must be above 0 and at most 100");
  if (item.decay < 0 || item.decay >= 1) reader.fail("decay", "must be from 0 to below 1");
  item.includes = reader.texts("includes");
  item.source = reader.text("source");
  item.confidence = reader.text("confidence");
  reader.finish();
  return item;
}

void read_discount(TomlReader& reader, CostPlan& costs) {
  for (const auto* one : reader.tables("discount")) {
    auto band = reader.inner(*one, "costs.discount");
    costs.discount.emplace_back(band.number("from_year", true).value_or(0), band.number("rate", true).value_or(0));
    band.finish();
    const bool in_order = costs.discount.size() == 1 ? costs.discount[0].first == 0
                                                     : costs.discount.back().first > costs.discount[costs.discount.size() - 2].first;
    if (!in_order || costs.discount.back().second <= -1) band.fail("from_year", "must ascend from 0, and rate be above -1");
  }
}

CostPlan read_costs(TomlReader reader) {
  CostPlan costs;
  costs.base_year = reader.text("base_year", true);
  costs.programme_pounds = reader.number("programme_pounds", true).value_or(0);
  costs.programme_price_year = reader.text("programme_price_year");
  if (costs.programme_price_year.empty()) costs.programme_price_year = costs.base_year;
  costs.programme_bearer = reader.text("programme_bearer");
  costs.comparison_pounds = reader.number("comparison_pounds").value_or(0);
  costs.optimism_bias = reader.number("optimism_bias").value_or(0);
  if (costs.programme_pounds <= costs.comparison_pounds) {
    reader.fail("programme_pounds", "must be above comparison_pounds: a benefit for each pound needs a cost");
  }
  if (costs.optimism_bias < 0 || costs.optimism_bias >= 1) reader.fail("optimism_bias", "must be from 0 to below 1");
  const auto draws = reader.integer("draws").value_or(1000);
  if (draws < 100 || draws > 1'000'000) reader.fail("draws", "must be from 100 to 1000000");
  costs.draw_count = static_cast<int>(draws);
  costs.deflator = reader.numbers("deflator");
  for (const auto& [year, index] : costs.deflator) {
    if (index <= 0) reader.fail("deflator", "must be above 0 in every year");
  }
  read_discount(reader, costs);
  for (const auto* item : reader.tables("item")) costs.items.push_back(read_unit_cost(reader.inner(*item, "costs.item")));
  reader.finish();
  return costs;
}

void read_data(TomlReader reader, Plan& plan) {
  plan.id_column = reader.text("id");
  plan.cluster_column = reader.text("cluster");
  plan.authority_column = reader.text("authority");
  plan.linked_columns = reader.texts("linked");
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
  plan.treatment_column = reader.text("column", true);
  plan.treated_values = reader.texts("treated");
  plan.comparison_values = reader.texts("comparison");
  if (plan.treated_values.empty()) reader.fail("treated", "is missing; say which values of the column mean treated");
  if (plan.comparison_values.empty()) {
    reader.fail("comparison", "is missing; say which values of the column mean comparison");
  }
  reader.finish();
}

void read_settings(TomlReader reader, Plan& plan) {
  plan.confidence = reader.number("confidence").value_or(0.95);
  if (plan.confidence <= 0.5 || plan.confidence >= 1) reader.fail("confidence", "must be between 0.5 and 1, as 0.95");
  plan.multiplicity = static_cast<Multiplicity>(
      reader.choice("multiplicity", {"none", "holm", "benjamini-hochberg", "romano-wolf"}, 1));
  const auto units_min = reader.integer("units_min").value_or(10);
  if (units_min < 2) reader.fail("units_min", "must be at least 2");
  plan.units_min = static_cast<std::size_t>(units_min < 2 ? 2 : units_min);
  plan.smd_limit = reader.number("smd_limit").value_or(0.1);
  const auto replicates = reader.integer("bootstrap").value_or(0);
  if (replicates != 0 && (replicates < 100 || replicates > 100'000)) reader.fail("bootstrap", "must be 0 (none) or from 100 to 100000 replicates");
  plan.bootstrap_replicates = static_cast<std::size_t>(std::max<std::int64_t>(0, replicates));
  plan.seed = static_cast<std::uint64_t>(reader.integer("seed").value_or(1));
  reader.finish();
}

void check_ids(TomlReader& root, const Plan& plan) {
  std::set<std::string> outcomes, covariates, methods, subgroups;
  for (const auto& one : plan.outcomes) {
    if (!outcomes.insert(one.id).second) return root.fail("outcome", "has the id " + one.id + " twice");
  }
  for (const auto& one : plan.covariates) {
    if (!covariates.insert(one.id).second) return root.fail("covariate", "has the id " + one.id + " twice; add id = ...");
  }
  for (const auto& one : plan.methods) {
    if (!methods.insert(one.id).second) return root.fail("method", "has the id " + one.id + " twice; add id = ...");
    for (const auto& exact : one.exact) {
      if (!covariates.contains(exact)) return root.fail("method", "exact names " + exact + ", which is no covariate");
    }
    for (const auto& [id, width] : one.covariate_calipers) {
      if (!covariates.contains(id)) return root.fail("method", "calipers names " + id + ", which is no covariate");
    }
  }
  for (const auto& one : plan.subgroups) {
    if (!subgroups.insert(one.id).second) return root.fail("subgroup", "has the id " + one.id + " twice");
  }
  for (const auto& one : plan.outcomes) {
    for (const auto& id : one.covariates) {
      if (!covariates.contains(id)) return root.fail("outcome", "names the covariate " + id + ", which there is not");
    }
  }
  if (!plan.costs) return;
  for (const auto& item : plan.costs->items) {
    if (!outcomes.contains(item.outcome)) return root.fail("costs", "has an item for the outcome " + item.outcome + ", which there is not");
    for (const auto& id : item.includes) {
      if (!outcomes.contains(id)) return root.fail("costs", "has an item that includes " + id + ", which is no outcome");
    }
  }
}

Plan read_all(const toml::table& table, const std::string& source, std::optional<std::string>& error) {
  Plan plan;
  TomlReader root(table, "plan", source, error);
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
  if (const auto* section = root.table("treatment", true)) read_treatment(root.inner(*section, "treatment"), plan);
  for (const auto* one : root.tables("outcome")) plan.outcomes.push_back(read_outcome(root.inner(*one, "outcome")));
  for (const auto* one : root.tables("covariate")) plan.covariates.push_back(read_covariate(root.inner(*one, "covariate")));
  for (const auto* one : root.tables("subgroup")) plan.subgroups.push_back(read_subgroup(root.inner(*one, "subgroup")));
  for (const auto* one : root.tables("method")) plan.methods.push_back(read_method(root.inner(*one, "method")));
  if (const auto* section = root.table("describe")) {
    auto reader = root.inner(*section, "describe");
    plan.describe_columns = reader.texts("columns");
    plan.describe_variables = reader.texts("variables");
    plan.adjust_event_study = reader.choice("event_study", {"plain", "adjusted"}, 0) == 1;
    reader.finish();
  }
  if (const auto* section = root.table("settings")) read_settings(root.inner(*section, "settings"), plan);
  if (const auto* section = root.table("costs")) plan.costs = read_costs(root.inner(*section, "costs"));
  if (plan.outcomes.empty()) root.fail("", "has no outcome; add [[outcome]]");
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
    std::optional<std::string> error;
    Plan plan = read_all(table, source, error);
    if (error) return invalid(*error);
    plan.text = std::string(toml);
    return plan;
  } catch (const toml::parse_error& e) {
    return invalid(source + ", line " + std::to_string(e.source().begin.line) + ": not valid TOML: " +
                   std::string(e.description()));
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
