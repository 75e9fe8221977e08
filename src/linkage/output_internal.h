// The files of `kinfold link`.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"
#include "linkage/link.h"
#include "table/table.h"

namespace kinfold::linkage {

/// Writes every file to command.out_dir; their names.
Result<std::vector<std::string>> write_outputs(const LinkCommand& command, const table::Table& left, const table::Table* right,
                                               const LinkResult& result, const LinkReport& report);

/// The report as a self-contained page. Names no record and no value.
std::string render_report(const LinkResult& result, const LinkReport& report, bool two_files);

}  // namespace kinfold::linkage
