// Vega-Lite charts from output tables: shapes and dashes say what colours say, for print and for those who
// do not see colours. Rows with a NULL in a column that is drawn are left out.
#pragma once

#include <string>

#include "evaluation/evaluate.h"

namespace kinfold::evaluation {

std::string love_plot(const OutputTable& balance, const std::string& outcome, double smd_limit);
std::string overlap_chart(const OutputTable& overlap, const std::string& outcome);
/// Effects of one method for everybody; shares in percentage points.
std::string effects_chart(const OutputTable& effects, const Plan& plan, bool shares);
std::string subgroup_chart(const OutputTable& effects, const Plan& plan, const std::string& outcome);
std::string methods_chart(const OutputTable& effects, const Plan& plan, const std::string& outcome);
std::string planted_chart(const OutputTable& planted, const Plan& plan);
std::string event_study_chart(const OutputTable& events, const std::string& variable);
/// Effects by time since the start, of one section with staggered starts.
std::string staggered_chart(const OutputTable& dynamic, const Staggered& section);
/// Benefits by bearer and the cost, as steps from nothing to the net benefit.
std::string waterfall_chart(const OutputTable& by_bearer);
std::string tornado_chart(const OutputTable& tornado, const Plan& plan, double per_pound);
std::string trend_chart(const OutputTable& trends, const std::string& variable);

}  // namespace kinfold::evaluation
