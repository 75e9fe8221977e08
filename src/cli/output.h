// How results are shown: as words for people, or as one JSON object with --json.
#pragma once

#include <string>

#include "base/result.h"
#include "site/report.h"

namespace kinfold::cli {

/// DESIGN.md's exit codes.
enum ExitCode { kDone = 0, kRefusedOrFailed = 1, kWrongUsage = 2 };

std::string to_words(const site::Report& report);
std::string to_json(const site::Report& report);

/// Prints the report on stdout, or the error on stderr (and as JSON on stdout with `json`).
int show(const Result<site::Report>& report, bool json);
int show_error(const Error& error, bool json);

}  // namespace kinfold::cli
