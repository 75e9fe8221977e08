#include "evaluation/plan_columns_internal.h"

#include <algorithm>

#include "table/column_names.h"

namespace kinfold::evaluation {
namespace {

constexpr const char* kQuarter = "quarter";  // of the panel, for what a plan sums up over quarters

bool is_in_panel(const NamedColumn& named, bool with_panel) {
  return named.in == NamedColumn::In::kPanel || (named.in == NamedColumn::In::kStaggered && with_panel);
}

bool has(const ColumnNames& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void add_once(std::vector<std::string>& to, const std::string& name) {
  if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
}

}  // namespace

bool uses_panel(const Plan& plan) {
  return std::any_of(plan.columns.begin(), plan.columns.end(),
                     [](const auto& named) { return named.in != NamedColumn::In::kPeople; });
}

Status check_columns(const Plan& plan, const ColumnNames& people, const ColumnNames* panel) {
  for (const auto& named : plan.columns) {
    const bool in_panel = is_in_panel(named, panel != nullptr);
    const auto at = plan.source_name + ", line " + std::to_string(named.line) + ": " + named.where;
    if (in_panel && panel == nullptr) {
      return invalid(at + " names the panel's column " + named.name +
                     ", but there is no panel; give a folder with people and panel");
    }
    const auto& known = in_panel ? *panel : people;
    if (has(known, named.name)) continue;
    return invalid(at + ": " + (in_panel ? "the panel has " : "") +
                   table::no_such_column(named.name, known).message);
  }
  if (panel == nullptr || plan.outcomes.empty()) return {};
  if (plan.id_column.empty())
    return invalid("plan: a panel needs data.id, the column that names the unit in both tables");
  for (const auto& name : {plan.id_column, std::string(kQuarter)}) {
    if (!has(*panel, name)) return invalid("panel: " + table::no_such_column(name, *panel).message);
  }
  return {};
}

std::vector<std::string> people_columns(const Plan& plan, bool with_panel) {
  std::vector<std::string> out;
  for (const auto& named : plan.columns) {
    if (!is_in_panel(named, with_panel)) add_once(out, named.name);
  }
  return out;
}

std::vector<std::string> panel_columns(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& named : plan.columns) {
    if (is_in_panel(named, true)) add_once(out, named.name);
  }
  if (!plan.outcomes.empty()) {
    add_once(out, plan.id_column);
    add_once(out, kQuarter);
  }
  return out;
}

}  // namespace kinfold::evaluation
