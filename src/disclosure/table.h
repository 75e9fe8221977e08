// An output that is to leave: a table, and what each of its columns says about how many people.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "disclosure/rules.h"
#include "table/table.h"

namespace kinfold::disclosure {

enum class Role {
  kDimension,     ///< What a row is about: age, authority, outcome. Its totals may be rows too.
  kCount,         ///< A number of `level` (persons ...), published.
  kContributors,  ///< A number of `level` behind the row, for the check only: never published.
  kShare,         ///< 0 to 1, of the count column `of`; the count it implies is checked, and its rest.
  kPercentage,    ///< As kShare, 0 to 100.
  kPart,          ///< A count that is part of the count column `of` (numerator, events).
  kSum,           ///< A magnitude (pence, days) over the count column `of`; see `largest`.
  kMean,          ///< Over the count column `of`; so are standard deviations.
  kEstimate,      ///< Effect, coefficient, standard error, bound, p value: over all columns in `n`.
  kResidualDf,    ///< Residual degrees of freedom of the estimates in the row.
  kMinimum,
  kMaximum,
  kPercentile,      ///< `percentile` of the values of `of`: needs contributors on both sides.
  kAtRisk,          ///< A survival curve's number at risk.
  kLargest,         ///< The largest, second largest ... contribution to `of`: check only.
  kStructuralZero,  ///< Boolean: the row cannot have any (a boy's pregnancy). Check only.
  kCellKey,         ///< The sum of the record keys behind the row (method cell-key). Check only.
  kText             ///< A label, or a figure that says nothing of people. Published as it is.
};
std::string_view role_name(Role role);
inline bool is_share(Role role) { return role == Role::kShare || role == Role::kPercentage; }
/// What all of the base is as a share: 1, or 100 of a percentage.
inline double share_scale(Role role) { return role == Role::kPercentage ? 100 : 1; }

struct ColumnLayout {
  std::string column;
  Role role = Role::kText;
  Level level = Level::kPerson;               ///< Of kCount, kPart and kContributors.
  std::string of;                             ///< The column it is a part, mean, sum ... of.
  std::vector<std::string> n;                 ///< kEstimate: count columns that must all be large enough.
  std::string total;                          ///< kDimension: the label of its total; "" if it has none.
  std::map<std::string, std::string> parent;  ///< kDimension: label -> label it is part of.
  double percentile = 50;
  int largest_rank = 1;         ///< kLargest: 1 for the largest contribution.
  std::optional<int> decimals;  ///< As published: figures are rounded to these; empty: as they come.
  double importance = 1;        ///< Times the cost of hiding it.
  std::string variable;         ///< What it counts ("in_custody"), "" for everybody. Two columns
                                ///< that count the same say so here; default: the column's name.
};

/// Who is in the table at all. Two outputs with the same population count the same people; what
/// `only` leaves out is what subtracting one from the other would show.
struct Population {
  std::string name = "programme";
  std::string data_version;                              ///< Hash of the release it was computed from.
  std::map<std::string, std::vector<std::string>> only;  ///< variable -> labels kept.
};

struct Output {
  std::string id;  ///< File stem; unique among the outputs.
  std::string title;
  Population population;
  table::Table table;
  std::vector<ColumnLayout> layout;  ///< Columns not named here fail the check: nothing is assumed.
};

/// Guesses roles from column names and types (`n`, `n_treated`, `families`, `share`, `percent`,
/// `mean`, `estimate`, `std_error`, `ci_low`, `min`, `max`, `p90` ...): docs/formats/disclosure.md
/// has the list. Numbers it has no word for are left out, so that the check refuses them.
std::vector<ColumnLayout> guess_layout(const table::Table& table);

/// Fills what a layout leaves out: totals of dimensions, the columns that shares and estimates rest on, and
/// what each count is about. check() does it for every output.
void complete_layout(Output& output);

/// Reads the `[table]` part of a rules file: `[table.columns.NAME] role = "count" ...`, over the
/// guess for columns it does not name. \retval kInvalid as parse_rules.
struct MicrodataSpec {
  std::string file;  ///< One row a person; "" for none. Columns are named as the table's dimensions.
  std::string family, authority, record_key;  ///< Its columns; "" where it has none.
};
struct TableSpec {
  std::string title;
  MicrodataSpec microdata;
  Population population;
  std::vector<ColumnLayout> columns;
};
Result<TableSpec> parse_table_spec(std::string_view toml_text);

/// `table` as read from a file, with the guess overlaid by the spec.
/// \retval kInvalid if the spec names a column the table does not have.
Result<Output> make_output(std::string id, table::Table table, const TableSpec& spec);

/// Adds contributing_persons, contributing_families, contributing_authorities and cell_key, counted for every
/// row in the microdata that the table was made from, and for each sum that the microdata have a column of
/// the largest contributions, as many as the rules ask for: of families where these are known, else of
/// persons. Columns that the table has already are left alone. \retval kInvalid if a column is missing, or
/// the table's count of persons or a sum is another one than the microdata's (names the row, not the
/// figures).
Status count_contributors(Output& output, const table::Table& microdata, const MicrodataSpec& spec,
                          const Rules& rules);

}  // namespace kinfold::disclosure
