// Outputs at the research site: what evaluation made, as the disclosure check takes it, and the holdings in
// which drafts, their records and the ledger of what was published lie.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "disclosure/check.h"
#include "disclosure/workflow.h"
#include "evaluation/evaluate.h"
#include "evaluation/report.h"
#include "site/site.h"

namespace kinfold::site {

/// One evaluation run: its tables, the plan they come from, and what the reader must know.
struct OutputSet {
  std::string plan_text;
  std::string data_version;  ///< Id of the release.
  std::vector<evaluation::OutputTable> tables;
  std::vector<std::string> notes;
};

std::vector<disclosure::Output> to_check(const OutputSet& outputs);
/// The same tables with what the check hid as NULL.
std::vector<evaluation::OutputTable> protected_tables(const OutputSet& outputs,
                                                      const disclosure::Checked& checked);

/// Kept as a holding; the record of its state is a second one, replaced at each step.
Result<seal::Id> store_outputs(Site& site, const OutputSet& outputs, const std::string& actor);
Result<OutputSet> open_outputs(Site& site, const seal::Id& id, const holding::Asking& who);
Status store_record(Site& site, const seal::Id& outputs, const disclosure::OutputRecord& record,
                    const holding::Asking& who);
Result<disclosure::OutputRecord> open_record(Site& site, const seal::Id& outputs, const holding::Asking& who);

/// What was published so far. \returns an empty one where nothing was.
Result<disclosure::ReleaseLedger> open_release_ledger(Site& site, const holding::Asking& who);
Status store_release_ledger(Site& site, const disclosure::ReleaseLedger& released,
                            const holding::Asking& who);

/// An id, or its first characters; empty: the latest.
Result<seal::Id> find_outputs(Site& site, const std::string& name);

/// SHA-256 over everything that would leave, hex.
std::string hash_of(const disclosure::Checked& checked);

}  // namespace kinfold::site
