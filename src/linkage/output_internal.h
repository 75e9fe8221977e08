// The files of `kinfold link`.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"
#include "linkage/report_internal.h"

namespace kinfold::linkage {

/// Writes every file to command.out_dir; their names.
Result<std::vector<std::string>> write_outputs(const LinkCommand& command, const ReportInput& input);

/// The report as a self-contained page. Names no record and no value unless it is asked to.
std::string render_report(const ReportInput& input);

}  // namespace kinfold::linkage
