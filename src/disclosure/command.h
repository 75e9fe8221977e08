// `kinfold check TABLE.csv --rules RULES.toml`: the whole check on files, without a charter.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "disclosure/table.h"

namespace kinfold::disclosure {

struct CheckCommand {
  std::vector<std::string> tables;  ///< CSV or Parquet; checked jointly.
  std::string rules;                ///< TOML with [disclosure] and perhaps [table] [tables.STEM]
  std::string released;             ///< Ledger of earlier releases (JSON); "" for none.
  std::string out;                  ///< Folder for <stem>.csv, <stem>.html, check.html, check.json
  std::string released_out;         ///< Where to write the ledger with these outputs added; "" not.
  std::string published;            ///< RFC 3339 time that the ledger is to say; needed with released_out.
  bool json = false;  ///< JSON to `stdout_stream` in place of words: as check.json, without what is hidden.
};

/// \returns the exit code: 0 when all outputs may be published as protected; 1 when one is refused
/// or the check could not run, with the reason on `stderr_stream`.
int run_check(const CheckCommand& command, std::ostream& stdout_stream, std::ostream& stderr_stream,
              Progress& progress);

/// A table as the check takes it, laid out by the rules file: `[tables.ID]` where it has one, else `[table]`.
Result<Output> output_for(const std::string& id, table::Table table, const std::string& rules_toml);

}  // namespace kinfold::disclosure
