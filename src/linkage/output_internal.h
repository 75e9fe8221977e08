// The files of `kinfold link`.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"
#include "linkage/report_internal.h"

namespace kinfold::linkage {

/// Writes every file to command.out_dir, the manifest last; their names. `rejects`: rejects.csv, "" where
/// there is none.
Result<std::vector<std::string>> write_outputs(const LinkCommand& command, const ReportInput& input,
                                               const std::string& rejects);

/// \retval kIo if it cannot be written whole.
Status write_text(const std::string& path, const std::string& text);

/// The report as a self-contained page. Names no record and no value unless it is asked to.
std::string render_report(const ReportInput& input);

}  // namespace kinfold::linkage
