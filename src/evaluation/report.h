// The report page and the CSV files, both from output tables alone: protect the tables first, then
// render, and nothing that was suppressed can get back in.
#pragma once

#include <string>
#include <vector>

#include "evaluation/evaluate.h"

namespace kinfold::evaluation {

struct ReportOptions {
  std::string data_name;      ///< What was evaluated, in words; not a path.
  std::string protection;     ///< What disclosure control did, in words; empty: nothing was done.
  bool plan_changed = false;  ///< The plan is not the one in the ledger: said at the top.
  std::string plan_hash;      ///< As in the ledger; empty: not registered.
};

/// One self-contained HTML page. A table that is missing leaves its section out; a NULL cell is
/// shown as suppressed or not estimable.
std::string render_report(const Plan& plan, const std::vector<OutputTable>& outputs,
                          const std::vector<std::string>& notes, const ReportOptions& options = {});

/// One CSV per table, `<id>.csv`, in `folder` (made if missing).
Status write_output_files(const std::vector<OutputTable>& outputs, const std::string& folder);

}  // namespace kinfold::evaluation
