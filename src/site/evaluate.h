// Research: evaluate a release by a plan, have every output checked, approve, publish.
#pragma once

#include <string>

#include "base/progress.h"
#include "base/result.h"
#include "evaluation/evaluate.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

struct EvaluateRequest {
  std::string release;  ///< Id of a release's holding or sealed file, or its beginning; empty: the latest.
  std::string plan_path;
  std::string out_folder;  ///< Protected report and tables, for the people of this site.
  std::string actor;
  std::string truth_path;  ///< Planted effects of a synthetic programme; empty otherwise.
  std::size_t thread_count = 0;
};
struct Evaluated {
  seal::Id outputs;
  std::vector<evaluation::Estimate> estimates;
  Report report;
};
/// The plan's hash is in the ledger before the data is opened. Every table passes the disclosure check;
/// the draft and its record become holdings.
Result<Evaluated> evaluate_release(Site& site, const EvaluateRequest& request, Progress& progress);

/// The draft's report once more, protected, from the sealed outputs: `report.html` in `out_folder`.
/// \retval kRefused by the door: duty `analysis`.
Result<Report> draft_report(Site& site, const std::string& output, const std::string& actor,
                            const std::string& out_folder, Progress& progress);

enum class Decision { kNone, kApprove, kSendBack };
/// Checks again and shows the checker what failed and why (`check.html` in `out_folder`, where given);
/// approves or sends back. \retval kRefused for the author's own output.
Result<Report> check_output(Site& site, const std::string& output, const std::string& actor,
                            Decision decision, const std::string& comment, const std::string& out_folder,
                            Progress& progress);

/// Writes report and tables, protected, to the site's `published/<id>`. \retval kRefused unless
/// approved by somebody other than the author, and still the same.
Result<Report> publish_output(Site& site, const std::string& output, const std::string& actor,
                              Progress& progress);

}  // namespace kinfold::site
