// `kinfold evaluate DATA --plan PLAN --out DIR` as one call; the command line only parses and prints.
#pragma once

#include <string>
#include <vector>

#include "evaluation/evaluate.h"

namespace kinfold::evaluation {

struct EvaluateCommand {
  std::string data;  ///< A CSV or Parquet file, or a folder with people.* and maybe panel.*.
  std::string plan;
  std::string out_folder;        ///< Made if missing: report.html and one CSV per table.
  std::string truth;             ///< Optional CSV of planted effects, for the demo.
  std::size_t thread_count = 0;  ///< 0: all cores.
  Progress* progress = nullptr;
};

struct EvaluateCommandResult {
  std::string estimates_json;        ///< Array: outcome, subgroup, method, estimand, estimate,
                                     ///< std_error, ci_low, ci_high, n_treated, n_comparison ...
  std::vector<std::string> summary;  ///< Lines for a person, in plain English.
  std::string report_path;
};

/// Reads, evaluates, writes; prints nothing. Data that is a release goes through the door instead: open
/// it and call evaluate(), then the disclosure check, then render_report().
Result<EvaluateCommandResult> run_evaluate(const EvaluateCommand& command);

/// The same JSON for estimates made by evaluate().
std::string estimates_to_json(const std::vector<Estimate>& estimates);
/// Lines for a person: the headline effects, then what was found of costs.
std::vector<std::string> summary_of(const Plan& plan, const std::vector<OutputTable>& outputs);

}  // namespace kinfold::evaluation
