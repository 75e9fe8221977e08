// The [[staggered]] of a plan: units that begin at different times, one row a unit and period.
#include "evaluation/plan_internal.h"

namespace kinfold::evaluation {

Staggered read_staggered(TomlReader reader) {
  constexpr auto kIn = NamedColumn::In::kStaggered;
  Staggered out;
  out.id = reader.text("id", true);
  out.title = reader.text("title");
  if (out.title.empty()) out.title = out.id;
  out.population = reader.text("population");
  out.unit_column = reader.column("unit_column", kIn, true);
  out.period_column = reader.column("period_column", kIn, true);
  out.first_treated_column = reader.column("first_treated_column", kIn, true);
  out.outcome_column = reader.column("outcome_column", kIn, true);
  out.cluster_column = reader.column("cluster_column", kIn);
  out.covariate_columns = reader.columns("covariate_columns", kIn);
  if (reader.has("never")) out.never = reader.texts("never");
  out.where = read_conditions(reader, "where", kIn);
  out.not_yet_treated = reader.choice("comparison", {"never treated", "not yet treated"}, 0) == 1;
  out.is_share = reader.choice("unit", {"number", "share"}, 0) == 1;
  out.good_is_less = reader.choice("better", {"less", "more"}, 0) == 0;
  reader.texts("never");
  reader.finish();
  return out;
}

}  // namespace kinfold::evaluation
