// Differences in differences with staggered starts, from a plan's section to tables. Private to the room.
#pragma once

#include <string>
#include <vector>

#include "evaluation/did.h"
#include "evaluation/evaluate.h"

namespace kinfold::evaluation {

/// The balanced panel of one section, and what had to be left out of it.
struct StaggeredPanel {
  DidPanel panel;
  std::vector<std::string> notes;
};

/// Reads the panel out of a table with one row a unit and period. Units are in the order of their names, so
/// that the order of rows changes nothing. Units that are not there in every period, or lack a value, are
/// left out and counted; so are groups with fewer than `units_min` units. \retval kInvalid naming the column
/// and row: text for a number, a period that is no whole number, a unit twice in a period, a unit that
/// begins, or whose cluster is, at odds with itself.
Result<StaggeredPanel> read_staggered_panel(const table::Table& table, const Staggered& section,
                                            std::size_t units_min);

/// Estimates every section: three summaries each as estimates, and tables of every point. What cannot be
/// estimated is a row with its reason.
Status add_staggered(const EvaluationData& data, const Plan& plan, Evaluation& out);

}  // namespace kinfold::evaluation
