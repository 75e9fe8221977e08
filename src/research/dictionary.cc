// The data dictionary: what every column means, where it comes from, and what missing means.
#include "research/panel_internal.h"

namespace kinfold::research {
namespace {

class DictionaryRows {
 public:
  DictionaryRows() {
    for (const char* name : {"table", "column", "type", "meaning", "source", "missing_means"}) {
      table_.add(name, table::ColumnType::kString);
    }
  }
  void add(const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < cells.size(); ++c) table_.columns()[c].append_string(cells[c]);
  }
  table::Table take() { return std::move(table_); }

 private:
  table::Table table_;
};

std::string meaning_of(const Variable& variable) {
  const std::string base = variable.meaning.empty() ? variable.name : variable.meaning;
  switch (variable.kind) {
    case VariableKind::kSpell: return base + ": days in the quarter";
    case VariableKind::kEvent: return base + ": how many in the quarter";
    case VariableKind::kMeasure: return base + ": mean of the values whose dates touch the quarter";
  }
  return base;
}

std::string missing_meaning(const Variable& variable, const std::string& department) {
  std::string text = "not linked at " + department + ", outside the charter's window, or not of an age (" +
                     std::to_string(variable.eligible.low) + " to " + std::to_string(variable.eligible.high) +
                     ") at which it can apply";
  if (variable.kind == VariableKind::kMeasure) return text + "; or linked and no value in the quarter";
  return text + ". Linked with no record is 0";
}

void add_people(DictionaryRows& rows) {
  rows.add({"people", "person", "int64", "research number, fresh and random in every release",
            "trusted party", "never"});
  rows.add({"people", "family", "int64", "research number of the family", "trusted party", "never"});
  rows.add(
      {"people", "authority", "string", "local authority that submitted the family", "authority", "never"});
  rows.add({"people", "group", "string", "programme, waiting or assessed", "authority", "never"});
  rows.add({"people", "relation", "string", "place in the family", "authority", "not stated"});
  rows.add({"people", "gender", "string", "female, male or other", "authority", "not stated"});
  rows.add(
      {"people", "age_at_start", "int64", "completed years on the start date", "authority", "not known"});
  rows.add({"people", "start_quarter", "string",
            "calendar quarter of the start of support, or of the assessment", "authority", "never"});
}

}  // namespace

table::Table build_dictionary(const ReleaseInputs& inputs, const std::vector<std::string>& problem_columns) {
  DictionaryRows rows;
  add_people(rows);
  for (const auto& column : problem_columns) {
    std::string meaning = "the problem was shown on or before the start date";
    for (const auto& [name, text] : inputs.problem_meanings) {
      if (name == column) meaning = text + ": shown on or before the start date";
    }
    rows.add({"people", column, "bool", meaning, "authority", "never"});
  }
  rows.add({"people", "problem_count", "int64", "how many of the problems are shown", "authority", "never"});
  for (const auto& from : inputs.returns) {
    rows.add({"people", "linked_" + from.department, "string",
              "how surely the person was found in the register: strong, good, weak; none: looked for and not "
              "found; "
              "not_eligible: not of an age at which the department could know them",
              from.department, "never"});
  }
  rows.add({"panel", "person", "int64", "research number, as in people", "trusted party", "never"});
  rows.add({"panel", "quarter", "int64", "-8 to 7; 0 is the three months that begin on the start date",
            "trusted party", "never"});
  for (const auto& from : inputs.returns) {
    for (const auto& variable : from.variables) {
      rows.add({"panel", variable.name, "double", meaning_of(variable), from.department,
                missing_meaning(variable, from.department)});
    }
  }
  return rows.take();
}

}  // namespace kinfold::research
