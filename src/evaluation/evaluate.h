// Runs a plan on data in memory and hands back estimates and tables; writes and prints nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "evaluation/plan.h"
#include "table/table.h"

namespace kinfold::evaluation {

/// Tables that must outlive the call.
struct EvaluationData {
  const table::Table* people = nullptr;  ///< One row a unit. Needed.
  const table::Table* panel = nullptr;   ///< person, quarter, one column a variable. Null: none.
  const table::Table* truth = nullptr;   ///< Planted effects (outcome, population, difference ...). Null: none.
};

struct EvaluateOptions {
  std::size_t thread_count = 1;          ///< The result is the same for any.
  Progress* progress = nullptr;
};

/// One estimated effect, in the units of the outcome (shares: 0 to 1).
struct Estimate {
  std::string outcome;
  std::string subgroup;                  ///< "all" for everybody the outcome is about.
  std::string method;
  std::string estimand;                  ///< ATT, ATE, ATC, ATM.
  std::optional<double> estimate;
  std::optional<double> std_error;
  std::optional<double> ci_low;
  std::optional<double> ci_high;
  std::optional<double> p_value;
  std::optional<double> p_adjusted;
  std::optional<double> treated_mean;
  std::optional<double> comparison_mean; ///< What the treated would have had without.
  std::uint64_t n_treated = 0;           ///< Units that the estimate rests on.
  std::uint64_t n_comparison = 0;
  std::string not_estimable_because;     ///< Empty when `estimate` has a value.
};

/// What the cells of a column are, for disclosure control.
enum class CellRole {
  kLabel,       ///< Names the row.
  kCount,       ///< Persons (or units).
  kPercentage,  ///< A share of `persons`; `numerator` of them.
  kMean,        ///< A mean or estimate over `persons`.
  kStatistic    ///< A balance figure, coefficient, p-value: over `persons`.
};

/// Who stands behind one cell. All zero for labels.
struct CellBasis {
  std::uint64_t persons = 0;
  std::uint64_t families = 0;            ///< 0: families are not known in this data.
  std::uint64_t authorities = 0;         ///< 0: not known.
  std::uint64_t numerator = 0;           ///< kPercentage: persons counted in it.
};

/// A table that is to leave the research site. A suppressed cell is NULL.
struct OutputTable {
  std::string id;                        ///< File name without ".csv": "effects", "balance" ...
  std::string title;
  table::Table table;
  std::vector<CellRole> roles;           ///< One a column.
  std::vector<CellBasis> basis;          ///< Row-major: [row * column_count + column].
  const CellBasis& basis_at(std::size_t row, std::size_t column) const {
    return basis[row * roles.size() + column];
  }
};

struct Evaluation {
  std::vector<Estimate> estimates;
  std::vector<OutputTable> outputs;      ///< Everything the report is rendered from.
  std::vector<std::string> notes;        ///< What the reader must know: rows left out, and why.
};

/// Describes, matches, estimates, and counts the costs.
///
/// What cannot be estimated is a row with its reason, not an error; an error is a plan that does not
/// fit the data (a column that is not there). Results do not depend on the order of the rows.
/// \retval kInvalid naming the column or value, and the remedy.
Result<Evaluation> evaluate(const EvaluationData& data, const Plan& plan, const EvaluateOptions& options = {});

}  // namespace kinfold::evaluation
