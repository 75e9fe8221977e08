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
  const table::Table* truth =
      nullptr;  ///< Planted effects (outcome, population, difference ...). Null: none.
};

struct EvaluateOptions {
  std::size_t thread_count = 1;  ///< The result is the same for any.
  Progress* progress = nullptr;
};

/// One estimated effect, in the units of the outcome (shares: 0 to 1).
struct Estimate {
  std::string outcome;
  std::string subgroup;  ///< "all" for everybody the outcome is about.
  std::string method;
  std::string estimand;  ///< ATT, ATE, ATC, ATM.
  std::optional<double> estimate;
  std::optional<double> std_error;
  std::optional<double> ci_low;
  std::optional<double> ci_high;
  std::optional<double> p_value;
  std::optional<double> p_adjusted;
  std::optional<double> treated_mean;
  std::optional<double> comparison_mean;  ///< What the treated would have had without.
  std::uint64_t n_treated = 0;            ///< Units that the estimate rests on.
  std::uint64_t n_comparison = 0;
  std::string not_estimable_because;  ///< Empty when `estimate` has a value.
};

/// What a column of an output says about how many people; the words are those of disclosure/table.h,
/// which this room does not use: the site maps one to the other, name by name.
enum class OutputRole {
  kDimension,     ///< What a row is about.
  kCount,         ///< A number of `level`, published.
  kContributors,  ///< A number of `level` behind the row, for the check only: never published.
  kShare,         ///< 0 to 1, of the count column `of`.
  kMean,          ///< Over the count column `of`; so are standard deviations.
  kEstimate,      ///< Effect, standard error, balance figure: over all columns named in `n`.
  kText           ///< A label, or a figure that says nothing of people.
};
enum class OutputLevel { kPerson, kFamily, kAuthority };

struct OutputColumn {
  std::string name;
  OutputRole role = OutputRole::kText;
  OutputLevel level = OutputLevel::kPerson;  ///< Of kCount and kContributors.
  std::string of;                            ///< kShare, kMean: a count column of the same table.
  std::vector<std::string> n;                ///< kEstimate: count columns that must all be large enough.
};

/// A table that is to leave the research site. The check hides a cell by making it NULL and drops the
/// kContributors columns; render_report() takes the table as it is then, too.
struct OutputTable {
  std::string id;  ///< File name without ".csv": "effects", "balance" ...
  std::string title;
  table::Table table;
  std::vector<OutputColumn> layout;  ///< One for each column, in order.
};

struct Evaluation {
  std::vector<Estimate> estimates;
  std::vector<OutputTable> outputs;  ///< Everything the report is rendered from.
  std::vector<std::string> notes;    ///< What the reader must know: rows left out, and why.
};

/// Describes, matches, estimates, and counts the costs.
///
/// What cannot be estimated is a row with its reason, not an error; an error is a plan that does not
/// fit the data (a column that is not there). Results do not depend on the order of the rows.
/// \retval kInvalid naming the column or value, and the remedy.
Result<Evaluation> evaluate(const EvaluationData& data, const Plan& plan,
                            const EvaluateOptions& options = {});

}  // namespace kinfold::evaluation
